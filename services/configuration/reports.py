"""``[reports]`` of the settings: whether residents may send them, within which limits, and who handles what."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, field_validator

from geo.sighted.linking import Assumed
from rules.reports.handling import Handles
from rules.reports.kinds import KINDS
from rules.reports.photo import ALIKE


class Handling(BaseModel):
    """One line of who handles what: a desk, role or person; kinds and codes of districts, every one where left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    who: str = Field(min_length=1, max_length=60)
    kinds: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()

    @field_validator("kinds")
    @classmethod
    def _known(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        if strangers := sorted(set(kinds) - KINDS.keys()):
            raise ValueError(f"{', '.join(strangers)}: no kind of report; use {', '.join(KINDS)}")
        return kinds


class Tracks(BaseModel):
    """Which sightings may be of one animal; where that is not so here, it is for the city to say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gap_hours: float = Field(default=3, gt=0, le=24)
    speed_kmh: float = Field(default=15, gt=0, le=60)
    apart_m: float = Field(
        default=300, ge=0, le=5000
    )  # how far from the truth two callers together place what they see
    same_minutes: float = Field(default=15, ge=0, le=120)  # within these two calls are one sighting

    @property
    def assumed(self) -> Assumed:
        """As they are linked by it."""
        return Assumed(
            gap=timedelta(hours=self.gap_hours),
            speed_kmh=self.speed_kmh,
            apart_m=self.apart_m,
            same_within=timedelta(minutes=self.same_minutes),
        )


class Reports(BaseModel):
    """Reports by HTTP. Staff and gateways may always send them; the limits are for everybody else, in ten minutes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    public: bool = False  # may residents send reports without logging in?
    per_client: int = Field(default=6, ge=1)
    in_all: int = Field(default=120, ge=1)
    photo_days: int = Field(default=30, ge=1, le=366)  # photos are deleted then
    photo_likeness: int = Field(default=ALIKE, ge=0, le=16)  # bits of 64 by which a copy may differ (docs/reports.md)
    handling: tuple[Handling, ...] = ()  # the first line that fits counts
    tracks: Tracks = Tracks()

    @property
    def handles(self) -> tuple[Handles, ...]:
        """Who handles what, as the queue reads it."""
        return tuple(Handles(who=one.who, kinds=one.kinds, areas=one.areas) for one in self.handling)
