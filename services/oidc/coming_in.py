"""The provider's person as one of ours: found, or made at the first login; the role as its groups say, each time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.oidc.faults import OidcError, Why
from services.oidc.word import Word
from services.store import identities, users
from services.store.users import SPENT, Account, Role

_NAME = re.compile(r"[\w.@-]{1,64}")


async def come_in(connection: AsyncConnection, word: Word, role: Role, issuer: str, now: datetime) -> Account:
    """The account, with the role of today. Raises OidcError for who may not have one.

    An account that was made here is never taken over by a name: an admin says first that it may be (`users link`).
    """
    name = await identities.of(connection, issuer, word.subject)
    if name is None:
        name = word.name
        if not _NAME.fullmatch(name):
            raise OidcError(Why.NO_NAME)
        if await users.find(connection, name) is None:
            made = Account(name=name, role=role, password=SPENT, one_time=False, revoked=False, created_at=now)
            await users.add(connection, made)
            await identities.bind(connection, name, issuer, word.subject)
        elif not await identities.bind_awaited(connection, name, issuer, word.subject):
            raise OidcError(Why.TAKEN)
    account = await users.find(connection, name)
    if account is None or account.revoked:
        raise OidcError(Why.CLOSED)
    if account.role is not role:
        await users.set_role(connection, name, role)
    return replace(account, role=role)
