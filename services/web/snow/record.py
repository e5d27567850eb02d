"""/ops/snow/record: what was decided of one section on a day, and what people did about it, to answer a caller with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.instant import instant
from feeds.japan import JAPAN
from feeds.status import Status
from geo.plow.ledger.spent import second_at
from rules.orders.decision import Decision
from rules.orders.life import Order
from services.ledger.days import day_of
from services.store import decided, orders
from services.store.users import Role
from services.web.auth import requires
from services.web.context import CONTEXT
from services.web.language.speaking import N_
from services.web.moments import moment
from services.web.pages_staff import staff_page
from services.web.security import WebError
from services.web.snow.asked import status_of
from services.web.snow.told import OUTCOMES, decision_told, order_told

PATH = "/ops/snow/record"
_MOST = 500  # decisions of one day
_DAY = timedelta(days=1)


async def of_day(
    connection: AsyncConnection, status: Status, section: str, day: date
) -> tuple[list[Decision], list[Order]]:
    """The decisions of Japan's day, the newest first, and before them the one that held at midnight; and every order
    that was open at any time of the day, the oldest first. An empty section: orders of all, and no decisions."""
    span = span_of(day)
    known = await orders.overlapping(connection, status, *span)
    if not section:
        return [], known
    found = await decided.recorded(connection, status, section, _MOST, span)
    return found, [one for one in known if one.section == section]


def span_of(day: date) -> tuple[datetime, datetime]:
    """From midnight to midnight in Japan."""
    return datetime.fromtimestamp(second_at(day), UTC), datetime.fromtimestamp(second_at(day + _DAY), UTC)


def day_asked(request: web.Request) -> date | None:
    """The day that the address names; None where it names none. Raises WebError."""
    try:
        return day_of(request.query["day"]) if request.query.get("day") else None
    except ValueError as error:
        words = f"day は 2026-12-18 の形です。 / day is like 2026-12-18: {error}"
        raise WebError(400, "bad_day", words) from None


@requires(Role.VIEWER)
async def show(request: web.Request) -> web.Response:
    """One section and day as a record from the first decision to the last act."""
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    status, day = status_of(request.query.get("status"), context), day_asked(request) or now.astimezone(JAPAN).date()
    areas = sorted(context.ground.areas.of_kind("plow_section"), key=lambda one: one.code)
    section = request.query.get("section") or (areas[0].code if areas else "")
    async with context.store.read() as connection:
        decisions, given = await of_day(connection, status, section, day) if section else ([], [])
    told = [order_told(one, context, now) for one in given]
    names = {one.code: one.name for one in areas} | {one.section: one.section_name for one in given}
    return staff_page(
        request,
        "snow_record",
        status_name=status.value,
        statuses={"Actual": N_("本番"), "Exercise": N_("訓練"), "Test": N_("試験")},
        drill=status is not Status.ACTUAL,
        day=day,
        before=day - _DAY,
        after=day + _DAY,
        section=section,
        names=dict(sorted(names.items())),
        lines=_lines(decisions, told, day),
        orders=told,
        outcomes=OUTCOMES,
        clock=lambda text: moment(instant(text), span_of(day)[0]) if text else "",
    )


def _lines(decisions: Sequence[Decision], told: Sequence[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    """Decisions and acts of the day in the order of their time; the decision that held before it first."""
    since, until = span_of(day)
    found = [
        {"at": one.picture.at, "decision": decision_told(one), "held": one.picture.at < since} for one in decisions
    ]
    for order in told:
        for event in order["events"]:
            at = instant(event["happened_at"] or event["at"])
            if since <= at < until and event["act"] != "update":  # its figures are those of the decision beside it
                found.append({"at": at, "event": event, "order": order})
    return sorted(found, key=lambda one: one["at"])
