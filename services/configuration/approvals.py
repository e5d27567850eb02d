"""The section ``[approval]``: the city's floor under the approval that rules ask for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rules.alert import GRAVE, Approval
from rules.floor import Floor


class Approvals(BaseModel):
    """At least so many people agree, whatever a rule says: from a level on (``{ 4 = "two" }``), and to evacuation.

    From the level ``another_person_from`` on nobody agrees alone to words of their own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    floor: dict[Annotated[int, Field(ge=0, le=5)], Literal["one", "two"]] = {}
    evacuation: Literal["one", "two"] = "one"
    another_person_from: Annotated[int, Field(ge=0, le=5)] | Literal["never"] = GRAVE

    def as_floor(self) -> Floor:
        """The same for the rules."""
        levels = {level: Approval(least) for level, least in self.floor.items()}
        another = None if self.another_person_from == "never" else self.another_person_from
        return Floor(levels=levels, evacuation=Approval(self.evacuation), another_from=another)
