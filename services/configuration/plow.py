"""The section ``[plow]``: vehicles on sidewalks, contractors, snow dumps, and how long an order may go unanswered."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

PUBLIC_DELAY = timedelta(minutes=30)  # practice of other cities: Kamo; Fukui shows nothing for an hour
_NAME = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]


class Contractor(BaseModel):
    """Who plows the sections. Name and telephone are for staff alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=60)
    sections: tuple[str, ...] = Field(min_length=1)  # codes of plow sections
    phone: str = Field(default="", pattern=r"^[0-9+() -]{0,24}$")
    mail: str = Field(default="", pattern=r"^([^\s@,;<>\"]+@[^\s@,;<>\"]+)?$")


class Dump(BaseModel):
    """What is known of a snow dump beside its fence. Volumes are as the snow lies in the heap."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name_en: str = Field(default="", max_length=60)
    public: bool = True  # residents may bring snow; what is not public only staff see
    capacity_m3: float = Field(default=0, ge=0, le=1e8)  # 0: nobody has written it down
    load_m3: float = Field(default=6, gt=0, le=100)  # that a visit leaves
    load_spread: float = Field(default=0.33, ge=0, le=1)  # part by which that may be wrong
    bays: int = Field(default=2, ge=1, le=50)  # trucks that unload at a time
    hours: str = Field(default="", pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d)?$")  # 09:00-16:00


class Plow(BaseModel):
    """No receiver can tell a sidewalk from its road, so vehicles that work on sidewalks are named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sidewalk_vehicles: list[str] = []
    contractors: dict[_NAME, Contractor] = {}
    dumps: dict[_NAME, Dump] = {}  # by the codes of their fences
    answer_minutes: float = Field(default=15, ge=1, le=240)  # then it rings
    late_minutes: float = Field(default=120, ge=0, le=1440)  # after the finish hour; then it rings that nothing is told
    # Passes that are newer are told to nobody outside, on no page and in no answer.
    public_delay_minutes: float = Field(default=PUBLIC_DELAY / timedelta(minutes=1), ge=10, le=240)
    link_hours: float = Field(default=18, gt=0, le=72)  # how long a contractor's link works

    @property
    def patience(self) -> timedelta:
        return timedelta(minutes=self.answer_minutes)

    @property
    def link(self) -> timedelta:
        return timedelta(hours=self.link_hours)

    @property
    def public_delay(self) -> timedelta:
        return timedelta(minutes=self.public_delay_minutes)

    def of_section(self, code: str) -> list[Contractor]:
        """Who plows this section."""
        return [one for one in self.contractors.values() if code in one.sections]
