"""Recorded messages: NDJSON with one message a line, its place in time, and placeholders for the time it is played."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from feeds.instant import instant
from feeds.japan import JAPAN

_PLACEHOLDER = re.compile(r"\{\{at(?::([^{}]*))?\}\}")
_MEMBERS = {"at", "after", "topic", "payload", "payload_text", "payload_base64", "retain"}
_PAYLOADS = ("payload", "payload_text", "payload_base64")
_LONGEST = timedelta(days=3660)
_ANY_DAY = datetime(2026, 1, 15, tzinfo=JAPAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One message, ``after`` the beginning. ``payload`` gives the bytes for the time at which it is played."""

    after: timedelta
    topic: str
    retain: bool
    payload: Callable[[datetime], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that is no message: which (from 1), why, and how to mend it."""

    line: int
    message: str


def read(lines: Iterable[bytes]) -> tuple[list[Recorded], list[BadLine]]:
    """The messages in the order of their time, and the lines that are none. Empty lines are passed over.

    A line has ``after`` (seconds) or ``at`` (ISO 8601 with offset; the earliest is the beginning), ``topic``, one of
    ``payload`` (any JSON), ``payload_text`` and ``payload_base64``, and may have ``retain``. In the first two,
    ``{{at}}`` becomes the time the message is played, as ISO 8601 in +09:00, and ``{{at:%Y%m%d}}`` the same by format.
    """
    found: list[tuple[timedelta | datetime, Recorded]] = []
    bad: list[BadLine] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(_message(line))
        except (ValueError, RecursionError) as error:
            bad.append(BadLine(line=number, message=str(error)))
    beginning = min((place for place, _ in found if isinstance(place, datetime)), default=None)
    timed = [(place if isinstance(place, timedelta) else place - (beginning or place), one) for place, one in found]
    timed.sort(key=lambda pair: pair[0])
    return [Recorded(after=after, topic=one.topic, retain=one.retain, payload=one.payload) for after, one in timed], bad


def _message(line: bytes) -> tuple[timedelta | datetime, Recorded]:
    members = json.loads(line)
    if not isinstance(members, dict):
        raise ValueError('a line is an object like {"after":0,"topic":"hub/v1/gw07/status","payload":{}}')
    if unknown := members.keys() - _MEMBERS:
        raise ValueError(f"unknown member {', '.join(sorted(unknown))}; there are {', '.join(sorted(_MEMBERS))}")
    topic, retain = members.get("topic"), members.get("retain", False)
    if not isinstance(topic, str) or not topic or "+" in topic or "#" in topic or "\0" in topic:
        raise ValueError("topic must be a text without + and #")
    if not isinstance(retain, bool):
        raise ValueError("retain must be true or false")
    payload = _payload(members)
    payload(_ANY_DAY)  # what cannot be written is found before anything is sent
    return _place(members), Recorded(after=timedelta(), topic=topic, retain=retain, payload=payload)


def _place(members: dict[str, Any]) -> timedelta | datetime:
    at, after = members.get("at"), members.get("after")
    if (at is None) == (after is None):
        raise ValueError("give either at (a time with offset) or after (seconds)")
    if isinstance(at, str):
        return instant(at)
    if at is not None or isinstance(after, bool) or not isinstance(after, int | float):
        raise ValueError("at must be a text, after a number of seconds")
    if not 0 <= after <= _LONGEST.total_seconds():  # also refuses NaN
        raise ValueError("after must be 0 or more seconds, and less than ten years")
    return timedelta(seconds=after)


def _payload(members: dict[str, Any]) -> Callable[[datetime], bytes]:
    given = [name for name in _PAYLOADS if name in members]
    if len(given) != 1:
        raise ValueError(f"give exactly one of {', '.join(_PAYLOADS)}")
    value = members[given[0]]
    if given[0] == "payload":
        return lambda at: json.dumps(_filled(value, at), ensure_ascii=False, separators=(",", ":")).encode()
    if not isinstance(value, str):
        raise ValueError(f"{given[0]} must be a text")
    if given[0] == "payload_text":
        return lambda at: _filled(value, at).encode()
    try:
        raw = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError(f"payload_base64: {error}") from None
    return lambda _: raw


def _filled(value: Any, at: datetime) -> Any:
    """The value with every placeholder in its texts replaced."""
    if isinstance(value, str):
        local = at.astimezone(JAPAN)
        return _PLACEHOLDER.sub(lambda m: local.strftime(m[1]) if m[1] else local.isoformat(timespec="seconds"), value)
    if isinstance(value, list):
        return [_filled(member, at) for member in value]
    if isinstance(value, dict):
        return {key: _filled(member, at) for key, member in value.items()}
    return value
