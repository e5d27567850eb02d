"""Orders beside the plow: ruts, hauling, levelling, de-icing. Models and people's reports call for them."""

from __future__ import annotations

from feeds.japan import JAPAN
from feeds.status import Status
from rules.orders.decision import Kind, Outcome, Picture, Reason, Verdict
from rules.orders.rules import ExtraRule, OrderRules

CALLS_FOR: dict[Kind, Reason] = {
    Kind.RUTS: Reason.RUTS,
    Kind.HAULING: Reason.NARROW,
    Kind.LEVELLING: Reason.THAW_AHEAD,
    Kind.DEICING: Reason.ICE,
}


def extra_verdicts(picture: Picture, rules: OrderRules) -> list[Verdict]:
    """One for each extra order that something calls for; without a word for those that nothing does."""
    found = []
    for rule in rules.extras:
        reason = CALLS_FOR[rule.kind]
        if evidence := picture.extras.get(reason):
            outcome, why = _against(rule, picture, rules) or (Outcome.PROPOSE, reason)
            found.append(
                Verdict(
                    rule=rule.id,
                    kind=rule.kind,
                    classes=rule.classes,
                    outcome=outcome,
                    reason=why,
                    fired=None if why is Reason.NOT_ENOUGH else reason,
                    have_cm=picture.packed_cm if rule.packed_cm is not None else None,
                    need_cm=rule.packed_cm,
                    evidence=evidence,
                )
            )
    return found


def out_of_season(picture: Picture, rules: OrderRules) -> bool:
    """True where no contractor is bound to come. A drill is held before the winter: it has no season."""
    return picture.status is Status.ACTUAL and not rules.season.holds(picture.at.astimezone(JAPAN).date())


def _against(rule: ExtraRule, picture: Picture, rules: OrderRules) -> tuple[Outcome, Reason] | None:
    """Under deep snow de-icer is lost: the plow comes first. Extra orders go out at any hour."""
    if out_of_season(picture, rules):
        return Outcome.VETO, Reason.OUT_OF_SEASON
    if rule.packed_cm is not None and (picture.packed_cm or 0.0) <= rule.packed_cm:
        return Outcome.NEAR, Reason.NOT_ENOUGH
    deep = max((one.new_cm for one in picture.gauges), default=0.0)
    if rule.most_cm is not None and deep > rule.most_cm:
        return Outcome.WAIT, Reason.STAGE_BEFORE
    return None
