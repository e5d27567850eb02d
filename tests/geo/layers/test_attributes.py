"""Values as spreadsheets and national files leave them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.layers.attributes import UnreadableError, amount, digits, flag, municipality, needed


@pytest.mark.parametrize("written", ["03201", "3201", 3201, 3201.0, "032018", "32018", 32018, "０３２０１"])
def test_morioka_however_it_is_written(written: object) -> None:
    assert municipality(written) == "03201"


@pytest.mark.parametrize("written", ["", None, "032017", "盛岡市", "123", "1234567", float("nan")])
def test_what_is_no_municipality(written: object) -> None:
    with pytest.raises(UnreadableError, match="municipality code"):
        municipality(written)


@given(st.integers(1, 47), st.integers(100, 799))
def test_six_digits_and_lost_zeros_give_the_same_five(prefecture: int, city: int) -> None:
    code = f"{prefecture:02d}{city:03d}"
    weighted = sum(int(digit) * (6 - place) for place, digit in enumerate(code))
    six = f"{code}{(11 - weighted % 11) % 10}"
    assert municipality(code) == municipality(int(code)) == municipality(six) == code
    if len(str(int(six))) == 6 or int(str(int(six))[2:]) < 100:  # else it is a code of five digits, and stays one
        assert municipality(int(six)) == code


@pytest.mark.parametrize(
    ("written", "yes"), [("1", True), (1.0, True), ("○", True), ("", False), ("0", False), (None, False)]
)
def test_ticks(written: object, yes: bool) -> None:
    assert flag(written) is yes


def test_what_is_no_tick_no_number_no_code() -> None:
    with pytest.raises(UnreadableError, match="neither a tick"):
        flag("たぶん")
    with pytest.raises(UnreadableError, match="not a number"):
        amount("inf", "people")
    with pytest.raises(UnreadableError, match="not a code"):
        digits("82-04", "river code")
    with pytest.raises(UnreadableError, match="name is missing"):
        needed(" ", "name")
    assert amount("1,204", "people") == 1204
    assert amount("", "people") is None
