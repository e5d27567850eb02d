"""What follows from what is known now: which musters begin, are proposed, are raised, or lose their cause.

Pure and the same however often it is asked: what was done about a trigger is remembered with its strength, and only a
stronger word about the same event does anything more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from feeds.status import Status
from rules.muster.rules import MusterRules
from rules.muster.trigger import Kind, Trigger
from rules.muster.want import Asks, covers, merged

DECIDED = (Status.ACTUAL, Status.EXERCISE)  # a test of the lines (試験) asks nobody


@dataclass(frozen=True, slots=True)
class Cause:
    """A trigger that a muster goes by, as strong as it was when that was written."""

    key: str
    kind: Kind
    strength: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A muster that is open, or a proposal that waits."""

    number: int
    family: str
    status: Status
    open: bool  # False: proposed
    asks: Asks
    began: datetime
    causes: tuple[Cause, ...] = ()
    by_hand: bool = False  # a person began, approved or raised it: a person ends it


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is remembered. ``past``: (status, key) → the strength that closed or declined ones went by."""

    running: Sequence[Running] = ()
    past: Mapping[tuple[Status, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """A new one. ``replaces``: an open one about an event that lies too far back to be the same question."""

    family: str
    status: Status
    asks: Asks
    causes: tuple[Trigger, ...]
    rules: tuple[str, ...]
    automatic: bool
    replaces: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """More people, or more of them, or only one more cause where ``asks`` is what it was."""

    number: int
    asks: Asks
    causes: tuple[Trigger, ...]
    rules: tuple[str, ...]
    changed: bool


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An earthquake that was announced and has been taken back (取消), or was not felt here after all."""

    number: int
    keys: tuple[str, ...]
    whole: bool  # nothing else is left to go by: people are told, and the muster ends by itself


Step: TypeAlias = Begin | Raise | Withdrawn


def decide(rules: MusterRules, seen: Sequence[Trigger], known: Known, now: datetime) -> list[Step]:
    """The steps to take now, in order; empty where all is done already."""
    steps: list[Step] = list(_withdrawn(seen, known, now))
    groups: defaultdict[tuple[Status, str], list[Trigger]] = defaultdict(list)
    for trigger in seen:
        if trigger.status in DECIDED and trigger.strength > _known_strength(known, trigger):
            groups[trigger.status, trigger.family].append(trigger)
    for group, some in groups.items():
        steps += _of_family(rules, group, some, known, now)
    return steps


def _known_strength(known: Known, trigger: Trigger) -> int:
    mine = [one for one in known.running if one.status is trigger.status]
    told = [cause.strength for one in mine for cause in one.causes if cause.key == trigger.key]
    return max([*told, known.past.get((trigger.status, trigger.key), 0)])


@dataclass(slots=True)
class _Wanted:
    """What some triggers ask for, by one way."""

    asks: Asks = field(default_factory=dict)
    causes: list[Trigger] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)

    def add(self, asks: Asks, cause: Trigger, rule: str) -> None:
        self.asks = merged(self.asks, asks)
        self.causes += [cause] if cause not in self.causes else []
        self.rules += [rule] if rule not in self.rules else []


def _of_family(
    rules: MusterRules, group: tuple[Status, str], some: Sequence[Trigger], known: Known, now: datetime
) -> list[Step]:
    """First what begins by itself; what is proposed then is only what is not asked for already."""
    itself, proposed = _Wanted(), _Wanted()
    for trigger in some:
        for rule in rules.rules:
            if rule.fits(trigger):
                soon = rule.automatic and now - trigger.at <= rule.within
                (itself if soon else proposed).add(rule.asks, trigger, rule.id)
    mine = [one for one in known.running if (one.status, one.family) == group]
    opened, waiting = _first(mine, is_open=True), _first(mine, is_open=False)
    steps: list[Step] = []
    if itself.causes:
        steps.append(_step(group, itself, opened, rules.together, now, automatic=True))
    if not proposed.causes:
        return steps
    asked = merged(opened.asks if opened else {}, itself.asks)
    if covers(asked, proposed.asks):
        more = [one for one in proposed.causes if one not in itself.causes]
        if opened and more and not itself.causes:
            told = _asking(proposed, opened.asks)
            steps.append(_step(group, told, opened, timedelta.max, now, automatic=True))
        return steps
    return [*steps, _step(group, proposed, waiting, timedelta.max, now, automatic=False)]


def _asking(wanted: _Wanted, asks: Asks) -> _Wanted:
    """The same causes, asking what is asked already."""
    return _Wanted(asks, wanted.causes, wanted.rules)


def _first(mine: Sequence[Running], *, is_open: bool) -> Running | None:
    return next((one for one in mine if one.open is is_open), None)


def _step(
    group: tuple[Status, str],
    wanted: _Wanted,
    there: Running | None,
    together: timedelta,
    now: datetime,
    *,
    automatic: bool,
) -> Step:
    status, family = group
    begin = Begin(
        family=family,
        status=status,
        asks=merged(wanted.asks),
        causes=tuple(wanted.causes),
        rules=tuple(wanted.rules),
        automatic=automatic,
    )
    if there is None:
        return begin
    same = {cause.key for cause in there.causes} & {one.key for one in wanted.causes}
    if not same and now - there.began > together:
        return replace(begin, replaces=there.number)
    asks = merged(there.asks, wanted.asks)
    return Raise(
        number=there.number,
        asks=asks,
        causes=begin.causes,
        rules=begin.rules,
        changed=asks != merged(there.asks),
    )


def _withdrawn(seen: Sequence[Trigger], known: Known, now: datetime) -> list[Withdrawn]:
    """Only earthquakes: that a warning is lifted does not mean that nobody should have come."""
    found = []
    for one in known.running:
        standing = {trigger.key for trigger in seen if trigger.status is one.status}
        gone = [c.key for c in one.causes if c.kind is Kind.QUAKE and c.key not in standing and now < c.until]
        left = [c for c in one.causes if c.key not in gone]
        if gone:
            found.append(Withdrawn(one.number, tuple(gone), whole=not left and not one.by_hand))
    return found
