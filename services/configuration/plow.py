"""The section ``[plow]``: vehicles on sidewalks, contractors, and how long an order may go unanswered."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_NAME = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]


class Contractor(BaseModel):
    """Who plows the sections. Name and telephone are for staff alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=60)
    sections: tuple[str, ...] = Field(min_length=1)  # codes of plow sections
    phone: str = Field(default="", pattern=r"^[0-9+() -]{0,24}$")
    mail: str = Field(default="", pattern=r"^([^\s@,;<>\"]+@[^\s@,;<>\"]+)?$")


class Plow(BaseModel):
    """No receiver can tell a sidewalk from its road, so vehicles that work on sidewalks are named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sidewalk_vehicles: list[str] = []
    contractors: dict[_NAME, Contractor] = {}
    answer_minutes: float = Field(default=15, ge=1, le=240)  # then it rings
    late_minutes: float = Field(default=120, ge=0, le=1440)  # after the finish hour; then it rings that nothing is told
    link_hours: float = Field(default=18, gt=0, le=72)  # how long a contractor's link works

    @property
    def patience(self) -> timedelta:
        return timedelta(minutes=self.answer_minutes)

    @property
    def link(self) -> timedelta:
        return timedelta(hours=self.link_hours)

    def of_section(self, code: str) -> list[Contractor]:
        """Who plows this section."""
        return [one for one in self.contractors.values() if code in one.sections]
