"""``[poll]``, ``[[sources]]`` and ``[lalert]`` of the settings: whom we ask, and who delivers to us."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from feeds.status import Status


class Poll(BaseModel):
    """The forecaster's feeds, asked directly. Without this section nothing is fetched."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: str = Field(
        default="https://www.data.jma.go.jp/developer/xml/feed/", pattern=r"^https?://[^/?#@]+/([^?#]*/)?$"
    )
    feeds: list[Literal["regular", "extra", "eqvol", "other"]] = Field(
        default=["extra", "eqvol", "regular", "other"], min_length=1
    )
    # Offices, as the file names tell them (030000; 010000 is the agency itself); empty: all. Every office counts for
    # earthquakes, tsunami and volcanoes.
    areas: list[str] = []
    every_s: float = Field(default=60, ge=20, le=600)
    timeout_s: float = Field(default=20, ge=1, le=120)


class Source(BaseModel):
    """A small web API to ask; ``name`` is also that of the ``[[message]]`` in a mapping that says how it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9_-]{1,64}$")
    url: str = Field(pattern=r"^https?://[^/?#@\s]+/\S*$")  # {now:%Y%m%d} stands for the time in Japan
    every_s: float = Field(default=600, ge=10, le=86_400)
    behind_s: float = Field(default=0, ge=0, le=86_400)  # {now} is so long ago: when the server has it
    timeout_s: float = Field(default=20, ge=1, le=120)
    alert_window_s: float = Field(default=3600, ge=60, le=86_400)  # older values raise no new alert by themselves
    status: Status = Status.ACTUAL
    headers: dict[str, SecretStr] = {}  # an API key, for example

    @model_validator(mode="after")
    def _known_placeholders(self) -> Self:
        if re.search(r"[{}]", re.sub(r"\{now:(%[YmdHMjy]|[^%{}])+\}", "", self.url)):
            raise ValueError("url may hold {now:%Y%m%d%H%M} and the like, and no other braces")
        return self


class LalertReceiver(BaseModel):
    """L-Alert's node delivers to /commons/subscriber/soap/NAME. ``status`` other than Actual for its test node."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    username: str = Field(min_length=1)
    password: SecretStr = Field(min_length=12)
    status: Status = Status.ACTUAL
