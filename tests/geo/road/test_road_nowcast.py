"""The road nowcast on real winters, beside saying that all stays as it is. The figures are in docs/skill.md."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

import pytest

from geo.model import Sample
from geo.road.ice import ICY
from geo.road.watch import watch

REAL = os.environ.get("SHIRASE_REAL_DATA")
COLUMNS = {
    "road_temperature": "surface_temp_c",
    "air_temperature": "air_temp_c",
    "dew_point": "dew_point_c",
    "water_film": "water_mm",
    "snow_film": "snow_ice",
}
WINDOW = timedelta(hours=6)
STEPS = 3  # of the table in an hour


def places() -> Iterator[tuple[dict[str, list[Sample]], list[datetime], list[bool]]]:
    with (Path(REAL or "") / "snow/road_condition_metro.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for _, group in groupby(rows, lambda row: row["case"]):
        here = list(group)
        times = [datetime.fromisoformat(row["time_utc"]) for row in here]
        series = {
            name: [Sample(at, float(row[column]), "r") for at, row in zip(times, here, strict=True)]
            for name, column in COLUMNS.items()
        }
        falling = [(float(row["precip_rate_rain"]) + float(row["precip_rate_snow"])) / 6 for row in here]
        series["rain_10min"] = [Sample(at, fallen, "r") for at, fallen in zip(times, falling, strict=True)]
        yield series, times, [int(row["road_condition"]) in {3, 4, 7, 8} for row in here]


def scores(lead_h: int) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Hits, misses, false alarms of the nowcast and of persistence, over the times at which it was not yet icy."""
    ours, stays = [0, 0, 0], [0, 0, 0]
    for series, times, icy in places():
        for i in range(5, len(times) - lead_h * STEPS):
            if icy[i]:
                continue
            now = times[i]
            state = watch({name: [s for s in some if now - WINDOW <= s.at] for name, some in series.items()}, now)
            assert state is not None
            soon = state.ahead is not None and state.ahead.at <= now + timedelta(hours=lead_h)
            happened = any(icy[i + 1 : i + lead_h * STEPS + 1])
            for counts, said in ((ours, soon or bool(state.held)), (stays, state.condition in ICY)):
                if said or happened:
                    counts[0 if said and happened else 1 if happened else 2] += 1
    return (ours[0], ours[1], ours[2]), (stays[0], stays[1], stays[2])


@pytest.mark.real
@pytest.mark.skipif(not REAL, reason="SHIRASE_REAL_DATA does not say where the road table is")
@pytest.mark.parametrize(("lead_h", "csi", "events"), [(1, 0.30, 10), (2, 0.43, 19), (3, 0.37, 28)])
def test_half_of_the_ice_is_foreseen_where_persistence_foresees_none(lead_h: int, csi: float, events: int) -> None:
    (hits, misses, false), (stay_hits, stay_misses, stay_false) = scores(lead_h)
    assert hits + misses == stay_hits + stay_misses == events
    assert hits / (hits + misses + false) == pytest.approx(csi, abs=0.01)
    assert stay_hits / (stay_hits + stay_misses + stay_false) <= 0.1
