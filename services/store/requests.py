"""Requests of residents in and out. A request is changed in place; each change leaves a row of its history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.contact import Contact
from feeds.open311.asked import Asked
from feeds.open311.wanted import Wanted
from feeds.status import Status
from rules.requests.state import OPEN, State
from rules.requests.triage import ANSWERED_URGENT, SAME_URGENT, Before, Known, Triage
from rules.requests.turn import Turn
from services.store import reporters
from services.store.codec import from_json, to_json
from services.store.columns import Instant
from services.store.tables_requests import request_updates, requests

_AT_ONCE = 500  # values of one statement
_BIGGEST = 2**63 - 1  # what both engines can hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as the desk sees it. ``address``, ``description``, ``lon`` and ``lat`` are the resident's own."""

    id: int
    status: Status
    service: str
    state: State
    urgent: bool
    reasons: tuple[str, ...]
    client: str
    lon: float | None
    lat: float | None
    public_lon: float | None
    public_lat: float | None
    address: str
    description: str
    released: bool
    media_url: str
    attributes: Mapping[str, tuple[str, ...]]
    known: Known
    same_as: int | None
    owner: str  # as the desk says; empty: as ``known``
    waits_since: datetime | None
    turn: Turn
    version: int
    asked_at: datetime
    changed_at: datetime
    photos: tuple[str, ...] = ()  # names of pictures of ours: for the desk alone


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open request that a plow may settle."""

    id: int
    status: Status
    segment: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Update:
    """A change of a request, in the words that the resident reads."""

    id: int
    request: int
    at: datetime
    state: State
    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """What is written down of a request that came in."""

    status: Status
    client: str
    asked: Asked
    known: Known
    judged: Triage
    public: tuple[float, float] | None  # lon, lat
    answer: str
    at: datetime
    photos: tuple[str, ...] = ()


async def add(connection: AsyncConnection, new: New) -> int:
    """Write it down with its first update; its number."""
    one, judged = new.asked, new.judged
    bare, words = reporters.cover(_texts(one))
    values = {
        "status": new.status.value,
        "service": one.service.code,
        "state": judged.state.value,
        "urgent": judged.urgent,
        "reasons": list(judged.reasons),
        "client": new.client,
        "lon": one.lon,
        "lat": one.lat,
        "public_lon": new.public[0] if new.public else None,
        "public_lat": new.public[1] if new.public else None,
        "address": bare["address"],
        "description": bare["description"],
        "released": False,
        "media_url": one.media_url,
        "photos": list(new.photos),
        "attributes": {
            code: [bare[f"{code} {place}"] for place, _ in enumerate(values)] for code, values in one.attributes.items()
        },
        "known": to_json(new.known),
        "segment": new.known.segment,
        "section": new.known.section,
        "same_as": judged.same_as,
        "waits_since": new.at if judged.waits else None,
        "asked_at": new.at,
        "changed_at": new.at,
    }
    number = int((await connection.execute(insert(requests).values(values).returning(requests.c.id))).scalar_one())
    await note(connection, [number], new.at, judged.state, "hub", new.answer)
    if words or one.contact:
        told = reporters.Told(
            about=about(number), request=number, status=new.status, contact=one.contact or Contact(), words=words
        )
        await reporters.keep(connection, [told], new.at)
    if judged.same_as is not None and ANSWERED_URGENT in judged.reasons:
        await _hurry(connection, judged.same_as, new.at)
    return number


def about(number: int) -> str:
    """By what name a request is known where senders are kept apart."""
    return f"request/{number}"


def _texts(one: Asked) -> dict[str, str]:
    """All that the sender wrote freely."""
    answers = {f"{code} {n}": value for code, values in one.attributes.items() for n, value in enumerate(values)}
    return {"address": one.address, "description": one.description, **answers}


async def _hurry(connection: AsyncConnection, first: int, at: datetime) -> None:
    """Behind it stands one that says it is urgent: so is the first, and somebody has to look at it again."""
    mine = requests.c.id == first
    reasons = (await connection.execute(select(requests.c.reasons).where(mine))).scalar_one()
    values = {
        "urgent": True,
        "reasons": [*dict.fromkeys([*reasons, SAME_URGENT])],
        "waits_since": func.coalesce(requests.c.waits_since, literal(at, Instant)),
        "version": requests.c.version + 1,
    }
    await connection.execute(update(requests).where(mine).values(values))


async def by_ids(connection: AsyncConnection, ids: Iterable[str], statuses: Collection[str]) -> list[Request]:
    """Those of these ids that there are, newest first; what is no number is no id of ours."""
    numbers = sorted({int(one) for one in ids if one.isascii() and one.isdigit() and len(one) < 19})
    chosen = select(requests).where(requests.c.id.in_(numbers), requests.c.status.in_(statuses))
    rows = await connection.execute(chosen.order_by(requests.c.asked_at.desc(), requests.c.id.desc()))
    return [request_of(row) for row in rows.mappings()]


async def listed(
    connection: AsyncConnection, wanted: Wanted, statuses: Collection[str], services: Collection[str]
) -> list[Request]:
    """A page of what the filters want, newest first, of these services."""
    chosen = _chosen(wanted, statuses, services).order_by(requests.c.asked_at.desc(), requests.c.id.desc())
    page = chosen.limit(wanted.page_size).offset(min((wanted.page - 1) * wanted.page_size, _BIGGEST))
    return [request_of(row) for row in (await connection.execute(page)).mappings()]


def _chosen(wanted: Wanted, statuses: Collection[str], services: Collection[str]) -> Select[Any]:
    asked_for = wanted.services & set(services) if wanted.services else services
    chosen = select(requests).where(
        requests.c.status.in_(statuses),
        requests.c.asked_at.between(wanted.since, wanted.until),
        requests.c.service.in_(sorted(asked_for)),
    )
    if len(wanted.statuses) != 1:
        return chosen
    is_open = requests.c.state.in_([state.value for state in OPEN])
    return chosen.where(is_open if "open" in wanted.statuses else ~is_open)


async def like(
    connection: AsyncConnection, status: Status, service: str, segment: str, since: datetime
) -> list[Before]:
    """Open first requests of the service on the segment, asked since then."""
    statement = select(requests.c.id, requests.c.lon, requests.c.lat, requests.c.asked_at).where(
        requests.c.status == status.value,
        requests.c.segment == segment,
        requests.c.state.in_([state.value for state in OPEN]),
        requests.c.service == service,
        requests.c.same_as.is_(None),
        requests.c.asked_at >= since,
        requests.c.lon.is_not(None),
    )
    return [Before(*row) for row in await connection.execute(statement)]


async def open_since(connection: AsyncConnection, services: Collection[str], since: datetime) -> list[Waiting]:
    """Open requests of these services that are on a road and were asked since then."""
    columns = (requests.c.id, requests.c.status, requests.c.segment, requests.c.asked_at)
    statement = select(*columns).where(
        requests.c.status.in_([status.value for status in Status]),  # or the index is of no use
        requests.c.turn < Turn.OVER,
        requests.c.state.in_([state.value for state in OPEN]),
        requests.c.service.in_(sorted(services)),
        requests.c.segment != "",
        requests.c.asked_at >= since,
    )
    rows = await connection.execute(statement.order_by(requests.c.id))
    return [Waiting(number, Status(status), segment, at) for number, status, segment, at in rows]


async def updates(
    connection: AsyncConnection, since: datetime, until: datetime, statuses: Collection[str], services: Collection[str]
) -> list[Update]:
    """Changes in [since, until] of requests of these services, oldest first."""
    statement = (
        select(request_updates)
        .join(requests, requests.c.id == request_updates.c.request)
        .where(request_updates.c.at.between(since, until), requests.c.status.in_(statuses))
        .where(requests.c.service.in_(sorted(services)))
        .order_by(request_updates.c.id)
        .limit(1000)
    )
    return [_update(row) for row in (await connection.execute(statement)).mappings()]


async def history(connection: AsyncConnection, numbers: Sequence[int]) -> dict[int, list[Update]]:
    """All updates of these requests, oldest first."""
    found: dict[int, list[Update]] = {number: [] for number in numbers}
    for begin in range(0, len(numbers), _AT_ONCE):
        some = numbers[begin : begin + _AT_ONCE]
        statement = select(request_updates).where(request_updates.c.request.in_(some)).order_by(request_updates.c.id)
        for row in (await connection.execute(statement)).mappings():
            found[row["request"]].append(_update(row))
    return found


async def note(
    connection: AsyncConnection, numbers: Sequence[int], at: datetime, state: State, who: str, text: str
) -> None:
    """Write down what became of them, in words that are public at once."""
    rows = [{"request": one, "at": at, "state": state.value, "who": who, "text": text} for one in numbers]
    if rows:
        await connection.execute(insert(request_updates), rows)


def request_of(row: RowMapping) -> Request:
    """A whole row as it is read."""
    told = {name: row[name] for name in Request.__dataclass_fields__}
    return Request(
        **told
        | {
            "status": Status(row["status"]),
            "state": State(row["state"]),
            "turn": Turn(row["turn"]),
            "reasons": tuple(row["reasons"]),
            "photos": tuple(row["photos"]),
            "attributes": {code: tuple(values) for code, values in row["attributes"].items()},
            "known": from_json(Known, row["known"]),
        }
    )


def _update(row: RowMapping) -> Update:
    told = {name: row[name] for name in Update.__dataclass_fields__}
    return Update(**told | {"state": State(row["state"])})
