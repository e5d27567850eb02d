"""The plow sections as the public may know them: ordered, at work or done, how much of them, and what the rule says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.orders.decision import Decision, Kind
from rules.orders.life import GIVEN, Act, Order, State
from rules.street.case import STALE
from services.requests.shares import Shares
from services.store import decided, orders

_LATELY, _HOLDS = timedelta(hours=24), timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One plow section. ``state`` is ordered, working, finished, or nothing: a proposal is nobody's but the desk's."""

    code: str
    name: str
    name_en: str
    state: str
    at: datetime | None  # since when it is so
    finish_by: datetime | None
    share: float | None  # of the city's own carriageways by length, done within a day; None: no network
    decision: Decision | None
    walk_share: float | None = None  # the same of its own sidewalks; None: none is known


class Rounds:
    """The sections as everybody sees them, worked out once in a while, however many look."""

    def __init__(self, done: Shares) -> None:
        self._done = done
        self._kept: dict[Status, tuple[datetime, list[Section]]] = {}
        self._reading = asyncio.Lock()

    async def of(
        self, connection: AsyncConnection, names: Mapping[str, tuple[str, str]], status: Status, now: datetime
    ) -> list[Section]:
        """As :func:`sections`, or as it was less than fifteen seconds ago; of those who ask at once one reads."""
        async with self._reading:
            at, found = self._kept.get(status, (None, []))
            if at is None or not at <= now < at + _HOLDS:
                found = await sections(connection, self._done, names, status, now)
                self._kept[status] = now, found
            return found


async def sections(
    connection: AsyncConnection,
    done: Shares,
    names: Mapping[str, tuple[str, str]],
    status: Status,
    now: datetime,
) -> list[Section]:
    """All sections, those at work first. ``names`` is code → name, name in English."""
    given = await orders.since(connection, now - _LATELY, status)
    looks = await decided.last_look(connection, status)
    shares = await done.of(connection, status, now)
    walks = await done.of_sidewalks(connection, status, now)
    found = []
    for code, (name, name_en) in names.items():
        order = _telling([one for one in given if one.section == code and one.kind is Kind.PLOW])
        found.append(
            Section(
                code=code,
                name=name,
                name_en=name_en,
                state=_state(order),
                at=_at(order),
                finish_by=order.finish_by if order and order.state in GIVEN else None,
                share=shares.get(code),
                walk_share=walks.get(code),
                decision=_fresh(looks.get(code), now),
            )
        )
    return sorted(found, key=lambda one: (_FIRST.index(one.state), one.code))


def road_state(some: Sequence[Order], route_class: int | None) -> str:
    """ordered, working, finished or nothing: of a road of that class, by the orders for its section."""
    return _state(_telling([one for one in some if not one.classes or route_class in one.classes]))


def _fresh(look: Decision | None, now: datetime) -> Decision | None:
    """The last look, unless it says nothing about now: a hub that has stopped looking knows no new snow."""
    return look if look is not None and now - look.picture.at <= STALE else None


_FIRST = ("working", "ordered", "finished", "")


def _telling(some: Sequence[Order]) -> Order | None:
    """The newest that binds a contractor; where none does, the newest that is finished."""
    told = [one for one in some if one.state in GIVEN or one.state is State.FINISHED]
    return max(told, key=lambda one: (one.state in GIVEN, one.id), default=None)


def _state(order: Order | None) -> str:
    if order is None:
        return ""
    if order.state is State.FINISHED:
        return "finished"
    return "working" if order.state is State.WORKING else "ordered"


def _at(order: Order | None) -> datetime | None:
    if order is None:
        return None
    act = {State.FINISHED: Act.FINISH, State.WORKING: Act.START}.get(order.state or State.ORDERED, Act.ORDER)
    return order.when(act)
