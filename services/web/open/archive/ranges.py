"""Which bytes of a file are sent: the whole, one range, or nothing because the asker has it (RFC 9110, 13, 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` 200, 206, 304 or 416, and of the first two which bytes, the last left out."""

    status: int
    begin: int = 0
    end: int = 0


def answer(headers: Mapping[str, str], tag: str, changed: datetime, size: int) -> Answer:
    """By the headers of a GET. ``tag`` without quotes. More ranges than one, and what cannot be read, get the whole."""
    changed = changed.replace(microsecond=0)
    if _has_it(headers, tag, changed):
        return Answer(304)
    found = _RANGE.fullmatch(headers.get("Range", "").strip().lower())
    if found is None or not any(found.groups()) or not _still(headers.get("If-Range"), tag, changed):
        return Answer(200, 0, size)
    first, last = found.groups()
    begin = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if first and last and int(last) < begin:
        return Answer(200, 0, size)
    return Answer(206, begin, end) if begin < end else Answer(416)


def _has_it(headers: Mapping[str, str], tag: str, changed: datetime) -> bool:
    known = headers.get("If-None-Match")
    if known is not None:  # where both are sent, the tag decides
        return any(one.strip().removeprefix("W/") in (f'"{tag}"', "*") for one in known.split(","))
    since = _time(headers.get("If-Modified-Since"))
    return since is not None and changed <= since


def _still(condition: str | None, tag: str, changed: datetime) -> bool:
    """Whether the asker has the beginning of this very version."""
    return condition is None or condition.strip() == f'"{tag}"' or _time(condition) == changed


def _time(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return None if found is None else found.replace(tzinfo=found.tzinfo or UTC)
