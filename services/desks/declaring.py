"""The declaring desk: staff enter once which places of refuge are open, whether the headquarters stands, what is hurt.

What they enter becomes the next draft of the series that tells of it: the posts, L-Alert's document and what programs
read are made from the same state. A place that is not named stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import dated
from feeds.status import Status
from rules.alert import Alert, State
from rules.declaration import Frame, declare, merged
from rules.declared import Damaged, Declared, Shelters, ShelterState
from rules.redraft import AmendmentError, Pen, Series
from rules.situation import Standing
from services.channels.registry import outlets
from services.city import City
from services.desks.declared_board import Board, Entry, board, differences, is_of, places_of
from services.desks.drafting import Planned, add_draft
from services.desks.review import ReviewError, entry, name_of
from services.store import alerts, chronology, situations
from services.store.alerts import Revision
from services.store.engine import Store
from services.store.prepared import Mark
from services.store.reached import reached

_CHANNELS = ("authorities", "cap_feed", "social", "log")
_OF_DAMAGE = ("authorities", "cap_feed", "log")  # numbers of dead and homes are no post of ours
_HOLDS = timedelta(days=7)  # each further revision counts anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What a person entered; ``channels`` empty: the usual ones."""

    person: str
    now: datetime
    status: Status
    declared: Declared
    channels: tuple[str, ...] = ()
    corrects: bool = False  # of damage: what was announced before was wrong
    seen: tuple[str, int] | None = None  # series and revision that the person had before them; None: nobody looked


async def enter(store: Store, city: City, entered: Entered) -> Revision:
    """Draft the next revision, or the first. A draft of the same that still waits is taken up into it.

    Raises ReviewError with the codes of :mod:`rules.declaration`, bad_channel, and changed: somebody entered something
    else about the same place, or the headquarters, since the person looked.
    """
    if closed := [name for name in entered.channels if name not in city.channels]:
        raise ReviewError("bad_channel", f"設定されていない経路です：{'、'.join(closed)}")

    def told(planned: Planned, draft: Revision) -> chronology.Entry:
        before, after = planned.before.declared if planned.before else None, draft.alert.declared
        said = "、".join(differences(before, after).values()) if after else ""
        text = f"{name_of(draft.alert)}の案を作った（承認待ち）：{said or '変わりなし'}"
        return entry(draft.alert, "draft", entered.person, text, entered.now)

    return await add_draft(
        store,
        city,
        entered.now,
        mark=lambda connection: _mark(connection, entered),
        plan=lambda connection: _planned(connection, city, entered),
        tell=told,
    )


async def _mark(connection: AsyncConnection, entered: Entered) -> Mark:
    """Another as soon as anything of the status moved, or a channel told of the series."""
    series = await _series(connection, entered)
    return await situations.mark(connection, entered.status, entered.now), series.reached if series else ()


async def _planned(connection: AsyncConnection, city: City, entered: Entered) -> Planned:
    before = await board(connection, entered.status, entered.declared.kind, entered.now, _named(entered.declared))
    await _unchanged(connection, before, entered)
    series = await _series(connection, entered)
    pen = Pen(author=entered.person, now=entered.now, sender=city.sender, places=city.place)
    frame = Frame(
        status=entered.status,
        city=city.ground.city,
        expires=entered.now + _HOLDS,
        channels=entered.channels or outlets(_usual(entered.declared), city.channels),
        corrects=entered.corrects,
    )
    declared = _whole(city, entered.declared, series.standing if series else None, entered.now)
    try:
        alert = _next_to(series, declare(declared, series, frame, pen))
    except AmendmentError as error:
        raise ReviewError(error.code, str(error)) from error
    return Planned(alert, series.reached if series else (), before.newest)


async def _unchanged(connection: AsyncConnection, now: Board, entered: Entered) -> None:
    """What the person entered must go on from what they saw; what others entered of other places does not matter."""
    if entered.seen is None or entered.seen == now.seen:
        return
    looked_at = await alerts.get(connection, *entered.seen)
    seen = looked_at.alert.declared if looked_at else None
    if isinstance(entered.declared, Damaged):
        raise ReviewError("changed", _since(now.history[0] if now.history else None, "被害の発表"))
    if not isinstance(entered.declared, Shelters):
        if now.headquarters != seen:
            raise ReviewError("changed", _since(now.history[0] if now.history else None, "本部の状況"))
        return
    known = places_of(seen)
    for place in entered.declared.places:
        if now.places.get(place.identity) != known.get(place.identity):
            raise ReviewError("changed", _since(now.last(place.identity), place.name or place.code, place.identity))


def _since(last: Entry | None, what: str, name: str = "") -> str:
    who = "前の案が差し戻されました"
    if last and last.state is not State.REJECTED:
        said = last.said.get(name) or "、".join(last.said.values())
        who = f"{dated(last.at)} {last.who}「{said}」"
    return f"{what}は、あなたが開いたあとに変わりました（{who}）。見比べてから、もう一度押してください"


async def newest(
    connection: AsyncConnection, status: Status, kind: str, now: datetime, then: datetime | None = None
) -> Alert | None:
    """The revision in force that declares this kind of thing, or did as known ``then``; None where nothing does."""
    found = [
        one.in_force(now)[-1]
        for one in (await alerts.standing(connection, status, now, then)).values()
        if one.in_force(now) and is_of(one.alert.declared, kind, None)
    ]
    return max(found, key=lambda alert: alert.sent, default=None)


async def _series(connection: AsyncConnection, entered: Entered) -> Series | None:
    standing = await alerts.standing(connection, entered.status, entered.now)
    ours = [
        one
        for one in standing.values()
        if is_of(one.alert.declared, entered.declared.kind, _named(entered.declared))
        and (one.in_force(entered.now) or one.state is State.DRAFT)
    ]
    if not ours:
        return None
    one = max(ours, key=lambda each: each.alert.sent)
    return Series(standing=one, reached=await reached(connection, one.alert.series))


def _named(declared: Declared) -> str | None:
    """The disaster whose series it is. Shelters and the headquarters have one for the city, whatever it is called."""
    return declared.disaster if isinstance(declared, Damaged) else None


def _usual(declared: Declared) -> tuple[str, ...]:
    return _OF_DAMAGE if isinstance(declared, Damaged) else _CHANNELS


def _whole(city: City, declared: Declared, standing: Standing | None, now: datetime) -> Declared:
    """With the places that were known before, and what the city's list knows of those that are named."""
    if not isinstance(declared, Shelters):
        return declared
    before = standing.alert.declared if standing else None
    if standing and standing.state not in {State.DRAFT, State.ISSUED}:  # a draft that was refused counts for nothing
        in_force = standing.in_force(now)
        before = in_force[-1].declared if in_force else None
    known: Sequence[ShelterState] = before.places if isinstance(before, Shelters) else ()
    return replace(declared, places=merged(known, [_listed(city, one) for one in declared.places]))


def _listed(city: City, place: ShelterState) -> ShelterState:
    found = next((one for one in city.ground.shelters if place.code and one.code == place.code), None)
    if found is None:
        return place
    return replace(place, name=place.name or found.name, address=place.address or found.address)


def _next_to(series: Series | None, alert: Alert) -> Alert:
    """The first revision of all takes the place of a first draft that nobody has approved yet."""
    if series is None or alert.revision > 1:
        return alert
    waits, number = series.standing.alert, series.standing.last_revision + 1
    return replace(alert, series=waits.series, revision=number, identifier=f"{waits.series}-{number}")
