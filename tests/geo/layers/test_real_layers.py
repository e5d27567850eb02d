"""The national inundation layer and a year of Morioka's gauges. Needs the real data; says so when they are missing."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import geopandas
import pytest
import shapely

from feeds.status import Status
from geo.exposure import exposure
from geo.ground import load_ground
from geo.hazard import Hazard
from geo.layers.importing import Request, import_layer
from geo.layers.layer import read_layer
from geo.model import Ground, Inputs, Sample
from geo.models.flood import Flood

pytestmark = pytest.mark.real
MORIOKA = Path(__file__).parents[3] / "config" / "morioka"
FILES = ("morioka_flood_l2_A31b.fgb", "morioka_flood_l2_A31b.parquet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("layers")


@pytest.fixture(scope="module")
def morioka(real_data: Path, folder: Path) -> Ground:
    """The profile over the real layer; the drawn one gives way."""
    file = real_data / "geo" / FILES[0]
    import_layer(Request(file=file, kind="flood", name="real", imported_at=datetime(2026, 8, 1, tzinfo=UTC)), folder)
    return load_ground(MORIOKA, [MORIOKA / "layers" / "demo_inundation.geojson", folder / "real.fgb"])


def read(file: Path) -> geopandas.GeoDataFrame:
    return geopandas.read_parquet(file) if file.suffix == ".parquet" else geopandas.read_file(file)


@pytest.mark.parametrize("name", FILES)
def test_the_layer_answers_like_a_direct_query(real_data: Path, folder: Path, name: str) -> None:
    file = real_data / "geo" / name
    request = Request(file=file, kind="flood", name=file.suffix[1:], imported_at=datetime(2026, 8, 1, tzinfo=UTC))
    report = import_layer(request, folder)
    frame = read(file)
    assert (report["read"], report["refused"], report["schema"]) == (len(frame), [], "A31b maximum")
    path = folder / f"{request.name}.fgb"
    layer = read_layer(path)
    assert len(layer.zones) == report["written"] == len(frame)
    generator = shapely.points([(141.09 + 0.0035 * (i % 41), 39.60 + 0.0081 * (i // 41)) for i in range(41 * 40)])
    inside = frame.geometry.iloc[:: len(frame) // 100].representative_point()
    hits = 0
    for i, point in enumerate([*generator, *inside]):
        want = sorted(frame.A31b_201[frame.sindex.query(point, predicate="intersects")].astype(int))
        assert sorted(zone.facts["depth_rank"] for zone in layer.at(point.x, point.y)) == want
        hits += bool(want)
        if want and i % 20 == 0:
            part = read_layer(path, at=(point.x, point.y))
            assert sorted(zone.facts["depth_rank"] for zone in part.at(point.x, point.y)) == want
    assert hits > 100


def test_shelters_inside_the_layer(real_data: Path, morioka: Ground) -> None:
    """The known count: of the sites designated for floods, 19 stand inside."""
    layer = next(iter(morioka.layers))
    assert layer.name == "real"
    sites = geopandas.read_file(real_data / "geo" / "shelters_emergency_032018.geojson")
    ranks = defaultdict(int)
    for point in sites[sites["洪水"].astype(str) == "1"].geometry:
        zones = layer.at(point.x, point.y)
        if zones:
            ranks[max(zone.facts["depth_rank"] for zone in zones)] += 1
    assert dict(ranks) == {1: 3, 2: 12, 3: 3, 4: 1}


def test_districts_by_the_river_are_exposed(morioka: Ground) -> None:
    ranks = {area.code: exposure(morioka, area).deepest.rank for area in morioka.areas.of_kind("district")}
    assert ranks["senboku"] >= 3
    assert ranks["odori"] >= 3
    assert ranks["shibutami"] >= 4
    assert ranks["matsuzono"] == 0


@pytest.fixture(scope="module")
def levels(real_data: Path) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = defaultdict(list)
    path = real_data / "geo" / "river_levels_morioka_2025-09_2026-08.csv"
    with path.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["obsTime"])
            found[row["code"]].append(Sample(at, float(row["level"]), f"{row['code']}@{row['obsTime']}"))
    return {code: sorted(samples, key=lambda sample: sample.at) for code, samples in found.items()}


def at_each_report(morioka: Ground, code: str, samples: list[Sample]) -> list[list[Hazard]]:
    """What the model says at every report, of this gauge alone."""
    model = Flood()
    pictures = []
    for newest in samples:
        window = [s for s in samples if newest.at - model.window <= s.at <= newest.at]
        inputs = Inputs(now=newest.at, status=Status.ACTUAL, series={(code, "water_level"): window})
        pictures.append(model.run(inputs, morioka))
    return pictures


def test_the_glitch_of_may_raises_no_flood_level(morioka: Ground, levels: dict[str, list[Sample]]) -> None:
    """131.22 m at a gauge that floods at 130.86 m: one report, nothing before it, nothing after."""
    samples = levels["0300000002"]
    glitch = [i for i, sample in enumerate(samples) if sample.value == 131.22]
    assert len(glitch) == 1
    (hazards,) = (at_each_report(morioka, "0300000002", samples)[i] for i in glitch)
    assert hazards
    assert max(hazard.level for hazard in hazards) == 1
    assert all(not h.alert_level and h.facts["confirmed"] is False for h in hazards)


def test_a_year_of_gauges(morioka: Ground, levels: dict[str, list[Sample]]) -> None:
    """No river of Morioka reached an evacuation level in that year, and the model says so at all of 961 reports."""
    reports = 0
    for code, samples in levels.items():
        for hazards in at_each_report(morioka, code, samples):
            reports += 1
            assert hazards  # at or above the level where observation starts
            assert max(hazard.level for hazard in hazards) == 1
    assert reports == 961


def test_the_same_year_with_higher_rivers(morioka: Ground, levels: dict[str, list[Sample]]) -> None:
    """Each real series lifted until its peak floods: a level stands exactly where a near report confirms it."""
    alarms = held = 0
    for code, real in levels.items():
        thresholds = morioka.stations[code].thresholds
        high = min(value for name, value in thresholds.items() if name != "start")
        lift = thresholds["flood"] + 0.2 - max(sample.value for sample in real)
        samples = [Sample(sample.at, sample.value + lift, sample.ref) for sample in real]
        for i, hazards in enumerate(at_each_report(morioka, code, samples)):
            near = [s.value for s in samples[:i] if (samples[i].at - s.at).total_seconds() <= 7200][-2:]
            above = samples[i].value >= high
            confirmed = above and bool(near) and max(near) + 0.3 >= high
            assert any(h.observed and h.level >= 4 for h in hazards) is confirmed, (code, samples[i])
            alarms += confirmed
            held += above and not confirmed
    assert alarms > 50
    assert held > 5
