"""Whose word counts: the one answer for the decision, the page, the API and the log.

The word of somebody who may not approve an alert any more (an account that was closed because it was stolen, a scope
that was narrowed) does not count, also where it was given before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.alert import Alert
from services.desks.authority import objections
from services.store import users
from services.store.tables import approvals
from services.store.users import Account

Accounts = Mapping[str, Account]


async def accounts(connection: AsyncConnection) -> Accounts:
    """Everybody who ever had an account, by name, as the store has them in this moment."""
    return {one.name: one for one in await users.everyone(connection)}


def counting(known: Accounts, alert: Alert, people: Iterable[str]) -> tuple[str, ...]:
    """Those of ``people`` whose agreement to the alert counts, in their order."""
    return tuple(name for name in people if not objections(known.get(name), alert))


async def agreed_to(connection: AsyncConnection, alert: Alert, digest: str) -> tuple[str, ...]:
    """Who has agreed to exactly this digest and counts, in the order in which they did."""
    mine = (approvals.c.series == alert.series, approvals.c.revision == alert.revision, approvals.c.digest == digest)
    said = list(await connection.scalars(select(approvals.c.person).where(*mine).order_by(approvals.c.at)))
    return counting(await accounts(connection), alert, said) if said else ()
