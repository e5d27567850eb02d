"""Bluesky: a thread per alert revision, on one account.

Each post is written under a key derived from its delivery, and looked up by that key after an attempt of unknown
outcome: so there is nothing to compare, and no double.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from feeds.status import Status
from rules.alert import Alert
from services.channels.admission import refusal
from services.channels.bluesky.client import Client, Found
from services.channels.bluesky.record import STYLE, record, record_key
from services.channels.channel import WHOLE, Cause, Delivery, Form, Outcome, Payload, Progress, Verdict
from services.channels.http import Base
from services.channels.proof import Proof, by_looking
from services.channels.thread.sending import Part, send_thread
from services.channels.thread.text import TWO, render_thread

_GONE = "the post to reply to is not there"


class Config(BaseModel):
    """One account, by an app password, on the server that holds it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    identifier: str = Field(min_length=3, description="handle or DID of the account")
    app_password: SecretStr = Field(min_length=1, description="an app password, never the account's own")
    url: Base = "https://bsky.social"
    timeout_s: float = Field(default=12.0, gt=0, le=15)  # of one call
    statuses: frozenset[Status] = frozenset({Status.ACTUAL})
    languages: frozenset[str] = TWO


class Bluesky:
    """The channel ``bluesky``."""

    name = "bluesky"

    def __init__(self, config: Config) -> None:
        self.statuses = config.statuses
        self._style = replace(STYLE, languages=config.languages)
        self._wall = _Repository(Client(config.url, config.identifier, config.app_password, config.timeout_s))

    def render(self, alert: Alert) -> Payload:
        return self.render_as(alert, WHOLE)

    def render_as(self, alert: Alert, form: Form) -> Payload:
        return render_thread(alert, self._style, form)

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        return refusal(delivery, self.statuses, now) or await send_thread(self._wall, delivery, progress)

    async def prove(self, alert: Alert, now: datetime) -> Proof:  # noqa: ARG002
        """Log in and read the own page; nothing is posted."""
        return await by_looking(self._wall)

    async def close(self) -> None:
        await self._wall.client.door.close()


class _Repository:
    """The account's own records. A remote id is a record's address and its content's hash, with a space between."""

    title = "Bluesky"

    def __init__(self, client: Client) -> None:
        self.client = client

    async def post(self, part: Part, reply_to: str) -> Outcome:
        answers = await self._answers(reply_to) if reply_to else None
        if isinstance(answers, Outcome):
            return answers
        made = await self.client.create(record_key(part), record(part, answers))
        return made if isinstance(made, Outcome) else Outcome(verdict=Verdict.ACCEPTED, remote_id=_named(made))

    async def look_back(self, parts: Sequence[Part]) -> list[str] | None:
        ids: list[str] = []
        for part in parts:
            found = await self.client.find(record_key(part))
            if isinstance(found, Outcome):
                return None
            if found is None:
                break
            ids.append(_named(found))
        return ids

    def reply_refused(self, outcome: Outcome) -> bool:
        return outcome.verdict is Verdict.REJECTED and outcome.detail == _GONE

    async def _answers(self, reply_to: str) -> dict[str, Any] | Outcome:
        """What a reply refers to: the post it answers, and the one that began the conversation."""
        uri, _, cid = reply_to.partition(" ")
        parent = await self.client.look(uri)
        if isinstance(parent, Outcome):
            return parent
        if parent is None:
            return Outcome(verdict=Verdict.REJECTED, detail=_GONE, cause=Cause.REFUSED)
        this = {"uri": uri, "cid": cid or parent.cid}
        earlier = parent.value.get("reply")
        return {"root": earlier.get("root", this) if isinstance(earlier, dict) else this, "parent": this}


def _named(found: Found) -> str:
    return f"{found.uri} {found.cid}"
