"""The readings of one series, and what they come to: kept, so that a look does not read a whole day again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from datetime import datetime

from geo.model import Sample
from geo.series.heard import Heard, believed


@dataclass(slots=True)
class Remembered:
    """Ascending by time and then by arrival. What is older than a question's ``since`` is forgotten."""

    quantity: str
    rows: list[tuple[datetime, int, Heard]] = field(default_factory=list)
    _known: list[Sample] = field(default_factory=list)
    _stale: bool = True

    def tell(self, number: int, heard: Heard) -> None:
        """The so many-th record is this one; numbers follow the order in which records came."""
        insort(self.rows, (heard.at, number, heard), key=lambda row: row[:2])
        self._stale = True

    def next(self, after: datetime) -> datetime | None:
        """When the first one was measured that is later than ``after``."""
        at = bisect_right(self.rows, after, key=lambda row: row[0])
        return self.rows[at][0] if at < len(self.rows) else None

    def between(self, since: datetime, until: datetime) -> list[Sample]:
        """What is believed of the window. What is held is judged by its neighbours in it, so then anew."""
        low = bisect_left(self.rows, since, key=lambda row: row[0])
        del self.rows[:low]
        high = bisect_right(self.rows, until, key=lambda row: row[0])
        if self._stale or low or high < len(self.rows):
            self._known = believed(self.quantity, (row[2] for row in self.rows[:high]))
            self._stale = high < len(self.rows)
        return self._known
