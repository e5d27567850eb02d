"""Times for people who have no time: the Japanese clock, and how long ago or how far ahead it is.

The one place that writes a time on a page of the desk, in the language of whoever asks. A clock is always Japan's: in
English each says JST; in Japanese the bar of every page says 日本時間, and ``stated`` is for what stands without a bar.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_datetime

from feeds import japan
from feeds.japan import JAPAN
from services.story import words as told
from services.web.language.speaking import _, spoken

_DAY = {"ja": "M/d(EEE) HH:mm", "en": "EEE d MMM HH:mm"}
_A_NIGHT = timedelta(hours=20)
_FULL = {"ja": "y年M月d日(EEE) HH:mm", "en": "EEE d MMM y HH:mm"}


def moment(at: datetime, now: datetime) -> str:
    """「02:41」, 「3/14(土) 23:10」 where it is another day than ``now``; in English "02:41 JST"."""
    there = at.astimezone(JAPAN)
    today = there.date() == now.astimezone(JAPAN).date()
    return _zoned(japan.clock(at) if today else format_datetime(there, _DAY[spoken()], locale=spoken()))


def near(at: datetime, now: datetime) -> str:
    """Where there is little room: the clock alone within a night, before midnight or after, else 「3/14 23:10」."""
    return _zoned(japan.clock(at) if abs(at - now) < _A_NIGHT else japan.short(at))


def recorded(at: datetime) -> str:
    """For what is read weeks later, in lines below each other: 「2026-11-22 03:05」, "2026-11-22 03:05 JST"."""
    return _zoned(japan.written(at))


def dated(at: datetime) -> str:
    """With the day, whatever day it is: 「7月3日 02:41」, "3 Jul 02:41 JST"."""
    pattern = "M月d日 HH:mm" if spoken() == "ja" else "d MMM HH:mm"
    return _zoned(format_datetime(at.astimezone(JAPAN), pattern, locale=spoken()))


def stated(at: datetime) -> str:
    """With the year and the zone, for what leaves the page or has no bar: 「2026年3月14日(土) 23:10 日本時間」."""
    written = format_datetime(at.astimezone(JAPAN), _FULL[spoken()], locale=spoken())
    return _("{time} 日本時間", time=written)


def on_day(day: date) -> str:
    """A day of Japan: 「2026年3月15日」, "15 March 2026"."""
    return format_date(day, "long" if spoken() == "ja" else "d MMMM y", locale=spoken())


def away(at: datetime, now: datetime) -> str:
    """「11分前」, 「3時間20分後」, 「いま」; in English "11 minutes ago"."""
    minutes = round((now - at).total_seconds()) // 60
    ahead, (hours, rest) = minutes < 0, divmod(abs(minutes), 60)
    if not minutes:
        return _("いま")
    if hours >= 48:
        return _("{n}日後", n=hours // 24) if ahead else _("{n}日前", n=hours // 24)
    if hours and rest and hours < 10:
        words = {"hours": hours, "minutes": rest}
        return _("{hours}時間{minutes}分後", **words) if ahead else _("{hours}時間{minutes}分前", **words)
    if hours:
        return _("{n}時間後", n=hours) if ahead else _("{n}時間前", n=hours)
    return _("{n}分後", n=rest) if ahead else _("{n}分前", n=rest)


def with_age(now: datetime) -> Callable[[datetime], str]:
    """What templates write a time with: 「02:41（11分前）」."""
    return lambda at: _("{time}（{age}）", time=moment(at, now), age=away(at, now))


def _zoned(clock: str) -> str:
    return clock if spoken() == "ja" else f"{clock} JST"


def exact(at: datetime | None) -> str:
    """To the second, for records: 「3月15日 02:41:07」, "15 Mar 02:41:07 JST"; what has not happened yet says so."""
    if at is None or spoken() == "ja":
        return told.moment(at) if at else _("まだ")
    return _zoned(format_datetime(at.astimezone(JAPAN), "d MMM HH:mm:ss", locale=spoken()))


def since_before(seconds: float | None) -> str:
    """Since the step before: 「＋2分03秒」, "+2 min 03 s"; empty for the first."""
    if spoken() == "ja" or seconds is None:
        return told.gap(seconds)
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"+{hours} h {minutes:02} min"
    return f"+{minutes} min {rest:02} s" if minutes else f"+{seconds:.1f} s"
