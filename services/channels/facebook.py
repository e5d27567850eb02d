"""A Facebook page: a post per alert revision, and under the post before it a comment that says what has changed.

A feed shows posts by its own taste, some a day late, so what replaces an alert is a post of its own (a comment reaches
nobody's feed) and stands under the old one too, where the late reader sees it. Facebook knows no idempotency key: after
an attempt of unknown outcome the page's own posts are read before anything is posted. It refuses a post that repeats
the one before it, which is a second guard. Graph API of Meta, developers.facebook.com/docs/graph-api.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from feeds.status import Status
from rules.alert import Alert
from rules.wording.languages import in_order
from rules.wording.times import stamp
from services.channels.admission import refusal
from services.channels.bulletin import between_marks, bulletin
from services.channels.channel import Cause, Delivery, Outcome, Payload, Progress, Verdict
from services.channels.http import Answer, Base, Door, Token, failed, told
from services.channels.marks import announced, led, turn_mark_in
from services.channels.proof import Proof, by_looking
from services.channels.thread.cutting import prepared
from services.channels.thread.sending import Part, same_text, send_thread
from services.channels.thread.text import TWO
from services.clock import wall

LIMIT, COMMENT_LIMIT = 63_206, 8_000  # characters
_SLACK = timedelta(minutes=2)  # between our clock and theirs
_PAGES = 5  # of a hundred posts: more than a page has within the life of one alert
_LIMITED = {4, 17, 32, 341, 368, 613, 80001}  # of the app, the token's user, the page; "wait and retry"
_TROUBLED = {1, 2}  # "possibly a temporary issue": what became of the post is not known
_PERMISSION = {3, 10, *range(200, 300)}
_DUPLICATE, _TOKEN, _GONE = 506, 190, (100, 33)


class Config(BaseModel):
    """One page. The token is the page's own, of a system user: it does not run out with a person's login."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    page: str = Field(pattern=r"^\d{1,32}$", description="number of the page")
    token: Token = Field(description="page access token: pages_manage_posts, pages_read_engagement, _manage_engagement")
    app_secret: SecretStr | None = Field(default=None, description="where the app demands a proof of it with each call")
    version: str = Field(
        default="v24.0", pattern=r"^v\d{1,3}\.\d$", description="of the Graph API; each lives two years"
    )
    url: Base = "https://graph.facebook.com"
    timeout_s: float = Field(default=12.0, gt=0, le=15)  # of one call
    statuses: frozenset[Status] = frozenset({Status.ACTUAL})
    languages: frozenset[str] = TWO  # beside Japanese


class Facebook:
    """The channel ``facebook``."""

    name = "facebook"

    def __init__(self, config: Config) -> None:
        self.statuses = config.statuses
        self._languages = config.languages | {"ja"}
        self._graph = _Graph(config)

    def render(self, alert: Alert) -> Payload:
        """The post; of a later revision also the comment under the post before. ValueError where one is too long."""
        tags = [tag for tag in in_order(alert.texts) if tag in self._languages]
        post = "\n\n".join(bulletin(alert, alert.texts[tag]) for tag in tags)
        later = alert.revision > 1
        parts = (post, "\n\n".join(_change(alert, tag) for tag in tags)) if later else (post,)
        limits = (LIMIT, COMMENT_LIMIT)
        for part, limit in zip(parts, limits, strict=False):
            if len(part) > limit:
                raise ValueError(
                    f"a text of {alert.identifier} has {len(part)} characters, over the {limit} of Facebook"
                )
        shown = zip(("", "コメント "), parts, limits, strict=False)
        counts = tuple(f"{what}{len(part)}/{limit}字" for what, part, limit in shown)
        return Payload(media_type="text/plain", parts=parts, counts=counts)

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        """A comment that has no post to stand under, because the earlier one never went out, is left out."""
        if never := refusal(delivery, self.statuses, now):
            return never
        return await send_thread(_Page(self._graph, delivery.reply_to), delivery, progress)

    async def prove(self, alert: Alert, now: datetime) -> Proof:  # noqa: ARG002
        """Read the page's own posts with its token; nothing is posted."""
        return await by_looking(_Page(self._graph, ""))

    async def close(self) -> None:
        await self._graph.door.close()


class _Graph:
    """Calls of the Graph API in the name of one page. The token goes in a header, so that no address holds it."""

    def __init__(self, config: Config) -> None:
        self.door, self.page = Door(config.timeout_s), config.page
        self._base, self._token = f"{config.url}/{config.version}", config.token
        self._secrets = [config.token, *([config.app_secret] if config.app_secret else [])]
        self._headers = {"Authorization": f"Bearer {config.token.get_secret_value()}"}
        self._proof = _proof(config.token, config.app_secret)

    async def publish(self, edge: str, message: str) -> tuple[Outcome, tuple[int, int]]:
        """The outcome, and Facebook's own code and subcode of a refusal."""
        body = {"message": message} | self._proof
        answer = await self.door.call("POST", f"{self._base}/{edge}", data=body, headers=self._headers)
        if isinstance(answer, Outcome):
            return answer, (0, 0)
        if answer.status == 200:
            remote_id = answer.member("id")
            odd = Outcome(verdict=Verdict.UNKNOWN, detail="200 in an unexpected shape", cause=Cause.FAULT)
            return Outcome(verdict=Verdict.ACCEPTED, remote_id=remote_id) if remote_id else odd, (0, 0)
        return self._refused(answer), code_of(answer)

    async def messages(self, edge: str, since: datetime) -> dict[str, str] | None:
        """Ids of what the page wrote there since then, by its text; None where that cannot be read now."""
        found: dict[str, str] = {}
        query = {"fields": "id,message", "limit": "100", "since": str(int(since.timestamp()))} | self._proof
        for _ in range(_PAGES):
            answer = await self.door.call("GET", f"{self._base}/{edge}", params=query, headers=self._headers)
            if isinstance(answer, Answer) and code_of(answer) == _GONE:
                return {}
            whole = answer.json if isinstance(answer, Answer) and answer.status == 200 else None
            if not isinstance(whole, dict) or not isinstance(whole.get("data"), list):
                return None
            found |= {same_text(one["message"]): one["id"] for one in whole["data"] if _has_text(one)}
            after = _after(whole)
            if not after:
                break
            query |= {"after": after}
        return found

    def _refused(self, answer: Answer) -> Outcome:
        code, subcode = code_of(answer)
        error = _error(answer)
        words = told(Answer(answer.status, answer.headers, str(error.get("message") or answer.body)), *self._secrets)
        detail = f"Facebook: {words}" + (f" (code {code}, {subcode})" if code else "")
        if code in _LIMITED:
            return Outcome(verdict=Verdict.LATER, detail=detail, retry_at=_regained(answer, wall()), cause=Cause.LIMIT)
        if code in _TROUBLED or error.get("is_transient") is True or answer.status == 503:
            cause = Cause.BUSY if answer.status == 503 else Cause.FAULT
            return Outcome(verdict=Verdict.UNKNOWN, detail=detail, cause=cause)
        if code == _TOKEN:
            detail += "; the page's token is no longer valid: make a new one and write it to the secret file"
        elif code in _PERMISSION:
            detail += "; the token lacks a permission: it needs pages_manage_posts and pages_manage_engagement"
        outcome = failed(answer, wall(), detail)
        return replace(outcome, cause=Cause.LOGIN) if code == _TOKEN or code in _PERMISSION else outcome


class _Page:
    """The page as a wall with at most two parts: the post, and the comment under the ``earlier`` one."""

    title = "Facebook"

    def __init__(self, graph: _Graph, earlier: str) -> None:
        self._graph, self._earlier = graph, earlier

    async def post(self, part: Part, reply_to: str) -> Outcome:  # noqa: ARG002 - a post answers to nothing
        if part.number > 1 and not self._earlier:
            return Outcome(verdict=Verdict.DUPLICATE, detail="no earlier post to comment on")
        outcome, code = await self._graph.publish(self._edge(part), part.text)
        if code[0] == _DUPLICATE:
            found = await self.look_back([part]) or [""]
            return Outcome(verdict=Verdict.DUPLICATE, remote_id=found[0], detail=outcome.detail)
        if part.number > 1 and code == _GONE:
            return Outcome(verdict=Verdict.DUPLICATE, detail="the earlier post is gone")
        return outcome

    async def look_back(self, parts: Sequence[Part]) -> list[str] | None:
        ids: list[str] = []
        for part in parts:
            if part.number > 1 and not self._earlier:
                break
            shown = await self._graph.messages(self._edge(part, back=True), part.began - _SLACK)
            if shown is None:
                return None
            if same_text(part.text) not in shown:
                break
            ids.append(shown[same_text(part.text)])
        return ids

    def reply_refused(self, outcome: Outcome) -> bool:  # noqa: ARG002 - told by ``post`` already
        return False

    def _edge(self, part: Part, back: bool = False) -> str:
        if part.number > 1:
            return f"{self._earlier}/comments"
        return f"{self._graph.page}/{'posts' if back else 'feed'}"


def code_of(answer: Answer) -> tuple[int, int]:
    """Facebook's code and subcode of an error; zeros where it names none."""
    error = _error(answer)
    code, subcode = (error.get(name) for name in ("code", "error_subcode"))
    return (code if isinstance(code, int) else 0, subcode if isinstance(subcode, int) else 0)


def _error(answer: Answer) -> Mapping[str, Any]:
    whole = answer.json
    error = whole.get("error") if isinstance(whole, dict) else None
    return error if isinstance(error, dict) else {}


def _regained(answer: Answer, at: datetime) -> datetime | None:
    """When calls are possible again: the longest of the minutes that the usage header names, if it names any."""
    try:
        usage = json.loads(answer.headers.get("X-Business-Use-Case-Usage", "{}"))
        minutes = [one["estimated_time_to_regain_access"] for some in usage.values() for one in some]
        return at + timedelta(minutes=min(max(minutes), 1440)) if minutes else None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None


def _after(whole: Mapping[str, Any]) -> str:
    """The cursor of the next page. Its ready-made address is not used: it holds the token."""
    paging = whole.get("paging")
    if not isinstance(paging, dict) or "next" not in paging or not isinstance(paging.get("cursors"), dict):
        return ""
    return str(paging["cursors"].get("after", ""))


def _has_text(one: Any) -> bool:
    return isinstance(one, dict) and all(isinstance(one.get(name), str) for name in ("id", "message"))


def _proof(token: SecretStr, app_secret: SecretStr | None) -> dict[str, str]:
    if app_secret is None:
        return {}
    key, message = app_secret.get_secret_value().encode(), token.get_secret_value().encode()
    return {"appsecret_proof": hmac.new(key, message, hashlib.sha256).hexdigest()}


def _change(alert: Alert, language: str) -> str:
    """What the reader of an older post has to know now."""
    short = led(prepared(announced(alert, language)), turn_mark_in(alert, language))
    return between_marks(f"{short}\n{stamp(alert.sent, alert.revision, language)}", alert.status, language)
