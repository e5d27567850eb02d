"""A case of the review queue as JSON, with what a person needs to judge it: for the desk only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rules.reports.case import Act, Case, Event, How
from rules.reports.handling import handler_of
from rules.reports.kinds import kind_of, rings_at
from rules.reports.life import REASONS, allowed, waits
from services.reports.board import Item
from services.reports.entries import ACTS_JA, STATES_JA
from services.store.photo_signs import Known
from services.web.api.endpoint import PREFIX
from services.web.api.times import iso, iso_or_none
from services.web.context import WebContext

ITEM = {
    "id": "number of the case",
    "version": "how many acts there were; to be named as seen by whoever acts",
    "key": "of the report's record",
    "status": "Actual, Exercise or Test",
    "kind": "bear, suspicious_person, …",
    "kind_ja": "in Japanese",
    "kind_en": "in English",
    "finding": "of an animal: sighting, injury or trace; empty where nobody said",
    "state": "received, triaged, confirmed, unconfirmed, rejected, withdrawn, expired",
    "state_ja": "in Japanese",
    "state_en": "in English",
    "waits": "whether a person has something to do with it",
    "late": "whether it waits longer than its kind may",
    "changed": "whether its sender changed it after people had judged it",
    "seen_at": "when it was seen",
    "arrived_at": "when it came in",
    "text": "in the sender's words",
    "place": "as given, or as it was put right",
    "area": "code of the district, empty where it lies in none",
    "area_name": "its name",
    "lon": "degrees, or null",
    "lat": "degrees, or null",
    "source": "who says so",
    "gateway": "how it came in",
    "photos": "where its pictures are",
    "contact": "what is kept of its sender, by name: what it is, is shown by POST /contacts/looks alone",
    "photo_signs": "what each picture shows of itself, no verdict: {photo, signs: [{sign, ja, en, asks}], others}",
    "second_reporter": "whether somebody else told of what may be the same, or is merged into it",
    "outside": "whether its point lies outside the city",
    "confirmed_by_issuer": "whether its issuer vouches for it",
    "count": "of reports that it stands for, itself among them",
    "merged": "those: {id, seen_at, place, source}",
    "same_as": "number of the case that stands for it, or null",
    "likely": "others that may be about the same: {id, state, metres, minutes, place}",
    "track": "of what may be one animal: {ids, places, number, reasons}, or null",
    "claim": "who works at it, and until when: {who, until}, or null",
    "handler": "who handles it: as assigned, else by the table of the settings",
    "may": "what can be done next, each with its reasons: {act: [{reason, ja, en}]}",
    "events": "every act in order: {act, act_ja, at, how, who, reason, reason_ja, text, facts}",
}


def item_told(item: Item, context: WebContext) -> dict[str, Any]:
    """Every member of :data:`ITEM`."""
    case, now = item.case, context.now()
    kind, state = kind_of(case.kind), STATES_JA[case.state] if case.state else ("", "")
    area = context.ground.areas.get(case.area) if case.area else None
    return {
        "id": case.id,
        "version": case.version,
        "key": case.key,
        "status": case.status.value,
        "kind": case.kind,
        "kind_ja": kind.ja,
        "kind_en": kind.en,
        "state": case.state.value if case.state else "",
        "state_ja": state[0],
        "state_en": state[1],
        "waits": waits(case),
        "late": waits(case) and rings_at(case) <= now,
        "changed": case.changed,
        "seen_at": iso(case.seen_at),
        "arrived_at": iso(case.arrived_at),
        "place": case.place,
        "area": case.area,
        "area_name": area.name if area else "",
        "lon": case.lon,
        "lat": case.lat,
        "outside": _outside(case, context),
        "confirmed_by_issuer": case.last(Act.VOUCH) is not None,
        "same_as": case.same_as,
        "handler": handler_of(case, context.reports.handles),
        **_sent(item),
        **_others(item),
        **_work(case, now),
    }


def _sent(item: Item) -> dict[str, Any]:
    report = item.report
    return {
        "text": report.text if report else "",
        "finding": (report.finding or "") if report else "",
        "source": report.source if report else "",
        "gateway": report.gateway if report else "",
        "contact": list(item.contact),
        "photos": [f"{PREFIX}/reports/photos/{one}" for one in report.photos] if report else [],
        "photo_signs": [_signs(one) for one in item.photos],
        "second_reporter": bool(item.merged or item.likely),
    }


def _outside(case: Case, context: WebContext) -> bool:
    return case.lon is not None and case.lat is not None and not context.ground.areas.at(case.lon, case.lat, "city")


def _signs(known: Known) -> dict[str, Any]:
    signs = (*dict.fromkeys(known.others.values()), *known.signs)
    return {
        "photo": f"{PREFIX}/reports/photos/{known.sha256}",
        "signs": [{"sign": one.value, "ja": one.ja, "en": one.en, "asks": one.asks} for one in signs],
        "others": sorted(known.others),
    }


def _others(item: Item) -> dict[str, Any]:
    return {
        "count": 1 + len(item.merged),
        "merged": [
            {"id": one.id, "seen_at": iso(one.seen_at), "place": one.place, "source": one.events[0].who}
            for one in item.merged
        ],
        "likely": [
            {
                "id": one.id,
                "state": one.state.value if one.state else "",
                "metres": None if like.metres is None else round(like.metres),
                "minutes": round(like.minutes),
                "place": one.place,
            }
            for one, like in item.likely
        ],
        "track": _track(item),
    }


def _track(item: Item) -> dict[str, Any] | None:
    chain = item.chain
    if chain is None:
        return None
    return {
        "ids": [item.numbers[one.key] for one in chain.sightings],
        "places": chain.places,
        "number": chain.number,
        "reasons": [step.reason for step in chain.steps],
    }


def _work(case: Case, now: datetime) -> dict[str, Any]:
    claim = case.claimed(now)
    return {
        "claim": {"who": claim.who, "until": iso(claim.until)} if claim else None,
        "may": {
            act.value: [{"reason": one.value, "ja": one.ja, "en": one.en} for one in REASONS.get(act, ())]
            for act in Act
            if act in allowed(case, How.DESK)
        },
        "events": [_event(one) for one in case.events],
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "act": event.act.value,
        "act_ja": ACTS_JA[event.act][0],
        "at": iso_or_none(event.at),
        "how": event.how.value,
        "who": event.who,
        "reason": event.reason.value if event.reason else "",
        "reason_ja": event.reason.ja if event.reason else "",
        "text": event.text,
        "facts": dict(event.facts),
    }
