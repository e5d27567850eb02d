"""A muster as programs and pages are told of it: numbers for everybody of the desk, people for those who may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rules.muster.answer import Answer
from rules.muster.tally import Arrival, Asked, arrivals, by_bureau, counted
from services.muster.board import Board
from services.store.musters import Muster
from services.web.api.times import iso, iso_or_none

MUSTER = {
    "id": "number",
    "status": "Actual or Exercise",
    "state": "proposed, open, closed, declined, lapsed",
    "family": "earthquake, weather, by_hand",
    "title": "what happened, one line",
    "asks": "参集区分 → inform, safety, come",
    "version": "one more with every change; send it back as seen",
    "created_at": "when it was written",
    "opened_at": "when it began, or null",
    "opened_by": "a person, or the rules",
    "closed_at": "when it ended, or null",
    "closed_by": "a person, the rules, or 取消 (the announcement was taken back)",
    "reason": "why it was begun by hand, ended or declined",
    "asked": "how many were asked",
    "answered": "how many of them have answered all that was asked",
    "informed": "how many were told only",
    "sends": "messages by state: due, sending, sent, failed, unknown, dropped",
}
WHOLE = {
    **MUSTER,
    "counts": "heads: asked, answered, safe, hurt, rescue, comes, arrived, cannot, unanswered, informed",
    "bureaus": "the same for each bureau (section empty) and section",
    "arrivals": "who comes until when: until, more, total, overdue",
    "causes": "announcements that it goes by: words, at",
    "people": "everybody who was asked, with the newest answer; who reads it is written down",
}


def muster_told(one: Muster, heads: tuple[int, int, int], sends: Mapping[str, int]) -> dict[str, Any]:
    """Without anybody."""
    asked, answered, informed = heads
    return {
        "id": one.id,
        "status": one.status.value,
        "state": one.state.value,
        "family": one.family,
        "title": one.title,
        "asks": {category: want.value for category, want in one.asks.items()},
        "version": one.version,
        "created_at": iso(one.created_at),
        "opened_at": iso_or_none(one.opened_at),
        "opened_by": one.opened_by,
        "closed_at": iso_or_none(one.closed_at),
        "closed_by": one.closed_by,
        "reason": one.reason,
        "asked": asked,
        "answered": answered,
        "informed": informed,
        "sends": dict(sends),
    }


def board_told(of: Board, now: datetime) -> dict[str, Any]:
    """With everybody."""
    counts = counted(of.people)
    heads = (counts.asked, counts.asked - counts.unanswered, counts.informed)
    return {
        **muster_told(of.muster, heads, of.sends),
        "counts": asdict(counts),
        "bureaus": [
            {"bureau": bureau, "section": section, **asdict(count)} for bureau, section, count in by_bureau(of.people)
        ],
        "arrivals": arrivals_told(arrivals(of.people, now)),
        "causes": [{"words": words, "at": iso(at)} for words, at in of.causes],
        "people": [person_told(one) for one in of.people],
    }


def arrivals_told(lines: Sequence[Arrival]) -> list[dict[str, Any]]:
    return [
        {"until": iso_or_none(one.until), "more": one.more, "total": one.total, "overdue": one.overdue} for one in lines
    ]


def person_told(one: Asked) -> dict[str, Any]:
    return {
        "person": one.code,
        "name": one.name,
        "bureau": one.bureau,
        "section": one.section,
        "role": one.role,
        "category": one.category,
        "place": one.place,
        "phone": one.phone,
        "want": one.want.value,
        "asked_at": iso(one.asked_at),
        "reached": one.reached,
        "open": one.open,
        "answer": None if one.answer is None else answer_told(one.answer),
    }


def answer_told(one: Answer) -> dict[str, Any]:
    return {
        "safety": one.safety.value,
        "family": one.family.value if one.family else None,
        "home": one.home.value if one.home else None,
        "coming": one.coming.value if one.coming else None,
        "arrives_at": iso_or_none(one.arrives_at),
        "place": one.place,
        "note": one.note,
        "at": iso(one.at),
        "by": one.by,
    }
