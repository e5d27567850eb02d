"""How the sender of a report can be reached, and the words by which senders say so themselves.

The words of a report are for everybody who works at it; whom to call back is not. What a sender writes about how to be
reached is covered here before anything is kept. Places, and people who are spoken of, stay: nobody finds the bear
without them. No pattern knows every name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields

from feeds.masking import COVER

MAX = 200  # characters of each member
_MAIL = r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
_PHONE = r"(?<![\d.])(?:\+81|0)(?:[-.()\s]{0,2}\d){9,10}(?!\d)"
_LETTERS = r"[一-鿿々ぁ-んァ-ヶーA-Za-z]"
_LABEL = r"(?:氏\s?名|お?名\s?前|通報者|連絡者|届出人|LINE\s?(?:ID|の?アカウント)?)\s?[:]\s?"
_CALLED = rf"{_LETTERS}{{1,12}}(?=と申し(?:ます|まして))"
_SAID = rf"{_LABEL}[^\s、。,]{{1,40}}(?: {_LETTERS}{{1,20}}(?=[\s、。,]|$))?|{_CALLED}"
_WORDS = re.compile(f"(?P<mail>{_MAIL})|(?P<phone>{_PHONE})|(?P<said>{_SAID})")
_GAPS, _MAX_GAPS = re.compile(r"[-.()\s]+"), 4  # more of them are figures of something else
_MEMBER = re.compile(r'("contact_\w{1,12}"\s*:\s*")(?:[^"\\]|\\.)*')
_DIGITS = re.compile(r"\D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """As given; what is empty was not told. ``device`` and ``account`` name a telephone and an account of an app."""

    name: str = ""
    phone: str = ""
    mail: str = ""
    device: str = ""
    account: str = ""
    line: str = ""  # id of a LINE user

    def __bool__(self) -> bool:
        return any(value for _, value in self.told())

    def __repr__(self) -> str:
        return f"Contact({', '.join(name for name, value in self.told() if value)})"  # never what they are

    def told(self) -> Iterator[tuple[str, str]]:
        """Name and value of each member."""
        return ((one.name, getattr(self, one.name)) for one in fields(self))


@dataclass(frozen=True, slots=True)
class Covered:
    """A text without the words by which its sender can be reached, and these: kind (mail, phone, name) and value."""

    text: str
    found: tuple[tuple[str, str], ...] = ()


def covered(text: str) -> Covered:
    """Full-width figures count as figures; what is covered once stays as it is."""
    plain = "".join(_narrow(letter) for letter in text)
    pieces: list[str] = []
    found: list[tuple[str, str]] = []
    place = 0
    for one in _WORDS.finditer(plain):
        if COVER in one[0] or (one.lastgroup == "phone" and len(_GAPS.findall(one[0])) > _MAX_GAPS):
            continue
        pieces += [text[place : one.start()], COVER]
        place = one.end()
        kind = "name" if one.lastgroup == "said" else str(one.lastgroup)
        found.append((kind, re.sub(_LABEL, "", one[0]) if kind == "name" else one[0]))
    return Covered("".join([*pieces, text[place:]]), tuple(found))


def blind(text: str) -> str:
    """JSON of a report that could not be read, without the values of its ``contact_…`` and what is always covered."""
    return covered(_MEMBER.sub(rf"\1{COVER}", text)).text


def same(kind: str, value: str) -> str:
    """One spelling of all that mean the same: figures alone for a number, small letters, no blanks."""
    plain = unicodedata.normalize("NFKC", value).strip()
    if kind == "phone":
        figures = _DIGITS.sub("", plain)
        return f"0{figures[2:].removeprefix('0')}" if plain.startswith("+81") or len(figures) > 11 else figures
    return re.sub(r"\s", "", plain).casefold()


def _narrow(letter: str) -> str:
    narrow = unicodedata.normalize("NFKC", letter)
    return narrow if len(narrow) == 1 else letter
