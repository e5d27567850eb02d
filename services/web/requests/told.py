"""A request as the page tells it: its words by who reads them, its evidence then and now, what was said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from feeds.masking import masked
from feeds.open311.catalog import Catalog, Service
from feeds.status import Status
from rules.marks import MARKS
from rules.requests.owner import WORDS as OWNERS
from rules.requests.owner import Owner
from rules.requests.state import WORDS, State
from services.configuration.open311 import Office
from services.requests.lately import Passed, passed
from services.store import reporters, request_queue, request_words, requests
from services.store.request_words import Word
from services.store.requests import Request, Update
from services.web.context import WebContext
from services.web.language.speaking import N_
from services.web.requests.figures import LATE

REASONS = {
    "answered_urgent": N_("緊急との回答"),
    "school_route": N_("通学路"),
    "other_administrator": N_("市の道路ではない"),
    "same_as": N_("同じ場所の依頼がある"),
    "no_road": N_("近くに道路がない"),
    "same_urgent": N_("同じ場所の依頼に緊急との回答"),
}
ROADS = {
    "city": N_("市道"),
    "nation": N_("国道"),
    "prefecture": N_("県道"),
    "other": N_("その他の道路"),
    "": N_("道路不明"),
}
_EACH = 10  # of those behind a first one, and of words; the rest is counted
_WAYS = {"@public": N_("市のページ"), "@line": "LINE"}  # by which it came, where no application sent it
_ANSWERS = (State.SCHEDULED, State.IN_PROGRESS, State.FIXED, State.NO_ACTION)


@dataclass(frozen=True, slots=True)
class Around:
    """What belongs to the requests of a page."""

    behind: Mapping[int, tuple[int, list[Request]]]
    words: Mapping[int, list[Word]]
    said: Mapping[int, list[Update]]
    passed: Mapping[str, Passed]
    senders: Mapping[str, tuple[str, ...]]


async def cards(context: WebContext, status: Status, found: Sequence[Request], whole: bool) -> list[dict[str, Any]]:
    """The requests for the page; ``whole``: in the resident's own words."""
    now, numbers = context.now(), [one.id for one in found]
    async with context.store.read() as connection:
        around = Around(
            behind=await request_queue.behind(connection, numbers, _EACH),
            words=await request_words.newest(connection, numbers, _EACH),
            said=await requests.history(connection, numbers),
            senders=await reporters.known(connection, [requests.about(number) for number in numbers]),
            passed=await passed(connection, status, {one.known.segment for one in found} - {""}, now),
        )
    services = context.services
    catalog = services.catalog if services else None
    offices = services.settings.owners if services else {}
    return [_card(one, around, catalog, whole, now) | {"owners": _owners(one, offices, catalog)} for one in found]


def _card(one: Request, around: Around, catalog: Catalog | None, whole: bool, now: datetime) -> dict[str, Any]:
    service = catalog.find(one.service) if catalog else None
    count, behind = around.behind.get(one.id, (0, []))
    lately = around.passed.get(one.known.segment)
    return {
        "one": one,
        "contact": around.senders.get(requests.about(one.id), ()),
        "known": one.known,
        "way": _WAYS.get(one.client, one.client),
        "name": service.name if service else one.service,
        "name_en": service.name_en if service else "",
        "mark": MARKS[one.status][0],
        "turn": int(one.turn),
        "state_ja": WORDS[one.state][0],
        "late": one.waits_since is not None and one.waits_since < now - LATE,
        "reasons": [REASONS.get(reason, reason) for reason in one.reasons if reason != "no_road"],
        "road": ROADS.get(one.known.administrator, one.known.administrator),
        "owner": OWNERS[Owner(one.owner)][0] if one.owner else "",
        "address": one.address if whole else masked(one.address),
        "place": _place(one, whole),
        "text": one.description if whole else masked(one.description),
        "covered": masked(one.description),
        "media_url": one.media_url if whole else "",
        "photos": [f"/api/v1/reports/photos/{name}" for name in one.photos] if whole else [],
        "answers": _answers(one, service),
        "lately": lately,
        "since": lately is not None and lately.last_at > one.asked_at,
        "said": around.said[one.id],
        "words": [(word, word.text if whole else masked(word.text)) for word in around.words[one.id]],
        "behind": [(each, each.description if whole else masked(each.description)) for each in behind],
        "count": count,
        "folded": one.same_as is not None and one.state.is_open,
        "states": _states(one.state),
    }


def _place(one: Request, whole: bool) -> str:
    """Of the map of the situation: zoom, latitude, longitude; empty without a place."""
    lon, lat = (one.lon, one.lat) if whole else (one.public_lon, one.public_lat)
    return "" if lon is None or lat is None else f"17/{lat:.5f}/{lon:.5f}"


def _answers(one: Request, service: Service | None) -> list[tuple[str, str]]:
    """Question and answer, in the words of the catalogue."""
    told = []
    for code, values in one.attributes.items():
        attribute = service.attribute(code) if service else None
        question = attribute.description if attribute else code
        names = [attribute.values.get(value, value) if attribute else value for value in values]
        told.append((question.split(" / ")[0], "・".join(name.split(" / ")[0] for name in names)))
    return told


def _states(state: State) -> list[tuple[str, str]]:
    """What the desk can make of it with one press, as it is last."""
    wanted = _ANSWERS if state.is_open else (State.OPEN,)
    told = [(one.value, "受付に戻す" if one is State.OPEN else WORDS[one][0]) for one in wanted if one is not state]
    return [*told, (state.value, "言葉だけ送る")]


def _owners(one: Request, offices: Mapping[Any, Office], catalog: Catalog | None) -> list[dict[str, str]]:
    """To whom it can be passed on; with a mail that names the place and nothing of who asked."""
    service = catalog.find(one.service) if catalog else None
    mark = MARKS[one.status][0]
    lines = [
        f"{mark}次の依頼を受けました。対応をお願いします。",
        f"内容：{service.name if service else one.service}",
        f"場所：{one.known.name or masked(one.address) or '道路名不明'}",
    ]
    if one.public_lat is not None and one.public_lon is not None:
        lines.append(f"緯度・経度：{one.public_lat:.5f}, {one.public_lon:.5f}")
    mail = f"?subject={quote(f'{mark}道路の依頼 {one.id}')}&body={quote(chr(10).join(lines))}"
    found = []
    for owner, (ja, _) in OWNERS.items():
        office = offices.get(owner)
        found.append(
            {
                "value": owner.value,
                "name": f"{ja}（{office.name}）" if office else ja,
                "phone": office.phone if office else "",
                "mail": f"{office.mail}{mail}" if office and office.mail else "",
            }
        )
    return found
