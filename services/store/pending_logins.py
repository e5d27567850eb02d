"""Logins that are half done: the password was right, the second factor is still to come. None of them is a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.keyring import Sealed
from services.store.tables_accounts import pending_logins


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """``password``: the hash that was shown to be known. ``sealed``: the secret of an app that is just being added."""

    user: str
    password: str
    sealed: Sealed | None
    wanted: str
    expires: datetime


async def begin(connection: AsyncConnection, token: str, one: Pending, now: datetime) -> None:
    """Keep one under its hashed ``token``; those that are over go."""
    await connection.execute(delete(pending_logins).where(pending_logins.c.expires <= now))
    key, data = (one.sealed.key, one.sealed.data) if one.sealed else (None, None)
    row = {"token": token, "user": one.user, "password": one.password, "key": key, "sealed": data}
    await connection.execute(insert(pending_logins).values({**row, "wanted": one.wanted, "expires": one.expires}))


async def find(connection: AsyncConnection, token: str, now: datetime) -> Pending | None:
    mine = (pending_logins.c.token == token, pending_logins.c.expires > now)
    row = (await connection.execute(select(pending_logins).where(*mine))).first()
    if row is None:
        return None
    sealed = None if row.sealed is None else Sealed(row.key, row.sealed)
    return Pending(user=row.user, password=row.password, sealed=sealed, wanted=row.wanted, expires=row.expires)


async def end(connection: AsyncConnection, token: str) -> bool:
    """It has become a session; False where another request was first."""
    gone = await connection.execute(delete(pending_logins).where(pending_logins.c.token == token))
    return bool(gone.rowcount)


async def end_all(connection: AsyncConnection, user: str) -> None:
    """Of one person: what they had shown is worth nothing any more."""
    await connection.execute(delete(pending_logins).where(pending_logins.c.user == user))
