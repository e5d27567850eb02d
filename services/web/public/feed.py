"""``/feed.atom``: alerts for people's news readers, by district, topic and language (RFC 4287, paged by RFC 5005).

What is in force, and for a day what is over: told as such, and without its words, which may be about a person who has
been found. Programs that act on alerts read the CAP feed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from aiohttp import web
from lxml import etree
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.alert import OUT, Alert, State
from rules.cap_message import mark
from services.residents.words import word as subscribers_word
from services.store.codec import from_json
from services.store.tables import alerts
from services.web.api.viewer import Viewer
from services.web.cap import answer
from services.web.context import CONTEXT, WebContext
from services.web.home import home_of
from services.web.public.district import Mine, mine_of, name_in
from services.web.public.frame import town_in
from services.web.public.links import Link, linking
from services.web.public.told import Item, item
from services.web.public.widget import chosen, kind_of
from services.web.public.words import language_of, tag_of, word

AFTERGLOW = timedelta(hours=24)  # how long what is over stays in the list
A_PAGE, _READ = 30, 600
_ATOM = "http://www.w3.org/2005/Atom"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The newest revision of a series. ``over`` None: it is in force; else since when it is not."""

    item: Item
    over: datetime | None

    @property
    def updated(self) -> datetime:
        return self.over or self.item.alert.sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One page of it, and what it is about."""

    entries: Sequence[Entry]
    updated: datetime
    title: str
    language: str
    link: Link  # addresses on this hub, with what was chosen
    base: str
    kind: str
    page: int
    pages: int


async def show(request: web.Request) -> web.StreamResponse:
    """``?area=``, ``?kind=`` a topic, ``?lang=``, ``?page=`` from 1."""
    context, language, mine, kind = request.app[CONTEXT], language_of(request), mine_of(request), kind_of(request)
    async with context.store.read() as connection:
        found, changed = await _entries(connection, context, language)
    wanted = {id(one) for one in chosen([one.item for one in found], mine, kind)}
    entries = sorted((one for one in found if id(one.item) in wanted), key=lambda one: one.updated, reverse=True)
    pages = max(1, -(-len(entries) // A_PAGE))
    asked = request.query.get("page", "1")
    page = min(pages, int(asked)) if asked.isascii() and asked.isdecimal() and 0 < len(asked) < 4 else 1
    feed = Feed(
        entries=entries[max(0, page - 1) * A_PAGE : max(1, page) * A_PAGE],
        updated=changed,
        title=_title(context, language, mine, kind),
        language=language,
        link=linking(language, mine.area.code if mine else ""),
        base=home_of(request),
        kind=kind,
        page=max(1, page),
        pages=pages,
    )
    return answer(request, written(feed, context), "application/atom+xml", changed)


async def _entries(connection: AsyncConnection, context: WebContext, language: str) -> tuple[list[Entry], datetime]:
    """The newest revision of each series that left the house and holds or held lately; when the list last changed."""
    now = context.now()
    shown = (alerts.c.status.in_(Viewer.everyone(context).statuses), alerts.c.state.in_([one.value for one in OUT]))
    lately = or_(alerts.c.expires > now - 2 * AFTERGLOW, alerts.c.changed_at > now - 2 * AFTERGLOW)
    statement = select(alerts.c.state, alerts.c.changed_at, alerts.c.body).where(*shown, lately)
    rows = (
        await connection.execute(statement.order_by(alerts.c.sent.desc(), alerts.c.revision.desc()).limit(_READ))
    ).all()
    newest: dict[str, Entry] = {}
    for row in rows:
        alert = from_json(Alert, row.body)
        if alert.series not in newest or newest[alert.series].item.alert.revision < alert.revision:
            newest[alert.series] = Entry(
                item=item(alert, context, language), over=_over(alert, State(row.state), row.changed_at, now)
            )
    gone = [one.over + AFTERGLOW for one in newest.values() if one.over and one.over + AFTERGLOW <= now]
    first = await connection.scalar(select(func.max(alerts.c.changed_at)).where(*shown))
    changed = max([*(one.updated for one in newest.values()), *gone, first or _NEVER])
    return [one for one in newest.values() if one.over is None or one.over + AFTERGLOW > now], min(changed, now)


def _over(alert: Alert, state: State, changed_at: datetime, now: datetime) -> datetime | None:
    if alert.ends:
        return alert.sent
    if state is State.ISSUED:
        return None if alert.expires > now else alert.expires
    return min(changed_at, alert.expires)


def _title(context: WebContext, language: str, mine: Mine | None, kind: str) -> str:
    parts = [word("title", language, city=town_in(context, language))]
    parts += [name_in(mine.area, language)] if mine else []
    parts += [subscribers_word(f"topic_{kind}", language)] if kind else []
    return " · ".join(parts)


def written(feed: Feed, context: WebContext) -> bytes:
    """The document."""
    root = etree.fromstring(f'<feed xmlns="{_ATOM}"/>')
    root.set(f"{_XML}lang", tag_of(feed.language))
    here = f"{feed.base}{feed.link('/feed.atom', kind=feed.kind)}"
    _put(root, "id", here)
    _put(root, "title", feed.title)
    _put(root, "updated", _time(feed.updated))
    _put(_put(root, "author"), "name", context.city_name)
    _put(root, "link", rel="alternate", type="text/html", href=f"{feed.base}{feed.link('/')}")
    around = {"first": 1, "last": feed.pages, "previous": feed.page - 1, "next": feed.page + 1, "self": feed.page}
    for rel, number in around.items():
        if 1 <= number <= feed.pages:
            address = feed.link("/feed.atom", kind=feed.kind, page=number if number > 1 else "")
            _put(root, "link", rel=rel, type="application/atom+xml", href=f"{feed.base}{address}")
    for one in feed.entries:
        _put_entry(root, one, feed)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _put_entry(root: etree._Element, one: Entry, feed: Feed) -> None:
    alert, element = one.item.alert, _put(root, "entry")
    _put(element, "id", uuid5(NAMESPACE_URL, f"{alert.sender}/{alert.series}/{feed.language}").urn)
    _put(element, "title", _headline(one, feed.language))
    _put(element, "updated", _time(one.updated))
    _put(_put(element, "author"), "name", alert.sender_name or alert.sender)
    _put(element, "category", term=alert.kind, scheme="urn:shirase:kind")
    if one.item.level:
        _put(element, "category", term=str(one.item.level), scheme="urn:shirase:level", label=one.item.label)
    _put(element, "link", rel="alternate", type="text/html", href=f"{feed.base}{feed.link('/')}#alert-{alert.series}")
    if one.over is None or alert.ends:
        text = [one.item.correction, one.item.instruction, one.item.places, one.item.description]
        summary = _put(element, "summary", "\n".join(part for part in text if part), type="text")
        if one.item.foreign:
            summary.set(f"{_XML}lang", one.item.tag)


def _headline(one: Entry, language: str) -> str:
    if one.over is None or one.item.alert.ends:
        return f"{one.item.label}: {one.item.headline}" if one.item.label else one.item.headline
    return mark(f"{word('feed_over', language)}: {one.item.text.event}", one.item.alert.status, one.item.text.language)


def _put(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = "".join(letter for letter in text if letter in "\n\t" or letter >= " ") or None
    return element


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
