"""Times as the public page writes them."""

from __future__ import annotations

from datetime import date, datetime

from feeds.japan import JAPAN
from rules.wording.times import clock as in_language


def clock(at: datetime, language: str = "ja") -> str:
    """「7月3日 02:41」 in Japan time; in another language as that writes it."""
    if language != "ja":
        return in_language(at, language)
    local = at.astimezone(JAPAN)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def day(at: date, language: str = "ja") -> str:
    """The day alone, of what is told no finer: 「7月3日」, 3 July."""
    there = at.astimezone(JAPAN) if isinstance(at, datetime) else at
    patterns = {"en": f"{there:%-d %B}", "vi": f"{there.day}/{there.month}", "ko": f"{there.month}월 {there.day}일"}
    return patterns.get(language, f"{there.month}月{there.day}日")
