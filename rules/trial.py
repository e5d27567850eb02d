"""Trying a rule on its own tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from feeds.status import Status
from rules.alert import Alert, Place, State
from rules.case import Case
from rules.engine import Decision, Sender, decide
from rules.rule import Rule
from rules.situation import Situation, Standing
from rules.wording.languages import LANGUAGES

SENDER = Sender(
    id="test.example",
    name="みほん市",
    name_en="Sample City",
    contact="みほん市役所",
    web="https://test.example/",
    languages=tuple(LANGUAGES),
)


@dataclass(frozen=True, slots=True)
class Result:
    """One case of one rule: empty ``faults`` mean that it came out as expected."""

    rule: str
    case: str
    faults: tuple[str, ...]


def try_rule(rule: Rule) -> list[Result]:
    """Run every ``[[test]]`` of a rule, each on its own."""
    return [Result(rule.id, case.name, tuple(_faults(rule, case))) for case in rule.tests]


def _faults(rule: Rule, case: Case) -> Iterator[str]:
    decision = outcome(rule, case)
    if len(decision.alerts) != case.alerts:
        said = ", ".join(f"{drop.stage}: {drop.reason} {drop.detail}" for drop in decision.drops) or "no hazard matches"
        yield f"alerts: {len(decision.alerts)} instead of {case.alerts} ({said})"
    if case.drop and case.drop not in [drop.reason.value for drop in decision.drops]:
        said = ", ".join(drop.reason.value for drop in decision.drops) or "nothing"
        yield f"drop: {said} instead of {case.drop}"
    if decision.alerts:
        yield from _compare(decision.alerts[0], case)
        if case.all_clear:
            yield from _compare_all_clear(rule, case, decision.alerts[0])


def _compare(alert: Alert, case: Case) -> Iterator[str]:
    english = alert.texts["en"].short if "en" in alert.texts else ""
    pairs: list[tuple[str, object, object]] = [
        ("level", alert.level, case.level),
        ("approval", alert.approval.value, case.approval),
        ("event", alert.texts["ja"].event, case.event),
        ("short", alert.texts["ja"].short, case.short),
        ("short_en", english, case.short_en),
    ]
    for name, found, wanted in pairs:
        if wanted not in ("", None) and found != wanted:
            yield f"{name}: {found!r} instead of {wanted!r}"


def _compare_all_clear(rule: Rule, case: Case, issued: Alert) -> Iterator[str]:
    """Had the alert been issued, and had all hazards gone an hour later."""
    later = case.now + timedelta(hours=1)
    standing = Standing(alert=issued, state=State.ISSUED, issued_revision=1, issued=1, chain=(issued,), last_revision=1)
    situation = Situation(now=later, status=Status.ACTUAL, standing={issued.series: standing})
    ends = [alert for alert in decide(situation, [rule], SENDER, _places(case)).alerts if alert.ends]
    found = ends[0].texts["ja"].short if ends else "no all-clear"
    if found != case.all_clear:
        yield f"all_clear: {found!r} instead of {case.all_clear!r}"


def outcome(rule: Rule, case: Case) -> Decision:
    """What the rule alone decides on the hazards of a case."""
    situation = Situation(now=case.now, status=Status.ACTUAL, hazards=case.hazards)
    return decide(situation, [rule], SENDER, _places(case))


def _places(case: Case) -> Callable[[str], Place]:
    names = {hazard.area: hazard.area_name for hazard in case.hazards}
    return lambda code: Place(code=code, name=names[code])
