"""What somebody asks who wants to see a contact, checked at the door: JSON of the API and the form alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.reporters.looking import By, LookError, Wanted
from services.reporters.purpose import Purpose
from services.web.security import WebError, storable

LONGEST = 200
_STATUS = {"not_found": 404, "nothing": 404, "sealed": 503}


def wanted_of(body: Mapping[str, Any]) -> Wanted:
    """Exactly one of case and request. Raises WebError."""
    case, request = (_number(body.get(name), name) for name in ("case", "request"))
    if bool(case) == bool(request):
        raise WebError(400, "bad_case", "case か request のどちらか一つを。 / Name one case or one request.")
    return Wanted(case=case, request=request)


def by_of(body: Mapping[str, Any], who: str, how: str, now: datetime) -> By:
    """For what, with a note. Raises WebError."""
    try:
        purpose = Purpose(str(body.get("purpose", "")))
    except ValueError:
        told = " / ".join(f"{one}（{one.ja}）" for one in Purpose)
        raise WebError(400, "bad_purpose", f"目的を選んでください：{told} / Choose a purpose.") from None
    note = body.get("note") or ""
    if not isinstance(note, str) or len(note) > LONGEST or not storable(note):
        raise WebError(400, "bad_note", f"note は{LONGEST}字までです。 / At most {LONGEST} characters.")
    return By(who=who, how=how, purpose=purpose, note=note, at=now)


def refusal(error: LookError) -> WebError:
    """The same as an answer."""
    return WebError(_STATUS.get(error.code, 409), error.code, str(error))


def _number(value: Any, name: str) -> int:
    if value in (None, ""):
        return 0
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53:
        return value
    raise WebError(400, f"bad_{name}", f"{name} は番号です。 / {name} is a number.")
