"""Hazard: observed or predicted danger at a place, with the reasons for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from feeds.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One reason: which record (or layer), and a sentence a duty officer can read."""

    ref: str  # a record key, or layer:NAME
    text: str  # 北上川 館坂橋 2.61 m（18:40、氾濫危険水位 2.80 m）


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """Danger of one kind in one area, as one model sees it.

    ``level`` runs 0–5. It is the 警戒レベル only where ``alert_level`` is true; 大雪, 暴風, snow depth, bears and the
    like have none, and there it only orders the hazards among themselves.
    """

    kind: str  # flood, heavy_rain, landslide, heavy_snow, snow_depth, bear, suspicious_person, …
    area: str  # area code
    area_name: str
    level: int
    alert_level: bool
    model: str  # name@version
    status: Status
    observed: bool  # False: foreseen
    since: datetime  # since when this level holds
    valid_until: datetime  # not to be believed after this
    headline: str  # one line for the event list, in Japanese
    probability: float | None = None
    relayed: bool = False  # others announced it: for staff to know, seen by no resident and posted by no rule
    equipment: bool = False  # of our own gateways and sensors: for staff alike
    held_back: bool = False  # a report that nobody has confirmed or released: for staff to judge
    late: bool = False  # its newest reading came too late to be news: shown, but it begins and raises no alert
    source: str = ""  # what separates two hazards of one kind in one area: gauge, telegram kind, report
    evidence: tuple[Evidence, ...] = ()
    facts: Mapping[str, str | float | int | bool] = field(default_factory=dict)  # what the wording may quote

    @property
    def for_staff(self) -> bool:
        """True where no resident sees it and no rule posts it: others announced it, it is about our equipment, or
        people have not judged it."""
        return self.relayed or self.equipment or self.held_back

    @property
    def key(self) -> str:
        """Same danger, same key, however its level moves."""
        return f"{self.status}/{self.model.partition('@')[0]}/{self.kind}/{self.area}/{self.source}"

    def same_picture(self, other: Hazard) -> bool:
        """True where nothing that people act on has changed."""
        return replace(self, evidence=(), since=other.since, valid_until=other.valid_until) == replace(
            other, evidence=()
        )


def carry_over(before: Mapping[str, Hazard], now: Iterable[Hazard]) -> list[Hazard]:
    """Give each hazard the ``since`` of its predecessor as long as the level has not changed."""
    carried = []
    for hazard in now:
        past = before.get(hazard.key)
        same = past is not None and past.level == hazard.level and past.since <= hazard.since
        carried.append(replace(hazard, since=past.since) if past and same else hazard)
    return carried


def next_picture(before: Mapping[str, Hazard], found: Mapping[str, Iterable[Hazard] | None]) -> list[Hazard]:
    """The picture after a look of the models; of one that failed (None) the last word stands until it runs out."""
    after: list[Hazard] = []
    for name, hazards in found.items():
        after += [h for h in before.values() if h.model.partition("@")[0] == name] if hazards is None else hazards
    return carry_over(before, after)
