"""MQTT out: each alert as a retained message on ``hub/v1/public/alerts/SERIES``, for signs, apps and other programs.

A later revision takes the place of the older one, an end too; when that has run out, the message is taken away. Whoever
subscribes at any time finds what is in force, and nothing else.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from feeds.status import Status
from rules.alert import Alert
from services.broker.login import ForbiddenError, Login, Protocol
from services.channels.admission import refusal
from services.channels.cap_feed import document_url
from services.channels.channel import Cause, Delivery, Outcome, Payload, Progress, Verdict
from services.channels.facts import facts
from services.channels.http import Base
from services.channels.keeping import Look
from services.channels.mqtt.board import ROOT, Board, BoardAwayError, NotShownError

ALERTS = f"{ROOT}/alerts"
VERSION = 1  # of the messages; a member is added without a new one, never taken away or changed


class Config(BaseModel):
    """The broker to publish on: the hub's own, unless ``host`` names another, which the public may reach."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = ""
    port: int = Field(default=8883, ge=1, le=65535)
    username: str = ""
    password: SecretStr = SecretStr("")
    protocol: Protocol = Protocol.V311
    ca: Path | None = None
    base_url: Base | None = Field(default=None, description="how others reach this hub, for links to CAP documents")
    hazards: bool = True  # publish the hazards too
    statuses: frozenset[Status] = frozenset({Status.ACTUAL})


class Mqtt:
    """The channel ``mqtt``."""

    name = "mqtt"

    def __init__(self, config: Config) -> None:
        self.statuses, self.hazards = config.statuses, config.hazards
        self._base_url = config.base_url
        self.board = Board(_login(config)) if config.host else None

    def on(self, login: Login | None) -> None:
        """Publish on the hub's own broker, where the settings name no other."""
        if self.board is None and login is not None:
            self.board = Board(login)

    def render(self, alert: Alert) -> Payload:
        """One JSON object: ``v``, the link to the CAP document where there is one, and every fact of the alert."""
        links = {"cap": document_url(self._base_url, alert.identifier)} if self._base_url else {}
        body = json.dumps({"v": VERSION} | links | facts(alert), ensure_ascii=False, separators=(",", ":"))
        return Payload(media_type="application/json", parts=(body,), counts=(f"{len(body.encode())} bytes",))

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:  # noqa: ARG002
        """Accepted once the broker has acknowledged the message and shows it. A repeat changes nothing."""
        if never := refusal(delivery, self.statuses, now) or _mislabelled(delivery):
            return never
        if self.board is None:
            return Outcome(
                verdict=Verdict.LATER, detail="no broker: set [broker], or host in [channels.mqtt]", cause=Cause.OURS
            )
        topic = topic_of(delivery.series)
        try:
            await self.board.put(topic, delivery.payload.parts[0].encode())
        except BoardAwayError as error:
            return Outcome(verdict=Verdict.LATER, detail=str(error), cause=Cause.UNREACHED)
        except NotShownError as error:
            return Outcome(verdict=Verdict.UNKNOWN, detail=str(error), cause=Cause.NO_ANSWER)
        except ForbiddenError as error:
            return Outcome(verdict=Verdict.REJECTED, detail=f"{error}; it needs to publish {ROOT}/#", cause=Cause.LOGIN)
        return Outcome(verdict=Verdict.ACCEPTED, remote_id=topic)

    async def keep(self, look: Look) -> bool:
        """Put back what the broker lost, take away what is over."""
        if self.board is None:
            raise BoardAwayError("no broker: set [broker], or host in [channels.mqtt]")
        hung = await self.board.hung(ALERTS)
        view = await look()
        still = [one for one in view.shown if one.series not in view.moving]
        wanted = {topic_of(one.series): one.payload.parts[0].encode() for one in still}
        return await self.board.settle(hung - set(map(topic_of, view.moving)), wanted)

    async def close(self) -> None:
        if self.board is not None:
            await self.board.close()


def topic_of(series: str) -> str:
    """Where a series hangs: one level, whatever letters it has."""
    return f"{ALERTS}/{quote(series, safe='')}"


def _login(config: Config) -> Login:
    return Login(
        host=config.host,
        port=config.port,
        client_id="shirase",
        user=config.username,
        password=config.password.get_secret_value(),
        protocol=config.protocol,
        ca=config.ca,
    )


def _mislabelled(delivery: Delivery) -> Outcome | None:
    told = json.loads(delivery.payload.parts[0]).get("status")
    if told == delivery.status.value:
        return None
    return Outcome(
        verdict=Verdict.REJECTED,
        detail=f"the message of an alert of status {delivery.status} says {told}",
        cause=Cause.OURS,
    )
