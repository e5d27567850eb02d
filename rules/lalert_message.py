"""From our alert to the document that L-Alert passes on to broadcasters and apps.

Evacuation information becomes an EvacuationOrder, which is the whole state: every district in force with what holds
there, and those lifted since; what the city declares becomes a document of its own kind. Everything else becomes a
notice (GeneralInformation).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import shapely

from feeds.japan import JAPAN
from feeds.lalert.document import Body, Evacuation, Issue, Notice, Office, Order, Spot, Type
from rules.alert import Alert, Place
from rules.cap_message import mark
from rules.evacuation import is_order
from rules.lalert_declared import body_of, category_of
from rules.revision import series_began

_NAMESPACE = uuid.UUID("6a0b4c5e-5d0a-5c55-9c8e-6c616c657274")
SORTS: Mapping[int, str] = {3: "高齢者等避難", 4: "避難指示", 5: "緊急安全確保"}
_DISASTERS: Mapping[str, str] = {
    "flood": "大雨",
    "landslide": "大雨",
    "heavy_rain": "大雨",
    "heavy_snow": "大雪",
    "snow_depth": "大雪",
    "volcano": "火山活動",
    "eruption": "噴火",
}
_ORDINARY = frozenset({"Security", "Transport", "Health", "Env", "Other"})
# CAP category → the pair of words that L-Alert has for a notice
_PAIRS: Mapping[str, tuple[str, str]] = {
    "Transport": ("交通", "道路"),
    "Security": ("生活情報", "防犯"),
    "Health": ("生活情報", "医療"),
    "Env": ("生活情報", "環境"),
}
_OTHER = ("その他", "その他")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who tells L-Alert, and in which way."""

    office: Office
    sender_id: str

    @property
    def city(self) -> Spot:
        return Spot(name=self.office.organization, municipality=self.office.code)


def to_lalert(alert: Alert, voice: Voice) -> Issue:
    """The document's next revision. Raises ValueError where an evacuation has no 警戒レベル that L-Alert knows."""
    text = alert.texts["ja"]
    category, named, body = _content(alert, voice)
    headline = f"【訂正】{text.headline}" if alert.correction else text.headline
    cancelled = alert.msg_type == "Cancel" and alert.response != "AllClear"
    title = f"{voice.office.organization} {named}"
    return Issue(
        category=category,
        body=body,
        document_id=document_id(alert.sender, alert.series, category),
        revision=alert.issue,
        distribution_id=document_id(alert.sender, alert.identifier, "distribution"),
        type=_type(alert, cancelled=cancelled),
        status=alert.status.value,
        sender_id=voice.sender_id,
        sent=alert.sent,
        first_sent=series_began(alert),
        until=alert.expires,
        title=mark(title, alert.status, "ja"),
        headline=mark(headline, alert.status, "ja"),
        office=voice.office,
        targets=(voice.city,),
        urgency=alert.urgency,
        severity=alert.severity,
        certainty=alert.certainty,
        errata=mark(_wrong(alert, cancelled=cancelled), alert.status, "ja"),
    )


def _content(alert: Alert, voice: Voice) -> tuple[str, str, Body]:
    """Which kind of document it is, what people call it, and what it says."""
    text, disaster = alert.texts["ja"], _disaster(alert)
    if alert.declared:
        category, called = category_of(alert.declared)
        return category, f"{called} {disaster}", body_of(alert.declared, mark(disaster, alert.status, "ja"))
    if is_order(alert):
        return "EvacuationOrder", f"避難情報 {disaster}", _evacuation(alert, disaster, voice)
    return "GeneralInformation", text.event, _notice(alert, disaster)


def _type(alert: Alert, *, cancelled: bool) -> Type:
    if cancelled:
        return "Cancel"
    return "Report" if alert.issue == 1 else "Update"


def _wrong(alert: Alert, *, cancelled: bool) -> str:
    """What was wrong, where the document says so."""
    return alert.texts["ja"].description if cancelled else alert.correction.get("ja", "")


def _evacuation(alert: Alert, disaster: str, voice: Voice) -> Evacuation:
    """Strongest first, issued before lifted. What is lifted is told by the words it was ordered in."""
    here = {} if alert.ends else alert.place_levels
    orders = _orders(alert, voice, [] if alert.ends else alert.places, here, lifts=False)
    gone = alert.places if alert.ends else alert.lifted
    return Evacuation(
        disaster=mark(disaster, alert.status, "ja"),
        orders=(*orders, *_orders(alert, voice, gone, alert.announced, lifts=True)),
    )


def _orders(
    alert: Alert, voice: Voice, places: Iterable[Place], known: Mapping[str, int], *, lifts: bool
) -> list[Order]:
    levels: dict[int, list[Spot]] = {}
    for place in places:
        level = known.get(place.code) or alert.level or max(known.values(), default=0)
        levels.setdefault(level, []).append(_spot(place, voice))
    unknown = sorted(levels.keys() - SORTS.keys())
    if unknown:
        raise ValueError(f"{alert.identifier} orders an evacuation at level {unknown[0]}; L-Alert knows 3, 4 and 5")
    found = sorted(levels.items(), reverse=True)
    return [Order(sort=SORTS[level], lifts=lifts, spots=tuple(spots), at=alert.sent) for level, spots in found]


def _spot(place: Place, voice: Voice) -> Spot:
    town = place.code if len(place.code) == 12 and place.code.isdecimal() else ""
    return Spot(name=place.name, municipality=voice.office.code, town_code=town, middle=_middle(place))


def _middle(place: Place) -> tuple[float, float] | None:
    """A point inside the largest part, as (latitude, longitude)."""
    if not place.polygons:
        return None
    largest = max((shapely.Polygon(ring) for ring in place.polygons), key=lambda part: part.area)
    inside = largest.representative_point()
    return inside.y, inside.x


def _notice(alert: Alert, disaster: str) -> Notice:
    text = alert.texts["ja"]
    kind = "Ordinary" if alert.category in _ORDINARY else "Disaster"
    if alert.urgency == "Immediate" and alert.severity in {"Severe", "Extreme"}:
        kind = "Alert"
    category, subcategory = _PAIRS.get(alert.category, _OTHER)

    def marked(words: str) -> str:
        return mark(words, alert.status, "ja")

    return Notice(
        kind=kind,
        category=category,
        subcategory=subcategory,
        title=marked(text.event),
        description=marked(f"{text.description}\n{text.instruction}".strip()),
        url=alert.web,
        disaster="" if kind == "Ordinary" else marked(disaster),
    )


def _disaster(alert: Alert) -> str:
    if alert.declared:
        return alert.declared.disaster
    began = series_began(alert).astimezone(JAPAN)
    return f"{began.month}月{began.day}日からの{_DISASTERS.get(alert.kind, '災害')}"


def document_id(*parts: str) -> str:
    """A UUID that is the same for the same parts, so that a retry is no second document."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))
