"""What others announce through L-Alert, for the staff to know: evacuation, shelters, lifelines, traffic, 国民保護.

A document is the whole current state of what it tells, so one document is one hazard. Each is ``relayed``: no rule ever
posts it again, and residents hear it from those who announced it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feeds.lalert.types import Fact, LalertArea, LalertDocument
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs
from geo.official.documents import LONGEST, brief, ends, issued, listed, moment, said, standing, where

_LIFTED = "解除"
_STATE = timedelta(days=14)  # what is updated until it is over
_NOTICE = timedelta(days=3)
_GRAVE = ("指示", "勧告", "緊急安全確保", "警戒区域")  # as strong as level 4, where the order has no 警戒レベル


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What one document comes to. ``order``: its 警戒レベル, 0 where it has none."""

    kind: str
    level: int
    text: str
    lasts: timedelta
    since: datetime
    order: int = 0
    facts: Mapping[str, str | int] = field(default_factory=dict)


class Lalert:
    """One hazard per document in force that concerns the prefecture; its area is the municipality."""

    name = "lalert"
    version = "1"
    quantities = frozenset[str]()
    window = LONGEST
    telegrams = False
    reports = frozenset[str]()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every document that holds at ``inputs.now``: not run out, neither lifted nor cancelled."""
        if not ground.areas.of_kind("city"):
            return []
        hazards = (self._hazard(document, inputs, ground) for document in standing(inputs))
        return sorted((hazard for hazard in hazards if hazard), key=lambda hazard: hazard.key)

    def _hazard(self, document: LalertDocument, inputs: Inputs, ground: Ground) -> Hazard | None:
        told, there = _KINDS.get(document.category, _protection)(document), where(document, ground)
        if told is None or there is None:
            return None
        valid_until = ends(document, told.lasts)
        if valid_until <= inputs.now:
            return None
        who = f"{there.reach}、{said(document)}" if there.reach else said(document)
        return Hazard(
            kind=told.kind,
            area=there.area,
            area_name=there.name,
            level=told.level,
            alert_level=told.order > 0 and there.own,  # what a neighbour orders is no level of this city
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,
            relayed=True,
            since=min(told.since, inputs.now),
            valid_until=valid_until,
            headline=f"{brief(told.text, 120)}（{who}）",
            source=document.document_id,
            evidence=(
                Evidence(ref=document.key, text=f"{brief(document.headline or told.text, 400)}（{said(document)}）"),
            ),
            facts=_facts(document)
            | {name: brief(x, 400) if isinstance(x, str) else x for name, x in told.facts.items()},
        )


def _facts(document: LalertDocument) -> dict[str, str | float | int | bool]:
    return {
        "category": document.category,
        "document": document.document_id,
        "revision": document.revision,
        "title": brief(document.title, 120),
        "organization": brief(document.organization, 40),
        "issued_at": issued(document).isoformat(timespec="minutes"),
    }


def _orders(document: LalertDocument) -> _Told | None:
    """Evacuation information: the orders in force, strongest first. None where all are lifted."""
    if not any(area.kind_name for area in document.areas):
        return _order_in_short(document)
    holding = sorted((area for area in document.areas if _LIFTED not in area.status), key=_gravity, reverse=True)
    if not holding:
        return None
    strongest = [area for area in holding if area.kind_name == holding[0].kind_name]
    places: dict[str, list[str]] = {}
    for area in holding:
        places.setdefault(area.kind_name, []).append(area.name)
    order = strongest[0].alert_level or 0
    return _Told(
        kind="evacuation",
        level=_gravity(strongest[0]),
        text="、".join(f"{sort}：{listed(names)}" for sort, names in places.items()),
        lasts=_STATE,
        since=min((at for area in strongest if (at := moment(area.time))), default=issued(document)),
        order=order,
        facts={"order": holding[0].kind_name, "order_level": order, "places": listed(places[holding[0].kind_name], 20)},
    )


def _order_in_short(document: LalertDocument) -> _Told | None:
    """A document without details says all it has in its title."""
    if _LIFTED in document.title and "発令" not in document.title:
        return None
    text = document.title or document.headline
    return _Told(kind="evacuation", level=3, text=text, lasts=_STATE, since=issued(document))


def _gravity(area: LalertArea) -> int:
    """The 警戒レベル; where there is none (tsunami, volcano, 警戒区域) a figure that only orders."""
    return area.alert_level or (4 if any(word in area.kind_name for word in _GRAVE) else 3)


def _shelters(document: LalertDocument) -> _Told | None:
    """Shelters that are open. None where there is none."""
    shelters = [item for item in document.items if item.get("sort") == "開設"]
    if not shelters:
        return None
    names = [_text(item, "area_name") for item in shelters]
    full = sum(_text(item, "status") == "定員一杯" for item in shelters)
    return _Told(
        kind="shelters",
        level=1,
        text=f"避難所 {len(shelters)}か所開設：{listed(names)}{f'（{full}か所は定員一杯）' if full else ''}",
        lasts=_STATE,
        since=issued(document),
        facts={"open": len(shelters), "full": full, "places": listed(names, 20)},
    )


_NOTICES = {"ライフライン": "lifeline", "交通": "traffic"}


def _notice(document: LalertDocument) -> _Told | None:
    """お知らせ of lifelines and traffic; the others are kept and not shown."""
    body = next(iter(document.items), {})
    kind = _NOTICES.get(_text(body, "category"))
    if kind is None:
        return None
    what = _text(body, "sub_category")
    text = _text(body, "title") or document.title
    facts = {"of": what, "description": _text(body, "description")}
    return _Told(kind=kind, level=2, text=f"{what}：{text}", lasts=_NOTICE, since=issued(document), facts=facts)


def _protection(document: LalertDocument) -> _Told | None:
    """国民保護, in whatever body it comes. Of what else nobody knows the category, it is kept and not shown."""
    words = (document.category, document.title, document.headline)
    if not any("国民保護" in word or "CivilProtection" in word for word in words) or _LIFTED in document.title:
        return None
    text = f"国民保護：{document.title or document.headline}"
    return _Told(kind="civil_protection", level=5, text=text, lasts=timedelta(days=1), since=issued(document))


def _nothing(_document: LalertDocument) -> None:
    """Kept, and not shown: a notice of a 国民保護 drill must not look like the real thing."""


def _text(item: Mapping[str, Fact], name: str) -> str:
    found = item.get(name)
    return "、".join(found) if isinstance(found, list) else str(found or "")


_KINDS: Mapping[str, Callable[[LalertDocument], _Told | None]] = {
    "EvacuationOrder": _orders,
    "Shelter": _shelters,
    "GeneralInformation": _notice,
    **dict.fromkeys(("AntidisasterHeadquarter", "DamageInformation", "Event", "UrgentMail"), _nothing),
}
