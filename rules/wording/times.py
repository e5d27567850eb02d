"""Absolute times as people read them: with the date, never "tomorrow"."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")


def clock(moment: datetime | str, language: str = "ja") -> str:
    """``20日18時40分`` in Japanese, ``18:40, 20 July`` otherwise; in Japanese time.

    A text is taken as ISO 8601 (facts are plain values). Raises ValueError where it is not, or has no time zone.
    """
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; write it with an offset such as +09:00")
    local = moment.astimezone(JST)
    if language.startswith("ja"):
        return f"{local.day}日{local.hour}時{local.minute:02}分"
    return f"{local:%H:%M}, {local.day} {_MONTHS[local.month - 1]}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
