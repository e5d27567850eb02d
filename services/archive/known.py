"""What the making of archives stands on, beside the store: the city, and what of it is given away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from feeds.status import Status
from geo.model import Ground
from geo.plow.network import Network
from geo.plow.rounds import own
from geo.plow.segment import Segment
from services.configuration.open_data import OpenData
from services.configuration.plow import PUBLIC_DELAY
from services.roads import Roads


@dataclass(frozen=True, kw_only=True)
class Known:
    """``carriageways`` and ``sidewalks``: those that the city itself clears, by plow section; empty without a network
    of real roads."""

    ground: Ground
    terms: OpenData = field(default_factory=OpenData)
    forecasts: bool = False  # may everybody see what our own models foresee?
    carriageways: Mapping[str, Sequence[Segment]] = field(default_factory=dict)
    sidewalks: Mapping[str, Sequence[Segment]] = field(default_factory=dict)
    plow_delay: timedelta = PUBLIC_DELAY

    @classmethod
    def of(cls, ground: Ground, terms: OpenData, forecasts: bool, roads: Roads | None, delay: timedelta) -> Known:
        """With the network, where there is one that was not drawn for drills alone."""
        real = roads if roads and Status.ACTUAL in roads.statuses else None
        return cls(
            ground=ground,
            terms=terms,
            forecasts=forecasts,
            carriageways=_own(real.carriageways if real else None),
            sidewalks=_own(real.sidewalks if real else None),
            plow_delay=delay,
        )


def _own(network: Network | None) -> Mapping[str, Sequence[Segment]]:
    return own(network.segments) if network else {}
