"""A snow dump as it is told, for the API and the pages alike; names of staff are for staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.dumps.life import Event, State
from rules.dumps.words import (
    ACTS_JA,
    CROWDS_EN,
    CROWDS_JA,
    STATES_EN,
    STATES_JA,
    outlook_en,
    outlook_ja,
)
from services.dumps.picture import Known
from services.web.api.times import iso, iso_or_none

_HUNDRED = 100.0  # cubic metres: nobody shall read more into a count of trucks
DUMP: Mapping[str, str] = {
    "status": "Actual or Exercise",
    "name": "as people know it",
    "name_en": "the same in English",
    "state": "open, full or closed; null: nobody has said, which is not open",
    "state_ja": "the same in Japanese",
    "state_en": "the same in English",
    "since": "since when it is so, or null",
    "confirmed_at": "when a person said so last, or null",
    "reopens_at": "when it should open again, as far as is known, or null; a person opens it",
    "note": "what was said with it",
    "hours": "when it is staffed, as 09:00-16:00; empty: not written down",
    "public": "true where residents may bring snow",
    "crowd": "calm, busy or crowded, of an open dump, by vehicles with a receiver; null: it is not open",
    "crowd_ja": "the same in Japanese",
    "inside": "vehicles with a receiver inside, within the last ten minutes",
    "stay_minutes": "median of the stays that ended in the last two hours, or null: fewer than three",
    "visits_today": "loads since midnight in Japan, by vehicles with a receiver",
    "capacity_m3": "cubic metres as the snow lies, or null: none is known",
    "volume_m3": "what lies there: the last measurement and a load for each visit since",
    "volume_low_m3": "eight-of-ten lower bound of it",
    "volume_high_m3": "upper bound",
    "share": "volume by capacity, or null",
    "a_day_m3": "what came in a day, mean of the last fortnight",
    "outlook": "foreseen, full, ahead, idle, no_capacity or too_new",
    "full_early": "the day before which it is hardly full, or null",
    "full_likely": "the day on which it is full as things go, or null",
    "full_late": "the day on which it is full at the latest, or null: perhaps later than is looked ahead",
    "outlook_ja": "the same in a sentence; empty: nothing can be said",
    "outlook_en": "the same in English",
    "instead": "code of the nearest open dump where this one takes no snow, or null",
    "instead_ja": "its name, or empty",
    "instead_en": "the same in English",
    "seen": "number of the last act, which the next one has to name",
}


def dump_told(one: Known, status: str) -> dict[str, Any]:
    """The members named in DUMP."""
    site, told, out = one.site, one.told, one.outlook
    crowd = one.queue.crowd if one.takes else None
    shown = told.state is State.OPEN  # of one that takes nothing there is no day on which it will be full
    return {
        "status": status,
        "name": site.name,
        "name_en": site.name_en,
        "state": told.state.value if told.state else None,
        "state_ja": STATES_JA[told.state],
        "state_en": STATES_EN[told.state],
        "since": iso_or_none(told.since),
        "confirmed_at": iso_or_none(told.last.at if told.last else None),
        "reopens_at": iso_or_none(told.last.until if told.last else None),
        "note": told.last.text if told.last else "",
        "hours": site.terms.hours,
        "public": site.terms.public,
        "crowd": crowd.value if crowd else None,
        "crowd_ja": CROWDS_JA[crowd] if crowd else "",
        "inside": one.queue.inside,
        "stay_minutes": round(one.queue.stay_s / 60) if one.queue.stay_s is not None else None,
        "visits_today": one.visits_today,
        "capacity_m3": site.terms.capacity_m3 or None,
        "volume_m3": _rough(out.volume_m3),
        "volume_low_m3": _rough(out.low_m3),
        "volume_high_m3": _rough(out.high_m3),
        "share": round(out.share, 2) if out.share is not None else None,
        "a_day_m3": _rough(out.a_day_m3),
        "outlook": out.why.value,
        "full_early": out.early.isoformat() if shown and out.early else None,
        "full_likely": out.likely.isoformat() if shown and out.likely else None,
        "full_late": out.late.isoformat() if shown and out.late else None,
        "outlook_ja": outlook_ja(out) if shown else "",
        "outlook_en": outlook_en(out) if shown else "",
        "instead": one.instead.code if one.instead else None,
        "instead_ja": one.instead.name if one.instead else "",
        "instead_en": one.instead.name_en if one.instead else "",
        "seen": told.seen,
    }


def crowd_en(one: Known) -> str:
    """The queue in English, empty where the dump takes no snow."""
    return CROWDS_EN[one.queue.crowd] if one.takes else ""


def event_told(one: Event) -> dict[str, Any]:
    """One act, for staff."""
    return {
        "act": one.act.value,
        "act_ja": ACTS_JA[one.act],
        "at": iso(one.at),
        "who": one.who,
        "text": one.text,
        "volume_m3": one.volume_m3,
        "until": iso_or_none(one.until),
    }


def _rough(volume: float) -> float:
    return round(volume / _HUNDRED) * _HUNDRED
