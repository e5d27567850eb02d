"""Orders: decide about every plow section, keep proposals in step with it, and see what plows have done.

Everything it knows stands in the store, so a restart in the middle changes nothing: a proposal that stands is brought
up to date, and never made twice. It orders nothing.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.model import Ground, Inputs, subjects
from geo.series.heard import without
from rules.orders.decide import decide
from rules.orders.decision import Decision, Kind
from rules.orders.life import GIVEN, Act, Event, Order, State
from rules.orders.picture import QUANTITIES, Told, pictures
from rules.orders.proposing import Step, overdue_steps, steps
from rules.orders.reading import in_force
from rules.orders.requested import CALLS_FOR, told_of_roads
from rules.orders.rules import OrderRules
from services.bell import Bell
from services.clock import Clock
from services.lease import Leased
from services.orders.entries import count, entry, show
from services.orders.forecasts import Forecasts
from services.orders.roadwork import News, Roadwork
from services.roads import Roads
from services.season import Season
from services.store import chronology, decided, distrusts, hazards, orders, plowed, readings
from services.store.engine import Store

BELL = "orders"
_MOVED_CM = 1.0
_CLOSED = timedelta(days=3)  # orders older than that say nothing about tonight
_REQUESTS = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One look at one status."""

    status: Status
    inputs: Inputs
    told: Told
    known: Sequence[Order]  # open, and closed lately
    before: Mapping[str, Decision]  # of the last look
    news: News  # of plows
    told_by_passes: Mapping[int, tuple[int, Sequence[Event]]] = field(default_factory=dict)  # with the acts it had

    @property
    def open(self) -> list[Order]:
        return [one for one in self.known if one.state in {State.STANDBY, State.PROPOSED, *GIVEN}]

    @property
    def quiet(self) -> bool:
        """True for a drill that nobody plays: it has neither gauges, forecasts nor orders."""
        return self.status is not Status.ACTUAL and not (
            self.inputs.series or self.told.foretold or self.known or self.before
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """How the city does it. ``roads`` tell what plows did; without a network people tell it."""

    rules: Sequence[OrderRules]
    patience: timedelta = timedelta(minutes=15)  # of an order without an answer
    roads: Roads | None = None


class Orders:
    """The loop; one process at a time."""

    name = "orders"
    EVERY = 20.0  # seconds; sooner while hub time is in a hurry

    def __init__(
        self,
        once: Leased | Store,
        bell: Bell,
        clock: Clock,
        ground: Ground,
        city: Practice,
    ) -> None:
        self._store, self._bell, self._clock, self._ground, self._city = once, bell, clock, ground, city
        self._season, self._roadwork = Season(), Roadwork(city.roads)
        self._forecasts = Forecasts(ground)
        self._kept: dict[tuple[Status, str], float] = {}  # centimetres of what was kept last

    async def step(self) -> bool:
        """Look once at every status; True where anything was done with an order."""
        now = self._clock.now()
        rules = in_force(self._city.rules, now)
        done = False
        for status in Status:
            async with self._store.read() as connection:
                seen = await self._look(connection, status, rules, now)
            if not seen.quiet:
                made = await asyncio.to_thread(self._decide, seen, rules) if rules else []
                acts = await asyncio.to_thread(self._roadwork.acts, status, seen.news, now)
                seen = replace(seen, told_by_passes=acts)
                done = await self._write(seen, made, rules, now) or done
        async with self._store.read() as connection:
            show(await orders.still_open(connection))
        if done:
            self._bell.ring(BELL)
        return done

    async def _look(self, connection: AsyncConnection, status: Status, rules: OrderRules | None, now: datetime) -> Seen:
        known = await orders.since(connection, now - _CLOSED, status)
        over = (rules.counting.over if rules else timedelta()) + timedelta(hours=2)
        wanted, air = (subjects(self._ground, some) for some in (QUANTITIES, frozenset({"air_temperature"})))
        doubted = await distrusts.subjects(connection, status, now)
        inputs = Inputs(
            now=now,
            status=status,
            series=without(await readings.series(connection, wanted, status, now - over, now), doubted),
            season=without(await self._season.gather(connection, air, status, now), doubted),
            passes=await plowed.last_round(connection, status, now),
        )
        ruts, asked = told_of_roads(await decided.asked_of_roads(connection, CALLS_FOR, status, now - _REQUESTS))
        told = Told(
            hazards=list((await hazards.current(connection, status)).values()),
            expected=await decided.expected(connection, status, now),
            foretold=await self._forecasts.gather(connection, status, now),
            rut_cm=ruts,
            reports=asked,
            finished=_finished(known, rules),
        )
        return Seen(
            status=status,
            inputs=inputs,
            told=told,
            known=known,
            before=await decided.last_look(connection, status),
            news=await self._roadwork.read(connection, status, known),
        )

    def _decide(self, seen: Seen, rules: OrderRules) -> list[Decision]:
        return [decide(one, rules) for one in pictures(seen.inputs, self._ground, rules, seen.told)]

    async def _write(self, seen: Seen, made: Sequence[Decision], rules: OrderRules | None, now: datetime) -> bool:
        """The look, what it changes, and nothing that somebody else has decided since: that is looked at anew."""
        noted = [one for one in made if self._noteworthy(one, seen.before.get(one.picture.section), rules)]
        async with self._store.write() as connection:
            await decided.look(connection, seen.status, made, seen.before)
            await decided.keep(connection, noted)
            fresh = await orders.since(connection, now - _CLOSED, seen.status)
            todo = self._todo(replace(seen, known=fresh), made, now)
            entries = []
            for one in todo:
                order = await self._do(connection, one)
                count(order, one.event)
                entries.append(entry(order, one.event))
            await chronology.append(connection, [one for one in entries if one is not None])
        self._kept |= {(one.picture.status, one.picture.section): one.counted_cm or 0.0 for one in noted}
        return bool(todo)

    def _noteworthy(self, one: Decision, before: Decision | None, rules: OrderRules | None) -> bool:
        """Into the record goes a decision that changed, one of which the snow has moved by a centimetre, that of each
        decision time, and that of a finish hour while snow lies: "8 cm < 10 cm at 03:00" can be told weeks later."""
        if before is None:
            return True
        kept = self._kept.setdefault((one.picture.status, one.picture.section), before.counted_cm or 0.0)
        said = [(each.main.rule, each.main.outcome, each.main.reason) for each in (one, before)]
        moved = abs((one.counted_cm or 0.0) - kept) >= _MOVED_CM
        hours = [
            before.finish_at if one.depth_cm or before.depth_cm else None,
            before.next_at if rules and rules.timing.decide_at else None,
        ]
        return said[0] != said[1] or moved or any(at and before.picture.at < at <= one.picture.at for at in hours)

    def _todo(self, seen: Seen, made: Sequence[Decision], now: datetime) -> list[Step]:
        still_open = seen.open
        closed = [one for one in seen.known if one not in still_open]
        todo = [step for one in made for step in steps(one, still_open, closed)]
        seen_at_work = []
        for order in still_open:
            acts, events = seen.told_by_passes.get(order.id, (0, ()))
            if acts == len(order.events):  # else somebody has acted since: that is looked at anew
                seen_at_work += [Step(order, event) for event in events]
        idle = [one for one in still_open if one.id not in {step.order.id for step in seen_at_work}]
        return [*todo, *seen_at_work, *overdue_steps(idle, now, self._city.patience)]

    async def _do(self, connection: AsyncConnection, one: Step) -> Order:
        if one.order.id == 0:
            return await orders.begin(connection, one.order, one.event)
        current = await orders.find(connection, one.order.id)  # a start may have been written a moment ago
        assert current is not None
        return await orders.act(connection, current, one.event, one.finish_by)


def _finished(known: Sequence[Order], rules: OrderRules | None) -> dict[str, dict[str, datetime]]:
    """Section → rule → when its last round of plowing was done."""
    found: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
    for one in known:
        ended = one.when(Act.FINISH)
        if one.state is State.FINISHED and ended is not None and one.kind is Kind.PLOW:
            for rule in _rounds_of(one, rules):
                found[one.section][rule] = max(ended, found[one.section].get(rule, ended))
    return found


def _rounds_of(order: Order, rules: OrderRules | None) -> list[str]:
    """Whose round it was: a person's own order for some roads is that of each rule whose roads are among them."""
    if order.rule or not order.classes:
        return [order.rule]
    return [one.id for one in rules.plow if order.covers(one.classes)] if rules else []
