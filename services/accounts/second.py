"""The second factor of a person: made, shown, reset. All of it in the transaction of whoever asks.

Every try is counted before it is judged, under the lock of its row: neither two processes nor a hundred guesses at
once get past the count, and a code that was taken once is refused the second time (its step is kept).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounts import recovery, totp
from services.keyring import Keyring, KeyringError, Sealed
from services.store import second_factors as store

MOST_MISSES = 10  # wrong codes in a row; then one try in
PAUSE = timedelta(minutes=15)


class Proof(StrEnum):
    """What came of a code."""

    CODE = "code"
    RECOVERY = "recovery"
    NONE = "none"
    WRONG = "wrong"
    USED = "used"
    PAUSED = "paused"
    NO_KEY = "no_key"

    @property
    def good(self) -> bool:
        return self in {Proof.CODE, Proof.RECOVERY}


async def enrol(
    connection: AsyncConnection, person: str, secret: str, step: int, ring: Keyring, now: datetime
) -> list[str]:
    """Keep the secret, sealed, in place of any before; ``step`` is that of the code which showed that the app has it.

    Gives the recovery codes, which nobody sees again.
    """
    codes = recovery.new_codes()
    hashes = [recovery.digest(one, person) for one in codes]
    await store.put(connection, person, ring.close(_whose(person), secret), step, hashes, now)
    return codes


async def prove(connection: AsyncConnection, person: str, typed: str, ring: Keyring | None, now: datetime) -> Proof:
    """Judge what somebody typed. The caller commits whatever comes of it: a miss that is rolled back is no miss."""
    code = recovery.plain(typed)
    if not (len(code) == totp.DIGITS and code.isdecimal()):
        if await store.use_recovery(connection, person, recovery.digest(code, person)):
            return Proof.RECOVERY
        return Proof.WRONG if await store.find(connection, person) else Proof.NONE
    if not await store.count_try(connection, person, now, MOST_MISSES, PAUSE):
        return Proof.PAUSED if await store.find(connection, person) else Proof.NONE
    factor = await store.find(connection, person)
    if factor is None:
        return Proof.NONE
    try:
        secret = _opened(factor.sealed, person, ring)
    except KeyringError:
        return Proof.NO_KEY
    step = totp.step_of(secret, code, now)
    if step is None:
        return Proof.WRONG
    if not await store.accept(connection, person, step):
        return Proof.USED
    if ring and factor.sealed.key != ring.current:
        await store.reseal(connection, person, ring.close(_whose(person), secret))
    return Proof.CODE


def _opened(sealed: Sealed, person: str, ring: Keyring | None) -> str:
    if ring is None:
        raise KeyringError("no key")
    return ring.open(_whose(person), sealed)


def _whose(person: str) -> str:
    return f"second factor of {person}"
