"""``[reports]`` of the settings: whether residents may send them, within which limits, and who handles what."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

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


class Reports(BaseModel):
    """Reports by HTTP. Staff and gateways may always send them; the limits are for everybody else, in ten minutes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    public: bool = False  # may residents send reports without logging in?
    per_client: int = Field(default=6, ge=1)
    in_all: int = Field(default=120, ge=1)
    photo_days: int = Field(default=30, ge=1, le=366)  # photos are deleted then
    photo_likeness: int = Field(default=ALIKE, ge=0, le=16)  # bits of 64 by which a copy may differ (docs/reports.md)
    handling: tuple[Handling, ...] = ()  # the first line that fits counts

    @property
    def handles(self) -> tuple[Handles, ...]:
        """Who handles what, as the queue reads it."""
        return tuple(Handles(who=one.who, kinds=one.kinds, areas=one.areas) for one in self.handling)
