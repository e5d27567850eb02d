"""``$filter``: comparisons of a property with a value, joined by and, or, not and parentheses; nothing else."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from feeds.instant import instant
from services.web.security import WebError

Value: TypeAlias = str | float | datetime | None
_LONGEST, _DEEPEST = 1000, 20
_TOKEN = re.compile(
    r"\s*(?:(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<text>'(?:[^']|'')*')"
    r"|(?P<time>\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d))|(?P<number>-?\d+(?:\.\d+)?)(?![\w'])|(?P<word>@?[A-Za-z_][\w./@]*))"
)
COMPARES: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


@dataclass(frozen=True, slots=True)
class Compare:
    """``name how value``."""

    name: str
    how: str
    value: Value


@dataclass(frozen=True, slots=True)
class Joined:
    """``left and|or right``."""

    how: str
    left: Condition
    right: Condition


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    of: Condition


Condition: TypeAlias = Compare | Joined | Not


def condition(text: str) -> Condition:
    """What the text says; a WebError 400 for what cannot be read, 501 for what is not offered."""
    if len(text) > _LONGEST:
        raise WebError(400, "bad_filter", f"$filter has more than {_LONGEST} characters")
    reader = _Reader(_tokens(text))
    found = reader.either(0)
    if reader.left:
        raise _unreadable(reader.left[0][1])
    return found


def holds(one: Condition, value_of: Callable[[str], Any]) -> bool:
    """Whether it is so; what is not there is neither more nor less than anything."""
    if isinstance(one, Not):
        return not holds(one.of, value_of)
    if isinstance(one, Joined):
        sides = (holds(each, value_of) for each in (one.left, one.right))
        return all(sides) if one.how == "and" else any(sides)
    found = value_of(one.name)
    if isinstance(one.value, datetime) and isinstance(found, str):
        found = datetime.fromisoformat(found)
    same = isinstance(found, str) == isinstance(one.value, str) and found is not None and one.value is not None
    if not same:
        return one.how == "ne" if found != one.value else one.how == "eq"
    return bool(COMPARES[one.how](found, one.value))


class _Reader:
    """Recursive descent over the tokens: or binds less than and, and less than not."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.left = tokens

    def either(self, depth: int) -> Condition:
        found = self._both(depth)
        while self._takes("or"):
            found = Joined("or", found, self._both(depth))
        return found

    def _both(self, depth: int) -> Condition:
        found = self._one(depth)
        while self._takes("and"):
            found = Joined("and", found, self._one(depth))
        return found

    def _one(self, depth: int) -> Condition:
        if depth > _DEEPEST:
            raise WebError(400, "bad_filter", "$filter has too many parentheses within each other")
        if self._takes("not"):
            return Not(self._one(depth + 1))
        kind, text = self._next()
        if kind == "open":
            found = self.either(depth + 1)
            if self._next()[0] != "close":
                raise _unreadable(text)
            return found
        if kind != "word":
            raise _unreadable(text)
        if self.left and self.left[0][0] == "open":
            raise WebError(501, "not_here", f"the function {text[:40]} is not offered; compare a property with a value")
        _, how = self._next()
        if how not in COMPARES:
            raise _unreadable(how)
        return Compare(text, how, _value(*self._next()))

    def _takes(self, word: str) -> bool:
        if self.left and self.left[0] == ("word", word):
            self.left.pop(0)
            return True
        return False

    def _next(self) -> tuple[str, str]:
        if not self.left:
            raise WebError(400, "bad_filter", "$filter ends too early; write it like result gt 2.5")
        return self.left.pop(0)


def _value(kind: str, text: str) -> Value:
    if kind == "text":
        return text[1:-1].replace("''", "'")
    if kind == "number":
        return float(text)
    if kind == "time":
        try:
            return instant(text)
        except ValueError as error:
            raise WebError(400, "bad_filter", str(error)) from None
    if text == "null":
        return None
    raise _unreadable(text)


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text[at : at + 20])
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    return found


def _unreadable(near: str) -> WebError:
    like = "result gt 2.5 and phenomenonTime ge 2026-11-20T00:00:00Z"
    return WebError(400, "bad_filter", f"$filter cannot be read near {near[:40]!r}; write it like {like}")
