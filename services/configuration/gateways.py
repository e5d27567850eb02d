"""``[gateways]``, ``[flood]`` and ``[broker]`` of the settings: who publishes to us, and where."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

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


class Door(StrEnum):
    """How messages come in, and so how many processes may take them in at once."""

    SESSION = "session"  # one durable MQTT session: one process
    SHARED = "shared"  # an MQTT 5 shared subscription: several, each with a session of its own
    JETSTREAM = "jetstream"  # nats-server's store, from which several pull


_Place = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+:\d{1,5}$")]  # HOST:PORT


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
    client_id: str = ""  # empty: one that the hub makes and keeps
    door: Door = Door.SESSION
    nodes: list[_Place] = []  # where further nodes of the same cluster take MQTT
    nats: list[_Place] = []  # where the nodes speak NATS, for the door jetstream
    worker: str = Field(default="", pattern=r"^[a-z0-9-]{0,32}$")  # which of several, for the door shared

    @model_validator(mode="after")
    def _door_can_be_opened(self) -> Self:
        if self.door is Door.JETSTREAM and not self.nats:
            raise ValueError('door = "jetstream" needs nats = ["HOST:PORT", …]: where the nodes speak NATS')
        if self.door is Door.SHARED and (self.protocol is not Protocol.V5 or not self.worker):
            raise ValueError('door = "shared" needs protocol = "5", and worker = "NAME", another for each process')
        return self

    @property
    def several(self) -> bool:
        """True where more than one process may take messages in."""
        return self.door is not Door.SESSION
