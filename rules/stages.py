"""The stages a proposal passes, in order. Each is small and pure: it goes on, or is dropped with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from feeds.japan import dated
from feeds.set_back import beyond
from rules.alert import REMEMBERED, Alert, State
from rules.left_out import left_out
from rules.noise.stages import digest, gather, inhibit, quiet, spare
from rules.proposal import Drop, Proposal, Reason, levels
from rules.situation import Situation

Stage = Callable[[Situation, Proposal], Proposal | Drop]


def fresh(situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """What has expired says nothing: neither that there is danger nor that it is over."""
    stale = [hazard for hazard in proposal.hazards if hazard.valid_until <= situation.now]
    return proposal.set_aside("fresh", stale, Reason.STALE)


def late(situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """What rests on readings that came late is no news: it neither begins an alert nor raises one, but keeps one."""
    base = proposal.base
    told = levels(base) if base and base.expires > situation.now else {}
    out = [hazard for hazard in proposal.hazards if hazard.late and hazard.level > told.get(hazard.key, -1)]
    return proposal.set_aside("late", out, Reason.LATE)


def hold(situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """A level must have stood for a while, except where this series already speaks of the hazard."""
    base = proposal.base
    known = set(base.hazards) if base else set()
    young = [
        hazard
        for hazard in proposal.hazards
        if hazard.key not in known and situation.now - hazard.since < proposal.rule.hold
    ]
    if not young:
        return proposal
    stood = _minutes(situation.now - min(hazard.since for hazard in young), proposal.rule.hold)
    detail = "、".join(hazard.headline for hazard in young[:3])
    return proposal.set_aside("hold", young, Reason.NOT_HELD, f"{detail}（{stood}）")


def unless(situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """The rule's own exceptions: quiet hours, a graver kind in the same area, …"""
    silenced = [
        hazard
        for hazard in proposal.hazards
        if any(condition.holds(hazard, situation) for condition in proposal.rule.unless)
    ]
    return proposal.set_aside("unless", silenced, Reason.SILENCED)


def mute(situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """An officer has set a silence. What was issued still gets its updates and its end: nobody is left with half."""
    if proposal.in_force or not situation.silences:
        return proposal
    for silence in situation.silences:
        law, now, resting = proposal.rule.id, situation.now, situation.resting
        muted = [hazard for hazard in proposal.hazards if silence.covers(law, hazard, now, resting)]
        told = f"{silence.owner}、{dated(silence.ends)}まで（{silence.reason}）"
        reason = Reason.SENSOR_MUTED if silence.sensor else Reason.MUTED
        outcome = proposal.set_aside("mute", muted, reason, told)
        if isinstance(outcome, Drop):
            return outcome
        proposal = outcome
    return proposal


def outrank(_situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """Of one kind in one area only the highest level speaks, and what is observed before what is foreseen."""
    best: dict[tuple[str, str], tuple[int, bool]] = {}
    for hazard in proposal.hazards:
        place = (hazard.kind, hazard.area)
        best[place] = max((hazard.level, hazard.observed), best.get(place, (0, False)))
    lower = [hazard for hazard in proposal.hazards if (hazard.level, hazard.observed) < best[hazard.kind, hazard.area]]
    return proposal.set_aside("outrank", lower, Reason.OUTRANKED)


def all_clear(situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """No hazard is left: say so where something was issued and still stands, else end without a word.

    What was announced in error is said to have been, whatever the rule has to say of ends.
    """
    if proposal.hazards or proposal.standing is None:
        return proposal
    newest, state = proposal.standing.alert, proposal.standing.state
    if state in REMEMBERED:
        return Drop("all_clear", Reason.LEFT_OUT if proposal.aside else Reason.OVER)
    if not proposal.in_force:
        return Drop("all_clear", Reason.EXPIRED if proposal.standing.issued_revision else Reason.GONE)
    if proposal.pending and newest.ends:  # a person's own end waits, whatever the rule has to say of ends
        return Drop("all_clear", Reason.NOTHING_NEW)
    never_was = situation.taken_back.issuperset(proposal.in_force[-1].hazards) and not proposal.aside
    if not (never_was or proposal.rule.all_clear):
        return Drop("all_clear", Reason.RUNS_OUT)
    if newest.ends and state is State.REJECTED and newest.act is None:  # what a person proposed too early may be due
        return Drop("all_clear", Reason.REJECTED)
    return replace(proposal, reason=Reason.TAKEN_BACK if never_was else Reason.ALL_CLEAR)


def rejected(_situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """A person said no. The same is not proposed again until a level rises, something joins, or the danger had gone and
    comes again: a no to this morning's flood is none to tonight's. What flickers is not asked of people each time."""
    standing = proposal.standing
    if proposal.ends or standing is None or standing.state is not State.REJECTED or standing.alert.ends:
        return proposal
    if change(standing.alert, proposal) in {Reason.RISEN, Reason.GROWN}:
        return proposal
    if _came_again(standing.alert, proposal):
        return replace(proposal, reason=Reason.RISEN)
    return Drop("rejected", Reason.REJECTED, f"第{standing.alert.revision}版")


def dedup(_situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """The same hazards at the same levels in the same places are no news, until it is time to repeat them."""
    if proposal.ends or proposal.reason:
        return proposal
    base = proposal.base
    if base is None:
        return replace(proposal, reason=_first(proposal))
    if changed := change(base, proposal):
        issued = proposal.in_force[-1] if proposal.in_force else None
        draft = proposal.standing is not None and proposal.standing.state is State.DRAFT
        if draft and issued and not change(issued, proposal) and not _due(issued, proposal):
            return Drop("dedup", Reason.BACK_TO_ISSUED, f"第{issued.revision}版")
        return replace(proposal, reason=changed)
    if reason := _due(base, proposal):
        return replace(proposal, reason=reason)
    changed_rule = f"、{proposal.renewed}" if proposal.renewed else ""
    return Drop("dedup", Reason.NOTHING_NEW, f"第{base.revision}版{changed_rule}")


def _first(proposal: Proposal) -> Reason:
    """Why it is said though nothing is there to compare it with."""
    if proposal.standing is None:
        return Reason.FIRST
    if proposal.standing.state not in REMEMBERED:
        return Reason.RENEWED
    return Reason.RISEN if any(one.key in proposal.left_out for one in proposal.hazards) else Reason.FIRST


def settle(situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """A fall waits, so that a value at a threshold does not make a series of revisions; a rise never does.

    The lower level, or the absence, must have stood for the rule's ``settle``, and so must the newest revision. A
    revision or an absence that lies in the future was written before the clock was set back, and keeps nobody waiting.
    """
    base = proposal.base
    if base is None or proposal.reason not in {Reason.FALLEN, Reason.SHRUNK, Reason.ALL_CLEAR}:
        return proposal
    if base.expires <= situation.now:  # nothing speaks of it any more: what is left does not wait
        return proposal
    before = levels(base)
    lower = [hazard.since for hazard in proposal.hazards if hazard.level < before.get(hazard.key, 6)]
    lower += [hazard.since for hazard in situation.hazards if hazard.level < before.get(hazard.key, 0)]
    gone = [at for key, at in situation.gone.items() if key in before]
    known = [at for at in (base.sent, *gone) if at <= beyond(situation.now)]
    stood = situation.now - max([*lower, *known], default=situation.now - proposal.rule.settle)
    if stood < proposal.rule.settle:
        return Drop("settle", Reason.SETTLING, _minutes(stood, proposal.rule.settle))
    return proposal


# What may speak at all, seen for each proposal alone; what is said of it, beside what the others say.
SPEAKS: Sequence[Stage] = (fresh, left_out, late, hold, unless, mute, outrank)
SAYS: Sequence[Stage] = (inhibit, gather, all_clear, rejected, dedup, settle, spare, digest, quiet)
CHAIN: Sequence[Stage] = (*SPEAKS, *SAYS)


def run(situation: Situation, proposal: Proposal, chain: Sequence[Stage] = CHAIN) -> tuple[Proposal, Drop | None]:
    """Pass the stages in order: the proposal as far as it came, and the drop that stopped it, if any."""
    for stage in chain:
        outcome = stage(situation, proposal)
        if isinstance(outcome, Drop):
            return proposal, outcome
        proposal = outcome
    return proposal, None


def change(before: Alert, proposal: Proposal) -> Reason | None:
    """What differs between a revision and the hazards now, the gravest difference first; None: nothing.

    Hazards that were set aside are not gone: as long as something that names them is in force, their silence is no
    change. A draft nobody has seen outside is simply written anew without them.
    """
    if before.ends:  # it said that all was over, and here is a hazard
        return Reason.RISEN if before.act else Reason.GROWN
    old = levels(before)
    new = {hazard.key: hazard.level for hazard in proposal.hazards}
    places = {place.code for place in before.places}
    top = max(new.values(), default=0) - max(old.values(), default=0)
    if top > 0 or any(level > old[key] for key, level in new.items() if key in old):
        return Reason.RISEN
    if any(hazard.area not in places for hazard in proposal.hazards):
        return Reason.GROWN
    if top < 0:  # a lower hazard that was outranked may speak now; that is a fall and not news
        return Reason.FALLEN
    if any(key not in old for key in new):
        return Reason.GROWN
    if any(level < old[key] for key, level in new.items() if key in old):
        return Reason.FALLEN
    still_there = {hazard.key for hazard in proposal.aside} if proposal.in_force else set()
    if any(key not in new and key not in still_there for key in old):
        return Reason.SHRUNK
    return None


def _came_again(refused: Alert, proposal: Proposal) -> bool:
    """True where a hazard of the refused revision has been lower or gone, and is back at its level since."""
    quiet_until, before = refused.sent + proposal.rule.settle, levels(refused)
    return any(
        hazard.since > quiet_until and hazard.level >= before[hazard.key]
        for hazard in proposal.hazards
        if hazard.key in before
    )


def _due(base: Alert, proposal: Proposal) -> Reason | None:
    if base.expires <= proposal.now:
        return Reason.RENEWED
    if proposal.rule.repeat and proposal.now - base.sent >= proposal.rule.repeat:
        return Reason.REPEAT
    return None


def _minutes(stood: timedelta, wanted: timedelta) -> str:
    return f"{int(stood.total_seconds() // 60)}分／{int(wanted.total_seconds() // 60)}分"
