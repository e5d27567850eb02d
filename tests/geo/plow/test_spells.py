"""Time: every second of a trace once, whatever it is cut by; and what each is counted as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.activities import ACTIVITIES
from geo.plow.blocks import BLOCK_S, touched, worked
from geo.plow.cleaning import clean
from geo.plow.fences import Fence, Fences
from geo.plow.spells import Doing, Spell, cut, within
from geo.plow.track import Track
from geo.plow.work import Rules, Work, work
from tests.geo.plow.making import START, lat_of, lon_of, made
from tests.geo.plow.streets import grid, network
from tests.geo.plow.test_passes import Points, drive, noisy

TOWN = grid(4, 4)
STREET = network(
    {"city": ((0, 0), (300, 0)), "pref": ((300, 0), (600, 0))},
    city={"administrator": "city", "section": "s1"},
    pref={"administrator": "prefecture"},
)


def told(spells: Sequence[Spell]) -> list[tuple[str, str, int]]:
    return [(one.doing, one.administrator, one.seconds) for one in spells]


def of(points: Points, rules: Rules | None = None) -> Work:
    return work(made(points), STREET, rules or Rules())


@st.composite
def nights(draw: st.DrawFn) -> Track:
    """Drives, stops, fast stretches and silences at odd fractions of a second, in a town of streets."""
    random, at, place = Random(draw(st.integers(0, 10_000))), 0.0, (200.0, 200.0)
    points: Points = []
    for kind in draw(st.lists(st.sampled_from(["drive", "stop", "race", "silence"]), min_size=2, max_size=12)):
        if kind == "silence":
            at += random.uniform(100, 500)
            continue
        for _ in range(random.randrange(2, 30)):
            at += random.uniform(3, 17)
            step = {"drive": 60.0, "stop": 2.0, "race": 190.0}[kind]
            place = tuple(min(400.0, max(0.0, one + random.uniform(-step, step))) for one in place)  # type: ignore[assignment]
            points.append((at, *place))
    return made(points)


@settings(max_examples=40, deadline=None)
@given(nights(), st.lists(st.integers(0, 6000), max_size=6))
def test_spells_are_all_of_the_time_that_was_seen_and_no_second_twice(night: Track, borders: list[int]) -> None:
    found = work(night, TOWN, Rules()).spells
    assert all(one.ended <= other.began for one, other in pairwise(found))
    seen = [(round(float(piece.at[0])), round(float(piece.at[-1]))) for piece in clean(night).pieces]
    assert sum(one.seconds for one in found) == sum(end - begin for begin, end in seen)
    whole = sum(one.metres for one in found)
    parts = [part for one in found for part in cut(one, [int(START) + border for border in borders])]
    assert sum(part.seconds for part in parts) == sum(one.seconds for one in found)
    assert sum(part.metres for part in parts) == pytest.approx(whole)


@settings(max_examples=15, deadline=None)
@given(nights())
def test_the_quarters_of_a_night_have_no_second_twice_and_forget_none(night: Track) -> None:
    blocks = sorted({block for at in night.at.tolist() for block in touched(at)})
    parts = [one for block in blocks for one in worked(night, block, TOWN, Rules()).spells]
    whole = work(night, TOWN, Rules()).spells
    assert all(one.ended <= other.began for one, other in pairwise(parts))
    assert sum(one.seconds for one in parts) == sum(one.seconds for one in whole)
    assert all(one.began // BLOCK_S == (one.ended - 1) // BLOCK_S for one in parts), "cut at the quarters"


def test_the_time_changes_hands_where_the_road_does() -> None:
    assert told(of(drive((0, 0), (600, 0))).spells) == [("work", "city", 54), ("work", "prefecture", 54)]


def test_a_truck_on_the_prefectures_road_beside_gets_no_city_pay() -> None:
    beside = network(
        {"city": ((0, 0), (600, 0)), "pref": ((0, 22), (600, 22))},
        city={"administrator": "city"},
        pref={"administrator": "prefecture"},
    )
    found = work(made(noisy(drive((0, 22), (600, 22)), 5)), beside, Rules())
    assert {one.administrator for one in found.spells} == {"prefecture"}
    assert {one.segment for one in found.passes} == {"pref"}


def test_forty_minutes_at_a_shop_are_standing_and_the_way_there_is_work() -> None:
    first = drive((0, 0), (200, 0))
    wait = [(first[-1][0] + 20.0 * count, 200.0, 6.0) for count in range(1, 121)]
    found = of([*first, *wait, *drive((200, 0), (280, 0), start=wait[-1][0] + 20)]).spells
    seconds = {doing: sum(one.seconds for one in found if one.doing == doing) for doing in Doing}
    assert 2360 <= seconds[Doing.STANDBY] <= 2440 and 30 <= seconds[Doing.WORK] <= 90


def test_at_the_dump_no_time_is_work() -> None:
    around = shapely.box(lon_of(150), lat_of(-40), lon_of(280), lat_of(40))
    found = of(
        drive((0, 0), (300, 0)), Rules(fences=Fences([Fence(code="d", name="雪捨て場", kind="dump", geometry=around)]))
    )
    assert {one.doing for one in found.spells} == {Doing.WORK, Doing.YARD}
    assert sum(one.seconds for one in found.spells) == 54


def test_fast_driving_and_what_is_called_so_are_transfer() -> None:
    assert told(of(drive((0, 0), (600, 0), kmh=60)).spells) == [("transfer", "", 36)]
    raw = made(drive((0, 0), (600, 0)))
    none = replace(raw, activity=np.full(len(raw), float(ACTIVITIES.index("none"))))
    assert told(work(none, STREET, Rules()).spells) == [("transfer", "", 108)]


def test_a_gap_is_nobodys_time() -> None:
    points = [*drive((0, 0), (100, 0)), *drive((200, 0), (290, 0), start=400)]
    assert sum(one.seconds for one in of(points).spells) == 18 + 16


def test_tandem_is_one_pass_of_the_road_and_two_reports_of_time() -> None:
    first, second = of(drive((0, 0), (300, 0))), of(drive((0, 0), (300, 0), start=60))
    assert told(first.spells) == told(second.spells) == [("work", "city", 54)]


def spreading(points: Points, **columns: Sequence[float]) -> Track:
    return replace(made(points), **{name: np.array(values, dtype=float) for name, values in columns.items()})


def test_de_icer_by_the_setting_and_by_the_counter() -> None:
    points = drive((0, 0), (600, 0))
    by_setting = work(spreading(points, spread_g_m=[100.0] * len(points)), STREET, Rules())
    assert [one.deicer_kg for one in by_setting.passes] == [pytest.approx(30, abs=0.2)] * 2
    counter = [40.0 + 5 * place for place in range(len(points))]
    counted = work(spreading(points, spread_kg=counter), STREET, Rules())
    spread = [one.deicer_kg for one in counted.spells]
    assert sum(kg or 0 for kg in spread) == pytest.approx(counter[-1] - counter[0])
    counter[5:] = [5.0 * place for place in range(len(points) - 5)]
    reset = work(spreading(points, spread_kg=counter), STREET, Rules())
    assert sum(one.deicer_kg or 0 for one in reset.spells) == pytest.approx(5 * (len(points) - 2)), "unknown across"
    assert {one.deicer_kg for one in of(points).passes} == {None}


def test_what_lies_outside_is_left_out() -> None:
    one = Spell(began=100, ended=200, doing=Doing.WORK, metres=50, deicer_kg=4)
    assert within([one], 150, 175) == [replace(one, began=150, ended=175, metres=12.5, deicer_kg=1.0)]
    assert within([one], 200, 300) == [] == within([one], 0, 100)
