"""An update of a request as it is posted: a form of the ``servicerequestupdates`` extension, all faults told at once.

Source: the extension that FixMyStreet speaks with cities; statuses in any case of letters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feeds.contact import Contact
from feeds.open311.asked import MAX_DESCRIPTION, URL, contact_of, plain_text
from feeds.open311.fault import Fault, RefusedError, bad, unknown
from feeds.open311.moments import moment

STATUSES = (
    "OPEN",
    "INVESTIGATING",
    "IN_PROGRESS",
    "PLANNED",
    "ACTION_SCHEDULED",
    "FIXED",
    "NO_FURTHER_ACTION",
    "DUPLICATE",
    "NOT_COUNCILS_PROBLEM",
    "INTERNAL_REFERRAL",
    "CLOSED",
)
_CLOCKS_APART = timedelta(minutes=5)
_MAX_ID = 100
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What somebody adds to a request. ``contact``: who it was; kept apart and sealed, if at all."""

    request: int
    update_id: str  # as the client counts them: the same one twice is one
    status: str  # of STATUSES
    told_at: datetime  # UTC
    text: str = ""
    media_url: str = ""  # as given; nothing fetches it
    contact: Contact | None = None


def posted(fields: Iterable[tuple[str, str]], now: datetime) -> Posted:
    """The update in the fields of a form; an empty field is none. Raises RefusedError."""
    told = {name: value.strip() for name, value in fields if value.strip()}
    faults: list[Fault] = []
    number = _number(told.get("service_request_id", ""), faults)
    update_id = told.get("update_id", "")
    if not 0 < len(update_id) <= _MAX_ID or not update_id.isprintable():
        faults.append(bad(f"update_id is missing, or has more than {_MAX_ID} characters; give each update its own"))
    status = told.get("status", "").upper()
    if status not in STATUSES:
        faults.append(bad(f"status {status[:40]!r} is none of {', '.join(STATUSES)}"))
    told_at = _time(told.get("updated_datetime", ""), now, faults)
    text = plain_text(told, "description", MAX_DESCRIPTION, faults)
    media_url = told.get("media_url", "")
    if media_url and not URL.fullmatch(media_url):
        faults.append(bad("media_url must be one address, https://…, of at most 2,000 characters"))
    if faults:
        raise RefusedError(faults)
    return Posted(
        request=number,
        update_id=update_id,
        status=status,
        told_at=told_at,
        text=text,
        media_url=media_url,
        contact=contact_of(told),
    )


def _number(text: str, faults: list[Fault]) -> int:
    if not text:
        faults.append(bad("service_request_id is missing"))
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        faults.append(unknown(f"service_request_id {text[:40]!r} is not known"))
        return 0
    return int(text)


def _time(text: str, now: datetime, faults: list[Fault]) -> datetime:
    if not text:
        faults.append(bad("updated_datetime is missing; write 2026-01-15T06:30:00+09:00"))
        return _NEVER
    try:
        at = moment(text)
    except ValueError as error:
        faults.append(bad(f"updated_datetime: {error}"))
        return _NEVER
    if at > now + _CLOCKS_APART:
        faults.append(bad("updated_datetime is in the future; set the clock of the sender"))
    return at
