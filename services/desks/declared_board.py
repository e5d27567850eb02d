"""What the city has declared of itself, for the people who enter it: what was issued, what waits, who entered what.

Nothing is kept for it: who entered a place and when is what one revision says beyond the one before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import Alert, State
from rules.damage.items import BY_KEY, ITEMS
from rules.declared import Crowding, Damaged, Declared, Headquarters, Opening, Shelters, ShelterState
from services.store import alerts, past
from services.store.codec import from_json
from services.store.tables import alerts as revisions

OPENINGS: Mapping[Opening, str] = {Opening.OPEN: "開設", Opening.CLOSED: "閉鎖", Opening.NOT_OPEN: "開設していない"}
CROWDINGS: Mapping[Crowding, str] = {
    Crowding.ROOM: "余裕あり",
    Crowding.CROWDED: "混雑",
    Crowding.FULL: "満員",
    Crowding.UNKNOWN: "わからない",
}
_REMEMBERED = 200  # revisions that are looked through


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one person entered at once: ``said`` by the identity of what it is about (a place's, or a type)."""

    at: datetime
    who: str
    series: str
    revision: int
    state: State
    disaster: str
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One kind of declaration, of one status. ``draft`` is there only while it waits for approval."""

    issued: Alert | None
    draft: Alert | None
    history: Sequence[Entry]  # newest first

    @property
    def newest(self) -> Alert | None:
        """What the next entry goes on from."""
        return self.draft or self.issued

    @property
    def seen(self) -> tuple[str, int]:
        """Names what a person who looks at this board has before them; ("", 0) where nothing is declared."""
        return (self.newest.series, self.newest.revision) if self.newest else ("", 0)

    @property
    def places(self) -> Mapping[str, ShelterState]:
        """Every place of the newest state by its identity."""
        return places_of(self.newest.declared if self.newest else None)

    @property
    def headquarters(self) -> Headquarters | None:
        """The headquarters as the newest state has it."""
        declared = self.newest.declared if self.newest else None
        return declared if isinstance(declared, Headquarters) else None

    def last(self, name: str) -> Entry | None:
        """The newest entry about a place that was not sent back."""
        return next((one for one in self.history if name in one.said and one.state is not State.REJECTED), None)


async def board(
    connection: AsyncConnection,
    status: Status,
    kind: str,
    now: datetime,
    disaster: str | None = None,
    then: datetime | None = None,
) -> Board:
    """As it stands now; ``kind`` is shelters, headquarters or damage; ``disaster``: of the one of this name alone.

    ``then``: as the hub knew it at that instant.
    """
    ours = [
        one
        for one in (await alerts.standing(connection, status, now, then)).values()
        if is_of(one.alert.declared, kind, disaster)
    ]
    waiting = [one.alert for one in ours if one.state is State.DRAFT and one.alert.expires > now]
    holding = [one.in_force(now)[-1] for one in ours if one.in_force(now)]
    return Board(
        issued=max(holding, key=_sent, default=None),
        draft=max(waiting, key=_sent, default=None),
        history=await _history(connection, status, kind, disaster, then),
    )


def is_of(declared: Declared | None, kind: str, disaster: str | None) -> bool:
    """True where it declares this kind of thing, of this disaster where one is named."""
    return declared is not None and declared.kind == kind and disaster in (None, declared.disaster)


def places_of(declared: Declared | None) -> Mapping[str, ShelterState]:
    """The places of a state by their identity; none where it is no state of places."""
    return {place.identity: place for place in declared.places} if isinstance(declared, Shelters) else {}


def told(place: ShelterState) -> str:
    """「開設、混雑、42人（15世帯）」"""
    parts = [OPENINGS[place.opening]]
    if place.opening is Opening.OPEN:
        parts += [CROWDINGS[place.crowding]] if place.crowding is not Crowding.UNKNOWN else []
        families = f"（{place.households}世帯）" if place.households is not None else ""
        parts += [f"{place.people}人{families}"] if place.people is not None else []
    return "、".join(parts)


def differences(before: Declared | None, after: Declared) -> dict[str, str]:
    """What ``after`` says beyond ``before``, in words, by what it is about."""
    if isinstance(after, Headquarters):
        return {} if after == before else {after.type: f"{after.type}を{'設置' if after.stands else '解散'}"}
    if isinstance(after, Damaged):
        old = before.figures if isinstance(before, Damaged) else {}
        keys = [item.key for item in ITEMS if old.get(item.key) != after.figures.get(item.key)]
        return {key: f"{BY_KEY[key].title} {_figure(key, after.figures.get(key))}" for key in keys}
    known = places_of(before)
    changed = [place for place in after.places if known.get(place.identity) != place]
    return {place.identity: f"{place.name}：{told(place)}" for place in changed}


def _figure(key: str, steps: int | None) -> str:
    return "記載なし" if steps is None else f"{BY_KEY[key].told(steps)}{BY_KEY[key].unit}"


async def _history(
    connection: AsyncConnection, status: Status, kind: str, disaster: str | None, then: datetime | None
) -> list[Entry]:
    known = past.as_of(revisions, then)
    wanted = select(known.c.state, known.c.body).where(known.c.status == status.value, known.c.kind == kind)
    rows = (await connection.execute(wanted.order_by(known.c.sent.desc()).limit(_REMEMBERED))).all()
    every = ((from_json(Alert, body), State(state)) for state, body in rows)
    ours = [one for one in every if disaster is None or is_of(one[0].declared, kind, disaster)]
    found = sorted(ours, key=_place_in_series)
    entries = [entry for _, family in groupby(found, key=lambda one: one[0].series) for entry in _entries(family)]
    return sorted(entries, key=lambda entry: (entry.at, entry.revision), reverse=True)


def _entries(family: Iterator[tuple[Alert, State]]) -> Iterator[Entry]:
    """What each revision of a series added to the state before it. What was sent back is nothing to go on from."""
    before: Declared | None = None
    for alert, state in family:
        if alert.declared is None:
            continue
        yield Entry(
            at=alert.sent,
            who=alert.author,
            series=alert.series,
            revision=alert.revision,
            state=state,
            disaster=alert.declared.disaster,
            said=differences(before, alert.declared),
        )
        before = before if state is State.REJECTED else alert.declared


def _sent(alert: Alert) -> datetime:
    return alert.sent


def _place_in_series(one: tuple[Alert, State]) -> tuple[str, int]:
    return one[0].series, one[0].revision
