"""Typed members of a JSON object: each is taken out with its check, and a bad one says where and how to mend it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from feeds.instant import instant
from feeds.records import Decoded, Record, Rejected
from feeds.status import Status


class BadMember(ValueError):  # noqa: N818 - it carries a finding, it is not the program's error
    """A member that cannot be taken. Stays inside a decoder: it becomes a Rejected."""

    def __init__(self, code: str, message: str, name: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.name = code, message, name


class Members:
    """The members of one JSON object, ``where`` telling its place in the message ("" or "/3")."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise BadMember("bad_json", "expected an object with members in { }")
        self._members: dict[str, Any] = value

    def __contains__(self, name: str) -> bool:
        return self._members.get(name) is not None

    def get(self, name: str) -> Any:
        return self._members.get(name)

    def text(self, name: str, default: str | None = None, at_most: int = 128) -> str:
        """A string without control characters; required unless a default is given."""
        value = self._members.get(name)
        if value is None:
            if default is None:
                raise BadMember("missing_member", f"{name} is required", name)
            return default
        if not isinstance(value, str):
            raise BadMember("bad_member", f"{name} must be a string", name)
        if len(value) > at_most:
            raise BadMember("bad_member", f"{name} has {len(value)} characters; at most {at_most}", name)
        if not value.isprintable() and any(ord(char) < 32 and char not in "\n\t" for char in value):
            raise BadMember("bad_member", f"{name} holds control characters", name)
        return value

    def number(self, name: str) -> float | None:
        """A finite number, None where it is absent or null. True and false are no numbers here."""
        value = self._members.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadMember("bad_value", f"{name} must be a number, not {type(value).__name__}", name)
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise BadMember("bad_value", f"{name} is not finite", name)
        return number

    def whole(self, name: str) -> int | None:
        """A whole number from 0 to 2^53, None where it is absent."""
        value = self._members.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 2**53:
            raise BadMember("bad_member", f"{name} must be a whole number from 0", name)
        return value

    def flag(self, name: str) -> bool:
        """True or false; absent is false."""
        value = self._members.get(name, False)
        if not isinstance(value, bool):
            raise BadMember("bad_member", f"{name} must be true or false", name)
        return value

    def time(self, name: str) -> datetime | None:
        """An instant with its offset, None where it is absent."""
        value = self._members.get(name)
        if value is None:
            return None
        try:
            return instant(self.text(name))
        except BadMember:
            raise BadMember("bad_time", f"{name} must be a string like 2026-01-15T06:10:00+09:00", name) from None
        except ValueError as error:
            raise BadMember("bad_time", f"{name}: {error}", name) from None

    def version(self) -> None:
        """Refuse every version but 1; absent means 1."""
        if self._members.get("v", 1) != 1 or isinstance(self._members.get("v"), bool):
            raise BadMember("bad_version", "only v 1 is understood", "v")

    def status(self) -> Status:
        """Actual where nothing is said; a word that is not known is refused, never taken for real."""
        value = self._members.get("status", "Actual")
        if value not in ("Actual", "Exercise", "Test"):
            raise BadMember("bad_status", "status must be Actual, Exercise or Test", "status")
        return Status(value)


def each(value: object, decode: Callable[[Members], Record]) -> Decoded:
    """Decode one object, or every member of an array: the good are records, each bad one is its own rejection."""
    batch = isinstance(value, list)
    records: list[Record] = []
    rejected: list[Rejected] = []
    for place, member in enumerate(value if isinstance(value, list) else [value]):
        try:
            records.append(decode(Members(member)))
        except BadMember as bad:
            at = (f"/{place}" if batch else "") + (f"/{bad.name}" if bad.name else "")
            text = json.dumps(member, ensure_ascii=False, separators=(",", ":")) if batch else ""
            rejected.append(Rejected(code=bad.code, message=bad.message, at=at or "/", member=text))
    if batch and not value:
        rejected.append(Rejected(code="empty", message="the array has no members; leave the message away", at="/"))
    return Decoded(records=tuple(records), rejected=tuple(rejected))
