"""What left the house in a back-test, series by series: from when to when each spoke of which danger where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from geo.verification.promises import place
from rules.alert import Alert
from services.backtest.desk import Event, Over, Said
from services.backtest.lines import stage
from services.backtest.period import JAPAN

Where = tuple[str, str]  # kind of danger, code of the area


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
    places: set[str] = field(default_factory=set)  # gauges, reports or areas behind it

    def hear(self, alert: Alert, at: datetime) -> None:
        """Another revision is issued: it speaks of all that still matters, and of nothing else."""
        spoken = {} if alert.ends else dict(map(_where, alert.hazards))
        for where, word in self.words.items():
            if where not in spoken:
                word.until = min(word.until, at)
        for where, source in spoken.items():
            known = self.words.get(where)
            if known is None or known.until < at:
                self.words[where] = Word(known.first if known else at, alert.expires)
            else:
                known.until = alert.expires
            self.places.add(source)

    def end(self, at: datetime) -> None:
        """It is over, without a word."""
        for word in self.words.values():
            word.until = min(word.until, at)


@dataclass(slots=True)
class Record:
    """Everything that one desk issued. ``stages`` and ``days`` count what was issued from ``start`` on."""

    start: datetime
    series: dict[str, Series] = field(default_factory=dict)
    stages: dict[str, Counter[str]] = field(default_factory=dict)  # rule → begin, update, all_clear
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


def _where(key: str) -> tuple[Where, str]:
    """Of a hazard's key: kind and area, and who is behind it."""
    _, _, kind, area, source = key.split("/", 4)
    return (kind, area), place(area, source)
