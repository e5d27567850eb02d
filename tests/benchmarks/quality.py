"""Quality control on 547,387 real reports: what it catches, what it lets pass, and that it loses no flood.

The yardsticks are laid on the file itself, by looking at both neighbours in time; the control only knows the past.

* *Isolated spike*: a report more than 1 m from both neighbours, on the same side of them, both within two hours, and
  from the median of the three days before and after. By the neighbours alone the sound report between two spikes is
  one too; that number is given beside it.
* *Exceedance*: a run of reports at or above the gauge's flood level (氾濫開始水位), none more than two hours apart.
  Confirmed: two reports or more. Lost: at its last report the models are given none of it. Late: none at its second.
* *False alarm*: an exceedance of one report that is an isolated spike. Removed: the models are given nothing of it,
  neither then nor when the next report has come.

What the models are given is what is trusted, and what was held and has been borne out by then (`feeds/settled.py`).
"""

from __future__ import annotations

import csv
import gzip
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median

from feeds.quality import Past, Track, judged
from feeds.quantities import QUANTITIES
from feeds.records import BARRING, Flag, Reading
from feeds.settled import settled
from tests.benchmarks.figure import Figure
from tests.benchmarks.scale import Scale

NAME = "quality"
_BEFORE = 24  # reports before a run that tell what was believed
_NEAR, _SPIKE_M = timedelta(hours=2), 1.0
_JAPAN = timezone(timedelta(hours=9))
Report = tuple[datetime, float]


@dataclass
class Tally:
    """Counts over all gauges."""

    reports: int = 0
    flagged: int = 0
    apart: int = 0  # by the neighbours alone
    apart_caught: int = 0
    spikes: int = 0
    caught: int = 0
    confirmed: int = 0
    late: int = 0
    lost: int = 0
    false_alarms: int = 0
    removed: int = 0
    flags: Counter[Flag] = field(default_factory=Counter)


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """Counts and shares. ``folder`` is not used. Without SHIRASE_REAL_DATA there is nothing to measure on."""
    data = os.environ.get("SHIRASE_REAL_DATA", "")
    if not data:
        return []
    tally = over(Path(data) / "timeseries" / "river_jp", scale.gauges)
    return [
        _figure("reports", tally.reports, "reports"),
        _figure("reports flagged", tally.flagged, "reports"),
        _figure("isolated spikes", tally.spikes, "reports"),
        _figure("isolated spikes caught", 100 * tally.caught / max(tally.spikes, 1), "%"),
        _figure("far from both neighbours", tally.apart, "reports"),
        _figure("far from both neighbours, caught", 100 * tally.apart_caught / max(tally.apart, 1), "%"),
        _figure("confirmed exceedances", tally.confirmed, "runs"),
        _figure("confirmed exceedances lost", tally.lost, "runs"),
        _figure("confirmed exceedances told later than with the second report", tally.late, "runs"),
        _figure("exceedances that are isolated spikes", tally.false_alarms, "runs"),
        _figure("of these removed", tally.removed, "runs"),
        *(_figure(f"flag {flag}", tally.flags[flag], "reports") for flag in sorted(tally.flags)),
    ]


def over(folder: Path, gauges: int | None) -> Tally:
    """The control over the first so many gauges, each from nothing and in the order of time."""
    levels = _flood_levels(folder / "gauges.csv")
    tally = Tally()
    for number, (gauge, reports) in enumerate(_series(folder / "levels_2025-09_2026-05.csv.gz")):
        if gauges is not None and number >= gauges:
            break
        _add(tally, gauge, reports, levels.get(gauge))
    return tally


def _add(tally: Tally, gauge: str, reports: Sequence[Report], flood: float | None) -> None:
    flags = list(_flags(gauge, reports))
    trusted = [one.isdisjoint(BARRING) for one in flags]
    tally.flagged += sum(bool(one) for one in flags)
    given = _Given(reports, flags)
    apart = {place for place in range(len(reports)) if _isolated(reports, place)}
    spikes = {place for place in apart if _off_the_median(reports, place)}
    tally.reports += len(reports)
    tally.flags.update(flag for one in flags for flag in one)
    tally.apart += len(apart)
    tally.apart_caught += sum(not trusted[place] for place in apart)
    tally.spikes += len(spikes)
    tally.caught += sum(not trusted[place] for place in spikes)
    for run in _runs(reports, flood):
        if len(run) > 1:
            tally.confirmed += 1
            tally.lost += not given.any_of(run, upto=run[-1])
            tally.late += not given.any_of(run, upto=run[1])
        elif run[0] in spikes:
            tally.false_alarms += 1
            tally.removed += not (given.any_of(run, upto=run[0]) or given.any_of(run, upto=run[0] + 1))


class _Given:
    """What the models are given of one gauge after each of its reports."""

    def __init__(self, reports: Sequence[Report], flags: Sequence[frozenset[Flag]]) -> None:
        self._samples: list[Past | None] = []  # None: barred for good
        for (at, value), raised in zip(reports, flags, strict=True):
            barred = raised & BARRING
            self._samples.append(None if barred - {Flag.SPIKE} else Past(at, value, not barred))

    def any_of(self, run: Sequence[int], *, upto: int) -> bool:
        begin = max(0, run[0] - _BEFORE)
        places = [place for place in range(begin, min(upto + 1, len(self._samples))) if self._samples[place]]
        holds = settled([one for place in places if (one := self._samples[place])], QUANTITIES["water_level"])
        return any(held and place in run for place, held in zip(places, holds, strict=True))


def _flags(gauge: str, reports: Sequence[Report]) -> Iterator[frozenset[Flag]]:
    track, known = Track(), QUANTITIES["water_level"]
    for at, value in reports:
        reading = Reading(gateway="g", station=gauge, quantity="water_level", value=value, unit="m", measured_at=at)
        if not known.low <= value <= known.high:
            yield frozenset({Flag.OUT_OF_RANGE})
            continue
        flags, track = judged(reading, track)
        yield flags


def _isolated(reports: Sequence[Report], place: int) -> bool:
    if not 0 < place < len(reports) - 1:
        return False
    (before, low), (at, value), (after, high) = reports[place - 1 : place + 2]
    near = at - before <= _NEAR and after - at <= _NEAR
    return near and min(abs(value - low), abs(value - high)) > _SPIKE_M and (value > low) == (value > high)


def _off_the_median(reports: Sequence[Report], place: int) -> bool:
    at, value = reports[place]
    nearby = reports[max(0, place - 450) : place + 450]
    around = [other for when, other in nearby if when != at and abs(when - at) <= timedelta(days=3)]
    return abs(value - median(around)) > _SPIKE_M


def _runs(reports: Sequence[Report], flood: float | None) -> Iterator[list[int]]:
    """Places of each unbroken run at or above the flood level."""
    if flood is None or not reports:
        return
    breaks = [0, *(later[0] - earlier[0] > _NEAR for earlier, later in pairwise(reports))]
    part, keys = 0, []
    for place, gap in enumerate(breaks):
        part += bool(gap)
        keys.append((part, reports[place][1] >= flood))
    for (_, above), places in groupby(range(len(reports)), key=lambda place: keys[place]):
        if above:
            yield list(places)


def _flood_levels(file: Path) -> dict[str, float]:
    with file.open(encoding="utf-8", newline="") as table:
        return {row["gauge"]: float(row["flood_level_m"]) for row in csv.DictReader(table) if row["flood_level_m"]}


def _series(file: Path) -> Iterator[tuple[str, list[Report]]]:
    found: defaultdict[str, list[Report]] = defaultdict(list)
    with gzip.open(file, "rt", encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            if row["level_m"]:
                at = datetime.fromisoformat(row["time_jst"]).replace(tzinfo=_JAPAN)
                found[row["gauge"]].append((at, float(row["level_m"])))
    for gauge in sorted(found):
        yield gauge, sorted(found[gauge])


def _figure(figure: str, value: float, unit: str) -> Figure:
    return Figure(bench=NAME, figure=figure, value=value, unit=unit)
