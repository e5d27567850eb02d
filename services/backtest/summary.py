"""The lines that judge: one for each event or unfounded series, and the sums for each rule and each kind of danger."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from statistics import median

from services.backtest.judge import Verdict, by_kind
from services.backtest.lines import Line
from services.backtest.period import local
from services.backtest.record import Record

_MINUTE = timedelta(minutes=1)


def judged(one: Verdict) -> Line:
    """One verdict."""
    line: Line = {"line": "judged", "outcome": one.outcome, "rule": one.rule, "kind": one.kind}
    if event := one.occurrence:
        line |= {
            "event": event.of.id,
            "place": event.place,
            "areas": list(event.areas.values()),
            "began": local(event.began),
            "ended": local(event.last_seen) if event.ended else None,
            "level": event.level,
            "model": event.model,
            "happened": event.headline,
        }
    if series := one.series:
        line |= {"series": series.name, "told_at": local(series.began), "headline": series.headline}
    if one.occurrence and one.lead is not None:
        line |= {"told_at": local(one.occurrence.began - one.lead), "lead_minutes": _minutes(one.lead)}
    if one.why:
        line["why"] = one.why
    return line


def summaries(record: Record, rules: Sequence[str], found: Sequence[Verdict]) -> list[Line]:
    """A line for each rule, also one that never spoke, and for each kind of danger that was told of or happened."""
    lines = []
    for rule in rules:
        mine = [one for one in found if one.rule == rule]
        lines.append({"line": "summary", "rule": rule, **_sums(record.stages.get(rule), record.days.get(rule), mine)})
    kinds = by_kind(found)
    for kind in sorted(kinds.keys() | record.stages_of_kind.keys()):
        sums = _sums(record.stages_of_kind.get(kind), record.days_of_kind.get(kind), kinds.get(kind, []))
        lines.append({"line": "summary", "kind": kind, **sums})
    return lines


def _sums(stages: Counter[str] | None, days: Counter[date] | None, found: Iterable[Verdict]) -> Line:
    stages, days, found = stages or Counter(), days or Counter(), list(found)
    many = Counter(one.outcome for one in found)
    leads = sorted(one.lead for one in found if one.lead is not None)
    hits, misses, false = many["hit"], many["miss"], many["false_alarm"]
    return {
        "alerts": stages["begin"],
        "updates": stages["update"],
        "all_clears": stages["all_clear"],
        "cancels": stages["cancel"],
        "most_in_a_day": max(days.values(), default=0),
        "events": hits + misses,
        "hits": hits,
        "in_time": sum(lead >= timedelta() for lead in leads),
        "misses": misses,
        "false_alarms": false,
        "not_judgeable": many["not_judgeable"],
        "pod": _share(hits, hits + misses),
        "far": _share(false, false + _borne_out(found)),
        "csi": _share(hits, hits + misses + false),
        "lead_median_min": median(map(_minutes, leads)) if leads else None,
        "lead_p90_min": _minutes(leads[math.ceil(0.9 * len(leads)) - 1]) if leads else None,
    }


def _borne_out(found: Iterable[Verdict]) -> int:
    """How many series told of an event; one that told of three counts once."""
    return len({one.series.name for one in found if one.outcome == "hit" and one.series})


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def _minutes(length: timedelta) -> float:
    return round(length / _MINUTE, 1) + 0.0  # no minus before a zero
