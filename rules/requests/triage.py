"""A request on arrival: whose road, how urgent, who asked before, and what the city knows of the road.

Source: practice of snow cities; duplicates by the same service, road, distance and day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from feeds.open311.asked import Asked
from geo.plow.placing import Placed
from geo.plow.track import apart_m
from rules.requests.owner import ELSEWHERE
from rules.requests.state import State

SAME_DAY = timedelta(hours=24)
ANSWERED_URGENT, SAME_URGENT = "answered_urgent", "same_urgent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the road at the moment of asking; ``share`` from 0 to 1, of its last day."""

    segment: str = ""
    name: str = ""
    administrator: str = ""  # nation, prefecture, city, other; empty: no road near
    route_class: int | None = None
    section: str = ""
    done_at: datetime | None = None  # when it was last done
    last_at: datetime | None = None  # when a plow last passed, whole or in part
    share: float = 0.0
    sidewalk: str = ""  # of which side; empty: it is the carriageway
    as_of: datetime | None = None  # passes after it are told to nobody yet


@dataclass(frozen=True, slots=True)
class Before:
    """An open request that may be about the same thing."""

    id: int
    lon: float
    lat: float
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What the desk sees of a request before anybody has looked at it."""

    state: State
    urgent: bool
    reasons: tuple[str, ...]  # answered_urgent, school_route, other_administrator, same_as, no_road
    same_as: int | None = None

    @property
    def waits(self) -> bool:
        """Whether a person should look at it: not where it stands behind a first one, and not where it is told at once
        that the road is another's, unless it is urgent. An ambulance is not turned away by a machine."""
        return self.same_as is None and (self.state.is_open or self.urgent)


def triage(asked: Asked, found: Placed | None, before: Iterable[Before], now: datetime) -> Triage:
    """Judge a request. ``before`` are open ones of the same service on the same segment."""
    reasons: list[str] = []
    if asked.urgent:
        reasons.append(ANSWERED_URGENT)
    if found is None:
        return Triage(state=State.OPEN, urgent=asked.urgent, reasons=(*reasons, "no_road"))
    if found.segment.school_route:
        reasons.append("school_route")
    urgent = bool(reasons)
    if found.segment.administrator in ELSEWHERE:
        return Triage(state=State.ELSEWHERE, urgent=urgent, reasons=(*reasons, "other_administrator"))
    first = _same(asked, before, now)
    if first is not None:
        reasons.append("same_as")
    return Triage(state=State.OPEN, urgent=urgent, reasons=tuple(reasons), same_as=first)


def _same(asked: Asked, before: Iterable[Before], now: datetime) -> int | None:
    """The oldest of those that are about the same thing."""
    if asked.lon is None or asked.lat is None:
        return None
    lately = [one for one in before if now - one.asked_at <= SAME_DAY]
    if not lately:
        return None
    lon, lat = np.array([one.lon for one in lately]), np.array([one.lat for one in lately])
    metres = apart_m(np.full_like(lon, asked.lon), np.full_like(lat, asked.lat), lon, lat)
    near = [one.id for one, away in zip(lately, metres, strict=True) if away <= asked.service.same_road_m]
    return min(near, default=None)


def known_of(found: Placed) -> Known:
    """The road as its network has it; nothing of passes."""
    segment = found.segment
    return Known(
        segment=segment.id,
        name=segment.name,
        administrator=segment.administrator,
        route_class=segment.route_class,
        section=segment.section,
        sidewalk=segment.sidewalk,
    )
