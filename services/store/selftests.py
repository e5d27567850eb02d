"""Self-tests: what came of each channel, run by run, kept so that a page can say how old the last proof is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, and_, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.channels.proof import Proof
from services.selftest.run import Result
from services.store.tables_selftest import selftests


@dataclass(frozen=True, slots=True)
class Kept:
    """One channel's result and when its run began (wall time)."""

    at: datetime
    result: Result


async def keep(connection: AsyncConnection, at: datetime, results: Sequence[Result]) -> None:
    """Write a run down. Call inside ``store.write()``."""
    if results:
        await connection.execute(insert(selftests), [_row(at, one) for one in results])


async def newest(connection: AsyncConnection) -> list[Kept]:
    """The last result of every channel that was ever tried, by its name."""
    last = select(selftests.c.channel, func.max(selftests.c.at).label("at")).group_by(selftests.c.channel).subquery()
    same = and_(selftests.c.channel == last.c.channel, selftests.c.at == last.c.at)
    rows = await connection.execute(select(selftests).join(last, same).order_by(selftests.c.channel))
    return [_kept(row) for row in rows.mappings()]


def _row(at: datetime, one: Result) -> dict[str, object]:
    return {
        "at": at,
        "channel": one.channel,
        "tried": one.tried,
        "fault": one.proof.fault,
        "proven": list(one.proof.proven),
        "unproven": list(one.proof.unproven),
        "receipt": one.proof.receipt,
        "seconds": one.seconds,
    }


def _kept(row: RowMapping) -> Kept:
    proof = Proof(
        proven=tuple(row["proven"]), unproven=tuple(row["unproven"]), fault=row["fault"], receipt=row["receipt"]
    )
    result = Result(channel=row["channel"], tried=row["tried"], proof=proof, seconds=row["seconds"])
    return Kept(row["at"], result)
