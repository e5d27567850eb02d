"""Second factors as the store keeps them: a sealed secret, the last step that was taken, hashes of recovery codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.keyring import Sealed
from services.store.set_back import come
from services.store.tables_accounts import recovery_codes, second_factors


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """``misses``: tries since the last good one."""

    sealed: Sealed
    made_at: datetime
    misses: int


async def find(connection: AsyncConnection, user: str) -> Factor | None:
    row = (await connection.execute(select(second_factors).where(second_factors.c.user == user))).first()
    if row is None:
        return None
    return Factor(sealed=Sealed(row.key, row.sealed), made_at=row.made_at, misses=row.misses)


async def put(
    connection: AsyncConnection, user: str, sealed: Sealed, step: int, codes: Iterable[str], now: datetime
) -> None:
    """A factor and its recovery codes in place of any before."""
    await drop(connection, user)
    row = {"user": user, "key": sealed.key, "sealed": sealed.data, "last_step": step, "misses": 0}
    await connection.execute(insert(second_factors).values({**row, "tried_at": now, "made_at": now}))
    await connection.execute(insert(recovery_codes), [{"user": user, "digest": one} for one in codes])


async def drop(connection: AsyncConnection, user: str) -> bool:
    """Forget the factor; False where there was none."""
    await connection.execute(delete(recovery_codes).where(recovery_codes.c.user == user))
    return bool((await connection.execute(delete(second_factors).where(second_factors.c.user == user))).rowcount)


async def count_try(connection: AsyncConnection, user: str, now: datetime, most: int, pause: timedelta) -> bool:
    """Count a try and hold the row until the transaction ends; False where there were too many a short while ago."""
    open_ = or_(second_factors.c.misses < most, come(second_factors.c.tried_at, now - pause, pause))
    mine = update(second_factors).where(second_factors.c.user == user, open_)
    return bool((await connection.execute(mine.values(misses=second_factors.c.misses + 1, tried_at=now))).rowcount)


async def accept(connection: AsyncConnection, user: str, step: int) -> bool:
    """Take the code of this step, once; False where it or a later one was taken before."""
    mine = update(second_factors).where(second_factors.c.user == user, second_factors.c.last_step < step)
    return bool((await connection.execute(mine.values(last_step=step, misses=0))).rowcount)


async def use_recovery(connection: AsyncConnection, user: str, digest: str) -> bool:
    """Take a recovery code, once."""
    mine = (recovery_codes.c.user == user, recovery_codes.c.digest == digest)
    return bool((await connection.execute(delete(recovery_codes).where(*mine))).rowcount)


async def reseal(connection: AsyncConnection, user: str, sealed: Sealed) -> None:
    """The same secret under another key."""
    mine = update(second_factors).where(second_factors.c.user == user)
    await connection.execute(mine.values(key=sealed.key, sealed=sealed.data))


async def codes_left(connection: AsyncConnection) -> Mapping[str, int]:
    """Everybody who has a factor, and how many recovery codes are left to them."""
    mine = second_factors.outerjoin(recovery_codes, recovery_codes.c.user == second_factors.c.user)
    counted = select(second_factors.c.user, func.count(recovery_codes.c.digest)).select_from(mine)
    return {user: int(many) for user, many in await connection.execute(counted.group_by(second_factors.c.user))}
