"""The staff directory. Names, telephones and addresses come here sealed, and leave sealed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import RowMapping, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.engine import insert
from services.store.tables_muster import muster_people, muster_sends, staff

_AT_ONCE = 500  # codes in one statement
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One row. ``lookups``: keyed hashes of the addresses, in their order."""

    code: str
    bureau: str
    section: str
    role: str
    category: str
    place: str
    drills: bool
    sealed: bytes
    lookups: tuple[str, ...]
    changed_at: datetime


async def put(connection: AsyncConnection, members: Sequence[Member]) -> None:
    """Add these, or write them over what was there under their codes. Call inside ``store.write()``."""
    for some in in_parts(members):
        rows = [asdict(one) | {"lookups": list(one.lookups)} for one in some]
        adding = insert(connection, staff)
        fresh = {column.name: adding.excluded[column.name] for column in staff.c if column.name != "code"}
        await connection.execute(adding.on_conflict_do_update(index_elements=["code"], set_=fresh), rows)


async def remove(connection: AsyncConnection, codes: Collection[str]) -> int:
    """Let these go, with everything that they were asked and answered; how many there were."""
    gone = 0
    for some in in_parts(sorted(codes)):
        await connection.execute(delete(muster_sends).where(muster_sends.c.person.in_(some)))
        await connection.execute(delete(muster_people).where(muster_people.c.person.in_(some)))
        gone += (await connection.execute(delete(staff).where(staff.c.code.in_(some)))).rowcount
    return gone


async def find(connection: AsyncConnection, code: str) -> Member | None:
    row = (await connection.execute(select(staff).where(staff.c.code == code))).mappings().first()
    return None if row is None else _member(row)


async def named(connection: AsyncConnection, codes: Collection[str]) -> dict[str, Member]:
    """Those of these codes who are in the directory."""
    found: dict[str, Member] = {}
    for some in in_parts(sorted(codes)):
        rows = await connection.execute(select(staff).where(staff.c.code.in_(some)))
        found |= {row["code"]: _member(row) for row in rows.mappings()}
    return found


async def everyone(connection: AsyncConnection) -> list[Member]:
    """By code."""
    return [_member(row) for row in (await connection.execute(select(staff).order_by(staff.c.code))).mappings()]


async def by_category(connection: AsyncConnection, *, drills: bool) -> dict[str, int]:
    """How many of each 参集区分 there are; with ``drills`` only those who take part in them."""
    counted = select(staff.c.category, func.count()).group_by(staff.c.category)
    if drills:
        counted = counted.where(staff.c.drills)
    rows = await connection.execute(counted)
    return {row[0]: row[1] for row in rows}


def _member(row: RowMapping) -> Member:
    return Member(**{**row, "lookups": tuple(row["lookups"])})


def in_parts(some: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """No engine takes a statement of any length."""
    for start in range(0, len(some), _AT_ONCE):
        yield some[start : start + _AT_ONCE]
