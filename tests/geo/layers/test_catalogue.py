"""The catalogue of official layers, spelled out for a city."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from geo.geojson import read_geojson
from geo.layers.catalogue import CATALOGUE, Catalogue, CatalogueError

MORIOKA = read_geojson(Path(__file__).parents[3] / "config" / "morioka" / "city.geojson", ("Polygon",)).features[0]


def test_moriokas_addresses() -> None:
    catalogue = Catalogue([CATALOGUE], "03201", MORIOKA.geometry)
    files = {name: catalogue.files(name) for name in catalogue.names()}
    assert {"flood", "landslide", "shelters", "population", "boundaries", "rivers", "roads"} <= files.keys()
    assert "5941" in {one.name.rpartition("-")[2] for one in files["flood"]}
    (landslide,) = files["landslide"]
    assert landslide.url.endswith("/A33-25/A33-25_03_GEOJSON.zip") and landslide.member == "A33-25_03Polygon"
    assert files["shelters"][0].url.endswith("/03201_2.geojson")
    assert files["rivers"][0].crs == "EPSG:4612"
    for one in (one for group in files.values() for one in group):
        assert one.url.startswith("https://") and "{" not in one.url + one.member
        assert one.page.startswith("https://") and one.licence and one.title


def test_another_city_has_its_own_and_a_year_that_is_not_its_is_refused_with_the_page() -> None:
    osaka = Catalogue([CATALOGUE], "27100", shapely.box(135.4, 34.6, 135.6, 34.8))
    flood = [one.url.rpartition("/")[2] for one in osaka.files("flood")]
    assert flood == ["A31b-25_10_5135_GEOJSON.zip", "A31b-25_10_5235_GEOJSON.zip"]
    with pytest.raises(CatalogueError, match=r"not that of prefecture 27.*KsjTmplt-W05"):
        osaka.files("rivers")


def test_an_entry_tells_what_its_file_does_not(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        "[thirty]\nkind='flood'\nurl='https://x/y'\ntitle='30年に1度'\npage='https://x'\nlicence='-'\n"
        "map = { depth_m = '浸水深' }\nfact = { return_period_years = '30' }\n",
        encoding="utf-8",
    )
    (one,) = Catalogue([CATALOGUE, path], "03201", MORIOKA.geometry).files("thirty")
    assert (one.mapping, one.facts) == ({"depth_m": "浸水深"}, {"return_period_years": "30"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[a]\nkind='flood'\n", r"\[a\]: url: Field required"),
        ("[a]\nkind='lava'\nurl='https://x/y'\ntitle=''\npage=''\nlicence=''\n", "kind 'lava' is not known"),
        ("[a]\nkind='flood'\nurl='https://x/{year}'\ntitle=''\npage=''\nlicence=''\n", r"\{year\} is not known"),
        ("[a]\nkind='flood'\nurl='file:///x'\ntitle=''\npage=''\nlicence=''\n", "url: String should match"),
        ("[a", "own.toml"),
    ],
)
def test_faults_of_a_citys_own_entries(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=says):
        Catalogue([CATALOGUE, path], "03201", MORIOKA.geometry)


def test_what_is_not_there() -> None:
    with pytest.raises(CatalogueError, match=r"has no 'lava'; it has flood"):
        Catalogue([CATALOGUE], "03201", MORIOKA.geometry).files("lava")
    with pytest.raises(CatalogueError, match="no such file"):
        Catalogue([Path("none.toml")], "03201", MORIOKA.geometry)
