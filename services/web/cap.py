"""``/cap/feed.atom`` and ``/cap/ID.xml``: what the channel ``cap_feed`` has published, byte for byte as approved."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiohttp import web
from sqlalchemy import ColumnElement, RowMapping, Select, and_, case, func, or_, select

from feeds.cap import CapAlert, read
from feeds.status import Status
from services.channels.cap_document import MEDIA_TYPE
from services.channels.cap_feed import NAME, Entry, atom
from services.channels.channel import Payload
from services.store.codec import from_json
from services.store.delivery_state import TAKEN
from services.store.engine import Store
from services.store.tables import alerts, outbox
from services.web.home import reached
from services.web.security import storable

_AFTERGLOW = timedelta(hours=24)  # how long an all-clear or cancellation stays in the list
_HEADERS = {
    "Cache-Control": "public, max-age=60",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified",
}
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when an empty feed that never held anything last changed


@dataclass(frozen=True, kw_only=True)
class CapPages:
    """The two pages, over a store. ``now`` is hub time, ``base_url`` as in :func:`services.web.home.reached`."""

    store: Store
    now: Callable[[], datetime]
    base_url: str
    title: str
    public_exercise: bool  # may the public see drills? Only a demonstration says yes

    def routes(self) -> Sequence[web.RouteDef]:
        """What to add to the application's router."""
        return [web.get("/cap/feed.atom", self.feed), web.get("/cap/{identifier}.xml", self.document)]

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """The newest revision of every series that is in force, or that ended within the last 24 hours."""
        now, published = self.now(), self.published()
        newest = published.where(~_overtaken())
        async with self.store.read() as connection:
            rows = (await connection.execute(newest.where(_in_force(now)))).mappings().all()
            moments = (await connection.execute(_changes(newest, now))).one()
        entries = [_entry(row, alert) for row in rows if self.may_show(alert := read(document_of(row)))]
        ended = None if moments.ended is None else moments.ended + _AFTERGLOW
        updated = max((at for at in (moments.published, moments.expired, ended) if at is not None), default=_NEVER)
        document = atom(entries, reached(request, self.base_url), self.title, updated)
        return answer(request, document, "application/atom+xml", updated)

    async def document(self, request: web.Request) -> web.StreamResponse:
        """The bytes of one alert. They never change, and stay after its end because others quote them."""
        identifier = request.match_info["identifier"]
        wanted = self.published().where(alerts.c.identifier == identifier)
        async with self.store.read() as connection:
            row = (await connection.execute(wanted)).mappings().first() if storable(identifier) else None
        if row is None or not self.may_show(alert := read(document_of(row))):
            raise web.HTTPNotFound(text="no such alert has been published\n", headers=_HEADERS)
        return answer(request, document_of(row), MEDIA_TYPE, alert.sent)

    def published(self) -> Select[tuple[datetime | None, object]]:
        """All that the channel has published and this hub may show; the document has the last word."""
        return published(self.public_exercise)

    def may_show(self, alert: CapAlert) -> bool:
        """The document itself has the last word, whatever the row says."""
        return may_show(alert, self.public_exercise)


def published(public_exercise: bool) -> Select[tuple[datetime | None, object]]:
    """When and what the channel has published, drills only where the public sees them."""
    statuses = [Status.ACTUAL.value, *([Status.EXERCISE.value] if public_exercise else [])]
    return (
        select(outbox.c.finished_at, outbox.c.payload)
        .join(alerts, and_(alerts.c.series == outbox.c.series, alerts.c.revision == outbox.c.revision))
        .where(outbox.c.channel == NAME, outbox.c.state.in_(TAKEN), outbox.c.status.in_(statuses))
    )


def may_show(alert: CapAlert, public_exercise: bool) -> bool:
    """Whether a document is for everybody, by what it says of itself."""
    return alert.is_public or (public_exercise and (alert.status, alert.scope) == ("Exercise", "Public"))


def _overtaken() -> ColumnElement[bool]:
    newer = outbox.alias("newer")
    return (
        select(newer.c.id)
        .where(newer.c.series == outbox.c.series, newer.c.revision > outbox.c.revision)
        .where(newer.c.channel == NAME, newer.c.state.in_(TAKEN))
        .exists()
    )


def _in_force(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(~alerts.c.ends, alerts.c.expires > now), and_(alerts.c.ends, outbox.c.finished_at > now - _AFTERGLOW)
    )


def _changes(newest: Select[tuple[datetime | None, object]], now: datetime) -> Select[tuple[datetime, ...]]:
    """When the list last changed: something came in, ran out, or had been over for long enough."""
    over = and_(alerts.c.ends, outbox.c.finished_at <= now - _AFTERGLOW)
    return newest.with_only_columns(
        func.max(outbox.c.finished_at).label("published"),
        func.max(case((and_(~alerts.c.ends, alerts.c.expires <= now), alerts.c.expires))).label("expired"),
        func.max(case((over, outbox.c.finished_at))).label("ended"),
        maintain_column_froms=True,
    )


def _entry(row: RowMapping, alert: CapAlert) -> Entry:
    info = alert.infos[0]
    return Entry(
        identifier=alert.identifier,
        title=info.headline or info.event,
        author=info.sender_name or alert.sender,
        updated=row["finished_at"],
    )


def document_of(row: RowMapping) -> bytes:
    """The bytes that were approved."""
    return from_json(Payload, row["payload"]).parts[0].encode()


def answer(request: web.Request, body: bytes, media_type: str, changed: datetime) -> web.Response:
    """The body, or 304 where the reader has it already."""
    tag = hashlib.sha256(body).hexdigest()[:32]
    if _has_it(request, tag, changed):
        response = web.Response(status=304, headers=_HEADERS)
    else:
        response = web.Response(body=body, content_type=media_type, charset="utf-8", headers=_HEADERS)
    response.etag, response.last_modified = tag, changed
    return response


def _has_it(request: web.Request, tag: str, changed: datetime) -> bool:
    known = request.if_none_match
    if known is not None:  # where both are sent, the tag decides
        return any(one.value in (tag, "*") for one in known)
    since = request.if_modified_since
    return since is not None and changed.replace(microsecond=0) <= since
