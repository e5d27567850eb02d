"""The second factor in the store: taken once, counted, sealed, and shown by a recovery code when all else is lost."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr

from services.accounts import second, totp
from services.accounts.second import MOST_MISSES, PAUSE, Proof
from services.clock import wall
from services.keyring import Keyring
from services.store import second_factors, users
from services.store.engine import Store
from services.store.users import Account, Role

OLD, NEW = SecretStr("an-old-key-of-accounts-" * 2), SecretStr("a-new-key-of-accounts-" * 2)
RING = Keyring("accounts", OLD)
NOW = wall()


async def enrolled(store: Store, name: str = "sato") -> tuple[str, list[str]]:
    """Somebody with a phone: its secret, and the recovery codes."""
    secret = totp.new_secret()
    account = Account(name=name, role=Role.ADMIN, password="x", one_time=False, revoked=False, created_at=NOW)
    async with store.write() as connection:
        await users.add(connection, account)
        codes = await second.enrol(connection, name, secret, totp.step_at(NOW), RING, NOW)
    return secret, codes


async def shown(store: Store, typed: str, at: datetime, ring: Keyring | None = RING, name: str = "sato") -> Proof:
    async with store.write() as connection:
        return await second.prove(connection, name, typed, ring, at)


def later(steps: int) -> datetime:
    return NOW + timedelta(seconds=totp.STEP * steps)


async def test_a_code_is_taken_once_even_by_two_at_once(store: Store) -> None:
    secret, _ = await enrolled(store)
    assert await shown(store, totp.code_at(secret, totp.step_at(NOW)), NOW) is Proof.USED, "it was that of enrolment"
    code = totp.code_at(secret, totp.step_at(later(1)))
    both = await asyncio.gather(*(shown(store, code, later(1)) for _ in range(2)))
    assert sorted(both) == [Proof.CODE, Proof.USED]
    assert await shown(store, code, later(2)) is Proof.USED, "within the drift, and still used"
    assert await shown(store, totp.code_at(secret, totp.step_at(later(1)) - 1), later(1)) is Proof.USED, "an older one"


async def test_misses_are_counted_however_many_come_at_once(store: Store) -> None:
    secret, codes = await enrolled(store)
    right = totp.code_at(secret, totp.step_at(later(2)))
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    tries = await asyncio.gather(*(shown(store, wrong, later(2)) for _ in range(MOST_MISSES + 5)))
    assert sorted(tries) == [Proof.PAUSED] * 5 + [Proof.WRONG] * MOST_MISSES
    assert await shown(store, right, later(2)) is Proof.PAUSED
    assert await shown(store, codes[0], later(2)) is Proof.RECOVERY, "nobody is shut out who has one"
    after = later(2) + PAUSE
    assert await shown(store, totp.code_at(secret, totp.step_at(after)), after) is Proof.CODE
    async with store.read() as connection:
        factor = await second_factors.find(connection, "sato")
    assert factor is not None and factor.misses == 0


async def test_a_recovery_code_works_once_and_for_its_own_person(store: Store) -> None:
    _, codes = await enrolled(store)
    await enrolled(store, "suzuki")
    assert await shown(store, codes[0], NOW, name="suzuki") is Proof.WRONG
    both = await asyncio.gather(*(shown(store, codes[0].upper(), NOW) for _ in range(2)))
    assert sorted(both) == [Proof.RECOVERY, Proof.WRONG]
    async with store.read() as connection:
        assert await second_factors.codes_left(connection) == {"sato": 9, "suzuki": 10}


async def test_a_key_that_is_gone_refuses_codes_and_takes_recovery_codes(store: Store) -> None:
    secret, codes = await enrolled(store)
    code = totp.code_at(secret, totp.step_at(later(1)))
    assert await shown(store, code, later(1), None) is Proof.NO_KEY
    assert await shown(store, code, later(1), Keyring("accounts", NEW)) is Proof.NO_KEY
    assert await shown(store, codes[3], later(1), None) is Proof.RECOVERY


async def test_a_changed_key_seals_anew_at_the_next_code(store: Store) -> None:
    secret, _ = await enrolled(store)
    assert await shown(store, totp.code_at(secret, totp.step_at(later(1))), later(1), Keyring("accounts", NEW, [OLD]))
    alone = Keyring("accounts", NEW)
    assert await shown(store, totp.code_at(secret, totp.step_at(later(2))), later(2), alone) is Proof.CODE


@pytest.mark.parametrize("typed", ["", "000000", "abcde-fghjk-mnpqr", "１２３４５６", "'; drop table users"])
async def test_who_has_none_shows_none(store: Store, typed: str) -> None:
    assert await shown(store, typed, NOW) is Proof.NONE
