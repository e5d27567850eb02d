"""What speaks against telling that something is over: it may only look so. Then no rule tells it without a person."""

from __future__ import annotations

from collections.abc import Iterator

from rules.proposal import Proposal, levels
from rules.situation import Situation


def doubts(situation: Situation, proposal: Proposal) -> Iterator[str]:
    """Sentences for the officer, one for each reason to doubt; none where it may be told."""
    if _maybe_silence(proposal):
        yield "解除の前に、観測や電文が届いているか確かめてください。途絶えたために消えた可能性があります"
    if _unbelieved(situation, proposal):
        yield "根拠のセンサーを信用しないとしたために消えた危険があります。終わったかはほかの方法で確かめてください"
    if _goes_on(situation, proposal):
        yield "発表した対象は同じレベルで続いています。規則の変更による案かもしれません。解除してよいか確かめてください"


def _maybe_silence(proposal: Proposal) -> bool:
    """True where the hazards would have lapsed by now without any news: nobody need have said that it is over."""
    until = proposal.in_force[-1].believed_until if proposal.ends else None
    return proposal.ends and (until is None or until <= proposal.now)


def _goes_on(situation: Situation, proposal: Proposal) -> bool:
    """True where an all-clear would lift what holds unchanged: the rule speaks otherwise, the danger is still there."""
    announced = levels(proposal.in_force[-1]) if proposal.ends else {}
    valid = [hazard for hazard in situation.hazards if hazard.valid_until > proposal.now]
    return any(hazard.level >= announced.get(hazard.key, 6) for hazard in valid)


def _unbelieved(situation: Situation, proposal: Proposal) -> bool:
    """True where it leaves out what went because people do not believe its sensor: nobody said that it is over."""
    announced = proposal.in_force[-1].hazards if proposal.in_force else ()
    return bool(situation.doubted & set(announced) - {hazard.key for hazard in proposal.hazards})
