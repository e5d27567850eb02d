"""Damage as the desk is told of it, by program and on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.damage.disaster import Disaster
from rules.damage.items import BY_KEY, GROUPS_JA, ITEMS, Item
from rules.damage.record import REASONS, Damage, Event
from rules.damage.report import FORMS, Report
from rules.damage.sums import Sum
from services.damage.board import Board
from services.damage.words import ACTS_JA, CERTAINTY_JA
from services.web.api.times import iso, iso_or_none

DISASTER: Mapping[str, str] = {
    "id": "its number",
    "status": "Actual, Exercise or Test",
    "name": "what it is called: 11月20日からの大雨",
    "began": "when it began",
    "place": "where, in words",
    "outline": "what happened, in words",
    "ended": "when counting was closed, or null",
    "version": "what the next change has to name",
}
RECORD: Mapping[str, str] = {
    "id": "its number",
    "disaster": "number of the disaster",
    "status": "Actual, Exercise or Test",
    "withdrawn": "it counts no more",
    "certainty": "confirmed or unconfirmed",
    "certainty_ja": "the same in Japanese",
    "place": "where, in words",
    "area": "code of the district, or empty",
    "area_name": "its name",
    "lon": "degrees, or null",
    "lat": "degrees, or null",
    "happened": "when, or null",
    "source": "who says so",
    "note": "for the desk alone",
    "figures": "numbers by item, in the form's units; null: being counted; not there: nobody speaks of it",
    "figures_ja": "the same in a sentence",
    "report": "number of the case in the review queue that it was made of, or null",
    "version": "what the next act has to name",
    "events": "{act, act_ja, at, who, reason, reason_ja, figures_ja, certainty_ja}, the newest first",
}
REPORT: Mapping[str, str] = {
    "form": "1: その１, 2: その２",
    "number": "第N報",
    "as_of": "as of when",
    "made_at": "when it was made",
    "made_by": "by whom",
    "hashes": "SHA-256 of each file: xlsx, csv, pdf",
}
MARK: Mapping[str, str] = {
    **{
        name: RECORD[name] for name in ("id", "status", "certainty", "certainty_ja", "place", "area_name", "figures_ja")
    },
    "disaster_ja": "what the disaster is called",
}
BOARD: Mapping[str, str] = {
    "disaster": "the disaster, as /damage/disasters has it; null where there is none",
    "totals": "{item, group, ja, unit, confirmed, unconfirmed, counting, change} of each item that somebody spoke of",
    "contradictions": "{code, ja, records} of what cannot be true together",
    "records": "every record, the newest first",
    "reports": "{form, number, as_of, made_at, made_by, hashes}, the newest first",
    "waiting": "numbers of confirmed reports of damage that have no record yet",
}


def number(item: Item, steps: int) -> int | float:
    """A figure in the form's unit."""
    return steps if item.scale == 1 else steps / item.scale


def disaster_told(one: Disaster) -> dict[str, Any]:
    return {
        "id": one.id,
        "status": one.status.value,
        "name": one.name,
        "began": iso(one.began),
        "place": one.place,
        "outline": one.outline,
        "ended": iso_or_none(one.ended),
        "version": one.version,
    }


def record_told(one: Damage) -> dict[str, Any]:
    said = one.content
    return {
        "id": one.id,
        "disaster": one.disaster,
        "status": one.status.value,
        "withdrawn": one.withdrawn,
        "certainty": said.certainty.value,
        "certainty_ja": CERTAINTY_JA[said.certainty],
        "place": said.place,
        "area": said.area,
        "area_name": said.area_name,
        "lon": said.lon,
        "lat": said.lat,
        "happened": iso_or_none(said.happened),
        "source": said.source,
        "note": said.note,
        "figures": {key: None if steps is None else number(BY_KEY[key], steps) for key, steps in said.figures.items()},
        "figures_ja": in_words(said.figures),
        "report": one.report,
        "version": one.version,
        "events": [_event(event) for event in reversed(one.events)],
    }


def items_told(figures: Mapping[str, int | None]) -> list[dict[str, Any]]:
    """{ja, unit, value} for everybody, in the order given."""
    known = ((BY_KEY[key], steps) for key, steps in figures.items())
    return [
        {"ja": item.ja, "unit": item.unit, "value": None if steps is None else number(item, steps)}
        for item, steps in known
    ]


def in_words(figures: Mapping[str, int | None], *, bare: bool = False) -> str:
    """「床上浸水 3棟、床下浸水 調査中」, in the form's order; ``bare``: the names alone."""
    told = []
    for item in ITEMS:
        if item.key in figures:
            steps = figures[item.key]
            told.append(item.title) if bare else told.append(
                f"{item.title} 調査中" if steps is None else f"{item.ja} {item.told(steps)}{item.unit}"
            )
    return "、".join(told)


def board_told(of: Board | None) -> dict[str, Any]:
    """All of it; empty where there is no disaster."""
    if of is None:
        return {"disaster": None} | {name: [] for name in BOARD if name != "disaster"}
    changes = of.changes
    return {
        "disaster": disaster_told(of.disaster),
        "totals": [sum_told(BY_KEY[key], one, changes.get(key, 0)) for key, one in of.totals.items()],
        "contradictions": [{"code": one.code, "ja": one.ja, "records": list(one.records)} for one in of.contradictions],
        "records": [record_told(one) for one in reversed(of.records)],
        "reports": [report_told(one) for one in of.reports],
        "waiting": [one.id for one in of.waiting],
    }


def sum_told(item: Item, one: Sum, change: int) -> dict[str, Any]:
    """One figure with its parts, and by how much it differs from the last report."""
    told = {name: getattr(one, name) for name in ("confirmed", "unconfirmed")}
    return {
        "item": item.key,
        "group": item.group.value,
        "ja": item.title,
        "unit": item.unit,
        **{name: None if steps is None else number(item, steps) for name, steps in told.items()},
        "counting": one.counting,
        "change": number(item, change),
    }


def report_told(one: Report) -> dict[str, Any]:
    filled = one.filled
    return {
        "form": filled.form,
        "number": filled.number,
        "as_of": iso(filled.as_of),
        "made_at": iso(one.made_at),
        "made_by": one.made_by,
        "hashes": dict(one.hashes),
    }


def titles() -> dict[str, Any]:
    """Words for the page."""
    return {
        "groups": GROUPS_JA,
        "items": ITEMS,
        "acts": ACTS_JA,
        "reasons": REASONS,
        "certainties": CERTAINTY_JA,
        "forms": FORMS,
    }


def _event(one: Event) -> dict[str, Any]:
    return {
        "act": one.act.value,
        "act_ja": ACTS_JA[one.act][0],
        "at": iso(one.at),
        "who": one.who,
        "reason": one.reason.value if one.reason else "",
        "reason_ja": one.reason.ja if one.reason else "",
        "figures_ja": in_words(one.content.figures),
        "certainty_ja": CERTAINTY_JA[one.content.certainty],
    }
