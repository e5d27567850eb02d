"""``[open311]`` of the settings: who may send requests for residents, and to whom the desk passes them on."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, SecretStr, model_validator

from rules.requests.owner import Owner

Key = Annotated[SecretStr, Field(min_length=20, max_length=200)]
Client = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")]


class Office(BaseModel):
    """Where the desk reaches the administrator of a road that is not the city's. For staff alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=60)
    phone: str = Field(default="", pattern=r"^[0-9+() -]{0,24}$")
    mail: str = Field(default="", pattern=r"^([^\s@,;<>\"]+@[^\s@,;<>\"]+)?$")


class Open311(BaseModel):
    """Without ``keys`` everybody can read and nobody can send. The limits are for ten minutes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    keys: dict[Client, Key] = {}  # an application, or the city's own form → its api_key
    may_change: tuple[Client, ...] = ()  # whose posted updates change the state by themselves
    key_service: str = ""  # how one gets a key; empty: the city's contact
    per_client: int = Field(default=300, ge=1)
    in_all: int = Field(default=1200, ge=1)
    owners: dict[Owner, Office] = {}
    households: dict[str, PositiveInt] = {}  # code of a plow section → how many live there, to compare sections by

    @model_validator(mode="after")
    def _known(self) -> Self:
        if strange := sorted(set(self.may_change) - self.keys.keys()):
            raise ValueError(f"may_change names {', '.join(strange)}, which have no key; add them to [open311.keys]")
        return self
