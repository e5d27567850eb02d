"""Loading a city's profile: Morioka's own, and faults that name file and key."""

from __future__ import annotations

import json
import re
import shutil
from itertools import combinations
from pathlib import Path

import pytest
import shapely

from geo.crs import to_metres
from geo.exposure import exposure
from geo.geojson import ProfileError, read_geojson
from geo.ground import load_ground
from geo.model import Ground
from tests.geo.rain.test_critical_lines import falling, table

MORIOKA = Path(__file__).parents[2] / "config" / "morioka"
DEMO = MORIOKA / "layers" / "demo_inundation.geojson"


@pytest.fixture(scope="module")
def morioka() -> Ground:
    return load_ground(MORIOKA, [DEMO])


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A copy that may be spoiled."""
    return Path(shutil.copytree(MORIOKA, tmp_path / "city"))


def test_the_demonstration_ground(morioka: Ground) -> None:
    assert morioka.city == "03201"
    assert morioka.forecast_areas == ("0320100", "030011", "030010", "030000", "212")
    assert len(morioka.areas.of_kind("district")) == 20
    assert len(morioka.areas.of_kind("plow_section")) == 8
    assert 20 <= len(morioka.shelters) <= 30
    assert 20 <= len(next(iter(morioka.layers)).zones) <= 40
    assert {"tatesakabashi", "meijibashi", "8200000091", "33431", "yuki-matsuzono"} <= set(morioka.stations)


def test_districts_and_sections_do_not_overlap_and_lie_in_the_city(morioka: Ground) -> None:
    city = morioka.areas.of_kind("city")[0].geometry
    for kind in ("district", "plow_section"):
        for one, other in combinations(morioka.areas.of_kind(kind), 2):
            assert to_metres(one.geometry & other.geometry).area == 0, (one.code, other.code)
    for district in morioka.areas.of_kind("district"):
        assert city.contains(district.geometry), district.code
        assert 4 <= len(district.geometry.exterior.coords) - 1 <= 12, district.code
        assert district.name_en
        assert re.fullmatch(r"[ぁ-んー]+", district.reading), district.reading


@pytest.mark.parametrize(
    ("name", "lon", "lat", "code"),
    [
        ("盛岡駅", 141.1366, 39.7016, "ekimae"),
        ("盛岡市役所", 141.1545, 39.70205, "uchimaru"),
        ("渋民", 141.1822, 39.8437, "shibutami"),
        ("松園二丁目", 141.164904, 39.750884, "matsuzono"),
        ("鉈屋町", 141.157729, 39.691623, "nataya"),
        ("津志田町二丁目", 141.156323, 39.665311, "tsushida"),
        ("青山三丁目", 141.115068, 39.727935, "aoyama"),
    ],
)
def test_known_places_fall_into_their_districts(morioka: Ground, name: str, lon: float, lat: float, code: str) -> None:
    assert [area.code for area in morioka.areas.at(lon, lat, "district")] == [code], name


def test_gauges_stand_in_or_near_their_districts(morioka: Ground) -> None:
    for station in morioka.stations.values():
        for code in station.areas:
            area = morioka.areas.get(code)
            assert area is not None
            apart = to_metres(area.geometry).distance(to_metres(shapely.Point(station.lon, station.lat)))
            assert apart < 9000, (station.code, code, apart)


def test_levels_that_are_not_sure_say_so(morioka: Ground) -> None:
    assert morioka.stations["tatesakabashi"].verify
    assert not morioka.stations["8200000091"].verify
    assert morioka.stations["yuki-koma"].demonstration


def test_riverside_districts_are_exposed_and_hill_ones_are_not(morioka: Ground) -> None:
    ranks = {area.code: exposure(morioka, area).deepest.rank for area in morioka.areas.of_kind("district")}
    assert ranks["ekimae"] >= 3
    assert ranks["senboku"] >= 3
    assert ranks["matsuzono"] == 0
    assert sum(len(exposure(morioka, area).shelters_inside) for area in morioka.areas.of_kind("district")) >= 5


@pytest.mark.parametrize("path", sorted(MORIOKA.rglob("*.geojson")), ids=lambda path: path.name)
def test_every_drawn_file_is_small_credited_and_says_what_it_is(path: Path) -> None:
    assert path.stat().st_size < 60_000
    found = read_geojson(path, ("Point", "LineString", "Polygon"))
    assert found.members["credit"]
    assert found.members["note"]
    if path.name not in {"shelters.geojson"}:
        assert all(feature.text("note") for feature in found.features)


def test_a_drawn_layer_gives_way_to_a_real_one(tmp_path: Path) -> None:
    data = json.loads(DEMO.read_text(encoding="utf-8")) | {"name": "real", "demonstration": False}
    real = tmp_path / "real.geojson"
    real.write_text(json.dumps(data), encoding="utf-8")
    assert [layer.name for layer in load_ground(MORIOKA, [DEMO, real]).layers] == ["real"]
    with pytest.raises(ProfileError, match=r"real\.geojson: a layer named 'real' is already there"):
        load_ground(MORIOKA, [real, real])


def test_a_city_without_the_files_that_may_be_missing(profile: Path) -> None:
    for name in ("plow_sections.geojson", "shelters.geojson"):
        (profile / name).unlink()
    text = re.sub(r'areas = \["plow.*', "", (profile / "stations.toml").read_text(encoding="utf-8"))
    (profile / "stations.toml").write_text(text, encoding="utf-8")
    ground = load_ground(profile, [])
    assert ground.shelters == ()
    assert list(ground.layers) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('code = "meijibashi"', 'code = "明治橋"', r"stations\.toml: station\.4\.code: .*pattern"),
        ('code = "meijibashi"', 'code = "tatesakabashi"', r"station\.4 \(tatesakabashi\): the code is taken"),
        ('name = "明治橋"', 'naem = "明治橋"', r"station\.4\.name: Field required; station\.4\.naem: Extra"),
        (
            "caution = 1.40, judgement",
            "warning = 1.40, judgement",
            r"thresholds\.warning: not known; use one of standby",
        ),
        ("caution = 1.40", "caution = 3.40", r"\(meijibashi\): thresholds: .* must rise, found \[3.4, 2.6, 3.0\]"),
        ("caution = 1.40", 'caution = "1.40"', r"station\.4\.thresholds\.caution: .*number"),
        ('"senboku", "nataya"', '"sendai", "nataya"', r"\(meijibashi\): areas: there is no area 'sendai'"),
        ("lon = 141.1530", "lon = 39.6910", r"station\.4\.lon: .*greater than or equal to 122"),
        ('quantities = ["water_level"]', 'quantities = ["level"]', r"station\.0 .*quantities: 'level' is not known"),
        ('unit = "cm"', 'unit = "mm"', r"\(33431\): unit: values are kept in cm or Cel, .* not 'mm'"),
        ('river = "北上川"', "river = 北上川", r"stations\.toml: Invalid value"),
        (
            "lon = 141.1530",
            "scenario_levels = { maximum = 4.1, planned = 5.2 }\nlon = 141.1530",
            r"\(meijibashi\): scenario_levels: planned, maximum must rise, found \[5.2, 4.1\]",
        ),
        (
            "lon = 141.1530",
            "scenario_levels = { L2 = 5.2 }\nlon = 141.1530",
            r"\(meijibashi\): scenario_levels: 'L2' is no scenario; use planned, maximum, or 1/YEARS",
        ),
    ],
)
def test_faults_of_stations_name_file_and_key(profile: Path, old: str, new: str, says: str) -> None:
    path = profile / "stations.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ProfileError, match=says):
        load_ground(profile, [])


def test_a_unit_that_nobody_wrote_is_that_of_the_first_quantity(profile: Path) -> None:
    file = profile / "stations.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('unit = "cm"\n', ""), encoding="utf-8")
    stations = load_ground(profile, ()).stations
    assert (stations["33431"].unit, stations["meijibashi"].unit) == ("cm", "m")


def test_what_is_worked_out_from_a_ground_can_be_kept_by_it(morioka: Ground) -> None:
    """A ground is itself alone, so that a model may keep by it what does not change until it is loaded anew."""
    again = load_ground(MORIOKA, [DEMO])
    assert {morioka: 1}.get(morioka) == 1 and morioka != again


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("city.geojson", lambda d: d["features"].clear(), r"city\.geojson: must hold one feature, the city; found 0"),
        ("city.geojson", lambda d: d["features"][0]["properties"].pop("code"), r"feature 1: property 'code'"),
        ("city.geojson", lambda d: d["features"][0]["properties"].update(forecast_areas="030011"), "list of codes"),
        ("districts.geojson", lambda d: d["features"][2]["properties"].update(name=""), r"feature 3: property 'name'"),
        ("districts.geojson", lambda d: d["features"][2]["properties"].update(code="odori"), "occur twice: odori"),
        ("districts.geojson", lambda d: d["features"][0].update(geometry=None), "found nothing"),
        ("districts.geojson", lambda d: d["features"][0].pop("geometry"), "feature 1: not a feature"),
        ("districts.geojson", lambda d: d["features"][0].update(properties=None), "'properties' must be an object"),
        ("shelters.geojson", lambda d: d["features"][0]["properties"].pop("共通ID"), r"shelters\.geojson: feature 1"),
        ("districts.geojson", lambda d: d.update(crs={}), r"'crs' without properties\.name"),
        ("shelters.geojson", lambda d: d.pop("features"), "must be a GeoJSON FeatureCollection"),
    ],
)
def test_faults_of_drawn_files_name_file_and_feature(profile: Path, name: str, change: object, says: str) -> None:
    data = json.loads((profile / name).read_text(encoding="utf-8"))
    change(data)  # type: ignore[operator]
    (profile / name).write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ProfileError, match=says):
        load_ground(profile, [])


@pytest.mark.parametrize("name", ["city.geojson", "districts.geojson", "stations.toml"])
def test_a_missing_or_unreadable_file_is_named(profile: Path, name: str) -> None:
    (profile / name).write_bytes(b"\xff{")
    with pytest.raises(ProfileError, match=name):
        load_ground(profile, [])
    (profile / name).unlink()
    with pytest.raises(ProfileError, match=f"{name}: there is no such file"):
        load_ground(profile, [])


def test_tables_of_criteria_are_read_where_they_are(profile: Path) -> None:
    folder = profile / "criteria"
    folder.mkdir(exist_ok=True)
    (folder / "2_2_iwate.csv").write_bytes(table({59414121: falling(150)}))
    lines = load_ground(profile, []).critical_lines
    assert lines is not None and lines.codes.tolist() == [59414121] and set(lines.limits) == {4}
    (folder / "2_1_iwate.csv").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(ProfileError, match="criteria: level 5, line 1"):
        load_ground(profile, [])


def test_zones_of_volcanoes_are_areas_by_volcano_and_level(profile: Path) -> None:
    assert load_ground(profile, []).volcanoes == ("207", "208") and load_ground(profile, []).volcano_zones == {}
    ring = [[141.0, 39.84], [141.02, 39.84], [141.02, 39.86], [141.0, 39.84]]
    zone = {"code": "iwatesan-2", "name": "岩手山 火口周辺", "volcano": "207", "level": 2}
    feature = {"type": "Feature", "properties": zone, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    file = profile / "volcano_zones.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    ground = load_ground(profile, [])
    (area,) = ground.volcano_zones["207", 2]
    assert ground.areas.get("iwatesan-2") == area and area.kind == "volcano_zone"
    zone["level"] = 1
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    with pytest.raises(ProfileError, match=r"feature 1.*噴火警戒レベル"):
        load_ground(profile, [])


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ('upstream = ["nowhere"]', "upstream: 'nowhere' is no station with discharge or water_level"),
        ('upstream = ["meijibashi"]', "its own water comes by again"),
        ('rain_gauges = ["meijibashi"]', "is no station with rain_10min or rain_1h"),
        ("normal_m = 9.9", "normal_m: 9.9 is no ordinary level where 2.8 is a flood"),
    ],
)
def test_a_river_that_cannot_be_is_refused(profile: Path, key: str, said: str) -> None:
    file = profile / "stations.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('code = "tatesakabashi"', f'code = "tatesakabashi"\n{key}'), encoding="utf-8")
    with pytest.raises(ProfileError, match=re.escape(said)):
        load_ground(profile, [])


def test_only_a_river_gauge_has_an_upstream(profile: Path) -> None:
    file = profile / "stations.toml"
    snow = '[[station]]\ncode = "s"\nname = "雪"\nlon = 141.1\nlat = 39.7\nquantities = ["snow_depth"]\nunit = "cm"\n'
    file.write_text(file.read_text(encoding="utf-8") + snow + 'upstream = ["meijibashi"]\n', encoding="utf-8")
    with pytest.raises(ProfileError, match="upstream is for river gauges"):
        load_ground(profile, [])


def test_the_waters_of_morioka_meet_above_meiji_bridge(morioka: Ground) -> None:
    assert set(morioka.stations["meijibashi"].upstream) == {"tatesakabashi", "8200000091", "8200000100", "8200000101"}
