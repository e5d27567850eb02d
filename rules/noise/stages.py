"""The stages against noise. Each may only let wait what can wait; an end, and level 4 and above, pass untouched."""

from __future__ import annotations

from dataclasses import replace

from feeds.japan import dated
from rules.alert import GRAVE, Alert
from rules.noise.quiet import Manner
from rules.proposal import Drop, Proposal, Reason, levels
from rules.situation import Situation


def inhibit(_situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """A graver alert speaks for the place. What this series speaks of already goes on: nobody is left with half."""
    spoken = {place.code for alert in (proposal.base, *proposal.in_force) if alert for place in alert.places}
    out = [
        hazard
        for hazard in proposal.hazards
        if (cover := proposal.covered.get(hazard.key)) and cover.wholly and hazard.area not in spoken
    ]
    details = dict.fromkeys(proposal.covered[hazard.key].detail for hazard in out)
    return proposal.set_aside("inhibit", out, Reason.INHIBITED, "、".join(details))


def gather(situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """What is new and minor waits for the rule's next digest, so that one alert names it all."""
    times, base = proposal.rule.digest, _living(proposal)
    if times is None:
        return proposal
    known = levels(base) if base else {}
    due = times.last(situation.now) if times.open(situation.now, base.sent if base else None) else None
    out = [
        hazard
        for hazard in proposal.hazards
        if not times.breaks_out(hazard)
        and hazard.key not in known
        and (due is None or hazard.since + proposal.rule.hold > due)
    ]
    return proposal.set_aside("gather", out, Reason.DIGEST, f"次は{dated(times.next(situation.now))}")


def spare(_situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """While a graver alert stands for every one of its places, a lesser one does not repeat itself."""
    lesser = [proposal.covered.get(hazard.key) for hazard in proposal.hazards]
    details = dict.fromkeys(cover.detail for cover in lesser if cover)
    grave = any(hazard.level >= GRAVE for hazard in proposal.hazards)
    if proposal.reason is not Reason.REPEAT or grave or not all(lesser):
        return proposal
    return Drop("spare", Reason.INHIBITED, "、".join(details))


def digest(situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """What changes among minor things is told with the next digest; what rises above its level breaks out at once."""
    times, base = proposal.rule.digest, _living(proposal)
    if times is None or base is None or proposal.ends:
        return proposal
    known = levels(base)
    news = any(times.breaks_out(one) and known.get(one.key, -1) < one.level for one in proposal.hazards)
    if news or times.open(situation.now, base.sent):
        return proposal
    return Drop("digest", Reason.DIGEST, f"次は{dated(times.next(situation.now))}")


def quiet(situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """At night what is minor waits for the morning, where it is decided anew: what is over by then is not told.

    Never what reaches level 3 or has a 警戒レベル, what must be acted on at once, or the end of what was announced.
    """
    rule = proposal.rule
    hours = rule.quiet
    if hours is None or proposal.ends or not hours.holds(situation.now):
        return proposal
    leveled = any(hazard.alert_level for hazard in proposal.hazards)
    manner = Manner.SPEAK if leveled else rule.night(proposal.level)
    if manner is Manner.WAIT:
        return Drop("quiet", Reason.QUIET_HOURS, f"{dated(hours.over(situation.now))}まで")
    return replace(proposal, soundless=manner is Manner.SOUNDLESS)


def _living(proposal: Proposal) -> Alert | None:
    """What the series says now; what has run out, or a draft of what has gone, must not keep the next word waiting."""
    base = proposal.base
    if base is None or base.expires <= proposal.now:
        return None
    goes_on = proposal.in_force or any(hazard.key in base.hazards for hazard in proposal.hazards)
    return base if goes_on else None
