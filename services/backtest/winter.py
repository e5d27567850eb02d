"""A winter of the store's depths by order rules: what ``shirase backtest --orders`` tells, line by line."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from feeds.instant import iso_utc
from feeds.status import Status
from geo.model import Ground, subjects
from geo.plow.fairness import Street
from rules.orders.picture import QUANTITIES
from rules.orders.reading import load_order_rules
from rules.orders.rules import OrderRules
from rules.orders.winter import Deep, Given, Morning, Practice, Winter, World, replay
from services.orders.forecasts import history
from services.store.engine import Store
from services.store.hourly import hourly_means

_NONE_KNOWN = "no forecast of this time is in the store: rules with forecast_cm were decided by what had fallen"
_BEFORE = timedelta(days=3)  # of depths that the first decision looks back on


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedWinter:
    """From when to when, of which status, by whose rules (versions of one id together)."""

    start: datetime
    end: datetime
    status: Status
    rules: Sequence[Sequence[OrderRules]]
    practice: Practice
    summary: bool = False  # the sums alone


def rules_of(wanted: Iterable[str], own: Path) -> list[list[OrderRules]]:
    """Rules by id out of the city's own folder, or all ids of a file or folder. Raises RuleError or OSError."""
    found: dict[str, list[OrderRules]] = {}
    mine = load_order_rules(own) if own.is_dir() else ()
    for name in wanted:
        some = [one for one in mine if one.id == name] or load_order_rules(Path(name))
        for one in some:
            found.setdefault(one.id, [])
            if one not in found[one.id]:
                found[one.id].append(one)
    return list(found.values())


async def told(
    asked: AskedWinter, store: Store, ground: Ground, streets: Iterable[Street]
) -> AsyncIterator[dict[str, Any]]:
    """The period, then each city's orders, mornings and sums."""
    wanted = subjects(ground, QUANTITIES)
    start = (asked.start - _BEFORE).replace(minute=0, second=0, microsecond=0)
    end = asked.end.replace(minute=0, second=0, microsecond=0)
    async with store.read() as connection:
        series = await hourly_means(connection, wanted, asked.status, start, end)
        forecasts = await history(connection, ground, asked.status, (start, end))
    world = World(series=series, ground=ground, km=_kilometres(streets), forecasts=forecasts)
    yield {
        "line": "period",
        "from": iso_utc(asked.start),
        "to": iso_utc(asked.end),
        "status": asked.status.value,
        "rules": [versions[0].id for versions in asked.rules],
        "round_h": asked.practice.round_h,
        "deep_cm": asked.practice.deep_cm,
        "by": asked.practice.by.isoformat("minutes"),
        "machine_km_h": asked.practice.machine_km_h,
        "yen_an_hour": asked.practice.yen_an_hour,
        "forecasts": len(forecasts),
        **({} if forecasts else {"note": _NONE_KNOWN}),
    }
    for versions in asked.rules:
        found = await asyncio.to_thread(replay, world, versions, (asked.start, asked.end), asked.practice)
        for line in [] if asked.summary else _lines(found):
            yield line
        yield _summary(found, asked.practice)


def _kilometres(streets: Iterable[Street]) -> dict[str, dict[int | None, float]]:
    found: defaultdict[str, dict[int | None, float]] = defaultdict(dict)
    for one in streets:
        here = found[one.section]
        here[one.route_class] = here.get(one.route_class, 0.0) + one.length_m / 1000
    return found


def _lines(found: Winter) -> list[dict[str, Any]]:
    return [_order(one, found.rules) for one in found.given] + [_deep(one, found.rules) for one in found.deep]


def _order(one: Given, rules: str) -> dict[str, Any]:
    return {
        "line": "order",
        "rules": rules,
        "at": iso_utc(one.at),
        "section": one.section,
        "rule": one.rule,
        "reason": one.reason.value,
        "have_cm": one.have_cm,
        "need_cm": one.need_cm,
        "done_at": iso_utc(one.done_at),
        "machine_hours": one.machine_hours,
    }


def _deep(one: Deep, rules: str) -> dict[str, Any]:
    return {
        "line": "deep",
        "rules": rules,
        "day": one.day.isoformat(),
        "section": one.section,
        "new_cm": one.new_cm,
        "what": one.what.value,
    }


def _summary(found: Winter, practice: Practice) -> dict[str, Any]:
    hours = found.machine_hours
    counts: Mapping[str, int] = {what.value: found.count(what) for what in Morning}
    return {
        "line": "summary",
        "rules": found.rules,
        "orders": len(found.given),
        "machine_hours": hours,
        "yen": round(hours * practice.yen_an_hour),
        "unmeasured": found.unmeasured,
        **counts,
        "section_hours": found.section_hours,
        "unknown_hours": found.unknown_hours,
    }
