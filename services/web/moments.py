"""Times for people who have no time: the Japanese clock, and how long ago or how far ahead it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from feeds.japan import JAPAN

_DAYS = "月火水木金土日"


def moment(at: datetime, now: datetime) -> str:
    """「02:41」 in Japan time; 「3/14(土) 23:10」 where it is another day than ``now``."""
    there = at.astimezone(JAPAN)
    today = there.date() == now.astimezone(JAPAN).date()
    return f"{there:%H:%M}" if today else f"{there.month}/{there.day}({_DAYS[there.weekday()]}) {there:%H:%M}"


def away(at: datetime, now: datetime) -> str:
    """「11分前」, 「3時間20分後」, 「いま」."""
    minutes = round((now - at).total_seconds()) // 60
    if minutes < 0:
        return f"{_span(-minutes)}後"
    return f"{_span(minutes)}前" if minutes else "いま"


def with_age(now: datetime) -> Callable[[datetime], str]:
    """What templates write a time with: 「02:41（11分前）」."""
    return lambda at: f"{moment(at, now)}（{away(at, now)}）"


def _span(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24}日"
    return f"{hours}時間{f'{rest}分' if rest and hours < 10 else ''}" if hours else f"{minutes}分"
