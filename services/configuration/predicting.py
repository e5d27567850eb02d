"""The section ``[predict]``: whether several processes work out the picture together."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Predicting(BaseModel):
    """By catchment, each process that runs ``predict`` has its part of the rivers; else one works and others wait."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by_catchment: bool = False
