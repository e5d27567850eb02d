"""The stage that keeps to people's word: what they ended or left out is not said again until something changes."""

from __future__ import annotations

from dataclasses import replace

from geo.hazard import Hazard
from rules.alert import Seen
from rules.proposal import Drop, Proposal, Reason
from rules.situation import Situation


def left_out(_situation: Situation, proposal: Proposal) -> Proposal | Drop:
    """What a person ended or left out is not said again until it rises, or had gone and comes again.

    Where nothing else is left, that ends what the series still says, but never for want of news. A draft that waits in
    fewer areas only keeps the others out beside its own: when there is nothing left of those, the others are told.
    """
    told = proposal.left_out
    out = [one for one in proposal.hazards if one.key in told and _unchanged(one, told[one.key], proposal)]
    if len(out) == len(proposal.hazards) and not _ending(proposal):
        out = [one for one in out if told[one.key].agreed]
    rest = tuple(one for one in proposal.hazards if one not in out)
    if not out:
        return proposal
    named = "、".join(one.headline for one in out[:3])
    note = Drop("left_out", Reason.LEFT_OUT, named, hazards=tuple(one.key for one in out))
    if proposal.notes and not rest:  # others are there of which nothing is known
        return note
    return replace(proposal, hazards=rest, aside=(*proposal.aside, *out), notes=(*proposal.notes, note))


def _ending(proposal: Proposal) -> bool:
    """True while a person's end of the whole series waits for leave."""
    return proposal.pending and proposal.standing is not None and proposal.standing.alert.ends


def _unchanged(hazard: Hazard, seen: Seen, proposal: Proposal) -> bool:
    """True where a hazard stands as the person knew it, flickered, or has fallen while their word would have lived."""
    if hazard.level > seen.level:
        return False
    if hazard.since <= seen.at + proposal.rule.settle:
        return True
    return hazard.level < seen.level and proposal.now < seen.until
