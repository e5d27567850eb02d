"""LINE: one broadcast per alert revision to all friends of the city's official account.

The first request already carries a retry key, so that a lost answer can be asked for again: LINE then says 409 where it
has taken the message. It remembers a key for 24 hours.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from feeds.status import Status
from rules.alert import Alert
from rules.wording.languages import in_order
from services.channels.admission import refusal
from services.channels.bulletin import bulletin
from services.channels.channel import Cause, Delivery, Outcome, Payload, Progress, Told, Verdict
from services.channels.http import Answer, Base, Door, Token, failed, told
from services.channels.marks import unmarked
from services.channels.proof import Proof
from services.clock import wall

LIMIT = 5000  # UTF-16 units of one message
_MESSAGES = 5  # of one request; together they count once against the quota
_KEY_LIVES = timedelta(hours=23)  # LINE keeps a retry key for 24 hours


class Config(BaseModel):
    """One official account's Messaging API channel."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    token: Token = Field(description="channel access token")
    url: Base = "https://api.line.me"
    timeout_s: float = Field(default=15.0, gt=0, le=40)  # of one call
    statuses: frozenset[Status] = frozenset({Status.ACTUAL})
    languages: frozenset[str] = frozenset()  # beside Japanese; empty: all there are


class Line:
    """The channel ``line``."""

    name = "line"

    def __init__(self, config: Config) -> None:
        self.statuses = config.statuses
        self._languages = config.languages
        self._token, self._door = config.token, Door(config.timeout_s)
        self._address = f"{config.url}/v2/bot/message/broadcast"
        self._validate = f"{config.url}/v2/bot/message/validate/broadcast"
        self._quota = f"{config.url}/v2/bot/message/quota"

    def render(self, alert: Alert) -> Payload:
        """A message per language, Japanese first and in full; what is more than five messages shares the last.

        Raises ValueError where a message is too long for LINE.
        """
        wanted = [tag for tag in in_order(alert.texts) if tag == "ja" or not self._languages or tag in self._languages]
        messages = [bulletin(alert, alert.texts[tag]) for tag in wanted]
        parts = [*messages[: _MESSAGES - 1], "\n\n".join(messages[_MESSAGES - 1 :])]
        parts = [part for part in parts if part]
        lengths = [utf16_units(part) for part in parts]
        if max(lengths) > LIMIT:
            raise ValueError(f"a message of {alert.identifier} has {max(lengths)} characters, over the {LIMIT} of LINE")
        counts = tuple(f"{length}/{LIMIT}字" for length in lengths)
        return Payload(
            media_type="text/plain",
            parts=tuple(parts),
            counts=counts,
            quiet=alert.severity == "Minor" or alert.soundless,
        )

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:  # noqa: ARG002
        """One request for all messages, so there is no progress to tell."""
        if never := refusal(delivery, self.statuses, now) or _unmarked(delivery) or _forgotten(delivery):
            return never
        body: dict[str, Any] = {"messages": [{"type": "text", "text": text} for text in delivery.payload.parts]}
        if delivery.payload.quiet:
            body["notificationDisabled"] = True
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}", "X-Line-Retry-Key": delivery.key}
        answer = await self._door.call("POST", self._address, json=body, headers=headers)
        return answer if isinstance(answer, Outcome) else self._judge(answer)

    async def limits(self) -> tuple[Told, ...]:
        """What is left of the month by LINE's own count; a plan without a limit says so."""
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        plan = await self._door.call("GET", self._quota, headers=headers)
        used = await self._door.call("GET", f"{self._quota}/consumption", headers=headers)
        if isinstance(plan, Outcome) or isinstance(used, Outcome):
            return ()
        limit, total = number(plan, "value"), number(used, "totalUsage")
        if total is None or (limit is None and plan.member("type") != "none"):
            return ()
        return (Told(window="month", limit=limit, used=total),)

    async def prove(self, alert: Alert, now: datetime) -> Proof:  # noqa: ARG002
        """LINE checks the token and the messages, and tells nobody."""
        messages = [{"type": "text", "text": text} for text in self.render(alert).parts]
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        answer = await self._door.call("POST", self._validate, json={"messages": messages}, headers=headers)
        if isinstance(answer, Outcome) or answer.status != 200:
            return Proof(fault=answer.detail if isinstance(answer, Outcome) else f"LINE: {told(answer, self._token)}")
        unproven = ("友だちへの配信（試すと全員に届くため）",)
        return Proof(proven=("トークンが有効", "文面をLINEが受け付ける形と認めた"), unproven=unproven)

    async def close(self) -> None:
        await self._door.close()

    def _judge(self, answer: Answer) -> Outcome:
        """200 says that LINE took it, not that a phone showed it: who blocked the account stays silent."""
        request = answer.headers.get("X-Line-Request-Id", "")
        match answer.status:
            case 200:
                return Outcome(verdict=Verdict.ACCEPTED, remote_id=request)
            case 409:
                first = answer.headers.get("X-Line-Accepted-Request-Id", "") or request
                return Outcome(verdict=Verdict.DUPLICATE, remote_id=first, detail="409")
            case 503:
                return Outcome(verdict=Verdict.UNKNOWN, detail=f"LINE: {told(answer, self._token)}", cause=Cause.BUSY)
            case _:
                detail = f"LINE: {told(answer, self._token)}"
                if answer.status == 429 and "monthly limit" in detail:
                    detail += "; the month's messages are used up: raise the plan, or ask for the local-government plan"
                return failed(answer, wall(), detail)


def number(answer: Answer, name: str) -> int | None:
    """A whole number of a good answer's JSON object; None where there is none."""
    whole = answer.json if answer.status == 200 else None
    found = whole.get(name) if isinstance(whole, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 10**12 else None


def utf16_units(text: str) -> int:
    """The length of a text as LINE counts it."""
    return len(text.encode("utf-16-le")) // 2


def _unmarked(delivery: Delivery) -> Outcome | None:
    if not unmarked(delivery.payload.parts, delivery.status):
        return None
    return Outcome(
        verdict=Verdict.REJECTED,
        detail=f"a message of an alert of status {delivery.status} lacks its mark",
        cause=Cause.OURS,
    )


def _forgotten(delivery: Delivery) -> Outcome | None:
    """A message that may be out and whose key LINE has forgotten: sending it again might tell everybody twice."""
    tried = delivery.first_tried_at
    if not delivery.after_unknown or tried is None or wall() - tried < _KEY_LIVES:
        return None
    return Outcome(
        verdict=Verdict.REJECTED, detail="may have been sent a day ago; LINE cannot tell any more", cause=Cause.OURS
    )
