"""What the models are given of orders and dumps, out of the store: several times a second on a hard night."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.announced import Dumped, Ordered
from rules.dumps.life import State, Told
from rules.orders.decision import Kind
from rules.orders.life import GIVEN, Act, Order
from services.dumps.counting import SEASON
from services.dumps.sites import Site, Sites
from services.store import dumps, orders

_LATELY = timedelta(hours=24)
_SHUT = (State.FULL, State.CLOSED)


async def ordered(connection: AsyncConnection, status: Status, now: datetime) -> list[Ordered]:
    """Plow orders that people gave: those that bind a contractor, and those that were done lately."""
    known = await orders.since(connection, now - _LATELY, status, only=(Act.ORDER, Act.FINISH))
    found = (_ordered(one) for one in known)
    return [one for one in found if one is not None]


def _ordered(one: Order) -> Ordered | None:
    given, finished = one.when(Act.ORDER), one.when(Act.FINISH)
    if one.kind is not Kind.PLOW or given is None or not (one.state in GIVEN or finished):
        return None
    return Ordered(
        number=one.id,
        section=one.section,
        name=one.section_name,
        given_at=given,
        finish_by=one.finish_by,
        finished_at=None if one.state in GIVEN else finished,
    )


class Announced:
    """The city's public dumps, where it has any. What is kept here only saves work: a winter's acts are read again
    when somebody says something."""

    def __init__(self, sites: Sites | None = None) -> None:
        self._sites = sites or Sites()
        self._kept: dict[Status, tuple[dict[str, int], dict[str, Told]]] = {}

    async def dumps(self, connection: AsyncConnection, status: Status, now: datetime) -> list[Dumped]:
        """Those of which somebody said how they are."""
        public = [one for one in self._sites.of(status) if one.terms.public]
        if not public:
            return []
        told = await self._told(connection, status, now)
        found = (_dumped(one, told.get(one.code, Told()), public, told) for one in public)
        return [one for one in found if one is not None]

    async def _told(self, connection: AsyncConnection, status: Status, now: datetime) -> dict[str, Told]:
        mark = await dumps.mark(connection, status)
        before, told = self._kept.get(status, ({}, {}))
        if mark != before:
            told = await dumps.told(connection, status, now - SEASON)
            self._kept[status] = mark, told
        return told


def _dumped(site: Site, told: Told, public: list[Site], every: dict[str, Told]) -> Dumped | None:
    last, since, state = told.last, told.since, told.state
    if last is None or since is None or state is None:
        return None
    open_ = [one for one in public if one != site and every.get(one.code, Told()).state is State.OPEN]
    instead = min(open_, key=site.metres_to, default=None) if state in _SHUT else None
    return Dumped(
        code=site.code,
        name=site.name,
        name_en=site.name_en,
        state=state.value,
        since=since,
        confirmed_at=last.at,
        reopened=told.reopened,
        until=last.until,
        instead=instead.name if instead else "",
        instead_en=instead.name_en if instead else "",
    )
