"""What is sealed opens with its own secret, in its own place, and nowhere else."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from services.keyring import Keyring, KeyringError, Sealed

OLD, NEW = SecretStr("old-" * 12), SecretStr("new-" * 12)


def test_what_a_former_key_sealed_is_opened_and_what_is_sealed_now_says_so() -> None:
    old, both = Keyring("reporters", OLD), Keyring("reporters", NEW, [OLD])
    sealed = old.close("a", "090-1111-2222")
    assert both.open("a", sealed) == "090-1111-2222" and sealed.key == old.current != both.current
    assert both.close("a", "x").key == both.current and both.ids == {old.current, both.current}
    assert b"090" not in sealed.data and old.close("a", "x") != old.close("a", "x")


def test_a_key_that_is_not_here_is_named_and_a_row_in_anothers_place_does_not_open() -> None:
    ring = Keyring("reporters", NEW)
    sealed = Keyring("reporters", OLD).close("a", "x")
    with pytest.raises(KeyringError, match=sealed.key):
        ring.open("a", sealed)
    mine = ring.close("a", "x")
    for whose, other in (("b", mine), ("a", Sealed(mine.key, mine.data[:-1] + b"\0")), ("a", Sealed(mine.key, b""))):
        with pytest.raises(KeyringError, match="changed since"):
            ring.open(whose, other)


def test_a_value_is_found_by_its_hash_under_either_key_and_kinds_and_uses_are_apart() -> None:
    old, both = Keyring("reporters", OLD), Keyring("reporters", NEW, [OLD])
    assert old.lookup("mail", "a@b.jp") in both.lookups("mail", "a@b.jp")
    assert len({old.lookup("mail", "1"), old.lookup("phone", "1"), Keyring("muster", OLD).lookup("mail", "1")}) == 3
    assert Keyring("muster", OLD).current != old.current


def test_a_secret_too_short_to_protect_anything_is_refused() -> None:
    with pytest.raises(KeyringError, match="shirase secrets reporters"):
        Keyring("reporters", SecretStr("short"))
