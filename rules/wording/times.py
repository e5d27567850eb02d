"""Absolute times as people read them: with the date, never "tomorrow"."""

from __future__ import annotations

from datetime import datetime

from feeds.japan import JAPAN
from rules.wording.languages import in_figures, spoken


def clock(moment: datetime | str, language: str = "ja") -> str:
    """``20日18時40分`` in Japanese, ``18:40, 20 July`` in English, ``7月20日18:40`` in Chinese; in Japanese time.

    A text is taken as ISO 8601 (facts are plain values). Raises ValueError where it is not, or has no time zone.
    """
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; write it with an offset such as +09:00")
    return in_figures(moment.astimezone(JAPAN), language)


def stamp(sent: datetime, number: int, language: str) -> str:
    """When a revision was issued and which of its series it is: ``7月20日18時40分発表 第2報``."""
    return spoken(language).stamp.format(t=sent.astimezone(JAPAN), clock=clock(sent, language), number=number)
