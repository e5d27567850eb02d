"""Codes of authenticator apps and recovery codes, as arithmetic."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts import recovery, totp

RFC = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B, SHA-1, the last six of its eight digits."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_at(RFC, totp.step_at(at)) == code
    assert totp.step_of(RFC, code, at) == seconds // 30


@given(st.integers(min_value=2, max_value=2**32), st.integers(min_value=-5, max_value=5))
def test_a_code_holds_one_step_before_and_after(step: int, off: int) -> None:
    at = datetime.fromtimestamp(step * 30 + 14, UTC)
    found = totp.step_of(RFC, totp.code_at(RFC, step + off), at) if step + off >= 0 else None
    near = {totp.code_at(RFC, one) for one in (step - 1, step, step + 1)}
    assert (found is not None) == (step + off >= 0 and totp.code_at(RFC, step + off) in near)


def test_the_address_is_what_apps_read() -> None:
    secret = totp.new_secret()
    told = urlsplit(totp.address(secret, "佐藤", "しらせ 盛岡市"))
    assert (told.scheme, told.netloc, unquote(told.path)) == ("otpauth", "totp", "/しらせ 盛岡市:佐藤")
    assert parse_qs(told.query) == {"secret": [secret], "issuer": ["しらせ 盛岡市"]}
    assert len(base64.b32decode(secret)) == 20 and secret != totp.new_secret()


def test_recovery_codes_are_found_however_they_are_typed() -> None:
    codes = recovery.new_codes()
    assert len(set(codes)) == recovery.MANY
    wide = codes[0].upper().replace("-", " ").translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    assert recovery.digest(wide, "sato") == recovery.digest(codes[0], "sato")
    assert recovery.digest(codes[0], "suzuki") != recovery.digest(codes[0], "sato")
    assert recovery.plain("１２３ ４５６") == "123456"
