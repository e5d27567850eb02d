"""Snow dumps that take no snow, and those that take it again, as people told: for posts to residents."""

from __future__ import annotations

from datetime import datetime, timedelta

from feeds.japan import JAPAN, dated
from geo.area import Area
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs
from geo.plow.announced import Dumped

_CLOSED = timedelta(hours=24)  # since it was last confirmed; who wants to know later looks at the page
_REOPENED = timedelta(hours=6)
_SHUT = ("full", "closed")
_SAID = {"full": "満杯", "closed": "閉鎖", "open": "再開"}


class SnowDumps:
    """Hazards ``snow_dump_closed`` and ``snow_dump_reopened``, level 1, in the city: a dump is no area of its own."""

    name = "snow_dumps"
    version = "1"
    quantities = frozenset[str]()
    window = _CLOSED
    telegrams = False
    reports = frozenset[str]()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every public dump that is full or closed, and every one that was and is open again."""
        city = next(iter(ground.areas.of_kind("city")), None)
        if city is None:
            return []
        told = [one for one in inputs.dumps if one.state in _SHUT or one.reopened]
        found = (_hazard(one, inputs, city) for one in sorted(told, key=lambda one: one.code))
        return [one for one in found if one.since <= inputs.now < one.valid_until]


def _hazard(one: Dumped, inputs: Inputs, city: Area) -> Hazard:
    shut = one.state in _SHUT
    source, at = f"dump:{one.code}", one.since.astimezone(JAPAN)
    text = f"雪捨て場 {one.name} {_SAID[one.state]}"
    facts: dict[str, str] = {"dump": one.name, "dump_en": one.name_en, "state": one.state, "since": _iso(one.since)}
    if shut and one.until:
        facts["until"] = _iso(one.until)
    if shut and one.instead:
        facts |= {"instead": one.instead, "instead_en": one.instead_en}
    return Hazard(
        kind="snow_dump_closed" if shut else "snow_dump_reopened",
        area=city.code,
        area_name=city.name,
        level=1,
        alert_level=False,
        model=f"{SnowDumps.name}@{SnowDumps.version}",
        status=inputs.status,
        observed=True,
        since=one.since,
        valid_until=one.confirmed_at + _CLOSED if shut else one.since + _REOPENED,
        headline=text,
        source=source,
        evidence=(Evidence(ref=source, text=f"{text}（職員の入力、{dated(at)}）"),),
        facts=facts,
    )


def _iso(at: datetime) -> str:
    return at.astimezone(JAPAN).isoformat("T", "minutes")
