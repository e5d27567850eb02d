"""The writing desk: people carry an alert on, put it right, end it, or write one by hand. What they write is a draft.

It is written out beside the store and put into it in one transaction with its entry in the chronology, only where
nothing moved meanwhile. It goes the way of every draft: approved by its digest at the review desk, sent by the outbox.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import dated, exact
from feeds.status import Status
from geo.drawn import DrawnError, drawn
from geo.model import Ground
from geo.sighted.squares import known_area
from rules.alert import REMEMBERED, Act, Alert, Place, Text
from rules.amendment import ACTS, amend
from rules.notice import Notice, compose
from rules.notice import name_of as name_of_notice
from rules.redraft import AmendmentError, Pen, Said, Series, edited
from rules.span import in_force as holding
from services.city import City
from services.desks.drafting import Planned, add_draft, drafted
from services.desks.review import ReviewError, entry, name_of, waiting
from services.store import alerts, hazards, situations
from services.store.alerts import Revision
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.prepared import Mark
from services.store.reached import reached

_AGAIN = "あなたの文面は残っています。新しい版と見比べ、それでよければもう一度押してください"
_PARTS: Mapping[str, str] = {
    "event": "件名",
    "headline": "見出し",
    "description": "内容",
    "instruction": "とるべき行動",
    "short": "短文",
}
MOST_DRAWN = 10  # areas of one notice
Words = Mapping[str, Mapping[str, str] | None]  # language → the parts that change; None: not in this language


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a person wants written. ``revision`` is the one they had before them: the newest in force, or the draft."""

    person: str
    now: datetime
    act: Act
    series: str = ""  # none for a notice
    revision: int = 0
    digest: str = ""  # of the draft that is edited
    said: Said = field(default_factory=Said)
    words: Words = field(default_factory=dict)
    notice: Notice | None = None
    drawn: tuple[str, ...] = ()  # areas of a notice that were drawn on the map, each as CAP writes a polygon


async def write(store: Store, city: City, ask: Ask) -> Revision:
    """Put the draft into the store; an older draft of the series gives way, and approvals of it mean nothing any more.

    Raises ReviewError: not_found, changed (who wrote what is there now, and when), and the codes of
    :mod:`rules.amendment` and :mod:`rules.redraft`.
    """
    try:
        return await add_draft(
            store,
            city,
            ask.now,
            mark=lambda connection: _mark(connection, ask),
            plan=lambda connection: _planned(connection, city, ask),
            tell=lambda planned, draft: _told(ask, planned.before, draft.alert),
        )
    except IntegrityError as error:
        raise ReviewError("changed", "同じ時刻に別の案が作られました。もう一度押してください") from error


async def newest_in_force(connection: AsyncConnection, series: str, now: datetime) -> int:
    """The number of the newest revision in force; 0 where nothing of the series is."""
    status = await alerts.status_of(connection, series)
    standing = (await alerts.standing(connection, status, now)).get(series) if status else None
    in_force = standing.in_force(now) if standing else ()
    return in_force[-1].revision if in_force else 0


async def preview(store: Store, city: City, ask: Ask) -> Revision:
    """What :func:`write` would store, with everything that every channel would send. Raises ReviewError like it."""
    async with store.read() as connection:
        planned = await _planned(connection, city, ask)
    (draft,) = await drafted(store, city, [planned.alert], ask.now, planned.out)
    return draft


async def _mark(connection: AsyncConnection, ask: Ask) -> Mark:
    """Another as soon as anything moved that the words of the draft, or the way it goes, rest on."""
    if ask.notice:
        return (await _free_name(connection, ask.notice.status, ask.now),)
    status = await alerts.status_of(connection, ask.series)
    if status is None:
        return ()
    return await situations.mark(connection, status, ask.now), await reached(connection, ask.series)


async def _planned(connection: AsyncConnection, city: City, ask: Ask) -> Planned:
    try:
        if ask.notice:
            return Planned(await _composed(connection, city, ask, ask.notice))
        series = await _series(connection, city, ask)
        before = await _waits(connection, ask) if ask.act is Act.EDIT else None
        return Planned(_worded(series, before, ask, _pen(city, ask)), series.reached, before)
    except AmendmentError as error:
        raise ReviewError(error.code, str(error)) from error


def _told(ask: Ask, before: Alert | None, alert: Alert) -> Entry:
    changes = differences(before, alert) if before else ""
    what = f"の案を直した（第{before.revision}報の案から：{changes}）" if before else "の案を作った（承認待ち）"
    return entry(
        alert, "edited" if before else "draft", ask.person, f"{ACTS[ask.act]}：{name_of(alert)}{what}", ask.now
    )


def _worded(series: Series, before: Alert | None, ask: Ask, pen: Pen) -> Alert:
    """As it would be prefilled; then, where the person put it in other words, with those."""

    def made(said: Said) -> Alert:
        return edited(before, said, series, pen) if before else amend(ask.act, series, said, pen)

    plain = made(ask.said)
    texts = in_words(plain.texts, ask.words)
    if texts == plain.texts:
        return plain
    alert = made(replace(ask.said, texts=texts))
    others = [tag for tag, text in texts.items() if tag != "ja" and text == plain.texts.get(tag)]
    if texts["ja"] == plain.texts["ja"] or not others:
        return alert
    told = f"日本語だけを直しました。ほかの言語の文面（{'、'.join(others)}）も合っているか確かめてください"
    return replace(alert, evidence=(told, *alert.evidence))


def in_words(texts: Mapping[str, Text], words: Words) -> dict[str, Text]:
    """The texts with what the person put otherwise. A language that was not there must be given whole."""
    found = dict(texts)
    for tag, parts in words.items():
        if parts is None:
            found.pop(tag, None)
        else:
            blank = dict.fromkeys(_PARTS, "")
            found[tag] = replace(found.get(tag) or Text(language=tag, **blank), **parts)
    return found


def _pen(city: City, ask: Ask) -> Pen:
    return Pen(author=ask.person, now=ask.now, sender=city.sender, places=city.place)


async def _composed(connection: AsyncConnection, city: City, ask: Ask, notice: Notice) -> Alert:
    unknown = [code for code in notice.areas if known_area(code, city.ground.areas) is None]
    if unknown:
        raise AmendmentError(
            "bad_area", f"知らない区域です：{'、'.join(unknown)}。/api/v1/areas の code を使ってください"
        )
    closed = [name for name in notice.channels if name not in city.channels]
    if closed:
        raise AmendmentError("bad_channel", f"設定されていない経路です：{'、'.join(closed)}")
    places = drawn_places(ask.drawn, notice.kind, city.ground)
    name = await _free_name(connection, notice.status, ask.now)
    alert = compose(replace(notice, drawn=tuple(places)), _pen(city, ask), name)
    told = tuple(f"地図で描いた区域：{one.name}（{one.code}）" for one in places)
    return replace(alert, evidence=(*alert.evidence, *told))


def drawn_places(lines: Sequence[str], kind: str, ground: Ground) -> list[Place]:
    """Areas that were drawn on the map as places of an alert of ``kind``. Raises ReviewError bad_drawn."""
    if len(lines) > MOST_DRAWN:
        raise ReviewError("bad_drawn", f"地図で描いた区域は{MOST_DRAWN}個までです / {MOST_DRAWN} drawn areas at most")
    try:
        areas = [drawn(text, kind, ground) for text in lines]
    except DrawnError as error:
        raise ReviewError("bad_drawn", f"地図で描いた区域：{error}") from error
    return [
        Place(code=one.code, name=one.name, name_en=one.name_en, polygons=(one.ring,), within=one.within)
        for one in areas
    ]


async def _free_name(connection: AsyncConnection, status: Status, now: datetime) -> str:
    """The first name that no other notice of this second has."""
    turn = 1
    while await alerts.status_of(connection, name_of_notice(status, now, turn)) is not None:
        turn += 1
    return name_of_notice(status, now, turn)


async def _series(connection: AsyncConnection, city: City, ask: Ask) -> Series:
    status = await alerts.status_of(connection, ask.series)
    standing = (await alerts.standing(connection, status, ask.now)).get(ask.series) if status else None
    if status is None:
        raise ReviewError("not_found", f"{ask.series} はありません")
    if standing is None or standing.state in REMEMBERED:
        raise ReviewError("nothing_in_force", "この発表は終わっています。新しい発表を作ってください")
    in_force = standing.in_force(ask.now)
    if ask.act is not Act.EDIT and in_force and in_force[-1].revision != ask.revision:
        raise ReviewError("changed", f"その後に{_by(in_force[-1])}。{_AGAIN}")
    picture = await hazards.current(connection, Status(status))
    return Series(
        standing=standing,
        reached=await reached(connection, ask.series),
        rule=next((one for one in holding(city.rules, ask.now) if one.id == standing.alert.rule), None),
        hazards=tuple(picture.values()),
    )


async def _waits(connection: AsyncConnection, ask: Ask) -> Alert:
    """The draft as the person read it; who changed it since is told."""
    try:
        return (await waiting(connection, ask.series, ask.revision, ask.digest, ask.now)).alert
    except ReviewError as error:
        newest = await alerts.newest(connection, ask.series)
        if error.code not in {"not_waiting", "digest_mismatch"} or newest is None:
            raise
        if newest.revision == ask.revision:
            raise ReviewError("changed", str(error)) from error
        raise ReviewError("changed", f"その後に{_by(newest)}。{_AGAIN}") from error


def _by(alert: Alert) -> str:
    who = alert.author or f"規則 {alert.rule}"
    return f"、{who} が{exact(alert.sent)}に第{alert.revision}報を書きました"


def differences(before: Alert, after: Alert) -> str:
    """What an edit changed, for the chronology."""
    told: list[str] = []
    for tag in dict.fromkeys((*before.texts, *after.texts)):
        old, new = before.texts.get(tag), after.texts.get(tag)
        if old is None or new is None:
            told.append(f"{tag} を{'加えた' if old is None else '外した'}")
        elif parts := [name for part, name in _PARTS.items() if getattr(old, part) != getattr(new, part)]:
            told.append(f"{tag} の{'・'.join(parts)}")
    told += [f"区域から{place.name}を外した" for place in before.places if place not in after.places]
    told += [f"経路から{name}を外した" for name in before.channels if name not in after.channels]
    if before.expires != after.expires:
        told.append(f"期限を{dated(after.expires)}に")
    return "、".join(told) or "変更なし"
