"""``[open]`` of the settings: under which terms the city gives its data away, and what it does not pass on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Licence: TypeAlias = Literal["PDL1.0", "CC BY 4.0"]


class OpenData(BaseModel):
    """Everything that the city itself has to say of its open data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # 公共データ利用規約（第1.0版）, which says of itself that it goes together with CC BY 4.0.
    licence: Licence = "PDL1.0"
    credit: str = Field(default="", max_length=200)  # what whoever uses the data has to write; empty: the city's name
    contact: str = Field(default="", max_length=200)  # whom to ask about the data; empty: the city's telephone
    # Gateways and sources (docs/feeds.md) whose owners let the city show their readings, but not give them away.
    kept_back_gateways: tuple[str, ...] = ()
    kept_back_layers: tuple[str, ...] = ()  # the same of hazard maps, by name
    archive: bool = True  # finished days and months are made into files to download
    archive_gb: int = Field(default=20, ge=1, le=10_000)  # that all files together may take
    # Why, in a sentence for everybody: name of the gateway or layer → sentence.
    kept_back_because: Mapping[str, str] = Field(default_factory=dict)
