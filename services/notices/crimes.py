"""The police's open data on street crime, taken in as numbers: no row of it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from feeds.crime_csv import CrimeCsv
from feeds.crime_people import act_of
from feeds.japan import JAPAN
from feeds.records import Message, Rejected, Report
from geo.sighted.counts import Counts, added
from geo.sighted.place import counted_name

STREET = (  # the seven that all prefectures publish
    "ひったくり",
    "車上ねらい",
    "部品ねらい",
    "自動販売機ねらい",
    "自動車盗",
    "オートバイ盗",
    "自転車盗",
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a table came to. ``elsewhere``: rows of other municipalities; ``other``: of other crimes."""

    counts: Counts
    elsewhere: int
    other: int
    rejected: tuple[Rejected, ...]

    @property
    def rows(self) -> int:
        """Rows that were counted."""
        return sum(self.counts.values())


def taken(message: Message, city: str) -> Taken:
    """The cases of ``city`` (盛岡市) by month, act and block."""
    decoded = CrimeCsv().decode(message)
    reports = [one for one in decoded.records if isinstance(one, Report)]
    here = [one for one in reports if one.crime is not None and one.crime.municipality == city]
    cases = []
    for one in here:
        assert one.crime is not None
        act = act_of(one.crime.what)
        if act in STREET:
            month = one.measured_at.astimezone(JAPAN).strftime("%Y-%m")
            cases.append((month, act, counted_name(one.crime.town)))
    return Taken(added(cases), len(reports) - len(here), len(here) - len(cases), decoded.rejected)
