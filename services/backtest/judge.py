"""Alerts held beside what happened: hits, misses, false alarms, and what nobody can judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.backtest.definitions import Definition
from services.backtest.hindsight import Occurrence
from services.backtest.record import Record, Series, Where

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Of one rule on one event, or on one series that no event bears out."""

    rule: str
    kind: str
    outcome: str  # hit, miss, false_alarm, not_judgeable
    occurrence: Occurrence | None = None
    series: Series | None = None  # the first that told of it
    lead: timedelta | None = None  # of a hit: from its first word to the event; below zero it came after
    why: str = ""  # of what cannot be judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a judge may look at. ``heard``: (station, hour) of which there is a reading."""

    start: datetime
    end: datetime
    definitions: Sequence[Definition]
    happened: Sequence[Occurrence]
    stations: frozenset[str] = frozenset()
    heard: frozenset[tuple[str, datetime]] = field(default_factory=frozenset)


def verdicts(record: Record, rules: Iterable[str], evidence: Evidence) -> list[Verdict]:
    """On every event that one of the rules should have told of, and on every series that none bears out, in order."""
    of_rule = {rule: [one for one in evidence.definitions if rule in one.rules] for rule in rules}
    found: list[Verdict] = []
    for rule, definitions in of_rule.items():
        mine = [one for one in record.series.values() if one.rule == rule]
        events = [one for one in evidence.happened if one.of in definitions and one.last_seen >= evidence.start]
        found += [_of_event(one, rule, mine, evidence) for one in events]
        found += _of_series(mine, definitions, evidence)
    return sorted(found, key=_when)


def _when(one: Verdict) -> datetime:
    if one.occurrence:
        return one.occurrence.began
    assert one.series is not None, "a verdict is on an event or on a series"
    return one.series.began


def _of_event(one: Occurrence, rule: str, mine: Sequence[Series], evidence: Evidence) -> Verdict:
    told = [(first, series) for series in mine if (first := _told(series, one)) is not None]
    first, series = min(told, key=lambda of: of[0], default=(None, None))
    if one.under_way or one.began < evidence.start:
        why = "it had begun before the period"
        return Verdict(rule=rule, kind=one.kind, outcome="not_judgeable", occurrence=one, series=series, why=why)
    if first is None:
        return Verdict(rule=rule, kind=one.kind, outcome="miss", occurrence=one)
    lead = one.began - first
    return Verdict(rule=rule, kind=one.kind, outcome="hit", occurrence=one, series=series, lead=lead)


def _told(series: Series, one: Occurrence) -> datetime | None:
    """Since when the series spoke of the event, in time or while it lasted; None where it never did."""
    firsts = [
        word.first
        for where, word in series.words.items()
        if _same(where, one)
        and word.first <= one.last_seen
        and (word.until >= one.began or one.began - word.first <= one.of.within)
    ]
    return min(firsts, default=None)


def _same(where: Where, one: Occurrence) -> bool:
    """Of the same model the same gauge or report: the next river's alert was none for this one. Else the same area."""
    if where.kind != one.kind:
        return False
    return where.place == one.place if where.model == one.model.partition("@")[0] else where.area in one.areas


def _of_series(mine: Sequence[Series], definitions: Sequence[Definition], evidence: Evidence) -> Iterator[Verdict]:
    for series in mine:
        if series.began < evidence.start:
            continue
        if any(_told(series, one) is not None for one in evidence.happened if one.of in definitions):
            continue
        why = _cannot_be_judged(series, definitions, evidence)
        outcome = "not_judgeable" if why else "false_alarm"
        yield Verdict(rule=series.rule, kind=series.kind, outcome=outcome, series=series, why=why)


def _cannot_be_judged(series: Series, definitions: Sequence[Definition], evidence: Evidence) -> str:
    """Why nobody can say that it was false; empty where one can."""
    if not any(one.absence for one in definitions):
        return "nobody reports that there was nothing"
    until = series.began + max(one.within for one in definitions)
    if until > evidence.end:
        return "what it spoke of may still have come after the period"
    gauges = series.places & evidence.stations
    hours = int((until - series.began) / _HOUR)
    first = series.began.replace(minute=0, second=0, microsecond=0)
    wanted = {(gauge, first + n * _HOUR) for gauge in gauges for n in range(1, hours + 1)}
    if gauges and wanted.isdisjoint(evidence.heard):
        return "its gauges were silent afterwards"
    return ""


def by_kind(found: Iterable[Verdict]) -> Mapping[str, list[Verdict]]:
    """The verdicts of each kind of danger."""
    kinds: dict[str, list[Verdict]] = {}
    for one in found:
        kinds.setdefault(one.kind, []).append(one)
    return kinds
