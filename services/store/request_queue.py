"""Requests as the desk works through them. Every list is a range of one index: what is closed is never read for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, case, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.requests.state import OPEN, State
from rules.requests.turn import LAST, Turn
from services.store.requests import Request, request_of
from services.store.tables_requests import requests

Key = tuple[int, datetime, int]  # turn, asked at, number: what the queue is ordered by
NOWHERE = "none"  # as a section: of requests whose road is in none
_OPEN = [state.value for state in OPEN]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which requests. ``scope``: ``open`` is the whole queue (with what is closed but waits for somebody), ``waits``
    its head, ``closed`` the rest, ``all``; or a state other than open. Empty texts ask for all."""

    status: Status
    scope: str = "open"
    section: str = ""
    service: str = ""
    before: datetime | None = None  # asked before then
    since: datetime | None = None  # asked since then
    folded: bool = False  # those behind a first one too

    @property
    def newest_first(self) -> bool:
        """What is over is looked up from the newest; what waits from the oldest."""
        return self.scope in {"closed", "all"} or (self.scope in {*State} and self.scope not in OPEN)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the queue are alike, and how many of them have waited for long."""

    section: str
    service: str
    turn: Turn
    count: int
    late: int


async def page(connection: AsyncConnection, wanted: Wanted, after: Key | None, at_most: int) -> list[Request]:
    """The next ones behind ``after``, in the order of the queue; closed ones and ``all`` from the newest."""
    rows = await connection.execute(_ordered(wanted, after).limit(at_most))
    return [request_of(row) for row in rows.mappings()]


async def tally(connection: AsyncConnection, status: Status, late: datetime) -> list[Tally]:
    """The whole queue by section, service and turn; ``late`` counts those that wait since before then."""
    waited = func.sum(case((requests.c.waits_since < late, 1), else_=0))
    columns = (requests.c.section, requests.c.service, requests.c.turn)
    queue = (requests.c.status == status.value, requests.c.turn <= LAST)
    rows = await connection.execute(select(*columns, func.count(), waited).where(*queue).group_by(*columns))
    return [Tally(section, service, Turn(turn), count, int(slow)) for section, service, turn, count, slow in rows]


async def asked_lately(connection: AsyncConnection, status: Status, since: datetime) -> dict[str, int]:
    """Section → how many were asked since then, the same ones too."""
    some = (requests.c.status == status.value, requests.c.asked_at >= since, requests.c.section != "")
    rows = await connection.execute(select(requests.c.section, func.count()).where(*some).group_by(requests.c.section))
    return {section: count for section, count in rows}  # noqa: C416 - a row is typed, a dict of rows is not


async def behind(
    connection: AsyncConnection, firsts: Collection[int], each: int
) -> dict[int, tuple[int, list[Request]]]:
    """First request → how many open ones stand behind it, and the oldest of them."""
    place = func.row_number().over(partition_by=requests.c.same_as, order_by=requests.c.id)
    count = func.count().over(partition_by=requests.c.same_as)
    mine = (requests.c.same_as.in_(sorted(firsts)), requests.c.state.in_(_OPEN))
    ranked = select(requests, place.label("place"), count.label("in_all")).where(*mine).subquery()
    rows = await connection.execute(select(ranked).where(ranked.c.place <= each).order_by(ranked.c.id))
    found: dict[int, tuple[int, list[Request]]] = {}
    for row in rows.mappings():
        _, some = found.setdefault(row["same_as"], (row["in_all"], []))
        some.append(request_of(row))
    return found


def _ordered(wanted: Wanted, after: Key | None) -> Select[Any]:
    order: list[Column[Any]] = [requests.c.turn, requests.c.asked_at, requests.c.id]
    place: tuple[Any, ...] = after or ()
    chosen = select(requests).where(requests.c.status == wanted.status.value, *_among(wanted), *_filters(wanted))
    if wanted.scope == "all":
        order, place = order[1:], place[1:]
    if place:
        key, last = tuple_(*order), tuple_(*place, types=[column.type for column in order])
        chosen = chosen.where(key < last if wanted.newest_first else key > last)
    return chosen.order_by(*(column.desc() if wanted.newest_first else column.asc() for column in order))


def _among(wanted: Wanted) -> list[ColumnElement[bool]]:
    turn, scope = requests.c.turn, wanted.scope
    if scope == "all":
        return []
    if wanted.newest_first:
        states = [] if scope == "closed" else [requests.c.state == scope]
        return [turn == Turn.OVER, *states]
    last = Turn.WAITS if scope == "waits" else Turn.FOLDED if wanted.folded else LAST
    return [turn <= last, *([requests.c.state == scope] if scope in OPEN - {State.OPEN} else [])]


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.section:
        found.append(requests.c.section == ("" if wanted.section == NOWHERE else wanted.section))
    if wanted.service:
        found.append(requests.c.service == wanted.service)
    if wanted.before:
        found.append(requests.c.asked_at < wanted.before)
    if wanted.since:
        found.append(requests.c.asked_at >= wanted.since)
    return found
