"""What the search field of the map finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.ground import load_ground
from geo.mesh import mesh_code
from geo.towns.reading import read_gazetteer
from geo.towns.seeking import seek

PROFILE = Path(__file__).parents[3] / "config/morioka"
GROUND = load_ground(PROFILE, ())
TOWNS = read_gazetteer(PROFILE, GROUND.areas, "盛岡市")


def found(words: str) -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in seek(words, GROUND, TOWNS, GROUND.stations.values())]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("盛岡駅前通", ("district", "盛岡駅前通")),
        ("もりおかえきまえ", ("district", "盛岡駅前通")),
        ("モリオカエキマエ", ("district", "盛岡駅前通")),
        ("岩手県盛岡市盛岡駅前通1-2", ("district", "盛岡駅前通")),
        ("morioka-ekimae", ("district", "盛岡駅前通")),
        ("城西町4-1", ("house", "城西中学校")),
        ("城西中学校", ("house", "城西中学校")),
        ("玉山工区", ("plow_section", "玉山工区")),
        ("館坂橋", ("station", "館坂橋")),
        ("舘坂橋 付近", ("station", "館坂橋")),
        ("ＪＲ盛岡駅", ("house", "盛岡駅")),
        ("盛岡駅西口", ("house", "盛岡駅")),
        ("岩手公園", ("house", "盛岡城跡公園")),
        ("39.7, 141.15", ("point", "39.70000, 141.15000")),
        ("141.15 39.7", ("point", "39.70000, 141.15000")),
        ("３９．７、１４１．１５", ("point", "39.70000, 141.15000")),
        ("5941", ("mesh", "5941")),
        ("594141", ("mesh", "594141")),
        ("5941-41-42", ("mesh", "59414142")),
        ("594141423", ("mesh", "594141423")),
        ("5941414231", ("mesh", "5941414231")),
        ("メッシュ 59414142", ("mesh", "59414142")),
    ],
)
def test_what_people_type_is_found_first(words: str, first: tuple[str, str]) -> None:
    assert found(words)[0] == first


@pytest.mark.parametrize(
    "words", ["", "  ", "ぬるぽ", "5941419", "999999", "12, 34", "<script>", "\u0000", "，，", "-"]
)
def test_what_means_nothing_finds_nothing(words: str) -> None:
    assert found(words) == []


def test_a_square_says_where_it_lies_and_a_point_outside_says_so() -> None:
    (mesh,) = seek(mesh_code(141.1337, 39.7014, 4), GROUND, TOWNS, ())
    assert mesh.detail.endswith("付近") and mesh.code.startswith("mesh-") and mesh.geometry.area > 0
    (point,) = seek("35.68, 139.77", GROUND, TOWNS, ())
    assert point.detail == "市の外"


def test_a_long_text_is_cut_and_answers_are_few() -> None:
    assert len(seek("町" * 10_000, GROUND, TOWNS, GROUND.stations.values())) <= 12
    assert len(seek("川", GROUND, TOWNS, GROUND.stations.values(), at_most=3)) <= 3
