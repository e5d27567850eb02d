"""LINE's side: an answer by reply token or as a message, and the bytes of a photo. Nothing here is written down."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.channels.channel import Outcome
from services.channels.http import Answer, Door
from services.channels.http import told as words_of
from services.configuration.line_talk import LineTalk
from services.fetch import Fetcher, FetchError
from services.photos import MAX_BYTES

_STALE = "Invalid reply token"


class LaterError(Exception):
    """It did not work now and may in a while; the text says why, without a secret or who it was for."""


@dataclass(frozen=True, slots=True)
class Sent:
    """``out``: LINE took it. ``stale``: this reply token serves no more. ``why``: else, LINE's own words."""

    out: bool
    stale: bool = False
    why: str = ""


class Client:
    """One official account."""

    def __init__(self, settings: LineTalk) -> None:
        self._token, self._url, self._data = settings.token, settings.url, settings.data_url
        self._door = Door(settings.timeout_s)
        bearer = {"Authorization": f"Bearer {settings.token.get_secret_value()}"}
        self._headers = bearer
        self._fetcher = Fetcher("shirase", settings.timeout_s, bearer)

    async def reply(self, token: str, messages: Sequence[dict[str, Any]]) -> Sent:
        """Answer with a reply token. It serves once, so that trying again never says a thing twice."""
        body = {"replyToken": token, "messages": list(messages)}
        return self._judged(
            await self._door.call("POST", f"{self._url}/v2/bot/message/reply", json=body, headers=self._headers)
        )

    async def push(self, user: str, messages: Sequence[dict[str, Any]], name: str) -> Sent:
        """As a message of the month's quota. ``name`` makes a repeat harmless for a day."""
        headers = self._headers | {"X-Line-Retry-Key": str(uuid.uuid5(uuid.NAMESPACE_URL, f"shirase:line:{name}"))}
        body = {"to": user, "messages": list(messages)}
        answer = await self._door.call("POST", f"{self._url}/v2/bot/message/push", json=body, headers=headers)
        if isinstance(answer, Answer) and answer.status == 409:  # it was taken the first time
            return Sent(out=True)
        return self._judged(answer)

    async def photo(self, message: str) -> bytes | None:
        """The bytes; None where there are none, none any more, or too many. Raises LaterError."""
        if not message.isalnum():
            return None
        try:
            fetched = await self._fetcher.get(f"{self._data}/v2/bot/message/{message}/content", MAX_BYTES)
        except FetchError as error:
            if error.final or error.gone:
                return None
            raise LaterError("the photo could not be had from LINE") from None
        return fetched.body

    async def close(self) -> None:
        await self._door.close()
        await self._fetcher.close()

    def _judged(self, answer: Answer | Outcome) -> Sent:
        """Raises LaterError for what may pass by itself."""
        if isinstance(answer, Outcome):
            raise LaterError(answer.detail)
        if answer.status == 200:
            return Sent(out=True)
        why = f"LINE: {words_of(answer, self._token)}"
        if answer.status in {408, 425, 429} or answer.status >= 500:
            if "monthly limit" in why:
                return Sent(out=False, why=why)
            raise LaterError(why)
        return Sent(out=False, stale=answer.status == 400 and _STALE in why, why=why)
