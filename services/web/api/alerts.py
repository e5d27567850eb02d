"""/alerts: what was issued; for the desk also drafts, their payloads and who agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy import FromClause, Select, and_, or_, select, tuple_
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import Alert, State, Text
from rules.cap_message import mark
from services.store import glass
from services.store.codec import from_json
from services.store.past import as_of
from services.store.tables import alerts, approvals
from services.web.api.answer import collection, feature
from services.web.api.as_of import AT_OR_AHEAD, Seen, seen
from services.web.api.break_glass import told
from services.web.api.endpoint import PAGED, Endpoint, Parameter
from services.web.api.instant import before, instant
from services.web.api.paging import Page, page_of
from services.web.api.permits import NOTHING, PROPERTIES, Permits
from services.web.api.shapes import SHAPES
from services.web.api.times import iso
from services.web.api.viewer import Viewer, viewer_of
from services.web.context import CONTEXT
from services.web.security import WebError

Approvals = Mapping[tuple[str, int], Sequence[RowMapping]]


def visible(viewer: Viewer, now: datetime, rows: FromClause = alerts) -> Select[Any]:
    """The rows this viewer may see. To the public an alert that has run out is over, whether or not a loop said so."""
    statement = select(rows).where(rows.c.status.in_(viewer.statuses), rows.c.state.in_(viewer.alert_states()))
    return statement if viewer.staff else statement.where(rows.c.expires > now)


async def show(request: web.Request) -> web.Response:
    context, viewer = request.app[CONTEXT], viewer_of(request)
    page = page_of(request, str, str, int)
    async with context.store.read() as connection:
        when = await seen(request, connection, ahead=True)
        source = as_of(alerts, when.then)
        statement = _filtered(visible(viewer, when.at, source), source, request)
        if when.ahead:
            statement = statement.where(source.c.state == State.ISSUED.value, source.c.expires > when.at)
        rows = (await connection.execute(_paged(statement, source, page))).mappings()
        taken, following = page.trim(list(rows), lambda row: (iso(row["sent"]), row["series"], row["revision"]))
        agreed = await _agreed(connection, taken, when) if viewer.staff else {}
        permits = await Permits.read(connection, request, when.then) if viewer.staff else None
        names = [(row["series"], row["revision"]) for row in taken]
        alone = await glass.of(connection, names, when.then) if viewer.staff else {}
    shapes = request.app[SHAPES]
    features = []
    for row in taken:
        alert = from_json(Alert, row["body"])
        properties = alert_properties(alert, row)
        if permits:
            broken = alone.get((alert.series, alert.revision))
            properties |= _for_desk(alert, row, agreed, permits) | {"break_glass": broken and told(broken)}
        features.append(feature(alert.identifier, shapes.places(alert.places), properties))
    return collection(request, features, following)


def _filtered(statement: Select[Any], rows: FromClause, request: web.Request) -> Select[Any]:
    """``state`` (several with commas) and ``series`` narrow what is visible; they never widen it."""
    wanted = request.query.get("state")
    if wanted is not None:
        states = wanted.split(",")
        unknown = [state for state in states if state not in set(State)]
        if unknown:
            raise WebError(400, "bad_state", f"state must be among {', '.join(State)}")
        statement = statement.where(rows.c.state.in_(states))
    series = request.query.get("series")
    return statement if series is None else statement.where(rows.c.series == series)


def _paged(statement: Select[Any], rows: FromClause, page: Page) -> Select[Any]:
    if page.after is not None:
        text, series, revision = page.after
        later = or_(rows.c.series > series, and_(rows.c.series == series, rows.c.revision > revision))
        statement = statement.where(before(rows.c.sent, instant(text), later))
    return statement.order_by(rows.c.sent.desc(), rows.c.series, rows.c.revision).limit(page.limit + 1)


async def _agreed(connection: AsyncConnection, rows: Sequence[RowMapping], when: Seen) -> Approvals:
    names = [(row["series"], row["revision"]) for row in rows]
    mine = select(approvals).where(tuple_(approvals.c.series, approvals.c.revision).in_(names)).order_by(approvals.c.at)
    if when.then is not None:
        mine = mine.where(approvals.c.at <= when.then)
    found: dict[tuple[str, int], list[RowMapping]] = {}
    for row in (await connection.execute(mine)).mappings():
        found.setdefault((row["series"], row["revision"]), []).append(row)
    return found


def alert_properties(alert: Alert, row: RowMapping) -> dict[str, Any]:
    """What everybody who sees the alert is told of it."""
    return {
        "identifier": alert.identifier,
        "series": alert.series,
        "revision": alert.revision,
        "state": row["state"],
        "status": alert.status.value,
        "msg_type": alert.msg_type,
        "kind": alert.kind,
        "rule": alert.rule,
        "level": alert.level,
        "alert_level": alert.alert_level,
        "urgency": alert.urgency,
        "severity": alert.severity,
        "certainty": alert.certainty,
        "sent": iso(alert.sent),
        "effective": iso(alert.effective),
        "expires": iso(alert.expires),
        "texts": {language: _text(text, alert.status) for language, text in alert.texts.items()},
        "places": [{"code": p.code, "name": p.name, "name_en": p.name_en} for p in alert.places],
        "approval": alert.approval.value,
        "channels": list(alert.channels),
        "ends": alert.ends,
        "order": alert.order,
        "sender_name": alert.sender_name,
    }


def _text(text: Text, status: Status) -> dict[str, str]:
    read = ("event", "headline", "description", "instruction", "short")
    return {"language": text.language} | {name: mark(getattr(text, name), status, text.language) for name in read}


def _for_desk(alert: Alert, row: RowMapping, agreed: Approvals, permits: Permits) -> dict[str, Any]:
    mine = agreed.get((alert.series, alert.revision), ())
    valid = [one for one in mine if one["digest"] == row["digest"]]
    waits = row["state"] == State.DRAFT.value
    if waits:
        count = permits.counting(alert, [one["person"] for one in valid])
        valid = [one for one in valid if one["person"] in count]
    return {
        "evidence": list(alert.evidence),
        "hazards": list(alert.hazards),
        "digest": row["digest"],
        "payloads": row["payloads"],
        "approvals": [{"person": one["person"], "at": iso(one["at"])} for one in valid],
        "changed_at": iso(row["changed_at"]),
        **(permits.of(alert, [one["person"] for one in valid]) if waits else NOTHING),
    }


ENDPOINTS = (
    Endpoint(
        path="/alerts",
        handler=show,
        summary="Alerts in force, newest first; for the desk every revision in every state.",
        parameters=(
            *PAGED,
            AT_OR_AHEAD,
            Parameter("state", f"Only these states, with commas: {', '.join(State)}."),
            Parameter("series", "Only this series."),
        ),
        properties={
            "identifier": "unique; also the CAP identifier",
            "series": "stable over all revisions",
            "revision": "from 1",
            "state": f"one of {', '.join(State)}",
            "status": "Actual, Exercise or Test",
            "msg_type": "Alert, Update or Cancel",
            "kind": "of the hazards behind it",
            "rule": "the rule that proposed it",
            "level": "0 to 5; a 警戒レベル only where alert_level is true",
            "alert_level": "whether level is a 警戒レベル",
            "urgency": "CAP",
            "severity": "CAP",
            "certainty": "CAP",
            "sent": "when this revision was written",
            "effective": "from when it holds",
            "expires": "until when it holds",
            "texts": "by language: event, headline, description, instruction, short; a drill is marked in each",
            "places": "list of {code, name, name_en}",
            "approval": "auto, one or two persons",
            "channels": "outlets",
            "order": "what the law calls it, where it is evacuation information that the city issues; else empty",
            "ends": "true for an all-clear or a cancellation",
            "sender_name": "who says so",
            "evidence": "desk only: sentences for the officer",
            "hazards": "desk only: keys of the hazards behind it",
            "digest": "desk only: what an approval is bound to",
            "payloads": "desk only: by channel {media_type, parts, counts}, or {reason, code} where it is refused",
            "approvals": "desk only: list of {person, at}; of a draft only those that still count",
            "changed_at": "desk only: when the state last changed",
            "break_glass": "desk only: where one person issued it alone, as in /break-glass; else null",
            **PROPERTIES,
        },
        errors=(400, 404),
    ),
)
