"""The section ``[minimal]``: where minimal mode finds what it needs when the store is lost, and keeps its journal."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class Minimal(BaseModel):
    """A folder on another disk than the store's; what the hub lays aside there is never older than so many minutes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path
    every_min: int = Field(default=10, ge=1, le=1440)
