"""Who of ours is whom at the city's provider: found by its subject, never by a name alone."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.tables_accounts import identities


async def of(connection: AsyncConnection, issuer: str, subject: str) -> str | None:
    """The account of this subject."""
    mine = (identities.c.issuer == issuer, identities.c.subject == subject)
    found: str | None = await connection.scalar(select(identities.c.user).where(*mine))
    return found


async def bind(connection: AsyncConnection, user: str, issuer: str, subject: str) -> None:
    """A new account is this subject's."""
    await connection.execute(insert(identities).values(user=user, issuer=issuer, subject=subject))


async def bind_awaited(connection: AsyncConnection, user: str, issuer: str, subject: str) -> bool:
    """An account that waits for the first login of its name becomes this subject's; False where none waits."""
    mine = (identities.c.user == user, identities.c.issuer == issuer, identities.c.subject.is_(None))
    return bool((await connection.execute(update(identities).where(*mine).values(subject=subject))).rowcount)


async def await_first(connection: AsyncConnection, user: str, issuer: str) -> None:
    """The next login by the provider under the name of this account is taken for its person's, once."""
    await connection.execute(delete(identities).where(identities.c.user == user))
    await connection.execute(insert(identities).values(user=user, issuer=issuer, subject=None))
