"""The Graph API with one page: its checks, its numbered errors, no idempotency keys, and failures to order.

A refusal is a 400 with ``{"error": {"message", "type", "code", "error_subcode"}}``; a post that repeats the newest one
is error 506; a list has cursors, and an address of the next page with the token in it, as the real one has.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from aiohttp import web

from tests.fakes.served import Order, Served


@dataclass(frozen=True, slots=True)
class Written:
    """A post, or a comment ``under`` one."""

    id: str
    text: str
    under: str
    created_at: datetime


class FakeFacebook(Served):
    """``posts`` and ``comments`` are what the public sees."""

    def __init__(self, token: str = "fake-page-token", page: str = "1029384756", page_size: int = 100) -> None:
        super().__init__()
        self.token, self.page, self.version, self.page_size = token, page, "v24.0", page_size
        self.app_secret = ""  # where set, each call needs a proof
        self.posts: list[Written] = []
        self._numbers = count(7_000_001)
        self.comments: list[Written] = []

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/{version}/{page}/feed", self._post),
            web.get("/{version}/{page}/posts", self._shown_posts),
            web.post("/{version}/{post}/comments", self._comment),
            web.get("/{version}/{post}/comments", self._shown_comments),
        ]

    def delete(self, post_id: str) -> None:
        """Somebody deletes a post by hand."""
        self.posts = [post for post in self.posts if post.id != post_id]

    def error_next(self, code: int, message: str = "An error", subcode: int = 0, **more: Any) -> None:
        """The next publishing request is refused with Facebook's own code."""
        headers: Mapping[str, str] = more.pop("headers", {})
        self.order(Order(status=more.pop("status", 400), headers=headers, body=_error(code, message, subcode) | more))

    async def _post(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        if refused := self._refusal(request, form) or self._unknown(request.match_info["page"], [self.page]):
            return refused
        text = form.get("message", "")
        if not text.strip():
            return _refused(100, "(#100) Missing message or attachment")
        if self.posts and self.posts[-1].text == text:
            return _refused(506, "(#506) Duplicate status message")
        written = Written(f"{self.page}_{next(self._numbers)}", text, "", datetime.now(UTC))
        self.posts.append(written)
        return web.json_response({"id": written.id})

    async def _comment(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        post = request.match_info["post"]
        if refused := self._refusal(request, form) or self._unknown(post, [one.id for one in self.posts]):
            return refused
        number = f"{post.partition('_')[2]}_{9_000_001 + len(self.comments)}"
        self.comments.append(Written(number, form["message"], post, datetime.now(UTC)))
        return web.json_response({"id": number})

    async def _shown_posts(self, request: web.Request) -> web.Response:
        refused = self._refusal(request, request.query) or self._unknown(request.match_info["page"], [self.page])
        return refused or self._listed(request, [*reversed(self.posts)])

    async def _shown_comments(self, request: web.Request) -> web.Response:
        post = request.match_info["post"]
        refused = self._refusal(request, request.query) or self._unknown(post, [one.id for one in self.posts])
        return refused or self._listed(request, [one for one in self.comments if one.under == post])

    def _refusal(self, request: web.Request, given: Mapping[str, str]) -> web.Response | None:
        if request.match_info["version"] != self.version:
            return _refused(2635, "(#2635) You are calling a deprecated version of the API", status=400)
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _refused(190, "Invalid OAuth access token.", 463)
        proof = hmac.new(self.app_secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()
        if self.app_secret and given.get("appsecret_proof") != proof:
            return _refused(100, "API calls from the server require an appsecret_proof argument")
        return None

    def _unknown(self, name: str, known: list[str]) -> web.Response | None:
        gone = f"Unsupported request. Object with ID '{name}' does not exist, or cannot be loaded due to permissions"
        return None if name in known else _refused(100, gone, 33)

    def _listed(self, request: web.Request, those: list[Written]) -> web.Response:
        since = int(request.query.get("since", 0))
        left = [one for one in those if one.created_at.timestamp() >= since]
        start = int(request.query.get("after", 0))
        end = start + min(int(request.query.get("limit", 25)), self.page_size)
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(left):
            paging["next"] = f"{self.url}{request.path}?access_token={self.token}&after={end}"
        data = [{"id": one.id, "message": one.text} for one in left[start:end]]
        return web.json_response({"data": data, "paging": paging})


def _error(code: int, message: str, subcode: int) -> dict[str, Any]:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "Fake"}
    return {"error": error | ({"error_subcode": subcode} if subcode else {})}


def _refused(code: int, message: str, subcode: int = 0, status: int = 400) -> web.Response:
    return web.json_response(_error(code, message, subcode), status=401 if code == 190 else status)
