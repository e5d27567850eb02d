"""What left the house in a back-test, series by series: from when to when each spoke of which danger where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from feeds.japan import JAPAN
from geo.verification.promises import place
from rules.alert import Alert
from services.backtest.desk import Event, Over, Said
from services.backtest.lines import stage


class Where(NamedTuple):
    """One danger at one place, as a hazard's key tells it."""

    model: str
    kind: str
    area: str
    place: str  # the gauge, report or area behind it


@dataclass(slots=True)
class Word:
    """The danger was spoken of from ``first`` on; after ``until`` no more."""

    first: datetime
    until: datetime


@dataclass(slots=True, kw_only=True)
class Series:
    """One series that left the house."""

    rule: str
    name: str
    kind: str
    began: datetime
    headline: str
    words: dict[Where, Word] = field(default_factory=dict)

    @property
    def places(self) -> set[str]:
        """Who is behind it."""
        return {where.place for where in self.words}

    def hear(self, alert: Alert, at: datetime) -> None:
        """Another revision is issued: it speaks of all that still matters, and of nothing else."""
        spoken = set() if alert.ends else set(map(_where, alert.hazards))
        for where, word in self.words.items():
            if where not in spoken:
                word.until = min(word.until, at)
        for where in spoken:
            known = self.words.get(where)
            if known is None or known.until < at:
                self.words[where] = Word(known.first if known else at, alert.expires)
            else:
                known.until = alert.expires

    def end(self, at: datetime) -> None:
        """It is over, without a word."""
        for word in self.words.values():
            word.until = min(word.until, at)


@dataclass(slots=True)
class Record:
    """Everything that one desk issued. ``stages`` and ``days`` count what was issued from ``start`` on."""

    start: datetime
    series: dict[str, Series] = field(default_factory=dict)
    stages: dict[str, Counter[str]] = field(default_factory=dict)  # rule → begin, update, all_clear, cancel
    days: dict[str, Counter[date]] = field(default_factory=dict)  # rule → revisions of each Japanese day
    stages_of_kind: dict[str, Counter[str]] = field(default_factory=dict)
    days_of_kind: dict[str, Counter[date]] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        """Note what leaves the house, and what ends."""
        if isinstance(event, Over):
            if event.ended and event.series in self.series:
                self.series[event.series].end(event.at)
        elif event.act == "issued":
            self._issued(event)

    def _issued(self, event: Said) -> None:
        alert, at = event.alert, event.at
        known = self.series.setdefault(
            alert.series,
            Series(
                rule=alert.rule,
                name=alert.series,
                kind=alert.kind,
                began=at,
                headline=alert.texts["ja"].headline,
            ),
        )
        known.hear(alert, at)
        if at >= self.start:
            day = at.astimezone(JAPAN).date()
            for stages, days, name in (
                (self.stages, self.days, alert.rule),
                (self.stages_of_kind, self.days_of_kind, known.kind),
            ):
                stages.setdefault(name, Counter())[stage(alert)] += 1
                days.setdefault(name, Counter())[day] += 1


def _where(key: str) -> Where:
    _, model, kind, area, source = key.split("/", 4)
    return Where(model, kind, area, place(area, source))
