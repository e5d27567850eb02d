"""Records in and out. A natural key makes a repeat change nothing; other content under a known key is a revision."""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.lalert.types import LalertDocument
from feeds.records import BARRING, CapTelegram, Fix, Flag, Reading, Record, Report, Telegram
from feeds.snow_ahead import SnowForecast
from feeds.status import Status
from geo.official.instant import STANDS, SUBJECTS
from geo.official.instant import Heard as Told
from geo.official.lasting import REMEMBERED, REVISIONS, SHAKING, STANDING, STRONG
from geo.official.volcanoes import SURVEY, SURVEYED, WARNING
from services.store import report_cases, report_revisions, reporters
from services.store.append import Row, append, digests_by_key
from services.store.codec import from_json, text_of, to_json, written
from services.store.columns import stamp
from services.store.tables import records

_JSON = json.JSONEncoder(sort_keys=True, ensure_ascii=False)
_NEWEST = select(func.max(records.c.seq))
_NEWER = select(records.c.seq).where(records.c.seq > bindparam("number")).order_by(records.c.seq)
_NEWS = (
    select(records.c.status, records.c.type, records.c.subject).where(records.c.seq > bindparam("number")).distinct()
)
_TYPES: dict[type[Any], str] = {
    Reading: "reading",
    Fix: "fix",
    Report: "report",
    Telegram: "telegram",
    CapTelegram: "cap",
    LalertDocument: "lalert",
    SnowForecast: "forecast",
}


@dataclass(frozen=True, slots=True)
class Saved:
    """What a batch came to: sequence numbers of the new rows, and how much was known already."""

    new: tuple[int, ...]
    duplicates: int
    revisions: int


async def save(
    connection: AsyncConnection,
    batch: Sequence[Record],
    received_at: datetime,
    by: str = "",
    *,
    newest: int | None = None,
) -> Saved:
    """Append what is new. Call inside ``store.write()``; acknowledge nothing before that block has ended.

    A report gets its case with it; how to reach its sender is kept apart. ``by``: the officer who enters the reports.
    ``newest``: what :func:`latest_seq` gave in this very transaction, where it was asked and nothing was added since.
    """
    parted = [reporters.apart(record) for record in batch]
    known = await digests_by_key(connection, {record.key for record in batch})
    arrived = stamp(received_at)
    rows, duplicates, revisions = [], 0, 0
    first: dict[str, Report] = {}
    again: list[Report] = []
    told: list[reporters.Told] = []
    for record, contact in parted:
        digest = _digest(record)
        digests = known.setdefault(record.key, set())
        if digest in digests:
            duplicates += 1
            continue
        if contact is not None:
            told.append(contact)
        revisions += bool(digests)
        if isinstance(record, Report) and digests:
            again.append(record)
        elif isinstance(record, Report):
            first[record.key] = record
        rows.append(_row(_flagged(record) if digests else record, digest, arrived))
        digests.add(digest)
    if not rows:
        return Saved((), duplicates, revisions)
    await reporters.keep(connection, told, received_at)
    before = await latest_seq(connection) if newest is None else newest
    await append(connection, rows)
    new = tuple(await connection.scalars(_NEWER, {"number": before}))  # nobody else writes meanwhile
    if first:
        await report_cases.begin(connection, list(first.values()), received_at, by)
    for one in await report_revisions.sent_again(connection, again, before, received_at, by) if again else ():
        await keep(connection, one, received_at)
    return Saved(new, duplicates + len(rows) - len(new), revisions)


async def keep(connection: AsyncConnection, report: Report, at: datetime) -> None:
    """Append a report as it stands after a decision, as one more revision. Call inside ``store.write()``."""
    bare, told = reporters.apart(report)
    await reporters.keep(connection, [told] if told else [], at)
    one = await report_revisions.numbered(connection, bare if isinstance(bare, Report) else report)
    await append(connection, [_row(one, _digest(one), stamp(at))])


async def latest_seq(connection: AsyncConnection) -> int:
    """The newest sequence number, 0 for an empty store."""
    return int(await connection.scalar(_NEWEST) or 0)


async def news(connection: AsyncConnection, number: int) -> dict[Status, frozenset[str] | None]:
    """What has come in after the record of this number: ``station/quantity`` of readings, or None where it was not they
    alone."""
    came: dict[Status, set[str]] = {}
    other: set[Status] = set()
    for status, kind, subject in await connection.execute(_NEWS, {"number": number}):
        if kind == _TYPES[Reading]:
            came.setdefault(Status(status), set()).add(subject)
        else:
            other.add(Status(status))
    return {one: None if one in other else frozenset(came[one]) for one in Status if one in came.keys() | other}


async def standing_telegrams(
    connection: AsyncConnection, status: Status, since: datetime, until: datetime
) -> list[Telegram]:
    """The newest telegram of each series that spoke in the window; of one minute all, for a correction may have come
    before what it corrects."""
    chosen = (records.c.type == "telegram", records.c.status == status, records.c.measured_at.between(since, until))
    rank = func.rank().over(partition_by=records.c.subject, order_by=records.c.measured_at.desc()).label("rank")
    ranked = select(records.c.seq, rank).where(*chosen).subquery()  # from the index alone; bodies are long
    newest = select(records.c.body).join(ranked, ranked.c.seq == records.c.seq).where(ranked.c.rank == 1)
    rows = await connection.execute(newest.order_by(records.c.seq))
    return [from_json(Telegram, body) for (body,) in rows]


async def lasting_telegrams(
    connection: AsyncConnection, status: Status, now: datetime, came_by: datetime | None = None
) -> list[Telegram]:
    """The newest of each series that stands without a limit, and what was said of strong earthquakes of a year.

    With what comes into force within a day after ``now``, so that they may be kept for a day. With ``came_by`` only
    what had reached the hub by then.
    """
    known = [records.c.type == "telegram", records.c.status == status, records.c.measured_at <= now + timedelta(days=1)]
    if came_by is not None:
        known.append(records.c.received_at <= came_by)
    order = (records.c.measured_at.desc(), records.c.seq.desc())
    rank = func.row_number().over(partition_by=records.c.subject, order_by=order).label("rank")
    ranked = select(records.c.seq, rank).where(*known, _of_types(STANDING)).subquery()
    newest = select(ranked.c.seq).where(ranked.c.rank <= REVISIONS)
    shaken = (*known, _of_types(SHAKING), records.c.measured_at >= now - REMEMBERED)
    event, felt = (records.c.body[name].as_string() for name in ("event_id", "max_intensity"))
    strong = set(await connection.scalars(select(event).where(*shaken, felt.in_(STRONG)))) - {None}
    of_strong = or_(false(), *(records.c.subject.endswith(f"|{one}", autoescape=True) for one in sorted(strong)))
    statements = (
        select(records.c.body).where(records.c.seq.in_(newest)).order_by(records.c.seq),
        select(records.c.body).where(*shaken, of_strong).order_by(records.c.seq),
    )
    bodies = [body for statement in statements for (body,) in await connection.execute(statement)]
    return await asyncio.to_thread(lambda: [from_json(Telegram, body) for body in bodies])


async def lasting_came(connection: AsyncConnection, after: int, events: Iterable[str]) -> bool:
    """Whether a telegram that :func:`lasting_telegrams` would give came in after that sequence number.

    ``events`` are the strong earthquakes that are known: whatever is said of one counts.
    """
    strong = records.c.body["max_intensity"].as_string().in_(STRONG)
    known = (records.c.subject.endswith(f"|{event}", autoescape=True) for event in events)
    shaken = and_(_of_types(SHAKING), or_(strong, *known))
    # By the number alone: an index by type would lead through all telegrams there ever were.
    newer = select(records.c.seq).where(records.c.seq > after, or_(_of_types(STANDING), shaken)).limit(1)
    return await connection.scalar(newer) is not None


def _of_types(types: Iterable[str]) -> ColumnElement[bool]:
    return or_(*(records.c.subject.startswith(f"{code}|", autoescape=True) for code in types))


async def documents(
    connection: AsyncConnection, status: Status, since: datetime, until: datetime
) -> list[LalertDocument]:
    """The highest revision of each L-Alert document that was sent in the window; of equal ones the last received."""
    chosen = (records.c.type == "lalert", records.c.status == status, records.c.measured_at.between(since, until))
    order = (records.c.body["revision"].as_integer().desc(), records.c.seq.desc())
    rank = func.row_number().over(partition_by=records.c.subject, order_by=order).label("rank")
    ranked = select(records.c.seq, rank).where(*chosen).subquery()
    highest = select(records.c.body).join(ranked, ranked.c.seq == records.c.seq).where(ranked.c.rank == 1)
    return [from_json(LalertDocument, body) for (body,) in await connection.execute(highest.order_by(records.c.seq))]


async def heard(connection: AsyncConnection, status: Status, at: datetime) -> list[Told]:
    """The telegrams that may say what was in force at ``at``, with the hour each reached the hub."""
    subject = records.c.subject
    lately = or_(*(subject.startswith(word, autoescape=True) for word in SUBJECTS))
    surveyed = and_(records.c.measured_at >= at - SURVEYED, _of_types([SURVEY]))
    spoken = or_(and_(records.c.measured_at >= at - STANDS, lately), _of_types([WARNING]), surveyed)
    statement = (
        select(records.c.body, records.c.received_at)
        .where(records.c.type == "telegram", records.c.status == status, records.c.measured_at <= at, spoken)
        .order_by(records.c.measured_at, records.c.seq)
    )
    rows = (await connection.execute(statement)).all()
    # Hundreds of long bodies: nobody else waits while they are read.
    return await asyncio.to_thread(lambda: [Told(from_json(Telegram, body), at) for body, at in rows])


async def reports(connection: AsyncConnection, status: Status, since: datetime, until: datetime) -> list[Report]:
    """Reports seen in the window, oldest first; of several revisions of one the last received, by its own time."""
    later = records.alias("later")
    revised = exists().where(later.c.key == records.c.key, later.c.seq > records.c.seq)
    statement = (
        select(records.c.body)
        .where(records.c.type == "report", records.c.status == status, records.c.measured_at.between(since, until))
        .where(~revised)
        .order_by(records.c.measured_at, records.c.seq)
    )
    return [from_json(Report, body) for (body,) in await connection.execute(statement)]


async def reword(connection: AsyncConnection, report: Report) -> int:
    """Put ``report`` in place of all revisions under its key: what must be forgotten, from its case too. How many.

    Their digests stay, so that a repeat of what was forgotten is still known and does not come back.
    """
    await report_cases.forget(connection, report.key)
    theirs = (records.c.type == "report") & (records.c.key == report.key)
    return (await connection.execute(update(records).where(theirs).values(body=_body(report)))).rowcount


async def recover(connection: AsyncConnection, seq: int, report: Report) -> None:
    """Put ``report`` in place of one revision kept in the clear, with the digest it gets today: a repeat is known."""
    digest = _digest(report)
    twin = select(records.c.seq).where(records.c.key == report.key, records.c.digest == digest, records.c.seq != seq)
    if await connection.scalar(twin) is not None:  # they differed in what is covered now
        digest = f"{digest}-{seq}"
    await connection.execute(update(records).where(records.c.seq == seq).values(body=_body(report), digest=digest))


def _digest(record: Record) -> str:
    """Of what was observed, not of how it came: a redelivery is later and may be flagged so, yet says the same."""
    if isinstance(record, Reading):
        # Place and time too: a gateway whose counter began anew uses an id a second time.
        at = record.measured_at.astimezone(UTC).isoformat()
        content: Any = [record.value, record.unit, record.status, record.subject, at]
    else:
        content = _body(replace(record, gateway="") if isinstance(record, Telegram) else record)
        if isinstance(record, Report) and record.judged is None:
            del content["judged"]  # as it was before there were judgements: what is sent again stays known
    return hashlib.sha256(_JSON.encode(content).encode()).hexdigest()


def _flagged(record: Record) -> Record:
    return replace(record, flags=record.flags | {Flag.REVISION}) if isinstance(record, Reading) else record


def _row(record: Record, digest: str, arrived: str) -> Row:
    reading = record if isinstance(record, Reading) else None
    flags = reading.flags if reading else frozenset()
    return Row(
        type=_TYPES[type(record)],
        key=record.key,
        digest=digest,
        subject=record.subject,
        status=record.status.value,
        gateway=record.gateway,
        measured_at=stamp(record.measured_at),
        received_at=arrived,
        value=reading.value if reading else None,
        trusted=flags.isdisjoint(BARRING),
        held=flags & BARRING == {Flag.SPIKE},
        late=Flag.LATE in flags,
        body=text_of(reading) if reading and math.isfinite(reading.value or 0) else written(_body(record)),
    )


def _body(record: Record) -> Any:
    """As the store has it: never how to reach anybody."""
    content = to_json(record)
    if isinstance(record, Report):
        del content["contact"]
    return content
