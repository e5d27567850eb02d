"""The section ``[approval]``: the city's floor under the approval that rules ask for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rules.alert import Approval
from rules.floor import Floor


class Approvals(BaseModel):
    """At least so many people agree, whatever a rule says: from a level on (``{ 4 = "two" }``), and to evacuation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    floor: dict[Annotated[int, Field(ge=0, le=5)], Literal["one", "two"]] = {}
    evacuation: Literal["one", "two"] = "one"

    def as_floor(self) -> Floor:
        """The same for the rules."""
        levels = {level: Approval(least) for level, least in self.floor.items()}
        return Floor(levels=levels, evacuation=Approval(self.evacuation))
