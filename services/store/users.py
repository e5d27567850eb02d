"""People and their sessions. Passwords arrive here hashed, session tokens too: the store never sees a secret."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.codec import from_json
from services.store.pending_logins import end_all
from services.store.tables import sessions, users
from services.store.tokens import revoke_all

SPENT = ""  # stands where a password hash was; no hash is empty, so nothing ever matches it


class Role(StrEnum):
    """What a person may do; each role may do what the ones before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"

    def covers(self, needed: Role) -> bool:
        """True where this role may do what ``needed`` may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an approver may approve. ``areas`` are codes of areas, districts or plow sections; ``plow-*`` names many."""

    kinds: tuple[str, ...] = ()  # of hazards; empty: any
    areas: tuple[str, ...] = ()  # empty: any
    highest: int = 5  # level
    evacuation: bool = False  # evacuation information too
    break_glass: bool = False  # may issue alone when the others cannot be reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who may log in. ``password`` is an argon2 hash, or empty once a one-time password is used."""

    name: str
    role: Role
    password: str
    one_time: bool
    revoked: bool
    created_at: datetime
    scope: Scope | None = None  # None: what the role brings

    @property
    def usable(self) -> bool:
        """True where a login is possible at all."""
        return not self.revoked and self.password != SPENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who holds a session, and the token that every write of it must show."""

    user: str
    role: Role
    csrf: str
    expires: datetime
    token: str = ""  # hashed
    created_at: datetime | None = None
    seen_at: datetime | None = None
    browser: str = ""


_SESSIONS = select(
    sessions.c.user,
    users.c.role,
    sessions.c.csrf,
    sessions.c.expires,
    sessions.c.token,
    sessions.c.created_at,
    sessions.c.seen_at,
    sessions.c.browser,
).join(users, users.c.name == sessions.c.user)


class UserError(Exception):
    """The account cannot be changed this way; the message tells what to do instead."""


async def add(connection: AsyncConnection, account: Account) -> None:
    """Add an account, or give a revoked or spent one a new password; raises UserError for one in use."""
    known = await find(connection, account.name)
    if known and known.usable:
        raise UserError(f"{account.name} has an account already; revoke it first to give it a new password or role")
    values = {**asdict(account), "role": account.role.value}
    if known:
        await connection.execute(delete(sessions).where(sessions.c.user == account.name))
        await connection.execute(update(users).where(users.c.name == account.name).values(values))
    else:
        await connection.execute(insert(users).values(values))


async def find(connection: AsyncConnection, name: str) -> Account | None:
    row = (await connection.execute(select(users).where(users.c.name == name))).mappings().first()
    return None if row is None else _account(dict(row))


async def everyone(connection: AsyncConnection) -> list[Account]:
    """All accounts by name, revoked ones too."""
    rows = await connection.execute(select(users).order_by(users.c.name))
    return [_account(dict(row)) for row in rows.mappings()]


async def on_duty(connection: AsyncConnection, at: datetime) -> list[Account]:
    """Those who can act at this wall time: they can log in, or a session of theirs is open."""
    open_now = set(await connection.scalars(select(sessions.c.user).where(sessions.c.expires > at)))
    return [one for one in await everyone(connection) if one.usable or (not one.revoked and one.name in open_now)]


async def set_scope(connection: AsyncConnection, name: str, scope: Scope | None) -> bool:
    """Give the person this scope, None for what the role brings; False when there is no such account in use."""
    mine = update(users).where(users.c.name == name, ~users.c.revoked)
    return bool((await connection.execute(mine.values(scope=asdict(scope) if scope else None))).rowcount)


async def set_role(connection: AsyncConnection, name: str, role: Role) -> None:
    """Another role, from the next request on."""
    await connection.execute(update(users).where(users.c.name == name).values(role=role.value))


async def revoke(connection: AsyncConnection, name: str) -> bool:
    """Close the account and end its sessions at once; False when there is no such account."""
    await end_all(connection, name)
    await revoke_all(connection, name)
    await connection.execute(delete(sessions).where(sessions.c.user == name))
    return bool((await connection.execute(update(users).where(users.c.name == name).values(revoked=True))).rowcount)


async def end_sessions(connection: AsyncConnection, name: str) -> int:
    """Of one person, at once; how many there were."""
    return (await connection.execute(delete(sessions).where(sessions.c.user == name))).rowcount


async def log_in(connection: AsyncConnection, account: Account, token: str, session: Session, now: datetime) -> bool:
    """Open a session under the hashed ``token``.

    False when the account changed since its password was checked: revoked meanwhile, or a one-time password that
    another login has just used.
    """
    same = (users.c.name == account.name, users.c.password == account.password, ~users.c.revoked)
    kept = SPENT if account.one_time else account.password
    if not (await connection.execute(update(users).where(*same).values(password=kept))).rowcount:
        return False
    await connection.execute(delete(sessions).where(sessions.c.expires <= now))
    row = {"token": token, "user": account.name, "csrf": session.csrf, "created_at": now, "expires": session.expires}
    await connection.execute(insert(sessions).values({**row, "seen_at": now, "browser": session.browser}))
    return True


async def session_of(connection: AsyncConnection, token: str, now: datetime) -> Session | None:
    """The session of a hashed token, None when it is unknown, over, or its person's account is closed."""
    statement = _SESSIONS.where(sessions.c.token == token, sessions.c.expires > now, ~users.c.revoked)
    row = (await connection.execute(statement)).mappings().first()
    return None if row is None else _session(dict(row))


async def sessions_of(connection: AsyncConnection, name: str, now: datetime, idle: timedelta) -> list[Session]:
    """Where a person is logged in, the newest first."""
    mine = (sessions.c.user == name, sessions.c.expires > now, sessions.c.seen_at > now - idle)
    rows = await connection.execute(_SESSIONS.where(*mine).order_by(sessions.c.created_at.desc()))
    return [_session(dict(row)) for row in rows.mappings()]


async def seen(connection: AsyncConnection, token: str, now: datetime) -> None:
    """The session was used."""
    await connection.execute(update(sessions).where(sessions.c.token == token).values(seen_at=now))


async def log_out(connection: AsyncConnection, token: str) -> None:
    await connection.execute(delete(sessions).where(sessions.c.token == token))


async def end_others(connection: AsyncConnection, name: str, token: str) -> int:
    """Every session of a person but this one; how many there were."""
    others = (sessions.c.user == name, sessions.c.token != token)
    return (await connection.execute(delete(sessions).where(*others))).rowcount


async def set_password(connection: AsyncConnection, account: Account, password: str) -> bool:
    """Another hash in place of the one that ``account`` was read with; every session of the person ends.

    False where the account has changed since.
    """
    same = (users.c.name == account.name, users.c.password == account.password, ~users.c.revoked)
    if not (await connection.execute(update(users).where(*same).values(password=password))).rowcount:
        return False
    await end_all(connection, account.name)
    await end_sessions(connection, account.name)
    return True


def _session(row: dict[str, Any]) -> Session:
    return Session(**{**row, "role": Role(row["role"])})


def _account(row: dict[str, Any]) -> Account:
    scope = None if row["scope"] is None else from_json(Scope, row["scope"])
    return Account(**{**row, "role": Role(row["role"]), "scope": scope})
