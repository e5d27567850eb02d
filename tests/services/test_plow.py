"""Plow: stored fixes become passes, coverage and rounds; in whatever order they come, and however often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from feeds.records import Fix
from feeds.status import Status
from geo.area import Areas
from geo.hazard import Hazard
from geo.model import Ground, Inputs
from geo.plow.network import Network
from geo.plow.work import Rules
from services.bell import Bell
from services.plow import Plow, pause_after
from services.predict import Predict
from services.roads import Roads, load_roads
from services.settings import load
from services.store import cursors, plowed, records
from services.store.engine import Store
from services.store.tables_plow import coverage, passes
from tests.geo.plow.making import START, lat_of, lon_of
from tests.geo.plow.streets import network
from tests.geo.plow.test_passes import drive
from tests.services.making import SetClock
from tests.services.web_floor import ground

BEGAN = datetime.fromtimestamp(START, UTC)
LATER = BEGAN + timedelta(hours=1)
LINES = {"a": ((0, 0), (200, 0)), "b": ((200, 0), (400, 0)), "c": ((400, 0), (600, 0))}
SECTION = {name: {"section": "plow-1", "administrator": "city"} for name in LINES}
NETWORK = network(LINES, **SECTION)
ALL = frozenset(Status)


def roads(net: Network = NETWORK, **changes: Any) -> Roads:
    whole = Roads(carriageways=net, sidewalks=None, rules=Rules(), sidewalk_vehicles=frozenset(), statuses=ALL)
    return replace(whole, **changes)


def driven(*corners: tuple[float, float], start: float = 0.0, **changes: Any) -> list[Fix]:
    whole = Fix(gateway="gw1", vehicle="p7", measured_at=BEGAN, lon=0, lat=0)
    return [
        replace(whole, measured_at=BEGAN + timedelta(seconds=at), lon=lon_of(east), lat=lat_of(north), **changes)
        for at, east, north in drive(*corners, start=start)
    ]


class Desk:
    """A store with the loop over it."""

    def __init__(self, store: Store, where: Roads | None = None) -> None:
        self.store, self.clock = store, SetClock(LATER)
        self.plow = Plow(store, Bell(), self.clock, where or roads())

    async def hear(self, fixes: Sequence[Fix], received: datetime = LATER) -> None:
        async with self.store.write() as connection:
            await records.save(connection, fixes, received)
        while await self.plow.step():
            pass

    async def passes(self) -> list[tuple[Any, ...]]:
        """Without their numbers, which say only when they were worked out."""
        columns = [column for column in passes.c if column.name != "id"]
        async with self.store.read() as connection:
            return [tuple(row) for row in await connection.execute(select(*columns).order_by(*columns))]

    async def covered(self) -> dict[str, bool]:
        async with self.store.read() as connection:
            found = await connection.execute(select(coverage).order_by(coverage.c.segment))
            return {row.segment: row.done_at is not None for row in found}

    async def rounds(self, now: datetime = LATER) -> dict[str, datetime]:
        async with self.store.read() as connection:
            return await plowed.last_round(connection, Status.ACTUAL, now)


async def test_a_street_is_driven_and_done(store: Store) -> None:
    desk = Desk(store)
    await desk.hear(driven((0, 0), (500, 0)))
    assert await desk.covered() == {"a": True, "b": True, "c": False}
    assert await desk.rounds() == {}, "two thirds of the section are no round"
    await desk.hear(driven((500, 0), (600, 0), start=90.0))
    assert (await desk.covered())["c"]
    passed = (await desk.rounds())["plow-1"]
    assert timedelta(seconds=20) < passed - BEGAN < timedelta(seconds=50), "since the first street was done"
    assert await desk.rounds(BEGAN) == {}, "at that time nobody knew"


async def test_late_shuffled_and_repeated_fixes_end_in_the_same_passes(store: Store) -> None:
    fixes = driven((0, 0), (600, 0), (0, 0))
    other = Desk(store)
    await other.hear([replace(one, gateway="gw2") for one in fixes])
    whole = [row[0:1] + row[2:] for row in await other.passes()]
    assert len(whole) == 6

    random = Random(5)
    shuffled = fixes + random.sample(fixes, 20)
    random.shuffle(shuffled)
    for begin in range(0, len(shuffled), 12):
        await other.hear(shuffled[begin : begin + 12])
    assert [row[0:1] + row[2:] for row in await other.passes() if row[1] == "gw1"] == whole


async def test_what_was_worked_out_stays_as_it_is_when_nothing_new_is_told(store: Store) -> None:
    desk = Desk(store)
    fixes = driven((0, 0), (600, 0))
    await desk.hear(fixes)
    async with store.read() as connection:
        before = list(await connection.scalars(select(passes.c.id)))
        position = await cursors.position(connection, Plow.name)
    again = Desk(store)  # after a restart
    beside = replace(fixes[-1], measured_at=fixes[-1].measured_at + timedelta(seconds=10), lat=lat_of(100))
    await again.hear([beside])
    async with store.read() as connection:
        assert list(await connection.scalars(select(passes.c.id))) == before
        assert await cursors.position(connection, Plow.name) > position


async def test_a_day_s_passes_are_worked_out_anew_when_the_network_has_changed(store: Store) -> None:
    """Also what was heard while there was no network for it; older days stay as they were."""
    drawn = roads(statuses=ALL - {Status.ACTUAL})
    desk = Desk(store, drawn)
    await desk.hear([*driven((0, 0), (600, 0)), *driven((0, 0), (600, 0), status=Status.EXERCISE)])
    assert set(await desk.covered()) == set(LINES)
    other = Desk(store, roads(network({"x": ((0, 0), (600, 0))})))
    await other.hear([])
    assert {(row[0], row[3]) for row in await other.passes()} == {("Actual", "x"), ("Exercise", "x")}
    done = {segment for segment, is_done in (await other.covered()).items() if is_done}
    assert done == {"x"}, "nothing is told of roads that are no more"
    again = Desk(store, roads(network({"x": ((0, 0), (600, 0))})))
    assert not await again.plow.step(), "the same network: nothing to do"
    renamed = Desk(store, roads(network({"y": ((0, 0), (600, 0))})))
    await renamed.hear([])
    assert {row[3] for row in await renamed.passes()} == {"y"}


async def test_a_drill_is_not_the_real_thing_and_a_drawn_network_is_for_drills(store: Store) -> None:
    desk = Desk(store, roads(statuses=ALL - {Status.ACTUAL}))
    await desk.hear([*driven((0, 0), (600, 0)), *driven((0, 0), (600, 0), status=Status.EXERCISE)])
    assert {row[0] for row in await desk.passes()} == {"Exercise"} and await desk.rounds() == {}


async def test_a_sidewalk_plow_is_matched_to_sidewalks_alone(store: Store) -> None:
    walks = network({"walk": ((0, 6), (600, 6))})
    desk = Desk(store, roads(sidewalks=walks, sidewalk_vehicles=frozenset({"s1"})))
    await desk.hear([*driven((0, 3), (600, 3), vehicle="s1"), *driven((0, 3), (600, 3), vehicle="p1")])
    assert {(row[2], row[3]) for row in await desk.passes()} == {("s1", "walk"), *(("p1", one) for one in LINES)}


async def test_a_clock_that_is_ahead_makes_no_pass(store: Store) -> None:
    desk = Desk(store)
    ahead = driven((0, 0), (600, 0), start=1800)
    await desk.hear(ahead, received=BEGAN)
    assert await desk.passes() == []
    await desk.hear(driven((0, 0), (600, 0)), received=BEGAN)
    assert len(await desk.passes()) == 3


async def test_a_phone_that_was_offline_for_hours_fills_the_hole(store: Store) -> None:
    desk = Desk(store)
    street = ((0, 0), (600, 0))
    await desk.hear([*driven(*street), *driven(*street, start=3 * 3600)], LATER + timedelta(hours=3))
    assert len(await desk.passes()) == 6
    await desk.hear(driven(*street, start=5400), LATER + timedelta(hours=3))
    assert len(await desk.passes()) == 9


async def test_what_another_gateway_calls_by_the_same_name_is_another_vehicle(store: Store) -> None:
    desk = Desk(store)
    await desk.hear([*driven((0, 0), (300, 0)), *driven((300, 0), (600, 0), gateway="gw2", start=54.0)])
    assert {row[1] for row in await desk.passes()} == {"gw1", "gw2"}
    assert (await desk.covered())["b"], "two halves by two machines"


def test_the_roads_of_the_profile(tmp_path: Path) -> None:
    settings = load(environment={"SHIRASE_DATA_DIR": str(tmp_path)})
    found = load_roads(settings, Areas([]))
    assert found is not None and found.statuses == {Status.EXERCISE, Status.TEST} and found.sidewalks is not None
    elsewhere = settings.model_copy(update={"profile": tmp_path})
    assert load_roads(elsewhere, Areas([])) is None


async def test_vehicles_that_are_read_together_keep_their_own_fixes(store: Store) -> None:
    """More of them than one statement reads, of two gateways and a drill, one of them in another quarter."""
    one_by_one, together = [], []
    for number in range(6):
        street = driven((0, 0), (600, 0), start=30.0 * number, vehicle=f"p{number}", gateway=f"gw{number % 2}")
        one_by_one.append([replace(one, gateway=f"old{number % 2}") for one in street])
        together += street
    drill = driven((0, 0), (300, 0), vehicle="p0", gateway="gw0", status=Status.EXERCISE)
    desk = Desk(store)
    for street in one_by_one:
        await desk.hear(street)
    before = [row[0:1] + row[2:] for row in await desk.passes()]
    assert len(before) == 18
    await desk.hear([*together, *drill, *driven((0, 0), (200, 0), start=1200, vehicle="p1", gateway="gw1")])
    after = [row for row in await desk.passes() if row[1].startswith("gw")]
    actual, soon = [row for row in after if row[0] == "Actual"], BEGAN + timedelta(minutes=18)
    assert sorted(row[0:1] + row[2:] for row in actual if row[4] < soon) == sorted(before)
    assert {row[1:4] for row in actual if row[4] >= soon} == {("gw1", "p1", "a")}
    assert {row[1:4] for row in after if row[0] == "Exercise"} == {("gw0", "p0", "a"), ("gw0", "p0", "b")}


def test_vehicles_of_two_gateways_are_not_read_together() -> None:
    mine = plowed.Vehicle(Status.ACTUAL, "gw1", "p1")
    with pytest.raises(ValueError, match="group them first"):
        plowed.fleet([mine, replace(mine, gateway="gw2")])


def test_the_more_a_step_takes_the_longer_news_are_gathered() -> None:
    assert [pause_after(took) for took in (0.05, 10.0, 200.0)] == [15.0, 40.0, 60.0]


@pytest.mark.one_engine
async def test_readings_alone_move_nothing(store: Store) -> None:
    desk = Desk(store)
    assert not await desk.plow.step()
    async with store.read() as connection:
        assert await cursors.position(connection, Plow.name) == 0


class Listener:
    """A model that only looks at when sections were gone round."""

    name, version = "listener", "1"
    quantities, reports = frozenset[str](), frozenset[str]()
    window, telegrams = timedelta(0), False

    def __init__(self) -> None:
        self.heard: dict[Status, Mapping[str, datetime]] = {}

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        self.heard[inputs.status] = inputs.passes
        return []


async def test_models_are_told_when_a_section_was_gone_round(store: Store) -> None:
    desk, model = Desk(store), Listener()
    await desk.hear(driven((0, 0), (600, 0)))
    await Predict(store, Bell(), desk.clock, ground(), [model]).step()
    assert model.heard[Status.ACTUAL] == await desk.rounds() != {}
    assert model.heard[Status.EXERCISE] == {}
