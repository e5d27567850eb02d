"""Japan's wall clock: what people here read and write where a time has no offset, and how a text tells a moment.

Fixed at nine hours ahead of UTC: Japan has kept no summer time since 1951, and a table of zones would move the odd
years (1 and 9999 turn up in telegrams) by minutes.

The one place that writes a moment into a text of staff: evidence, lines of the chronology, conflicts, mails, papers.
English always names the zone. Japanese names it where the text leaves the desk (``zoned``, ``stated``); on the desk
the bar of every page says 日本時間. Pages have ``services.web.moments``; posts to residents have ``rules.wording``,
whose forms (「20日18時40分」) are those of the Meteorological Agency and of L-Alert.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

JAPAN = timezone(timedelta(hours=9), "JST")


def clock(at: datetime) -> str:
    """「18:05」: only where the day is known, as beside a value that is minutes old."""
    return f"{at.astimezone(JAPAN):%H:%M}"


def clock_en(at: datetime) -> str:
    """``18:05 JST``."""
    return f"{clock(at)} JST"


def dated(at: datetime) -> str:
    """「3月4日18:05」: the usual form, which nobody takes for today's."""
    there = at.astimezone(JAPAN)
    return f"{there.month}月{there.day}日{there:%H:%M}"


def dated_en(at: datetime) -> str:
    """``4 Mar 18:05 JST``."""
    return f"{at.astimezone(JAPAN):%-d %b %H:%M} JST"


def near(at: datetime, now: datetime) -> str:
    """「18:05」, 「3月4日18:05」 where it is another day than ``now``."""
    return clock(at) if at.astimezone(JAPAN).date() == now.astimezone(JAPAN).date() else dated(at)


def exact(at: datetime) -> str:
    """「3月4日 18:05:07」: where seconds decide who was first."""
    there = at.astimezone(JAPAN)
    return f"{there.month}月{there.day}日 {there:%H:%M:%S}"


def short(at: datetime) -> str:
    """「3/4 18:05」: in a narrow column under a heading that names the zone."""
    return f"{at.astimezone(JAPAN):%-m/%-d %H:%M}"


def zoned(at: datetime) -> str:
    """「3月4日18:05（日本時間）」: in a message, which stands alone."""
    return f"{dated(at)}（日本時間）"


def written(at: datetime) -> str:
    """「2026-03-04 18:05」: in a table that is read years later, under a heading that names the zone."""
    return f"{at.astimezone(JAPAN):%Y-%m-%d %H:%M}"


def stated(at: datetime) -> str:
    """「2026-03-04 18:05 日本時間」: on a paper or in a file, which stands alone."""
    return f"{written(at)} 日本時間"
