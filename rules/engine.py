"""Deciding: a situation and the rules in, new revisions and named silences out. Pure; twice is as good as once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from geo.hazard import Hazard
from rules.alert import Alert, State
from rules.proposal import Drop, Proposal, Reason
from rules.revision import Places, Sender, write
from rules.rule import Rule
from rules.situation import Situation, Standing
from rules.stages import run

__all__ = ["Decision", "Drop", "Places", "Reason", "Sender", "Withdrawal", "decide"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The newest revision of a series gives way without another taking its place.

    ``state`` is what becomes of it. ENDED: the whole series is over. WITHDRAWN: a waiting draft is not needed any
    more, while what was issued before still stands.
    """

    series: str
    revision: int
    state: State
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be written. A new revision replaces the series' waiting draft; an ``auto`` one is issued at once."""

    alerts: tuple[Alert, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    drops: tuple[Drop, ...] = ()


def decide(situation: Situation, rules: Sequence[Rule], sender: Sender, places: Places) -> Decision:
    """Everything the rules have to say at ``situation.now``.

    ``places`` gives the place of an area code; it must know every code that a hazard names. An older draft of the same
    series is superseded by a new revision. Nothing of another status than the situation's is looked at.
    """
    standing = {name: one for name, one in situation.standing.items() if _open(one, situation)}
    alerts: list[Alert] = []
    drops: list[Drop] = []
    withdrawn: list[Withdrawal | None] = []
    for rule in rules:
        for proposal in _proposals(situation, rule, standing):
            reached, drop = run(situation, proposal)
            series = reached.standing.alert.series if reached.standing else reached.stem
            drops += [replace(one, rule=rule.id, series=series) for one in (*reached.notes, *([drop] if drop else []))]
            if drop is None:
                alerts.append(write(situation, reached, sender, places))
            elif reached.standing:
                withdrawn.append(_withdrawal(reached.standing, drop, situation))
    for orphan, drop in _orphans(rules, standing):
        drops.append(drop)
        withdrawn.append(_withdrawal(orphan, drop, situation))
    return Decision(alerts=tuple(alerts), withdrawn=tuple(one for one in withdrawn if one), drops=tuple(drops))


def _open(standing: Standing, situation: Situation) -> bool:
    over = standing.state is State.ENDED or (standing.state is State.ISSUED and standing.alert.ends)
    return standing.alert.status is situation.status and not over


def _proposals(situation: Situation, rule: Rule, standing: Mapping[str, Standing]) -> Iterator[Proposal]:
    """One proposal for each group of matching hazards, and for each open series whose hazards have gone."""
    groups: dict[str, list[Hazard]] = {}
    for hazard in situation.hazards:
        mine = hazard.status is situation.status and not hazard.for_staff
        if mine and rule.when.holds(hazard, situation):
            groups.setdefault(_stem(situation, rule, hazard), []).append(hazard)
    of_rule = {_stem_of(name): s for name, s in sorted(standing.items()) if s.alert.rule == rule.id}
    for stem in sorted(groups.keys() | of_rule.keys()):
        yield Proposal(
            rule=rule,
            stem=stem,
            now=situation.now,
            hazards=tuple(sorted(groups.get(stem, []), key=_order)),
            standing=of_rule.get(stem),
        )


def _order(hazard: Hazard) -> tuple[object, ...]:
    """Leading first: the highest level, a 警戒レベル before none, observed before foreseen, oldest first."""
    return (-hazard.level, not hazard.alert_level, not hazard.observed, hazard.since, hazard.key)


def _stem(situation: Situation, rule: Rule, hazard: Hazard) -> str:
    # A model that both sees and foresees marks the second after a colon: g01 and g01:foreseen are one gauge.
    group = {
        "area": hazard.area,
        "source": hazard.source.partition(":")[0] or hazard.area,
        "kind": hazard.kind,
        "city": "city",
    }[rule.group_by]
    return f"{situation.status}-{rule.id}-{_slug(group)}"


def _slug(name: str) -> str:
    """The name itself where it is short plain ASCII, else with a digest, so that two names never fall together."""
    plain = re.sub(r"[^A-Za-z0-9_.]+", "_", name)[:32]
    return plain if plain == name else f"{plain.strip('_')}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _stem_of(series: str) -> str:
    return series.rpartition("-")[0]


# Nothing speaks for the series now.
_SILENT = {Reason.STALE, Reason.SILENCED, Reason.MUTED, Reason.GONE, Reason.RUNS_OUT, Reason.EXPIRED, Reason.RULE_GONE}


def _withdrawal(standing: Standing, drop: Drop, situation: Situation) -> Withdrawal | None:
    """What a silence means for the series: it is over, only its waiting draft goes, or nothing changes.

    What a person refused is remembered until it would have expired, lest it come back with the next reading.
    """
    refused = standing.state is State.REJECTED and standing.alert.expires > situation.now
    if drop.reason in _SILENT and not refused and not standing.in_force(situation.now):
        state = State.ENDED
    elif standing.state is State.DRAFT and drop.reason in {*_SILENT, Reason.BACK_TO_ISSUED}:
        state = State.WITHDRAWN
    else:
        return None
    newest = standing.alert
    return Withdrawal(
        series=newest.series, revision=newest.revision, state=state, reason=drop.reason, detail=drop.detail
    )


def _orphans(rules: Sequence[Rule], standing: Mapping[str, Standing]) -> Iterator[tuple[Standing, Drop]]:
    """Series whose rule was taken away: drafts go, and what was issued ends when it expires."""
    known = {rule.id for rule in rules}
    for name, one in sorted(standing.items()):
        if one.alert.rule not in known:
            yield one, Drop("engine", Reason.RULE_GONE, rule=one.alert.rule, series=name)
