"""Tokens by which programs come in for a person. Hashed; a token dies with its owner's account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.tables_accounts import tokens
from services.store.tables_approval import users

MOST = 20  # of one person that still work
KEPT = timedelta(days=400)  # after its end it is only told that there was one
_SEEN = timedelta(minutes=10)  # as exactly as its last use is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """``id`` names it and opens nothing. ``label``: for which program."""

    id: str
    user: str
    label: str
    scopes: tuple[str, ...]
    made_at: datetime
    expires: datetime
    used_at: datetime | None = None
    revoked: bool = False

    def works(self, now: datetime) -> bool:
        return not self.revoked and self.expires > now


async def add(connection: AsyncConnection, token: Token, digest: str, now: datetime) -> bool:
    """Keep one; False where the person has as many as they may. Those long over go."""
    await connection.execute(delete(tokens).where(tokens.c.expires <= now - KEPT))
    mine = (tokens.c.user == token.user, ~tokens.c.revoked, tokens.c.expires > now)
    if int(await connection.scalar(select(func.count()).select_from(tokens).where(*mine)) or 0) >= MOST:
        return False
    row = {"id": token.id, "user": token.user, "label": token.label, "scopes": list(token.scopes)}
    more = {"digest": digest, "made_at": token.made_at, "expires": token.expires, "revoked": False}
    await connection.execute(insert(tokens).values({**row, **more}))
    return True


async def find(connection: AsyncConnection, digest: str, now: datetime) -> tuple[Token, str] | None:
    """The token of this hash and the role of its owner; None where it does not work."""
    statement = (
        select(tokens, users.c.role)
        .join(users, users.c.name == tokens.c.user)
        .where(tokens.c.digest == digest, ~tokens.c.revoked, tokens.c.expires > now, ~users.c.revoked)
    )
    row = (await connection.execute(statement)).mappings().first()
    return None if row is None else (_token(dict(row)), row["role"])


async def seen(connection: AsyncConnection, token: Token, now: datetime) -> None:
    """It was used."""
    await connection.execute(update(tokens).where(tokens.c.id == token.id).values(used_at=now))


def is_due(used: datetime | None, now: datetime) -> bool:
    """True where the last use of one should be written anew."""
    return used is None or now - used >= _SEEN


async def everyone(connection: AsyncConnection, user: str | None = None) -> Sequence[Token]:
    """Of one person, or all; the newest first."""
    mine = select(tokens).order_by(tokens.c.made_at.desc(), tokens.c.id)
    rows = await connection.execute(mine if user is None else mine.where(tokens.c.user == user))
    return [_token(dict(row)) for row in rows.mappings()]


async def revoke(connection: AsyncConnection, id_: str, user: str | None = None) -> Token | None:
    """End one, of this person where a name is given; None where none of that name works."""
    found = next((one for one in await everyone(connection, user) if one.id == id_ and not one.revoked), None)
    if found is not None:
        await connection.execute(update(tokens).where(tokens.c.id == id_).values(revoked=True))
    return found


async def revoke_all(connection: AsyncConnection, user: str) -> None:
    """Of one person, for good: an account that comes back has none."""
    await connection.execute(update(tokens).where(tokens.c.user == user).values(revoked=True))


def _token(row: dict[str, Any]) -> Token:
    names = ("id", "user", "label", "made_at", "expires", "used_at", "revoked")
    return Token(scopes=tuple(row["scopes"]), **{name: row[name] for name in names})
