"""Who sent what came in: taken out of it before it is kept, and sealed beside it under a key that the store has not.

Without a key nothing of it is kept: what came in is, with the words covered that tell how to reach its sender.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.contact import Contact, covered, same
from feeds.records import Record, Report
from feeds.status import Status
from services.figures import CONTACTS
from services.keyring import Keyring, KeyringError, Sealed
from services.store.engine import insert
from services.store.tables_reporters import reporter_marks, reporters

_AT_ONCE = 500
_MARKED = {"name", "phone", "mail", "device", "account", "line"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is kept apart: ``about`` a record's key or request/NUMBER, ``part`` of it, ``words`` as they were sent."""

    about: str
    part: str = ""
    request: int | None = None
    status: Status
    contact: Contact = Contact()  # noqa: RUF009 - frozen
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def members(self) -> list[str]:
        """Names of what there is."""
        return [name for name, value in self.contact.told() if value] + (["words"] if self.words else [])

    @property
    def whose(self) -> str:
        """What the seal is bound to."""
        return f"{self.about}\n{self.part}"

    def values(self) -> list[tuple[str, str]]:
        """Kind and value of all by which the person is found, as they mean the same."""
        found = [(kind, value) for kind, value in self.contact.told() if value and kind in _MARKED]
        for text in self.words.values():
            found += covered(text).found
        return sorted({(kind, same(kind, value)) for kind, value in found if same(kind, value)})


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it lies in the store: nothing in it can be read."""

    id: int
    about: str
    part: str
    request: int | None
    status: Status
    members: tuple[str, ...]
    arrived_at: datetime
    sealed: Sealed

    @property
    def whose(self) -> str:
        """What the seal is bound to."""
        return f"{self.about}\n{self.part}"


def apart(record: Record) -> tuple[Record, Told | None]:
    """The record as it may be kept, and what of it has to lie elsewhere. What the police wrote stays as issued."""
    if not isinstance(record, Report) or record.crime is not None:
        return (replace(record, contact=None), None) if isinstance(record, Report) else (record, None)
    bare, words = cover({"text": record.text, "place": record.place, "source": record.source})
    if not words and record.contact is None:
        return record, None
    told = Told(about=record.key, status=record.status, contact=record.contact or Contact(), words=words)
    kept = replace(record, contact=None, text=bare["text"], place=bare["place"], source=bare["source"])
    return kept, told if told.members else None


def cover(texts: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The texts as they may be kept, and those among them that had to be covered, as they were."""
    bare = {name: covered(text).text for name, text in texts.items()}
    return bare, {name: text for name, text in texts.items() if bare[name] != text}


def keyring_of(connection: AsyncConnection) -> Keyring | None:
    """The one that the store was given."""
    found = _option(connection, "keyring")
    return found if isinstance(found, Keyring) else None


def _wanted(one: Told, connection: AsyncConnection) -> Told:
    taken = _option(connection, "taken") or _MARKED
    return replace(one, contact=Contact(**{name: value for name, value in one.contact.told() if name in taken}))


def _option(connection: AsyncConnection, name: str) -> Any:
    return connection.sync_connection.get_execution_options().get(name) if connection.sync_connection else None


async def keep(connection: AsyncConnection, told: Iterable[Told], at: datetime) -> int:
    """Seal them; call inside ``store.write()``. How many were kept: none without a key, which is counted.

    Of a contact only those members are kept that the settings want.

    What came before about the same stays where it is not told anew, with the time at which it first came.
    """
    ring, many = keyring_of(connection), 0
    for one in (_wanted(one, connection) for one in told):
        if not one.members:
            continue
        if ring is None:
            CONTACTS.labels("no_key").inc()
            continue
        before = await find(connection, one.about, one.part)
        await _write(connection, ring, _over(ring, before, one), at)
        CONTACTS.labels("sealed").inc()
        many += 1
    return many


def opened(ring: Keyring, row: Row) -> Told:
    """The row in the clear. Raises KeyringError. Whoever shows it to anybody writes that down first."""
    told = json.loads(ring.open(row.whose, row.sealed))
    kept = Contact(**{name: value for name, value in told["contact"].items() if name in Contact.__dataclass_fields__})
    return Told(
        about=row.about, part=row.part, request=row.request, status=row.status, contact=kept, words=told["words"]
    )


async def find(connection: AsyncConnection, about: str, part: str) -> Row | None:
    """One row."""
    return next(iter(await _rows(connection, reporters.c.about == about, reporters.c.part == part)), None)


async def of(connection: AsyncConnection, about: str) -> list[Row]:
    """All that is kept apart of one thing, the thing itself first."""
    return await _rows(connection, reporters.c.about == about)


async def known(connection: AsyncConnection, abouts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Of which of these something is kept apart, and what by name; what it is stays sealed."""
    wanted, found = sorted(set(abouts)), dict[str, tuple[str, ...]]()
    for begin in range(0, len(wanted), _AT_ONCE):
        columns = select(reporters.c.about, reporters.c.members)
        rows = await connection.execute(columns.where(reporters.c.about.in_(wanted[begin : begin + _AT_ONCE])))
        for about, members in rows:
            found[about] = tuple(sorted({*found.get(about, ()), *members}))
    return found


async def having(connection: AsyncConnection, ring: Keyring, kind: str, value: str) -> list[Row]:
    """The rows of a person, by the keyed hash of what they are told by, under any of the keys."""
    marks = ring.lookups(kind, same(kind, value))
    mine = select(reporter_marks.c.reporter).where(reporter_marks.c.mark.in_(marks))
    return await _rows(connection, reporters.c.id.in_(mine))


async def after(connection: AsyncConnection, number: int, at_most: int) -> list[Row]:
    """The next rows behind a number."""
    return await _rows(connection, reporters.c.id > number, at_most=at_most)


async def these(connection: AsyncConnection, numbers: Sequence[int]) -> list[Row]:
    """The rows with these numbers that there are."""
    found: list[Row] = []
    for begin in range(0, len(numbers), _AT_ONCE):
        found += await _rows(connection, reporters.c.id.in_(numbers[begin : begin + _AT_ONCE]))
    return found


async def not_under(connection: AsyncConnection, key: str, at_most: int) -> list[Row]:
    """Some that are sealed under another secret."""
    return await _rows(connection, reporters.c.key != key, at_most=at_most)


async def keys(connection: AsyncConnection) -> dict[str, int]:
    """Id of each secret → how many rows are sealed under it."""
    rows = await connection.execute(select(reporters.c.key, func.count()).group_by(reporters.c.key))
    return {key: int(many) for key, many in rows}


async def reseal(connection: AsyncConnection, ring: Keyring, row: Row) -> None:
    """The same under the current secret, with its marks; its age stays. Raises KeyringError."""
    await _write(connection, ring, opened(ring, row), row.arrived_at)


async def drop(connection: AsyncConnection, numbers: Sequence[int]) -> int:
    """Delete these with their marks; how many there were."""
    await connection.execute(delete(reporter_marks).where(reporter_marks.c.reporter.in_(numbers)))
    return (await connection.execute(delete(reporters).where(reporters.c.id.in_(numbers)))).rowcount


async def _write(connection: AsyncConnection, ring: Keyring, one: Told, at: datetime) -> None:
    text = {"contact": {name: value for name, value in one.contact.told() if value}, "words": dict(one.words)}
    sealed = ring.close(one.whose, json.dumps(text, ensure_ascii=False))
    fresh = {"members": one.members, "key": sealed.key, "sealed": sealed.data}
    row = {"about": one.about, "part": one.part, "request": one.request, "status": one.status.value, "arrived_at": at}
    adding = insert(connection, reporters).values(**row, **fresh)
    adding = adding.on_conflict_do_update(index_elements=["about", "part"], set_=fresh)
    number = (await connection.execute(adding.returning(reporters.c.id))).scalar_one()
    await connection.execute(delete(reporter_marks).where(reporter_marks.c.reporter == number))
    marks = [{"mark": ring.lookup(kind, value), "reporter": number} for kind, value in one.values()]
    if marks:
        await connection.execute(insert(connection, reporter_marks).on_conflict_do_nothing(), marks)


def _over(ring: Keyring, row: Row | None, one: Told) -> Told:
    """What was told last, and what was told before where it is silent; what nobody can open is no loss any more."""
    try:
        before = opened(ring, row) if row is not None else one
    except KeyringError:
        return one
    contact = Contact(**(dict(before.contact.told()) | {name: value for name, value in one.contact.told() if value}))
    return replace(one, contact=contact, words={**before.words, **one.words})


async def _rows(connection: AsyncConnection, *where: ColumnElement[bool], at_most: int | None = None) -> list[Row]:
    found = await connection.execute(select(reporters).where(*where).order_by(reporters.c.id).limit(at_most))
    return [_row(row) for row in found.mappings()]


def _row(row: RowMapping) -> Row:
    return Row(
        row["id"],
        row["about"],
        row["part"],
        row["request"],
        Status(row["status"]),
        tuple(row["members"]),
        row["arrived_at"],
        Sealed(row["key"], bytes(row["sealed"])),
    )
