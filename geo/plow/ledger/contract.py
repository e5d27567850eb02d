"""What a contractor's contract says about time: bands of the day, holidays, whose roads are paid, and rates.

Times are Japan's wall clock, which has no summer time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal

_DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A part of the day that has a rate of its own. The same hour twice: the whole day."""

    name: str  # night
    title: str  # 夜間
    begins: time
    ends: time  # not in it; midnight is the end of the day
    days: Literal["any", "workday", "holiday"] = "any"

    def holds(self, second: int, holiday: bool) -> bool:
        """Whether a second of the day (0 to 86,399) lies in it."""
        if self.days not in ("any", "holiday" if holiday else "workday"):
            return False
        begin, end = second_of(self.begins), second_of(self.ends)
        return begin <= second < end if begin < end else second >= begin or second < end

    @property
    def borders(self) -> tuple[int, int]:
        """Seconds of the day."""
        return second_of(self.begins), second_of(self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One contract, from its first day to its last. The first band that holds a second is its band."""

    contractor: str
    name: str
    since: date
    until: date
    bands: tuple[Band, ...]
    holidays: frozenset[date] = frozenset()  # beside the days of the week
    rest_days: frozenset[int] = frozenset()  # of the week: 0 is Monday
    pays: frozenset[str] = frozenset({"city"})  # for work on whose roads
    rates: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # yen an hour: rate class → band
    standby: Mapping[str, int] = field(default_factory=dict)  # yen an hour of 待機, by rate class
    round_s: int = 1  # the total of a machine and band is rounded to so many seconds
    rounding: Literal["down", "half_up", "up"] = "down"

    def holiday(self, day: date) -> bool:
        """Whether a day has the rates of a holiday."""
        return day in self.holidays or day.weekday() in self.rest_days

    def band(self, day: date, second: int) -> str:
        """The band of a second of a local day; empty where none holds it."""
        holiday = self.holiday(day)
        return next((one.name for one in self.bands if one.holds(second, holiday)), "")

    def holes(self) -> list[str]:
        """Hours that no band holds, as 「workday 05:00:00」: a contract must have a rate for every second."""
        borders = sorted({0, *(border for band in self.bands for border in band.borders)})
        return [
            f"{'holiday' if holiday else 'workday'} {clock(border)}"
            for holiday in (False, True)
            for border in borders
            if not any(band.holds(border, holiday) for band in self.bands)
        ]

    def rounded(self, seconds: int) -> int:
        """A total as the contract rounds it; parts are never rounded."""
        whole, rest = divmod(seconds, self.round_s)
        up = {"down": False, "up": rest > 0, "half_up": 2 * rest >= self.round_s}[self.rounding]
        return (whole + up) * self.round_s

    def yen_an_hour(self, rate: str, band: str, standby: bool) -> int | None:
        """What an hour costs; None where the contract has no such rate: it is not paid."""
        return self.standby.get(rate) if standby else self.rates.get(rate, {}).get(band)


def second_of(at: time) -> int:
    """Seconds since midnight."""
    return at.hour * 3600 + at.minute * 60 + at.second


def clock(second: int) -> str:
    """A second of the day as people write it."""
    second %= _DAY_S
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


ALL_DAY = Band(name="all", title="終日", begins=time(), ends=time())
NONE = Contract(contractor="", name="未登録", since=date.min, until=date.max, bands=(ALL_DAY,))
