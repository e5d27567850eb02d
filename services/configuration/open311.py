"""``[open311]`` of the settings: who may send requests for residents, and how long they are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

Key = Annotated[SecretStr, Field(min_length=20, max_length=200)]
Client = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")]


class Open311(BaseModel):
    """Without ``keys`` everybody can read and nobody can send. The limits are for ten minutes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    keys: dict[Client, Key] = {}  # an application, or the city's own form → its api_key
    key_service: str = ""  # how one gets a key; empty: the city's contact
    per_client: int = Field(default=300, ge=1)
    in_all: int = Field(default=1200, ge=1)
    kept_days: int = Field(default=400, ge=31, le=3660)

    @property
    def kept(self) -> timedelta:
        return timedelta(days=self.kept_days)
