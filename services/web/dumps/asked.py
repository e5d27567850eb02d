"""What staff say of a dump, checked at the door: JSON of the API and forms of the page alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from feeds.instant import instant
from feeds.japan import JAPAN
from rules.dumps.life import Act, DumpError, Event
from services.dumps.desk import Aim
from services.web.context import WebContext
from services.web.security import WebError, storable
from services.web.snow.asked import status_of

LONGEST = 200  # characters of a note, which everybody reads


def aim_of(body: Mapping[str, Any], context: WebContext) -> Aim:
    """Which dump, and what the person had seen of it. Raises WebError."""
    dump = body.get("dump")
    if not isinstance(dump, str) or not 0 < len(dump) <= 40 or not storable(dump):
        raise WebError(400, "bad_dump", "dump は雪捨て場のコードです。 / dump must be the code of a dump.")
    seen = body.get("seen")
    if isinstance(seen, str) and seen.isascii() and seen.isdigit() and len(seen) < 10:
        seen = int(seen)
    if type(seen) is not int or not 0 <= seen < 10**9:
        raise WebError(400, "bad_seen", "seen は見ていた最後の記録の番号です。 / seen: number of the last act you saw.")
    return Aim(status_of(body.get("status"), context), dump, seen)


def event_of(body: Mapping[str, Any], who: str, now: datetime) -> Event:
    """The act with what goes with it. Raises WebError."""
    try:
        act = Act(str(body.get("act")))
    except ValueError:
        raise WebError(400, "bad_act", f"act は {' / '.join(Act)} のどれかです。 / Unknown act.") from None
    text = body.get("text") or ""
    if not isinstance(text, str) or len(text) > LONGEST or not storable(text):
        raise WebError(400, "bad_text", f"text は{LONGEST}字までです。 / text of at most {LONGEST} characters.")
    return Event(
        act=act,
        at=now,
        who=who,
        text=" ".join(text.split()),
        volume_m3=_volume(body.get("volume_m3")),
        until=_until(body.get("until")),
    )


def refusal(error: DumpError) -> WebError:
    """What the desk refused, as an answer."""
    return WebError({"not_found": 404, "seen": 409}.get(error.code, 400), error.code, str(error))


def _volume(value: Any) -> float | None:
    if value in (None, ""):
        return None
    try:
        return float(value)
    except (OverflowError, TypeError, ValueError):
        raise WebError(400, "bad_volume", "volume_m3 は数です。 / volume_m3 must be a number.") from None


def _until(value: Any) -> datetime | None:
    """An instant with its offset; without one, as a form sends it, Japan's."""
    if value in (None, ""):
        return None
    try:
        if isinstance(value, str) and len(value) == len("2026-12-08T09:00"):
            return datetime.fromisoformat(value).replace(tzinfo=JAPAN)
        return instant(value if isinstance(value, str) and len(value) <= 40 else "")
    except ValueError:
        told = "until は 2026-12-08T09:00+09:00 の形です。 / until is a time as in ISO 8601."
        raise WebError(400, "bad_until", told) from None
