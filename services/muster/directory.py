"""A person of the directory in clear, and sealed for the store. Addresses are told by their forms alone."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.muster.seal import Seal
from services.store.staff import Member

_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_LONGEST = 400


class Way(StrEnum):
    """By what an address is reached."""

    MAIL = "mail"  # the mail server of [muster.mail]
    SMS = "sms"  # the bridge of [muster]
    URL = "url"  # one address of apprise


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the staff. It does not show, so that no log does."""

    code: str
    name: str
    bureau: str
    section: str
    role: str
    category: str
    place: str
    drills: bool
    phone: str  # for people to call; nothing is sent to it
    addresses: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Person({self.code})"


def address_of(told: str) -> str:
    """The address in the form in which it is kept: mail, a number with its country (+81…), or one of apprise.

    Raises ValueError with what would be one.
    """
    told = told.strip()
    digits = re.sub(r"[-\s()（）‐－ー]", "", told)
    if re.fullmatch(r"0[5789]0\d{8}", digits):
        return f"+81{digits[1:]}"
    if re.fullmatch(r"\+\d{8,15}", digits):
        return digits
    if len(told) <= _LONGEST and (_MAIL.fullmatch(told) or _URL.fullmatch(told)):
        return told
    raise ValueError("メールアドレス、携帯電話の番号（090…）、apprise の宛先（scheme://…）のどれかを書いてください")


def way_of(address: str) -> Way:
    """Of an address as it is kept."""
    if address.startswith("+"):
        return Way.SMS
    return Way.URL if "://" in address else Way.MAIL


def sealed(person: Person, seal: Seal, now: datetime) -> Member:
    """As the store keeps it. ``now`` is wall time."""
    secret = {"name": person.name, "phone": person.phone, "addresses": list(person.addresses)}
    return Member(
        code=person.code,
        bureau=person.bureau,
        section=person.section,
        role=person.role,
        category=person.category,
        place=person.place,
        drills=person.drills,
        sealed=seal.close(_bound(person.code), json.dumps(secret, ensure_ascii=False)),
        lookups=tuple(seal.lookup(one) for one in person.addresses),
        changed_at=now,
    )


def opened(member: Member, seal: Seal) -> Person:
    """In clear again. Raises KeyringError where the key is another."""
    secret = json.loads(seal.open(_bound(member.code), member.sealed))
    return Person(
        code=member.code,
        name=secret["name"],
        bureau=member.bureau,
        section=member.section,
        role=member.role,
        category=member.category,
        place=member.place,
        drills=member.drills,
        phone=secret["phone"],
        addresses=tuple(secret["addresses"]),
    )


def changed(before: Sequence[Person], after: Sequence[Person]) -> tuple[int, int]:
    """How many of ``after`` are new, and how many are others than before under the same code."""
    known = {one.code: one for one in before}
    fresh = sum(one.code not in known for one in after)
    return fresh, sum(one.code in known and known[one.code] != one for one in after)


def _bound(code: str) -> str:
    return f"staff:{code}"
