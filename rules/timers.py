"""When a decision may come out differently though nothing came in: holds, settling, repeats and expiries are made of
time. The live hub decides every second instead; who replays a year looks at these instants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from rules.rule import Rule
from rules.situation import Situation, Standing
from rules.span import in_force

_MINUTE = timedelta(minutes=1)


def due(situation: Situation, rules: Sequence[Rule]) -> datetime | None:
    """The first instant after ``situation.now`` at which to decide again; None where time alone changes nothing.

    Exact for what a rule's durations say. What its conditions ask of the clock (``time_of_day``, ages) is looked at on
    every full minute, as long as there is a hazard to ask it of.
    """
    changes = [at for rule in rules for at in (rule.span.begins, rule.span.ends) if at]
    rules = in_force(rules, situation.now)
    instants = [*changes, *_of_hazards(situation, rules), *_of_series(situation.standing.values(), rules)]
    instants += [silence.ends for silence in situation.silences]
    instants += [at + rule.settle for at in situation.gone.values() for rule in rules]
    instants += [at for rule in rules for at in _of_clocks(situation.now, rule)] if situation.hazards else []
    if situation.hazards:
        instants.append(situation.now.replace(second=0, microsecond=0) + _MINUTE)
    return min((at for at in instants if at > situation.now), default=None)


def _of_hazards(situation: Situation, rules: Sequence[Rule]) -> Iterator[datetime]:
    waits = {wait for rule in rules for wait in (rule.hold, rule.settle)}
    for hazard in situation.hazards:
        yield hazard.valid_until
        yield from (hazard.since + wait for wait in waits)


def _of_series(standing: Iterable[Standing], rules: Sequence[Rule]) -> Iterator[datetime]:
    of_rule = {rule.id: rule for rule in rules}
    for one in standing:
        yield one.alert.expires
        yield from (seen.until for seen in one.alert.seen.values())
        yield from (alert.expires for alert in one.chain)
        if rule := of_rule.get(one.alert.rule):
            yield one.alert.sent + rule.settle
            for alert in (one.alert, *one.chain):
                yield alert.sent + (rule.repeat or timedelta())


def _of_clocks(now: datetime, rule: Rule) -> Iterator[datetime]:
    """The next digest, and the end of the quiet hours."""
    if rule.digest:
        yield rule.digest.next(now)
    if rule.quiet:
        yield rule.quiet.over(now)
