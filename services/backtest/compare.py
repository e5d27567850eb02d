"""What was really written then, beside what the back-test says of the same time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from rules.alert import Alert
from services.backtest.lines import Line, stage
from services.backtest.period import local

_NEAR = timedelta(minutes=15)  # further apart, two revisions are not the same word


def compared(stored: Sequence[Alert], told: Sequence[Alert]) -> tuple[list[Line], Line]:
    """A line for every difference, and the count of all. Revisions are the same where series' rule and group, stage,
    minute, level, areas and headline are; approvals and what became of them are not looked at."""
    pairs, only_told = _paired(stored, told)
    differences: list[Line] = []
    same = 0
    for then, now in pairs:
        if now is None:
            differences.append(_line("only_stored", then))
        elif differing := _differing(then, now):
            line = _line("differs", now)
            differences.append({**line, "in": differing, "stored_at": local(then.sent), "stored_level": then.level})
        else:
            same += 1
    differences += [_line("only_backtest", one) for one in only_told]
    differences.sort(key=lambda line: str(line["at"]))
    counts = {what: sum(one["what"] == what for one in differences) for what in _KINDS}
    return differences, {"line": "compared", "same": same, **counts}


_KINDS = ("differs", "only_stored", "only_backtest")


def _paired(stored: Sequence[Alert], told: Sequence[Alert]) -> tuple[list[tuple[Alert, Alert | None]], list[Alert]]:
    """Each stored revision with the nearest of the same matter and stage that is left, and what is left of the told."""
    left = list(told)
    pairs: list[tuple[Alert, Alert | None]] = []
    for then in sorted(stored, key=lambda one: one.sent):
        near = [one for one in left if _matter(one) == _matter(then) and abs(one.sent - then.sent) <= _NEAR]
        best = min(near, key=lambda one: abs(one.sent - then.sent), default=None)
        pairs.append((then, best))
        if best is not None:
            left.remove(best)
    return pairs, left


def _matter(alert: Alert) -> tuple[str, str]:
    return alert.series.rpartition("-")[0], stage(alert)


def _differing(then: Alert, now: Alert) -> list[str]:
    sides = [
        {
            "minute": one.sent.replace(second=0),
            "level": one.level,
            "areas": sorted(place.code for place in one.places),
            "headline": one.texts["ja"].headline,
        }
        for one in (then, now)
    ]
    return [name for name in sides[0] if sides[0][name] != sides[1][name]]


def _line(what: str, alert: Alert) -> Line:
    return {
        "line": "difference",
        "what": what,
        "at": local(alert.sent),
        "rule": alert.rule,
        "series": alert.series,
        "revision": alert.revision,
        "stage": stage(alert),
        "level": alert.level,
        "headline": alert.texts["ja"].headline,
    }
