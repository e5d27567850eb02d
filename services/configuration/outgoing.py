"""``[outgoing]`` of the settings: whom the hub may call beside public addresses."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from services.outgoing.reach import Reach


def _readable(allowed: tuple[str, ...]) -> tuple[str, ...]:
    Reach.of(allowed)
    return allowed


class Outgoing(BaseModel):
    """Hosts (``.domain``: all below it), addresses and nets inside the city with which the hub has business."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allow: Annotated[tuple[str, ...], AfterValidator(_readable)] = ()

    @property
    def reach(self) -> Reach:
        return Reach.of(self.allow)
