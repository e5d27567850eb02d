"""When something happened, out of Japanese words: １０月５日（土）午後６時３０分ころから午後７時ころまでの間.

Full-width or not, with a year, an era or none. Nothing is guessed: an hour that may be morning or evening is left away,
and the day alone is told.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from feeds.japan import JAPAN

_ERAS = {"令和": 2018, "平成": 1988}
_NEAR = {"本日": 0, "今日": 0, "昨日": 1, "一昨日": 2}
_OLDEST = 1900  # a year before is a slip of the hand
_AHEAD = timedelta(days=1)  # a date this far behind the mail is this year's still
_DATE = re.compile(
    r"(?:(?P<era>令和|平成)(?P<era_year>\d{1,2}|元)年|(?P<year>\d{4})[年/.-])?"
    r"(?P<month>\d{1,2})(?:月|(?<=\d)[/.-](?=\d))(?P<day>\d{1,2})日?\s*(?:\((?P<weekday>[月火水木金土日])(?:曜日?)?(?:・?祝)?\))?"
    r"|(?P<near>本日|今日|一昨日|昨日)"
)
_CLOCK = re.compile(
    r"(?P<half>午前|午後)?\s*(?P<hour>\d{1,2})(?:時(?:(?P<minute>\d{1,2})分|(?P<thirty>半))?|:(?P<colon>\d{2}))|(?P<noon>正午)"
)
_UNTIL = re.compile(r"から|~|〜|～|−|―|→")
_BETWEEN = re.compile(r"[\s、,頃ごろこ]*(?:の)?[\s、,]*")


class TimeError(ValueError):
    """The words give no day; the text says why."""


@dataclass(frozen=True, slots=True)
class When:
    """``start`` and ``until`` in UTC; with precision day, ``start`` is its first minute in Japan."""

    start: datetime
    precision: Literal["minute", "hour", "day"]
    until: datetime | None = None
    end: int = 0  # where the words about the start end, in the normalised text


def normal(text: str) -> str:
    """Full-width letters and digits as ASCII: what the patterns are written for."""
    return unicodedata.normalize("NFKC", text)


def when(words: str, sent: datetime) -> When:
    """The first day in the words, and the hour beside it.

    A year that is not told is that of the last such day before ``sent``, give or take a day: clocks differ. Raises
    TimeError: there is no day, it is not on the calendar, its weekday is another, or it lies behind the mail.
    """
    text = normal(words)
    found = _DATE.search(text)
    if found is None:
        raise TimeError("no date like 10月5日 stands there")
    day = _day(found, sent.astimezone(JAPAN).date())
    clock, precision, end = _clock(text, found.end())
    start = datetime.combine(day, clock, JAPAN)
    return When(start.astimezone(UTC), precision, _until(text[end:], start, sent), end)


def _day(found: re.Match[str], sent: date) -> date:
    if found["near"]:
        return sent - timedelta(days=_NEAR[found["near"]])
    month, number = int(found["month"]), int(found["day"])
    told = _year(found)
    if told is not None and told < _OLDEST:
        raise TimeError(f"{found[0].strip()!r} is not on the calendar of any living person")
    for year in (sent.year + 1, sent.year, sent.year - 1) if told is None else (told,):
        try:
            day = date(year, month, number)
        except ValueError:
            continue
        if day <= sent + _AHEAD:
            _check_weekday(found, day)
            return day
        if told is not None:
            raise TimeError(f"{day} lies behind the day it was sent, {sent}")
    raise TimeError(f"{found[0].strip()!r} is not on the calendar")


def _year(found: re.Match[str]) -> int | None:
    if found["year"]:
        return int(found["year"])
    if found["era"]:
        number = 1 if found["era_year"] == "元" else int(found["era_year"])
        return _ERAS[found["era"]] + number if number else 0  # no era has a year 0, and neither has the calendar
    return None


def _check_weekday(found: re.Match[str], day: date) -> None:
    if found["weekday"] and "月火水木金土日"[day.weekday()] != found["weekday"]:
        raise TimeError(f"{day} is no {found['weekday']}曜日: which of the two is wrong?")


def _clock(text: str, begin: int) -> tuple[time, Literal["minute", "hour", "day"], int]:
    """The time of day right behind ``begin``; where there is none, or it is not plain which, only the day is known."""
    between = _BETWEEN.match(text, begin)
    found = _CLOCK.match(text, between.end() if between else begin)
    if found is None:
        return time(), "day", begin
    if found["noon"]:
        return time(12), "minute", found.end()
    hour, half = int(found["hour"]), found["half"]
    minute = 30 if found["thirty"] else int(found["minute"] or found["colon"] or 0)
    exact = bool(found["minute"] or found["colon"] or found["thirty"])
    plain = hour < 12 if half else (exact and bool(found["colon"])) or not 1 <= hour <= 12
    if not plain or hour > 23 or minute > 59:
        return time(), "day", found.end()
    return time(hour + 12 * (half == "午後"), minute), "minute" if exact else "hour", found.end()


def _until(rest: str, start: datetime, sent: datetime) -> datetime | None:
    """The end of a span, on its own day or on that of the start; None where it is not plainly told."""
    mark = _UNTIL.match(rest.lstrip("頃ごろこ 分"))
    if mark is None:
        return None
    tail = rest.lstrip("頃ごろこ 分")[mark.end() :].lstrip(" 、同日")
    day, begin = start.date(), 0
    found = _DATE.match(tail)
    if found:
        try:
            day, begin = _day(found, sent.astimezone(JAPAN).date()), found.end()
        except TimeError:
            return None
    clock, precision, _ = _clock(tail, begin)
    end = datetime.combine(day, clock, JAPAN)
    return end.astimezone(UTC) if precision != "day" and end > start else None
