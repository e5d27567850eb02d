"""A case of emergency culling as the desk is told of it. Nobody else is told of cases: the public reads the alert."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from geo.area import Areas
from geo.sighted.cordon import square_km
from geo.sighted.squares import known_area, says_where
from rules.culling.case import Act, Case, Condition, Event, Told
from rules.culling.life import missing, overdue, possible
from rules.culling.words import ACTS, ANIMALS, CONDITIONS, OFFICES, OUTCOMES, STAGES
from services.web.api.times import iso, iso_or_none

CASE: Mapping[str, str] = {
    "id": "number of the case",
    "status": "Actual, Exercise or Test",
    "animal": "bear or boar",
    "animal_ja": "the same in Japanese",
    "sighting": "number of the report behind it, or null: opened by hand",
    "opened_at": "when",
    "opened_by": "who",
    "conditions": "the four of the law, each {condition, ja, en, ticked_by, ticked_at}",
    "plan": "{areas, names, km2, roads, until}, or null: not set yet",
    "order": "{office, office_ja, who, at}, or null: there is none",
    "under_way": "since when it is being done, or null",
    "over": "{outcome, outcome_ja, who, at}, or null",
    "closed_at": "when, or null",
    "stage": "how far the word to the public has come: nothing, waiting, out, ending, over, run_out",
    "stage_ja": "the same in Japanese",
    "stage_en": "the same in English",
    "told_other_area": "true where the public was told of another area than that of the plan",
    "series": "of the alert that tells of it, or empty",
    "overdue_since": "since when somebody has to lift or prolong it, or null",
    "may": "acts that fit now, beside tick, untick and plan",
    "not_yet": "why the others do not fit: act to sentence",
    "version": "the number of acts; name it as seen with the next one",
    "events": "every act, the oldest first: {act, act_ja, at, who, what}",
}
_STEPS = (Act.WARN, Act.ORDER, Act.BEGIN, Act.FINISH, Act.CLOSE)


def case_told(case: Case, told: Told, areas: Areas, now: datetime) -> dict[str, Any]:
    """The members named in CASE."""
    may, plan, order, over = possible(case, now, told), case.plan, case.order, case.over
    ticked = case.ticked
    return {
        "id": case.id,
        "status": case.status.value,
        "animal": case.animal,
        "animal_ja": ANIMALS[case.animal].ja,
        "sighting": case.sighting,
        "opened_at": iso(case.events[0].at),
        "opened_by": case.events[0].who,
        "conditions": [_condition(one, ticked.get(one)) for one in Condition],
        "plan": {
            "areas": list(plan.areas),
            "names": names_of(plan.areas, areas),
            "km2": round(square_km(plan.areas, areas), 1),
            "roads": plan.roads,
            "until": iso(plan.until),
        }
        if plan
        else None,
        "order": {
            "office": order.office.value,
            "office_ja": OFFICES[order.office].ja,
            "who": order.who,
            "at": iso(order.at),
        }
        if order and order.office
        else None,
        "under_way": iso_or_none(case.under_way.at if case.under_way else None),
        "over": {
            "outcome": over.outcome.value,
            "outcome_ja": OUTCOMES[over.outcome].ja,
            "who": over.who,
            "at": iso(over.at),
        }
        if over and over.outcome
        else None,
        "closed_at": iso_or_none(case.closed.at if case.closed else None),
        "stage": told.stage.value,
        "stage_ja": STAGES[told.stage].ja,
        "stage_en": STAGES[told.stage].en,
        "told_other_area": bool(plan and told.areas and told.areas != set(plan.areas)),
        "series": case.series,
        "overdue_since": iso_or_none(overdue(case, told, now)),
        "may": [one.value for one in may],
        "not_yet": {one.value: missing(case, one, now, told) for one in _STEPS if one not in may},
        "version": case.version,
        "events": [_event(one) for one in case.events],
    }


def names_of(codes: tuple[str, ...], areas: Areas) -> list[str]:
    """The names of districts and squares, each once."""
    found = [one for one in (known_area(code, areas) for code in codes) if one is not None]
    named = [one for one in found if says_where(one.code, one.name)] or found
    return list(dict.fromkeys(one.name for one in named))


def _condition(condition: Condition, event: Event | None) -> dict[str, Any]:
    return {
        "condition": condition.value,
        "ja": CONDITIONS[condition].ja,
        "en": CONDITIONS[condition].en,
        "ticked_by": event.who if event else None,
        "ticked_at": iso_or_none(event.at if event else None),
    }


def _event(one: Event) -> dict[str, Any]:
    what = [
        CONDITIONS[one.condition].ja if one.condition else "",
        OFFICES[one.office].ja if one.office else "",
        OUTCOMES[one.outcome].ja if one.outcome and one.act is Act.FINISH else "",
        f"{len(one.plan.areas)}か所、{one.plan.roads or '通行止めは区域の中すべて'}" if one.plan else "",
    ]
    return {
        "act": one.act.value,
        "act_ja": ACTS[one.act].ja,
        "at": iso(one.at),
        "who": one.who,
        "what": "、".join(part for part in what if part),
    }
