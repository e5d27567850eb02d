"""Fairness out of the store: triggers are the plow orders that were given, passes those of the plow loop."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.fairness import Fairness, Street, Trigger, Wait, fairness, waits
from geo.plow.ledger.spent import second_at
from geo.plow.rounds import own
from geo.plow.segment import Segment
from rules.orders.decision import Kind
from rules.orders.life import Act, Order, State
from services.ledger.sheets import Cell, Column, Sheet
from services.ledger.words import hours
from services.store import orders, plowed

LOOKED_AT = timedelta(hours=24)  # after a trigger, unless the section is triggered again before
_CLASSES = {1: "1 幹線", 2: "2 補助幹線", 3: "3 生活道路", None: ""}


def streets(segments: Iterable[Segment]) -> tuple[Street, ...]:
    """The city's own carriageways among these."""
    return tuple(
        Street(id=one.id, section=one.section, route_class=one.route_class, length_m=one.length_m)
        for some in own(segments).values()
        for one in some
    )


async def figures(
    connection: AsyncConnection, status: Status, of: Sequence[Street], days: tuple[date, date], now: datetime
) -> list[Fairness]:
    """The figures of all orders that began on these days, first and last in it.

    Worked out beside the event loop: a month of a city is millions of waits.
    """
    of_section: defaultdict[str, list[Street]] = defaultdict(list)
    for street in of:
        of_section[street.section].append(street)
    since, until = (datetime.fromtimestamp(second_at(day), UTC) for day in (days[0], days[1] + timedelta(days=1)))
    found: list[Wait] = []
    known = await orders.overlapping(connection, status, since, until + LOOKED_AT)  # the next turn ends a look, too
    for trigger in triggers(known, now):
        if not since.timestamp() <= trigger.at < until.timestamp():
            continue
        mine = of_section[trigger.section]
        over = await plowed.passes_within(
            connection, status, [street.id for street in mine], plowed.at(trigger.at), plowed.at(trigger.until)
        )
        found += await asyncio.to_thread(waits, [trigger], mine, over)
    return await asyncio.to_thread(fairness, found)


def triggers(given: Sequence[Order], now: datetime) -> list[Trigger]:
    """From when a rule fired, or else a person ordered; until it was the section's turn again, or a day later.

    An order that the desk took back asks nobody to come. One that the contractor could not do and that was given anew
    is one wait, from the first of them on.
    """
    ordered = [one for one in given if one.kind is Kind.PLOW and one.when(Act.ORDER) is not None]
    begun = _anew(sorted(((_began(one), one) for one in ordered if one.state is not State.CANCELLED), key=_first))
    found = []
    for place, (at, one) in enumerate(begun):
        again = (
            other
            for other, after in begun[place + 1 :]
            if (after.section, after.classes) == (one.section, one.classes) and other > at
        )
        until = min(next(again, now), at + LOOKED_AT, now)
        finish = one.finish_by.timestamp() if one.finish_by else None
        found.append(
            Trigger(section=one.section, at=at.timestamp(), until=until.timestamp(), classes=one.classes, finish=finish)
        )
    return found


def as_json(one: Fairness) -> dict[str, Any]:
    """As ``/api/v1/fairness`` and ``shirase fairness`` give it; minutes."""
    return {
        "section": one.section or None,
        "route_class": one.route_class,
        "streets": one.streets,
        "passed": one.passed,
        "median_min": None if one.median_s is None else round(one.median_s / 60, 1),
        "p90_min": None if one.p90_s is None else round(one.p90_s / 60, 1),
        "in_time": None if one.in_time is None else round(one.in_time, 3),
    }


def sheet(some: Sequence[Fairness], title: str, names: Mapping[str, str]) -> Sheet:
    """A table of the daily report; ``names`` is what sections are called, by code."""
    columns = (
        Column("工区", "Section"), Column("路線の級", "Class"), Column("区間", "Streets", "number"),
        Column("通過した", "Passed", "number"), Column("中央値", "Median", "text"), Column("9割が通過", "90 %", "text"),
        Column("期限内", "In time", "text"),
    )  # fmt: skip
    note = "基準に達してから最初の通過まで。通過していない区間も数える（「－」は、半数または9割がまだ）。"
    return Sheet(name="公平性", title=title, columns=columns, rows=tuple(_row(one, names) for one in some), note=note)


def _row(one: Fairness, names: Mapping[str, str]) -> tuple[Cell, ...]:
    times = (hours(round(value)) if value is not None else "－" for value in (one.median_s, one.p90_s))
    in_time = "" if one.in_time is None else f"{one.in_time:.0%}"
    return (
        names.get(one.section, one.section) or "すべて",
        _CLASSES.get(one.route_class, str(one.route_class)),
        one.streets,
        one.passed,
        *times,
        in_time,
    )


def _anew(begun: Sequence[tuple[datetime, Order]]) -> list[tuple[datetime, Order]]:
    """Those that were refused and given anew as one: streets have waited since the first."""
    found: list[tuple[datetime, Order]] = []
    refused: dict[tuple[str, tuple[int, ...]], tuple[datetime, Order]] = {}
    for at, one in begun:
        wait, before = (at, one), refused.pop((one.section, one.classes), None)
        if before is not None and at - before[0] < LOOKED_AT:
            found.remove(before)
            wait = before[0], one
        found.append(wait)
        if one.state is State.DECLINED:
            refused[one.section, one.classes] = wait
    return sorted(found, key=_first)


def _first(pair: tuple[datetime, Order]) -> datetime:
    return pair[0]


def _began(one: Order) -> datetime:
    began = one.when(Act.PROPOSE) or one.when(Act.ORDER)
    assert began is not None  # it was ordered
    return began
