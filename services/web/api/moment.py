"""A time that somebody posted: read by the one reader of outside times, and within what the hub can reckon with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from feeds.instant import instant
from services.web.security import WebError

FIRST, LAST = 2000, 2199  # years; beyond, adding a zone or a span would leave the calendar


def moment(body: Mapping[str, Any], name: str, where: str = "") -> datetime | None:
    """The member as an aware datetime in UTC; None where it is not given.

    ``where`` names the object that holds it in the refusal. Raises WebError 400 ``bad_NAME`` with the cure.
    """
    value = body.get(name)
    if value is None:
        return None
    label = f"{where}.{name}" if where else name
    if not isinstance(value, str):
        raise WebError(400, f"bad_{name}", f'"{label}" must be a time as text: 2026-11-21T18:00:00+09:00')
    try:
        found = instant(value)
    except ValueError as error:
        raise WebError(400, f"bad_{name}", f'"{label}": {error}') from None
    return sensible(found, name, label)


def asked_moment(query: Mapping[str, str], name: str) -> datetime | None:
    """The parameter of an address as an aware datetime in UTC; None where it is not given.

    Raises WebError 400 ``bad_NAME`` with the cure.
    """
    text = query.get(name)
    if text is None:
        return None
    try:
        found = instant(text.replace(" ", "+"))  # an unescaped + in an address is read as a blank
    except ValueError as error:
        raise WebError(
            400, f"bad_{name}", f"{name} は 2026-12-03T06:00:00+09:00 の形です。 / {name}: {error}"
        ) from None
    return sensible(found, name, name)


def sensible(at: datetime, name: str, label: str) -> datetime:
    """The moment itself. Raises WebError 400 where it is of another century."""
    if not FIRST <= at.year <= LAST:
        raise WebError(400, f"bad_{name}", f'"{label}" must lie between the years {FIRST} and {LAST}')
    return at
