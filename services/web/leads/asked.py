"""What an officer makes of leads, checked at the door: JSON of the API and the page's forms alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.listening.desk import Deed, LeadError, Make
from services.web.context import WebContext
from services.web.security import WebError, storable
from services.web.snow.asked import status_of

LONGEST = 400  # characters of the officer's words


def deed_of(body: Mapping[str, Any], who: str, context: WebContext) -> Deed:
    """Raises WebError that names the member."""
    try:
        make = Make(str(body.get("act")))
    except ValueError:
        raise WebError(400, "bad_act", f"act は {' / '.join(Make)} のどれかです。 / Unknown act.") from None
    return Deed(
        status=status_of(body.get("status"), context),
        hazard=_name(body, "hazard", 32),
        place=_name(body, "place", 80),
        seen=_seen(body.get("seen")),
        make=make,
        who=who,
        text=_text(body.get("text") or ""),
    )


def refusal(error: LeadError) -> WebError:
    """What the desk refused, as an answer."""
    return WebError({"not_found": 404, "changed": 409}[error.code], error.code, str(error))


def _name(body: Mapping[str, Any], member: str, longest: int) -> str:
    value = body.get(member)
    if not isinstance(value, str) or not 0 < len(value) <= longest or not storable(value):
        raise WebError(400, f"bad_{member}", f"{member} は手がかりの {member} です。 / {member} as the list tells it.")
    return value


def _seen(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if type(value) is not int or not 0 < value < 10**15:
        raise WebError(
            400, "bad_seen", "seen は見ていた手がかりの番号です。 / seen: number of the newest lead you saw."
        )
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or not storable(value):
        raise WebError(400, "bad_text", f"text は{LONGEST}字までです。 / text of at most {LONGEST} characters.")
    return " ".join(value.split())
