"""Tables of places."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.layers.table import read_table
from geo.mesh import cell_of


def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_places_by_longitude_and_latitude(tmp_path: Path, encoding: str) -> None:
    frame = read_table(table(tmp_path, "名称,緯度,経度\r\n城北小,39.7386,141.114236\r\n不明,,\r\n", encoding))
    assert [shape and (shape.x, shape.y) for shape in frame.geometry] == [(141.114236, 39.7386), None]
    assert frame["名称"].tolist() == ["城北小", "不明"]
    assert frame.crs.to_epsg() == 6668


def test_cells_by_their_code(tmp_path: Path) -> None:
    frame = read_table(table(tmp_path, "MESH_ID,PTN_2020\n59414142,120\n,人口総数\n"))
    assert frame.geometry[0].equals(cell_of("59414142").polygon)
    assert frame.geometry[1] is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("code,label\n1,a\n", "holds no places: it needs .* columns found: code, label"),
        ("緯度,経度\n", "holds no rows"),
        ('緯度,経度\n"1', "no table: unexpected end"),
        ("緯度,経度,名称\n1,2," + "x" * 200_000, "no table: field larger"),
    ],
)
def test_what_is_no_table_of_places(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_table(table(tmp_path, text))


def test_neither_utf8_nor_cp932(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"\xff\xfe\x81")
    with pytest.raises(ValueError, match="neither UTF-8 nor CP932"):
        read_table(tmp_path / "t.csv")
