"""``decide``: what a city's rules say of one section at one time. Pure, so a winter can be decided over again."""

from __future__ import annotations

from dataclasses import dataclass

from feeds.japan import JAPAN
from geo.hazard import Evidence
from rules.orders.decision import Ahead, Decision, Gauge, Kind, Outcome, Picture, Reason, Verdict
from rules.orders.extras import extra_verdicts, out_of_season
from rules.orders.rules import OrderRules, PlowRule
from rules.orders.saying import ahead_text, gauge_text

_PRESSING = tuple(Outcome)  # in the order in which people look at them


def decide(picture: Picture, rules: OrderRules) -> Decision:
    """Every rule's verdict on the section, the most pressing first.

    ``rules`` are those in force at the time (:func:`rules.orders.reading.in_force`). Nothing is kept between two calls:
    what was passed, finished or foreseen is in the picture.
    """
    day = picture.at.astimezone(JAPAN).date()
    said = [_plow(rule, picture, rules) for rule in rules.plow if rule.part is None or rule.part.holds(day)]
    if not said:
        said = [Verdict(rule="", kind=Kind.PLOW, classes=(), outcome=Outcome.BELOW, reason=Reason.NO_RULE)]
    said += extra_verdicts(picture, rules)
    return Decision(
        picture=picture,
        preset=rules.id,
        finish_at=rules.timing.finish_at(picture.at),
        next_at=rules.timing.next_at(picture.at),
        verdicts=tuple(sorted(said, key=lambda one: (_PRESSING.index(one.outcome), one.missing_cm))),
    )


@dataclass(frozen=True, slots=True)
class _Condition:
    """One of those of which a rule needs one."""

    reason: Reason
    have_cm: float
    need_cm: float

    @property
    def fires(self) -> bool:
        return self.have_cm >= self.need_cm

    @property
    def share(self) -> float:
        return self.have_cm / self.need_cm


def _plow(rule: PlowRule, picture: Picture, rules: OrderRules) -> Verdict:
    gauge = max(picture.gauges, key=lambda one: (one.fallen(rule.id)[0], one.depth_cm, one.station), default=None)
    conditions = _conditions(rule, picture, rules, gauge)
    best = next((one for one in conditions if one.fires), None)
    fired = best.reason if best else None
    nearest = best or max(conditions, key=lambda one: one.share)
    if fired and rule.with_rut_cm is not None and (picture.rut_cm or 0.0) < rule.with_rut_cm:
        fired, outcome, reason = None, Outcome.NEAR, Reason.NO_RUTS
    elif fired is None and rule.drift and picture.drifting:
        fired, outcome, reason = Reason.DRIFT, Outcome.PROPOSE, Reason.DRIFT
    elif fired is None and gauge is None:
        outcome, reason = Outcome.UNKNOWN, Reason.NO_GAUGE
    elif fired is None:
        outcome = Outcome.NEAR if nearest.share >= rules.near else Outcome.BELOW
        reason = Reason.NOT_ENOUGH
    else:
        outcome, reason = Outcome.PROPOSE, fired
    if fired:
        outcome, reason = _against(rule, picture, rules, gauge) or (outcome, reason)
    return Verdict(
        rule=rule.id,
        kind=Kind.PLOW,
        classes=rule.classes,
        outcome=outcome,
        reason=reason,
        fired=fired,
        have_cm=nearest.have_cm if gauge or best else None,
        need_cm=nearest.need_cm,
        evidence=_evidence(gauge, rule, picture.ahead),
    )


def _conditions(rule: PlowRule, picture: Picture, rules: OrderRules, gauge: Gauge | None) -> list[_Condition]:
    """In the order in which one is told as what fired; a figure is compared as it is told, to a millimetre."""
    fallen = round(gauge.fallen(rule.id)[0], 1) if gauge else 0.0
    found = [_Condition(Reason.NEW_SNOW, fallen, rule.new_snow_cm)]
    if rule.rut_cm is not None and picture.rut_cm is not None:
        found.append(_Condition(Reason.RUTS, picture.rut_cm, rule.rut_cm))
    ahead = picture.ahead
    if rule.forecast_cm is not None and ahead.snow_cm is not None and (ahead.source or rules.trend):
        found.append(_Condition(Reason.FORECAST, round(fallen + ahead.snow_cm, 1), rule.forecast_cm))
    return found


def _against(rule: PlowRule, picture: Picture, rules: OrderRules, gauge: Gauge | None) -> tuple[Outcome, Reason] | None:
    """What speaks against a rule that fired; the first that does."""
    timing, now = rules.timing, picture.at
    if out_of_season(picture, rules):
        return Outcome.VETO, Reason.OUT_OF_SEASON
    if gauge and gauge.new_cm and not gauge.lies:
        return Outcome.VETO, Reason.GONE
    if rule.after and not _done_before(rule, picture, rules):
        return Outcome.WAIT, Reason.STAGE_BEFORE
    if (weather := _weather(picture.ahead, rules, gauge)) is not None:
        return Outcome.VETO, weather
    if timing.too_late(now):
        return Outcome.WAIT, Reason.TOO_LATE
    if gauge and timing.leaves(gauge.began_at):
        return Outcome.WAIT, Reason.BEGAN_LATE
    return None if timing.its_hour(now) else (Outcome.WAIT, Reason.NOT_ITS_HOUR)


def _done_before(rule: PlowRule, picture: Picture, rules: OrderRules) -> bool:
    """Whether the round before was done in this snow, and not in one of last week."""
    done = picture.finished.get(rule.after)
    return done is not None and done > picture.at - rules.counting.over


def _weather(ahead: Ahead, rules: OrderRules, gauge: Gauge | None) -> Reason | None:
    veto = rules.veto
    if gauge and gauge.new_cm >= veto.below_cm:
        return None
    if veto.rain_mm is not None and ahead.rain_mm >= veto.rain_mm:
        return Reason.RAIN
    melts = veto.thaw_c is not None and ahead.thaw_chance is not None and ahead.thaw_chance >= veto.chance
    return Reason.WILL_MELT if melts else None


def _evidence(gauge: Gauge | None, rule: PlowRule, ahead: Ahead) -> tuple[Evidence, ...]:
    told = [Evidence(ref=gauge.ref, text=gauge_text(gauge, rule.id))] if gauge else []
    if (text := ahead_text(ahead)) is not None:
        told.append(Evidence(ref=next(iter(ahead.refs), "outlook"), text=text))
    return tuple(told)
