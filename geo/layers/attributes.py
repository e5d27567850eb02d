"""Attribute values as files spell them: codes as texts or numbers, empty texts, dates, codes without their zeros."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping


class UnreadableError(ValueError):
    """One feature's attributes cannot be used; the text is the reason in the report."""


def whole(value: object, what: str) -> int:
    """A code as a number, whether the file wrote 3, 3.0, "3" or "３". Raises :class:`UnreadableError`."""
    number = amount(value, what)
    if number is None:
        raise UnreadableError(f"{what} is missing")
    if not number.is_integer():
        raise UnreadableError(f"{what} is not a whole number: {value!r}")
    return int(number)


def amount(value: object, what: str) -> float | None:
    """A number, or None where the file has nothing. Raises :class:`UnreadableError` for anything else."""
    written = text(value)
    if written is None:
        return None
    try:
        number = float(written.replace(",", ""))
    except ValueError:
        raise UnreadableError(f"{what} is not a number: {value!r}") from None
    if number in {float("inf"), float("-inf")}:
        raise UnreadableError(f"{what} is not a number: {value!r}")
    return number


def text(value: object) -> str | None:
    """A text without the space around it; None for what stands for nothing."""
    written = "" if value is None else str(value).strip()
    return written if written and written.lower() not in {"nan", "none", "nat", "<na>"} else None


def needed(value: object, what: str) -> str:
    """A text that must be there. Raises :class:`UnreadableError`."""
    written = text(value)
    if written is None:
        raise UnreadableError(f"{what} is missing")
    return written


def word(value: object, words: Mapping[int, str], what: str) -> str:
    """A code in our words; a word of ours stays. Raises :class:`UnreadableError` for a code that is not known."""
    if value in words.values():
        return str(value)
    code = whole(value, what)
    if code not in words:
        raise UnreadableError(f"{what} {code} is not in {', '.join(map(str, words))}")
    return words[code]


def date(value: object) -> str | None:
    """2018/3/30 and 2018-03-30 alike as ISO; 9999/1/1 means "not announced yet" and is no date."""
    found = re.match(r"(\d{4})\D(\d{1,2})\D(\d{1,2})", text(value) or "")
    if not found or found[1] == "9999":
        return None
    return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}"


def flag(value: object) -> bool:
    """Whether a list ticks something: 1, ○, true; empty, 0 and × do not. Raises :class:`UnreadableError`."""
    written = unicodedata.normalize("NFKC", text(value) or "").lower()
    if written in {"1", "1.0", "true", "yes", "○", "◯", "〇", "◎", "有", "可"}:
        return True
    if written in {"", "0", "0.0", "false", "no", "×", "x", "-", "無", "不可"}:
        return False
    raise UnreadableError(f"{written!r} is neither a tick nor empty")


def digits(value: object, what: str) -> str:
    """A code of digits as text, also where a table has made a number of it. Raises :class:`UnreadableError`."""
    written = unicodedata.normalize("NFKC", needed(value, what)).removesuffix(".0")
    if not re.fullmatch(r"[0-9]+", written):
        raise UnreadableError(f"{what} is not a code of digits: {value!r}")
    return written


def municipality(value: object) -> str:
    """The five digits of JIS X 0402, whatever a spreadsheet has made of them.

    Six digits end in a check digit, which is tried; lost leading zeros come back: 3201, 32018 and 032018 are 03201.
    Raises :class:`UnreadableError`.
    """
    code = digits(value, "municipality code")
    if len(code) == 5 and int(code[2:]) >= 100:  # municipalities are counted from 100, so 32018 has lost its zero
        return code
    if len(code) == 4:
        return f"0{code}"
    code = code.zfill(6)
    if len(code) == 6 and int(code[5]) == _check_digit(code):
        return code[:5]
    raise UnreadableError(f"municipality code {value!r} is neither five digits (JIS X 0402) nor six with a check digit")


def _check_digit(code: str) -> int:
    total = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2), strict=False))
    return (11 - total % 11) % 10
