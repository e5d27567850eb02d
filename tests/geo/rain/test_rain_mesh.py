"""Rain between gauges: what must hold of any interpolation, and what it is worth on real rain."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.mesh import cell_at, cells_over
from geo.rain.field import RainField
from geo.rain.gauges import HOURLY, GaugeMesh, RainGauge, _metres, standard_error
from geo.rain.kriging import kriging

HOUR = datetime(2026, 7, 1, 3, tzinfo=UTC)
GAUGES = [
    RainGauge("morioka", 141.165, 39.6983),
    RainGauge("shizukuishi", 140.9717, 39.695),
    RainGauge("koma", 141.2, 39.87),
]
CELLS = cells_over(shapely.box(140.9, 39.6, 141.3, 39.9), 3)
MESH = GaugeMesh(GAUGES, CELLS)
amounts = st.lists(st.floats(0, 150), min_size=3, max_size=3)


def by_code(values: list[float]) -> dict[str, float]:
    return {gauge.code: mm for gauge, mm in zip(GAUGES, values, strict=True)}


@given(st.floats(0, 150))
def test_the_same_rain_everywhere_stays_so(mm: float) -> None:
    assert MESH.field(by_code([mm] * 3), HOUR).mm == pytest.approx(mm)


@given(amounts, st.floats(0.1, 10))
def test_twice_the_rain_is_twice_the_field(values: list[float], times: float) -> None:
    once, more = MESH.field(by_code(values), HOUR), MESH.field(by_code([times * mm for mm in values]), HOUR)
    assert more.mm == pytest.approx(times * once.mm, abs=1e-9)


@given(amounts)
def test_a_field_is_no_negative_rain_and_its_error_is_a_number(values: list[float]) -> None:
    field = MESH.field(by_code(values), HOUR)
    assert (field.mm >= 0).all() and (field.mm <= max(values) * 1.2 + 1e-9).all()
    assert np.isfinite(field.error_mm).all()


def test_at_a_gauge_its_own_rain_counts_most_and_the_error_is_least() -> None:
    field = MESH.field(by_code([20.0, 0.0, 0.0]), HOUR)
    here, there = cell_at(141.165, 39.6983, 3), cell_at(141.07, 39.70, 3)
    near, far = field.at(here), field.at(there)
    assert near and far
    assert near.mm > 15 and near.mm > far.mm > 5
    even = MESH.field(by_code([10.0] * 3), HOUR)
    assert even.at(here).error_mm < even.at(there).error_mm
    assert field.highest([there, here]) == near
    assert field.at(cell_at(139.0, 36.0, 3)) is None is field.highest([cell_at(139.0, 36.0, 3)])


def test_silent_gauges_are_left_out_and_the_error_grows() -> None:
    full, part = MESH.field(by_code([10.0] * 3), HOUR), MESH.field({"koma": 10.0}, HOUR)
    assert (full.source, part.source) == ("3 gauges", "1 gauges")
    assert part.mm == pytest.approx(10.0)
    assert (part.error_mm >= full.error_mm - 1e-9).all()


def test_two_gauges_in_one_place_share_their_weight() -> None:
    twins = [RainGauge("a", 141.1, 39.7), RainGauge("b", 141.1, 39.7), RainGauge("c", 141.3, 39.9)]
    field = GaugeMesh(twins, [cell_at(141.1, 39.7, 3)]).field({"a": 10.0, "b": 20.0, "c": 15.0}, HOUR)
    assert field.mm[0] == pytest.approx(15.0)


@pytest.mark.parametrize(
    ("rain", "says"),
    [
        ({}, "no gauge"),
        ({"x": 1.0}, "none of the gauges"),
        ({"koma": -1.0}, "no amount"),
        ({"koma": float("nan")}, "no amount"),
    ],
)
def test_what_is_no_rain(rain: dict[str, float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        MESH.field(rain, HOUR)


def test_gauges_and_fields_that_do_not_hold_together() -> None:
    with pytest.raises(ValueError, match="share a code"):
        GaugeMesh([GAUGES[0], GAUGES[0]], CELLS)
    with pytest.raises(ValueError, match="at least one gauge"):
        GaugeMesh([], CELLS)
    with pytest.raises(ValueError, match="split the area"):
        GaugeMesh([RainGauge(str(i), 141.0, 39.0) for i in range(20_001)], CELLS[:1000])
    some, none = np.array([1.0, 2.0]), np.array([], dtype=np.int64)
    for codes, mm, says in (
        (none, some, "one length"),
        (np.array([2, 1]), some, "ascend"),
        (np.array([1, 2]), np.array([1.0, np.nan]), "numbers from 0 on"),
    ):
        with pytest.raises(ValueError, match=says):
            RainField(codes=codes, mm=mm, error_mm=some, ended_at=HOUR, source="s")
    with pytest.raises(ValueError, match="no time zone"):
        RainField(codes=np.array([1, 2]), mm=some, error_mm=some, ended_at=datetime(2026, 7, 1), source="s")  # noqa: DTZ001


@pytest.fixture(scope="module")
def left_out(real_data: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Each gauge of Iwate from the others, hour by hour: observed, estimate, error, and what the nearest one had."""
    folder = real_data / "timeseries" / "amedas"
    with (folder / "stations_iwate.csv").open(encoding="utf-8") as file:
        stands = {row["station"]: (float(row["lon"]), float(row["lat"])) for row in csv.DictReader(file)}
    hours: dict[str, dict[str, float]] = {}
    with (folder / "iwate_hourly_2023-08_2023-12.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            hours.setdefault(row["time_jst"], {})[row["station"]] = float(row["rain_1h_mm"] or "nan")
    codes = sorted({code for rain in hours.values() for code in rain})
    rain = np.array([[hour.get(code, np.nan) for code in codes] for hour in hours.values()])
    rain = rain[np.nanmax(rain, axis=1) > 0]
    rain = rain[~np.isnan(rain).any(axis=1)]  # the same gauges in every hour, so that weights are solved once
    places = _metres([stands[code] for code in codes])
    estimate, error, nearest = (np.empty_like(rain) for _ in range(3))
    for j in range(len(codes)):
        others = [i for i in range(len(codes)) if i != j]
        weights = kriging(places[others], places[[j]], HOURLY)
        estimate[:, j] = np.maximum(rain[:, others] @ weights.share[0], 0.0)
        error[:, j] = standard_error(estimate[:, j], weights.missed[0])
        apart = np.hypot(*(places[others] - places[j]).T)
        nearest[:, j] = rain[:, others[int(apart.argmin())]]
    return rain, estimate, error, nearest


def root_mean_square(values: np.ndarray) -> float:
    return float(np.sqrt((values**2).mean()))


@pytest.mark.real
def test_better_than_the_nearest_gauge(left_out: tuple[np.ndarray, ...]) -> None:
    rain, estimate, _, nearest = left_out
    assert rain.size > 40_000
    assert root_mean_square(estimate - rain) < 0.76 * root_mean_square(nearest - rain)
    assert abs((estimate - rain).mean()) < 0.02


@pytest.mark.real
def test_the_error_is_as_large_as_it_says(left_out: tuple[np.ndarray, ...]) -> None:
    """Standardised errors are about 1, and estimate plus error is exceeded in one hour of ten or fewer."""
    rain, estimate, error, _ = left_out
    assert 0.9 < root_mean_square((rain - estimate) / error) < 1.2
    for low, high in ((0.5, 2.0), (2.0, 8.0), (8.0, 50.0)):
        some = (estimate > low) & (estimate <= high)
        assert 0.03 < (rain > estimate + error)[some].mean() < 0.12


@pytest.mark.real
def test_heavy_showers_between_gauges_are_missed(left_out: tuple[np.ndarray, ...]) -> None:
    """The limit of every interpolation, told in the docs: if this ever fails, the docs are to be corrected."""
    rain, estimate, _, _ = left_out
    heavy = rain >= 20
    assert heavy.sum() > 50
    assert estimate[heavy].mean() < 0.4 * rain[heavy].mean()
