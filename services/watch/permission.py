"""Who of the staff may see wards: an account with a leave of its own, which runs out. No role brings it, not admin."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store import chronology, users, watch_log, watch_wards
from services.store.chronology import Entry
from services.store.users import Role
from services.store.watch_log import Look

LONGEST = timedelta(days=400)  # a leave is given for a year of office at most


class WatchError(Exception):
    """It cannot be done; ``code`` is for programs, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


async def may_see(connection: AsyncConnection, name: str, wall: datetime) -> bool:
    """True for an account in use, of an operator at least, whose leave holds."""
    account = await users.find(connection, name)
    if account is None or account.revoked or not account.role.covers(Role.OPERATOR):
        return False
    return name in await watch_wards.granted(connection, wall)


async def require(connection: AsyncConnection, name: str, wall: datetime) -> None:
    """Raises WatchError not_allowed."""
    if not await may_see(connection, name, wall):
        told = f"{name} に見守りの権限がありません。`shirase watch staff add` で、期限を決めて与えます"
        raise WatchError("not_allowed", told)


async def give(connection: AsyncConnection, name: str, by: str, until: datetime, wall: datetime) -> None:
    """Let an account see wards until then; ``until`` now or earlier takes the leave away.

    Raises WatchError: no_account, too_long.
    """
    account = await users.find(connection, name)
    if account is None or account.revoked or not account.role.covers(Role.OPERATOR):
        raise WatchError("no_account", f"{name} という操作者（operator 以上）の登録がありません")
    if until - wall > LONGEST:
        raise WatchError("too_long", f"期限は{LONGEST.days}日以内にしてください")
    await watch_wards.grant(connection, name, by, until, wall)
    await watch_log.append(connection, [Look(at=wall, who=by, ward="", what="leave", why=f"{name} {until:%Y-%m-%d}")])
    text = f"見守りの権限：{name}（{until:%Y-%m-%d}まで）" if until > wall else f"見守りの権限を解いた：{name}"
    await chronology.append(connection, [Entry(at=wall, status=Status.ACTUAL, kind="access", who=by, text=text)])
