"""Deciding: a situation and the rules in, new revisions and named silences out. Pure; twice is as good as once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import chain

from geo.hazard import Hazard
from rules.alert import BY_HAND, REMEMBERED, Act, Alert, Approval, State
from rules.noise.inhibition import Around, Overheard, Told, covered, itself
from rules.proposal import Drop, Proposal, Reason
from rules.revision import Places, Sender, write
from rules.rule import Rule
from rules.situation import Situation, Standing
from rules.span import in_force
from rules.stages import SAYS, SPEAKS, run

__all__ = ["Around", "Decision", "Drop", "Places", "Reason", "Sender", "Withdrawal", "decide"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The newest revision of a series gives way without another taking its place.

    ``state`` is what becomes of it. ENDED: the whole series is over. LIFTED: so it is, but hazards are
    there that a person left out of it. WITHDRAWN: a waiting draft is not needed any more, while what was issued before
    still stands.
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


def decide(
    situation: Situation, rules: Sequence[Rule], sender: Sender, places: Places, around: Around = itself
) -> Decision:
    """Everything the rules that hold at ``situation.now`` have to say.

    ``places`` gives the place of an area code; it must know every code that a hazard names. ``around`` tells in which
    areas one lies. An older draft of the same series is superseded by a new revision. Nothing of another
    status than the situation's is looked at.
    """
    standing = {name: one for name, one in situation.standing.items() if _open(one, situation)}
    every, rules = rules, in_force(rules, situation.now)
    alerts: list[Alert] = []
    drops: list[Drop] = []
    withdrawn: list[Withdrawal | None] = []
    speaking = _by_kind(situation)
    proposals = [one for rule in rules for one in _proposals(situation, rule, standing, speaking)]
    heard = [run(situation, one, SPEAKS) for one in proposals]
    told = Overheard.of(one for proposal, drop in heard if drop is None for one in _told(proposal))
    for whole, (proposal, unheard) in zip(proposals, heard, strict=True):
        covers = covered(whole.rule.inhibited, whole.rule.id, whole.hazards, told, around)
        beside = replace(proposal, covered=covers) if covers else proposal
        reached, drop = (proposal, unheard) if unheard else run(situation, beside, SAYS)
        alert = write(situation, reached, sender, places) if drop is None else None
        if alert and _nobody_agreed(alert):
            reached, drop = run(situation, replace(whole, covered=covers, agreed_only=True))
            alert = write(situation, reached, sender, places) if drop is None else None
        drops += _named(reached, drop)
        if alert:
            alerts.append(alert)
            withdrawn.append(_begun_anew(reached))
        elif drop and reached.standing:
            agreed = {key for key, seen in reached.left_out.items() if seen.agreed}
            held = any(one.key in agreed for one in (*reached.hazards, *reached.aside))
            withdrawn.append(_withdrawal(reached.standing, drop, situation, held))
    for orphan, drop in _orphans(rules, every, standing, situation.now):
        drops.append(drop)
        withdrawn.append(_withdrawal(orphan, drop, situation))
    return Decision(alerts=tuple(alerts), withdrawn=tuple(one for one in withdrawn if one), drops=tuple(drops))


def _nobody_agreed(alert: Alert) -> bool:
    """True where it would go out by itself without what a person left out in a draft that still waits for leave."""
    return alert.approval is Approval.AUTO and not all(seen.agreed for seen in alert.left_out.values())


def _told(proposal: Proposal) -> Iterator[Told]:
    """What the series has told people of its places, as far as its hazards still stand as high."""
    if not proposal.in_force or proposal.in_force[-1].ends:
        return
    newest = proposal.in_force[-1]
    for hazard in proposal.hazards:
        level = min(hazard.level, newest.place_levels.get(hazard.area, 0))
        yield Told(proposal.rule.id, hazard.kind, hazard.area, level, hazard.alert_level, newest.series)


def _named(reached: Proposal, drop: Drop | None) -> Iterator[Drop]:
    """Every reason that came up, with whose it is: the rule, the series, the hazards that stay untold by it."""
    series = reached.standing.alert.series if reached.standing else reached.stem
    rest = tuple(hazard.key for hazard in reached.hazards)
    for one in (*reached.notes, *([drop] if drop else [])):
        yield replace(one, rule=reached.rule.id, series=series, hazards=one.hazards or rest)


def _open(standing: Standing, situation: Situation) -> bool:
    over = standing.state is State.ENDED or (standing.state is State.ISSUED and standing.alert.ends)
    return standing.alert.status is situation.status and not over


def _by_kind(situation: Situation) -> dict[str, list[Hazard]]:
    """The hazards that a rule may speak of; most rules name the few kinds that they are for."""
    kinds: dict[str, list[Hazard]] = {}
    for hazard in situation.hazards:
        if hazard.status is situation.status and not hazard.for_staff:
            kinds.setdefault(hazard.kind, []).append(hazard)
    return kinds


def _proposals(
    situation: Situation, rule: Rule, standing: Mapping[str, Standing], speaking: Mapping[str, Sequence[Hazard]]
) -> Iterator[Proposal]:
    """One proposal for each group of matching hazards, and for each open series whose hazards have gone."""
    groups: dict[str, list[Hazard]] = {}
    for hazard in chain.from_iterable(speaking.get(kind, ()) for kind in rule.when.kinds or speaking):
        if rule.when.holds(hazard, situation):
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


@lru_cache(maxsize=4096)
def _slug(name: str) -> str:
    """The name itself where it is short plain ASCII, else with a digest, so that two names never fall together."""
    plain = re.sub(r"[^A-Za-z0-9_.]+", "_", name)[:32]
    return plain if plain == name else f"{plain.strip('_')}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _stem_of(series: str) -> str:
    return series.rpartition("-")[0]


# Nothing speaks for the series now.
_SILENT = {
    *(Reason.STALE, Reason.SILENCED, Reason.MUTED, Reason.INHIBITED, Reason.QUIET_HOURS),
    *(Reason.GONE, Reason.RUNS_OUT, Reason.EXPIRED, Reason.RULE_GONE, Reason.LAPSED),
}


def _withdrawal(standing: Standing, drop: Drop, situation: Situation, held: bool = False) -> Withdrawal | None:
    """What a silence means for the series: it is over, only its waiting draft goes, or nothing changes.

    What a person refused is remembered until it would have expired, lest it come back with the next reading; what a
    person ended or left out, as long as it is there (``held``). What was issued and has run out is over, whatever keeps
    the rules from saying it anew. What a person makes of it while it is in force waits for leave also where nothing is
    known of the danger: that is when people must correct it or end it.
    """
    refused = standing.state is State.REJECTED and standing.alert.expires > situation.now
    silent = drop.reason in _SILENT or drop.stage == "gather"  # what is left is none of what it spoke of
    over = silent or standing.state is State.ISSUED
    # A person's own draft on what is in force waits for people, whether or not the rules have anything to say.
    meant = standing.alert.act not in {None, Act.EDIT} and standing.alert.expires > situation.now
    if standing.state in REMEMBERED:
        if drop.reason not in {Reason.OVER, Reason.RULE_GONE}:
            return None
        state = State.ENDED
    elif over and not refused and not standing.in_force(situation.now):
        state = State.LIFTED if held else State.ENDED
    elif standing.state is State.DRAFT and (silent or drop.reason is Reason.BACK_TO_ISSUED) and not meant:
        state = State.WITHDRAWN
    else:
        return None
    return _gone(standing, state, drop.reason, drop.detail)


def _begun_anew(reached: Proposal) -> Withdrawal | None:
    """After a person's end, what rises is told in a series of its own, which remembers in place of the old one."""
    if reached.standing is None or reached.standing.state not in REMEMBERED:
        return None
    return _gone(reached.standing, State.ENDED, reached.reason or Reason.RISEN)


def _gone(standing: Standing, state: State, reason: Reason, detail: str = "") -> Withdrawal:
    newest = standing.alert
    return Withdrawal(series=newest.series, revision=newest.revision, state=state, reason=reason, detail=detail)


def _orphans(
    rules: Sequence[Rule], every: Sequence[Rule], standing: Mapping[str, Standing], now: datetime
) -> Iterator[tuple[Standing, Drop]]:
    """Series that no rule speaks for: written by hand, or the rule was taken away.

    What a person wrote waits, and holds, until it expires. Drafts of a rule that is gone go.
    """
    known = {rule.id for rule in rules}
    for name, one in sorted(standing.items()):
        newest = one.alert
        if newest.rule in known:
            continue
        reason = Reason.RULE_GONE
        if newest.rule == BY_HAND or (newest.act and one.state is State.DRAFT):
            if newest.expires > now:
                continue
            reason = Reason.LAPSED if one.state is State.DRAFT else Reason.EXPIRED
        detail = "規則の有効期間の外です" if any(rule.id == newest.rule for rule in every) else ""
        yield one, Drop("engine", reason, detail, rule=newest.rule, series=name)
