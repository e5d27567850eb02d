"""What the store knows of one hazard at one time: itself, what was written of it, and what was held back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.distrust import Distrust
from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import Alert, State
from services.desks.agreement import Accounts, accounts, counting
from services.store import chronology, distrusts, suppressions
from services.store.chronology import Entry
from services.store.codec import from_json
from services.store.evidenced import last_seen, resting
from services.store.suppressions import Held
from services.store.tables import alerts, hazards, outbox

_DEEDS = ("approved", "rejected", "held", "stayed", "issued")
_LOOK_BACK = timedelta(days=1)  # at what had expired by then
_AT_ONCE = 500  # revisions looked at in one go


class UnknownHazardError(LookupError):
    """The store has never heard of it; the text names the cure."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One revision on one channel."""

    channel: str
    state: str
    reason: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One revision that names the hazard, and what had become of it by then."""

    alert: Alert
    state: State  # now
    changed_at: datetime
    issued_at: datetime | None = None
    rejected: Entry | None = None
    held: Entry | None = None  # it was free to leave and waited for the clock, or stayed when it was due
    approved_by: tuple[str, ...] = ()
    sendings: tuple[Sending, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything an answer may rest on."""

    key: str
    status: Status
    at: datetime
    hazard: Hazard | None  # as it was then; None: not known yet
    first_known_at: datetime
    ended_at: datetime | None = None  # by then
    written: tuple[Written, ...] = ()  # newest first
    held: tuple[Held, ...] = ()
    doubted: tuple[Distrust, ...] = ()  # people's words about its sensors that held when it went


async def gather(connection: AsyncConnection, key: str, at: datetime) -> Evidence:
    """Raises UnknownHazardError for a key that was never in the picture."""
    of_key = select(hazards.c.at, hazards.c.level, hazards.c.body).where(hazards.c.key == key)
    first = (await connection.execute(of_key.order_by(hazards.c.seq).limit(1))).first()
    if first is None:
        raise UnknownHazardError(f"{key!r} という危険の記録はありません。/api/v1/hazards の id を使ってください")
    status = Status(key.partition("/")[0])
    newest = of_key.where(hazards.c.at <= at).order_by(hazards.c.seq.desc()).limit(1)
    then = (await connection.execute(newest)).first()
    ended_at = then.at if then and then.level == 0 else None
    return Evidence(
        key=key,
        status=status,
        at=at,
        hazard=from_json(Hazard, then.body) if then else None,
        first_known_at=first.at,
        ended_at=ended_at,
        written=await _written(connection, key, status, at),
        held=tuple(await suppressions.at(connection, status, key, at)),
        doubted=await _doubted(connection, key, status, ended_at) if ended_at else (),
    )


async def _doubted(connection: AsyncConnection, key: str, status: Status, ended: datetime) -> tuple[Distrust, ...]:
    """Who did not believe a sensor that it rested on, as it went."""
    held = [one for one in await distrusts.holding(connection, ended) if one.status is status]
    found = await resting(connection, await last_seen(connection, [key])) if held else {}
    return tuple(one for one in held if one.subject in found.get(key, ()))


async def _written(connection: AsyncConnection, key: str, status: Status, at: datetime) -> tuple[Written, ...]:
    mine = [row async for row in _naming(connection, key, status, at)]
    if not mine:
        return ()
    since = min(row["sent"] for row in mine)
    deeds = await chronology.between(connection, status, _DEEDS, since, at)
    sendings = await _sendings(connection, {row["series"] for row in mine})
    known = await accounts(connection)
    return tuple(_one(row, deeds, sendings, known) for row in mine)


async def _naming(
    connection: AsyncConnection, key: str, status: Status, at: datetime
) -> AsyncIterator[Mapping[Any, Any]]:
    """Every revision that stood then, or had lately, and names the hazard, newest first; read a stretch at a time."""
    stood = (alerts.c.status == status.value, alerts.c.sent <= at, alerts.c.expires > at - _LOOK_BACK)
    columns = (alerts.c.series, alerts.c.revision, alerts.c.sent, alerts.c.state, alerts.c.changed_at, alerts.c.body)
    order = (alerts.c.sent.desc(), alerts.c.series, alerts.c.revision)
    seen = 0
    while True:
        stretch = select(*columns).where(*stood).order_by(*order).offset(seen).limit(_AT_ONCE)
        rows = (await connection.execute(stretch)).mappings().all()
        for row in rows:
            if key in row["body"]["hazards"]:
                yield row
        seen += len(rows)
        if len(rows) < _AT_ONCE:
            return


def _one(
    row: Mapping[Any, Any], deeds: Iterable[Entry], sendings: Mapping[tuple[str, int], list[Sending]], known: Accounts
) -> Written:
    series, revision, alert = row["series"], row["revision"], from_json(Alert, row["body"])
    mine = [one for one in deeds if (one.refs.get("series"), one.refs.get("revision")) == (series, str(revision))]
    issued = next((one.at for one in mine if one.kind == "issued"), None)
    return Written(
        alert=alert,
        state=State(row["state"]),
        changed_at=row["changed_at"],
        issued_at=issued,
        rejected=next((one for one in mine if one.kind == "rejected"), None),
        held=next((one for one in reversed(mine) if one.kind in {"held", "stayed"}), None),
        approved_by=counting(known, alert, [one.who for one in mine if one.kind == "approved"]),
        sendings=tuple(sendings.get((series, revision), ())),
    )


async def _sendings(connection: AsyncConnection, series: set[str]) -> dict[tuple[str, int], list[Sending]]:
    wanted = (
        outbox.c.series,
        outbox.c.revision,
        outbox.c.channel,
        outbox.c.state,
        outbox.c.reason,
        outbox.c.finished_at,
    )
    rows = await connection.execute(
        select(*wanted).where(outbox.c.series.in_(sorted(series))).order_by(outbox.c.channel)
    )
    found: dict[tuple[str, int], list[Sending]] = {}
    for row in rows:
        one = Sending(row.channel, row.state, row.reason, row.finished_at)
        found.setdefault((row.series, row.revision), []).append(one)
    return found
