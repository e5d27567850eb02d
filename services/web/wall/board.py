"""What stands on the wall. Nothing of it names a person, quotes a report, or tells what nobody has issued."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import Alert, State
from rules.chronology.matter import State as MatterState
from rules.chronology.open_room import KINDS, fit, told
from rules.declared import Crowding, Opening
from services.desks import declared_board
from services.store import alerts, calls, chronology_read, hazards, matters, report_cases
from services.store.chronology_read import Span
from services.store.tables import alerts as revisions
from services.web.api.viewer import rests_on_reports
from services.web.context import WebContext
from services.web.public.orders import is_order
from services.web.wall.gauges import top

_LINES, _IN_FORCE, _NAMES, _FULL = 6, 8, 6, 6  # of lines and alerts, as many as the screen has room for are shown
_BACK = timedelta(days=2)  # of the lines


async def board(connection: AsyncConnection, context: WebContext) -> dict[str, Any]:
    """Everything that the page shows, as its template wants it."""
    now, status = context.now(), context.own
    seen = shown(await _current(connection, status), now)
    holding = await _in_force(connection, status, now)
    orders = [one for one in holding if is_order(one)]
    return {
        "now": now,
        "danger": _danger([one for one in seen if one.observed]),
        "ahead": _danger([one for one in seen if not one.observed]),
        "order": max(orders, key=lambda one: one.level, default=None),
        "in_force": holding[:_IN_FORCE],
        "more_in_force": max(0, len(holding) - _IN_FORCE),
        "waits": await _waits(connection, status),
        "lines": await _lines(connection, status, now),
        "shelters": await _shelters(connection, status, now),
        "gauges": await top(connection, context.ground.stations, status, now),
        "areas": _by_area(seen),
    }


def shown(found: Iterable[Hazard], now: datetime) -> list[Hazard]:
    """What may be seen by who walks past: nothing for staff alone, no report that nobody has confirmed."""
    return [
        one
        for one in found
        if one.level > 0
        and one.valid_until > now
        and not one.for_staff
        and (not rests_on_reports(one) or one.facts.get("confirmed") is True)
    ]


async def _current(connection: AsyncConnection, status: Status) -> Iterable[Hazard]:
    return (await hazards.current(connection, status)).values()


async def _in_force(connection: AsyncConnection, status: Status, now: datetime) -> list[Alert]:
    standing = (await alerts.standing(connection, status, now)).values()
    holding = [one.in_force(now)[-1] for one in standing if one.in_force(now)]
    return sorted(holding, key=lambda one: (not is_order(one), not one.alert_level, -one.level, one.expires))


def _danger(found: Sequence[Hazard]) -> dict[str, Any] | None:
    """The highest 警戒レベル and where; what has none is in the list of what is in force."""
    leveled = [one for one in found if one.alert_level]
    if not leveled:
        return None
    level = max(one.level for one in leveled)
    those = sorted((one for one in leveled if one.level == level), key=lambda one: one.since)
    names = list(dict.fromkeys(one.area_name for one in those))
    return {
        "level": level,
        "since": those[0].since,
        "kinds": list(dict.fromkeys(one.kind for one in those)),
        "names": names[:_NAMES],
        "more": max(0, len(names) - _NAMES),
    }


async def _waits(connection: AsyncConnection, status: Status) -> dict[str, int]:
    """How much waits for somebody: numbers alone."""
    drafts = select(func.count()).where(revisions.c.state == State.DRAFT.value, revisions.c.status == status.value)
    open_matters = await matters.count_waiting(connection, status)
    return {
        "drafts": int(await connection.scalar(drafts) or 0),
        "reports": (await report_cases.waiting(connection))[status],
        "matters": open_matters.get(MatterState.OPEN, 0),
        "doing": open_matters.get(MatterState.DOING, 0),
        "calls": (await calls.ringing(connection))[status],
    }


async def _lines(connection: AsyncConnection, status: Status, now: datetime) -> list[dict[str, Any]]:
    """The newest that strangers may read, out of the last few hundred."""
    found = await chronology_read.slice_of(connection, Span(since=now - _BACK), most=400)
    those = [one for one in found if one.status is status and one.kind in KINDS and fit(one)][:_LINES]
    return [{"at": one.at, "kind": one.kind, "text": told(one)} for one in those]


async def _shelters(connection: AsyncConnection, status: Status, now: datetime) -> dict[str, Any]:
    """As they were issued; what an officer has entered and nobody has issued is not said here."""
    issued = (await declared_board.board(connection, status, "shelters", now)).issued
    places = declared_board.places_of(issued.declared if issued else None).values()
    standing = [one for one in places if one.opening is Opening.OPEN]
    full = [one.name.partition("（")[0] for one in standing if one.crowding is Crowding.FULL]
    return {
        "open": len(standing),
        "crowded": sum(one.crowding is Crowding.CROWDED for one in standing),
        "people": sum(one.people or 0 for one in standing),
        "full": full[:_FULL],
        "more_full": max(0, len(full) - _FULL),
    }


def _by_area(found: Iterable[Hazard]) -> dict[str, dict[str, Any]]:
    """What endangers each area, as the map draws it: the worst that is observed, and what is foreseen to be worse."""
    areas: dict[str, dict[str, Any]] = {}
    for one in found:
        side = "now" if one.observed else "next"
        known = areas.setdefault(one.area, {"now": None, "next": None})
        told = {"level": one.level, "alert_level": one.alert_level, "kind": one.kind}
        if known[side] is None or _rank(told) > _rank(known[side]):
            known[side] = told
    for both in areas.values():
        if both["now"] and both["next"] and _rank(both["next"]) <= _rank(both["now"]):
            both["next"] = None
        both["worst"] = both["next"] or both["now"]
    return areas


def _rank(told: dict[str, Any]) -> int:
    return int(told["level"]) + (10 if told["alert_level"] else 0)
