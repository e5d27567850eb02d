"""``[gateways]``, ``[flood]`` and ``[broker]`` of the settings: who publishes to us, and where."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from feeds.status import Status
from services.broker.login import Protocol


class Gateway(BaseModel):
    """One publisher. ``status`` other than Actual makes everything it sends a drill; ``telegram`` lets it relay JMA,
    ``forecast`` foretell snow, ``watch`` tell of people who are watched over.

    ``also`` are topic filters beside its own, for gateways that publish in another maker's way. What comes beyond
    ``allowance`` is kept for later.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    password: SecretStr
    status: Status = Status.ACTUAL
    telegram: bool = False
    forecast: bool = False
    watch: bool = False
    also: list[str] = []
    allowance: float | None = Field(default=None, gt=0)  # messages a second; None: that of [flood]


class Flood(BaseModel):
    """What becomes of a gateway that sends without end. The default is far beyond any that measures."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allowance: float = Field(default=50, gt=0)  # messages a second, for each gateway without one of its own
    kept_mb: float = Field(default=500, gt=0)  # packed, of what is beyond, of all gateways together


class Broker(BaseModel):
    """An MQTT broker of the city's own. Without this section the hub runs its own nats-server."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    port: int = 8883
    username: str = ""
    password: SecretStr = SecretStr("")
    protocol: Protocol = Protocol.V311
    ca: Path | None = None  # with it the connection is TLS
    certificate: Path | None = None  # the hub's own, for a broker that wants to see one
    key: Path | None = None
    client_id: str = "shirase-hub"
