"""Snow dumps: a truck's visit is one load whatever its trace is cut by; the outlook tells how far it may be wrong."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import median

import pytest
import shapely

from geo.plow.blocks import BLOCK_S, touched, worked
from geo.plow.dumps.crowd import Crowd, queue
from geo.plow.dumps.outlook import Filling, Measured, Outlook, Why, outlook
from geo.plow.dumps.visits import Visit, by_day, visits
from geo.plow.fences import Fence, Fences
from geo.plow.spells import Doing, Spell
from geo.plow.work import Rules
from tests.geo.plow.making import START, lat_of, lon_of, made
from tests.geo.plow.test_spells import STREET

TODAY = date(2027, 1, 25)  # a Monday
HOW = Filling()
REAL = Path(os.environ.get("SHIRASE_REAL_DATA") or "nowhere") / "snow" / "snow_dumps_montreal_2021_22.csv"


def fence(code: str, west: float, east: float, kind: str = "dump") -> Fence:
    box = shapely.box(lon_of(west), lat_of(50), lon_of(east), lat_of(150))
    return Fence(code=code, name=code, kind=kind, geometry=box)


def test_a_load_is_one_visit_over_quarters_and_silences_and_a_drive_past_is_none() -> None:
    rules = Rules(fences=Fences([fence("depot", 0, 90, "depot"), fence("d1", 100, 200)]))
    inside = [(60.0 + at, 150.0 + at % 3, 100.0) for at in range(0, 1500, 10) if not 600 <= at < 1000]
    raw = made([(0.0, 150.0, 0.0), (30.0, 150.0, 30.0), *inside, (1590.0, 150.0, 30.0), (1620.0, 150.0, 0.0)])
    quarters = sorted({block for at in raw.at for block in touched(float(at)) if block + BLOCK_S >= START})
    spells = [one for block in quarters for one in worked(raw, block, STREET, rules).spells]
    (visit,) = visits(spells)
    assert visit.dump == "d1" and 1480 <= visit.seconds <= 1560 and len([one for one in spells if one.place]) > 2
    assert {one.place for one in spells if one.doing is not Doing.YARD} == {""}
    past = [Spell(began=0, ended=50, doing=Doing.YARD, place="d1"), Spell(began=50, ended=99, doing=Doing.WORK)]
    assert visits(past) == []


def test_two_dumps_are_two_visits_and_midnight_makes_no_second_load() -> None:
    midnight = 1_800_025_200 // 86400 * 86400 - 9 * 3600  # in Japan
    spells = [
        Spell(began=midnight - 300, ended=midnight, doing=Doing.YARD, place="d1"),
        Spell(began=midnight, ended=midnight + 300, doing=Doing.YARD, place="d1"),
        Spell(began=midnight + 400, ended=midnight + 900, doing=Doing.YARD, place="d2"),
        Spell(began=midnight + 1600, ended=midnight + 1800, doing=Doing.YARD, place="d2"),
    ]
    found = visits(spells)
    assert [(one.dump, one.seconds) for one in found] == [("d1", 600), ("d2", 500), ("d2", 200)]
    assert [list(days.values()) for days in by_day(found).values()] == [[1], [2]]
    assert found[0].day + timedelta(days=1) == found[1].day


def test_the_queue_counts_who_is_inside_and_tells_no_median_of_two() -> None:
    gone = [Visit(at, at + 600, "d1") for at in (1000, 2000)]
    here = [Visit(5000, 5900, "d1"), Visit(5600, 6000, "d1"), Visit(5800, 5950, "d1")]
    assert queue([*gone, *here], 6000, bays=2).crowd is Crowd.BUSY
    assert queue(gone, 6000, bays=2) == replace(queue([], 6000, 2), inside=0)
    assert queue([*gone, Visit(3000, 3900, "d1")], 6000, bays=2).stay_s == 600
    assert queue([Visit(5990, 5999, "d1")] * 7, 6000, bays=2).crowd is Crowd.CROWDED
    assert queue(here, 99_000, bays=2).inside == 0


def even(a_day: int, days: int = 14) -> dict[date, int]:
    return {TODAY - timedelta(days=back): a_day for back in range(1, days + 1)}


def test_full_by_thursday() -> None:
    told = outlook(10_000, [Measured(on=TODAY - timedelta(days=14), volume_m3=1_000)], even(90), TODAY, HOW)
    assert round(told.volume_m3) == 1_000 + 14 * 90 * 6 and told.a_day_m3 == 540
    assert told.likely == date(2027, 1, 27) and told.why is Why.FORESEEN
    assert told.early and told.early < told.likely and (told.late is None or told.late > told.likely)
    assert told.low_m3 < told.volume_m3 < told.high_m3


def test_two_measurements_tell_what_a_load_comes_to_and_make_the_outlook_sharper() -> None:
    counts = even(100, 20)
    first = Measured(on=TODAY - timedelta(days=20), volume_m3=0)
    one = outlook(20_000, [first], counts, TODAY, HOW)
    second = Measured(on=TODAY - timedelta(days=4), volume_m3=8_000)  # sixteen days, 1,600 loads: five each
    two = outlook(20_000, [first, second], counts, TODAY, HOW)
    assert round(two.volume_m3) == 8_000 + 4 * 100 * 5
    assert two.high_m3 - two.low_m3 < 0.5 * (one.high_m3 - one.low_m3)
    same_day = replace(second, on=TODAY - timedelta(days=1), before=100)
    assert outlook(20_000, [same_day], counts, TODAY, HOW).volume_m3 == 8_000, "what came before is in the figure"


def test_snow_that_comes_in_runs_is_less_certain_than_the_same_day_by_day() -> None:
    runs = {TODAY - timedelta(days=back): 280 for back in (5, 6, 12, 13)}
    steady, bursts = outlook(12_000, [], even(80), TODAY, HOW), outlook(12_000, [], runs, TODAY, HOW)
    assert steady.volume_m3 == bursts.volume_m3
    assert bursts.early and steady.early and bursts.early <= steady.early
    assert bursts.late is None or (steady.late is not None and bursts.late >= steady.late)


@pytest.mark.parametrize(
    ("capacity", "counts", "why"),
    [
        (0, even(90), Why.NO_CAPACITY),
        (1_000, even(90), Why.FULL),
        (10_000, even(90, 2), Why.TOO_NEW),
        (10_000, {TODAY - timedelta(days=40): 50}, Why.IDLE),
        (1e7, even(90), Why.AHEAD),
    ],
)
def test_where_no_day_can_be_told_it_says_why(capacity: float, counts: dict[date, int], why: Why) -> None:
    told = outlook(capacity, [], counts, TODAY, HOW)
    assert told.why is why and told.likely is None


def test_today_is_counted_as_a_whole_day_or_by_what_has_come_where_that_is_more() -> None:
    assert outlook(8_050, [], even(90), TODAY, HOW).likely == TODAY, "as many will come today as on other days"
    assert outlook(8_200, [], even(90), TODAY, HOW).likely == TODAY + timedelta(days=1)
    assert outlook(8_200, [], even(90) | {TODAY: 110}, TODAY, HOW).why is Why.FULL


@pytest.mark.skipif(not REAL.is_file(), reason="SHIRASE_REAL_DATA does not name the folder with Montreal's dumps")
def test_a_season_of_montreals_dumps() -> None:
    """What they took in and hold is the city's record; how that spread over the days is ours: runs of hauling."""
    sites = {row["NomDepot"]: row for row in csv.DictReader(REAL.open(encoding="utf-8"))}
    heaps = {name: (float(row["Capacite"]), float(row["VolumeDeverse"])) for name, row in sites.items()}
    chutes = [name for name, (capacity, _) in heaps.items() if not capacity]
    assert len(chutes) == 4 and len(heaps) == 11
    last = {name: play(capacity, volume, 5)[-1][1] for name, (capacity, volume) in heaps.items()}
    assert all(last[name].why is Why.NO_CAPACITY for name in chutes), "a sewer chute is never full"
    shares = {name: told.share for name, told in last.items() if told.share is not None}
    assert max(shares, key=shares.__getitem__) == "Newman (S-O)" and 0.98 < shares["Newman (S-O)"] < 1
    early, late, off = figures([one for one in heaps.values() if one[0] and one[1] > 1_000])
    assert len(off) > 100 and median(off) <= 3, "days between the day told and the day it was, in the last week"
    assert early <= 0.1 and late <= 0.1, "shares of evenings on which a bound was wrong: nine of ten hold"


def play(capacity: float, volume: float, seed: int) -> list[tuple[date, Outlook]]:
    """The outlook of each evening of a season of 110 days with hauling in runs, load by load of 20 m3."""
    random, first = Random(seed), TODAY - timedelta(days=60)
    weights = [0.0] * 110
    for _ in range(9):
        begin = random.randrange(0, 104)
        for day in range(begin, begin + random.randrange(3, 7)):
            weights[day] += random.uniform(0.5, 1.5)
    whole = sum(weights)
    counts = {first + timedelta(days=day): round(volume / 20 * one / whole) for day, one in enumerate(weights)}
    how = Filling(load_m3=20, load_spread=0.2)
    begun = [Measured(on=first, volume_m3=0)]
    found = []
    for day in sorted(counts):
        known = {each: many for each, many in counts.items() if each <= day}
        found.append((day, outlook(capacity, begun, known, day, how)))
    return found


def figures(heaps: list[tuple[float, float]]) -> tuple[float, float, list[int]]:
    """Of all evenings on which a day was told: how often the dump was full before the earliest day, and after the
    latest; and by how many days the likely one was wrong within the last week.

    The capacity is cut to 70 % of the season's volume, so that each of them does become full.
    """
    before, after, told, off = 0, 0, 0, []
    for seed in range(5):
        for _, volume in heaps:
            evenings = play(0.7 * volume, volume, seed)
            full = next(day for day, one in evenings if one.why is Why.FULL)
            for day, one in evenings:
                if day < full and one.early and one.likely:
                    told += 1
                    before += full < one.early
                    after += one.late is not None and full > one.late
                    off += [abs((one.likely - full).days)] if (full - day).days <= 7 else []
    return before / told, after / told, off
