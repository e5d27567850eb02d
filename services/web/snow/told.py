"""Sections and orders as they are told, for the API and the page alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.orders.decision import KINDS_EN, KINDS_JA, Decision, Gauge, Outcome, Verdict
from rules.orders.life import GIVEN, OPEN, Act, Event, How, Order, State, allowed, late, overdue
from rules.orders.reading import in_force
from rules.orders.rules import OrderRules
from rules.orders.saying import sentence, sentence_en, snow_text
from rules.orders.words import ACTS_JA, STATES_JA
from services.orders.lost import lost
from services.store import decided, orders
from services.web.api.as_of import Seen
from services.web.api.times import iso, iso_or_none
from services.web.context import WebContext
from services.web.language.speaking import N_

KEPT = timedelta(hours=24)  # what was over before is in the record
OUTCOMES = {
    "propose": N_("基準に到達"),
    "veto": N_("見合わせ"),
    "wait": N_("時刻待ち"),
    "near": N_("あと少し"),
    "below": N_("基準未満"),
    "unknown": N_("判断できない"),
}
_FIRST = ("decide", "answer", "late", "gauge", "work", "")


async def sections(context: WebContext, status: Status) -> list[dict[str, Any]]:
    """Every plow section with its last decision and its orders; first what waits for somebody."""
    async with context.store.read() as connection:
        return await sections_seen(connection, context, status, Seen(context.now()))


async def sections_seen(
    connection: AsyncConnection, context: WebContext, status: Status, when: Seen
) -> list[dict[str, Any]]:
    """The same as of an instant. Which machine fell silent is told of now only: it is worked out of what came since."""
    now, then = when.at, when.then
    looks = await (decided.decided_by(connection, status, then) if then else decided.last_look(connection, status))
    known = await orders.since(connection, now - KEPT, status, then=then)
    missed = [] if then else await lost(connection, status, known, now)
    rules = in_force(context.city.orders if context.city else (), now)
    names = {one.section: one.section_name for one in known} | {s: d.picture.section_name for s, d in looks.items()}
    found = []
    for section, name in names.items():
        mine = [order_told(one, context, now) for one in known if one.section == section]
        mine.sort(key=lambda one: (one["closed"], one["state"] != State.PROPOSED.value, -one["id"]))
        decision = looks.get(section)
        told = _decided(decision) if decision else _undecided(now)
        found.append(
            {
                "section": section,
                "name": name,
                "name_en": decision.picture.section_name_en if decision else "",
                "status": status.value,
                **told,
                "posture": _posture(rules, decision),
                "waits": _waits(mine, decision),
                "orders": mine,
                "lost": [{"vehicle": one.vehicle, "since": iso(one.since)} for one in missed if one.section == section],
                "contractors": [
                    {"name": one.name, "phone": one.phone, "mail": one.mail} for one in context.plow.of_section(section)
                ],
            }
        )
    return sorted(found, key=lambda one: (_FIRST.index(one["waits"]), _outcome(one), -one["missing"], one["section"]))


def _posture(rules: OrderRules | None, decision: Decision | None) -> dict[str, Any] | None:
    """What the city sets up at such a depth, where it is reached."""
    found = rules.posture(decision.depth_cm) if rules and decision else None
    return {"name": found.name, "name_en": found.name_en, "depth_cm": found.depth_cm} if found else None


def order_told(order: Order, context: WebContext, now: datetime) -> dict[str, Any]:
    """One order with everything that was done about it."""
    acts = allowed(order.state, How.DESK)
    return {
        "id": order.id,
        "status": order.status.value,
        "section": order.section,
        "section_name": order.section_name,
        "kind": order.kind.value,
        "kind_ja": KINDS_JA[order.kind],
        "kind_en": KINDS_EN[order.kind],
        "rule": order.rule,
        "classes": list(order.classes),
        "state": str(order.state),
        "state_ja": STATES_JA[order.state] if order.state else "",
        "closed": order.state not in OPEN,
        "finish_by": iso_or_none(order.finish_by),
        "ordered_at": iso_or_none(order.when(Act.ORDER)),
        "acknowledged_at": iso_or_none(order.when(Act.ACKNOWLEDGE)),
        "started_at": iso_or_none(order.when(Act.START)),
        "finished_at": iso_or_none(order.when(Act.FINISH)),
        "words": given.text if (given := order.last(Act.ORDER)) else "",
        "vehicles": order.vehicles,
        "overdue": overdue(order, now, context.plow.patience),
        "late": late(order, now),
        "refused": order.state is State.DECLINED and order.last(Act.REFUSE) is not None,
        "may": sorted(act.value for act in acts),
        "events": [event_told(one) for one in order.events],
    }


def event_told(event: Event) -> dict[str, Any]:
    return {
        "act": event.act.value,
        "act_ja": ACTS_JA[event.act],
        "at": iso(event.at),
        "happened_at": iso_or_none(event.happened_at),
        "how": event.how.value,
        "who": event.who,
        "text": event.text,
        "vehicles": event.vehicles,
        "facts": dict(event.facts),
    }


def decision_told(decision: Decision) -> dict[str, Any]:
    """A decision by itself, for the record of a section."""
    return {"section": decision.picture.section, "status": decision.picture.status.value, **_decided(decision)}


def _decided(decision: Decision) -> dict[str, Any]:
    picture, main = decision.picture, decision.main
    gauge = max(picture.gauges, key=lambda one: one.fallen(main.rule)[0], default=None)
    return {
        "at": iso(picture.at),
        "preset": decision.preset,
        "outcome": main.outcome.value,
        "reason": main.reason.value,
        "rule": main.rule,
        "sentence": sentence(decision),
        "sentence_en": sentence_en(decision),
        "depth_cm": _cm(decision.depth_cm),
        "new_snow_cm": _cm(gauge.fallen(main.rule)[0]) if gauge else None,
        "since": iso(gauge.fallen(main.rule)[1]) if gauge else None,
        "at_least": any(one.at_least for one in picture.gauges),
        "missing": _cm(main.missing_cm) or 0.0,
        "expected_cm": picture.ahead.snow_cm,
        "expected_source": picture.ahead.source,
        "expected_low_cm": picture.ahead.low_cm,
        "expected_high_cm": picture.ahead.high_cm,
        "expected_until": iso_or_none(picture.ahead.until),
        "expected_text": (snow_text(picture.ahead) or "") if picture.ahead.source else "",
        "warmest_c": picture.ahead.warmest_c,
        "rut_cm": picture.rut_cm,
        "drifting": picture.drifting,
        "passed_at": iso_or_none(picture.passed_at or max(picture.finished.values(), default=None)),
        "finish_at": iso(decision.finish_at),
        "next_at": iso_or_none(decision.next_at),
        "gauges": [_gauge(one) for one in picture.gauges],
        "silent": list(picture.silent),
        "verdicts": [_verdict(decision, one) for one in decision.verdicts],
    }


def _undecided(now: datetime) -> dict[str, Any]:
    """Of a section that has orders, and about which no rule decides."""
    expected = ("expected_cm", "expected_low_cm", "expected_high_cm", "expected_until")
    nothing = ("since", *expected, "warmest_c", "rut_cm", "passed_at", "finish_at", "next_at")
    return {
        "at": iso(now),
        "preset": "",
        "outcome": Outcome.UNKNOWN.value,
        "reason": "no_rule",
        "rule": "",
        "sentence": "この工区について判断する基準がありません",
        "sentence_en": "No rule decides about this section",
        "depth_cm": None,
        "new_snow_cm": None,
        "at_least": False,
        "missing": 0.0,
        "expected_source": "",
        "expected_text": "",
        "drifting": False,
        **dict.fromkeys(nothing),
        "gauges": [],
        "silent": [],
        "verdicts": [],
    }


def _gauge(one: Gauge) -> dict[str, Any]:
    return {
        "station": one.station,
        "name": one.name,
        "depth_cm": _cm(one.depth_cm),
        "new_snow_cm": _cm(one.new_cm),
        "since": iso(one.since),
        "at_least": one.at_least,
        "at": iso(one.at),
    }


def _verdict(decision: Decision, one: Verdict) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "kind": one.kind.value,
        "classes": list(one.classes),
        "outcome": one.outcome.value,
        "reason": one.reason.value,
        "fired": one.fired.value if one.fired else None,
        "have_cm": one.have_cm,
        "need_cm": one.need_cm,
        "missing_cm": _cm(one.missing_cm),
        "sentence": sentence(decision, one),
        "sentence_en": sentence_en(decision, one),
        "evidence": [each.text for each in one.evidence],
    }


def _waits(mine: Sequence[dict[str, Any]], decision: Decision | None) -> str:
    """What somebody of the desk has to do about the section, in a word."""
    states = [one["state"] for one in mine]
    if State.PROPOSED.value in states:
        return "decide"
    if any(one["overdue"] for one in mine):
        return "answer"
    if any(one["late"] for one in mine):
        return "late"
    if decision is not None and decision.main.outcome is Outcome.UNKNOWN:
        return "gauge"
    return "work" if {state.value for state in GIVEN} & set(states) else ""


def _outcome(one: dict[str, Any]) -> int:
    return [outcome.value for outcome in Outcome].index(one["outcome"])


def _cm(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
