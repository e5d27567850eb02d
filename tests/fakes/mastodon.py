"""A Mastodon server with one account: its checks, its HTML, its idempotency keys, and failures to order.

Texts come back as HTML, links with hidden spans; a text over the limit is a 422, an answer to a post that is gone a
404; an ``Idempotency-Key`` gives the first post again for an hour (:meth:`FakeMastodon.forget_keys` ends the hour).
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import regex
from aiohttp import web

from tests.fakes.served import Served

_URL = regex.compile(r"https?://[^\s<>()「」、。]+")


@dataclass(frozen=True, slots=True)
class Toot:
    """One status as it was sent."""

    id: str
    text: str
    reply_to: str
    visibility: str
    language: str
    created_at: datetime


class FakeMastodon(Served):
    """``posts`` is what the public sees."""

    def __init__(self, token: str = "fake-mastodon-token", limit: int = 500) -> None:
        super().__init__()
        self.token, self.limit = token, limit
        self.posts: list[Toot] = []
        self._keys: dict[str, Toot] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/v1/statuses", self._create),
            web.get("/api/v1/accounts/verify_credentials", self._me),
            web.get("/api/v1/accounts/{id}/statuses", self._statuses),
        ]

    def forget_keys(self) -> None:
        """An hour has passed."""
        self._keys.clear()

    def delete(self, post_id: str) -> None:
        """Somebody deletes a post by hand."""
        self.posts = [post for post in self.posts if post.id != post_id]

    async def _create(self, request: web.Request) -> web.Response:
        if not self._known(request):
            return _error(401, "The access token is invalid")
        wanted = await request.json()
        key = request.headers.get("Idempotency-Key", "")
        if key in self._keys:
            return web.json_response(self._shown(self._keys[key]))
        text, reply_to = wanted.get("status", ""), wanted.get("in_reply_to_id") or ""
        if len(regex.findall(r"\X", _URL.sub("x" * 23, text))) > self.limit:
            return _error(422, f"Validation failed: Text character limit of {self.limit} exceeded")
        if not text.strip():
            return _error(422, "Validation failed: Text can't be blank")
        if reply_to and all(post.id != reply_to for post in self.posts):
            return _error(404, "The post you are trying to reply to does not appear to exist.")
        visibility, language = wanted.get("visibility", "public"), wanted.get("language", "")
        post = Toot(
            str(115_000_000_000_000_001 + len(self.posts)), text, reply_to, visibility, language, datetime.now(UTC)
        )
        self.posts.append(post)
        if key:
            self._keys[key] = post
        return web.json_response(self._shown(post))

    async def _me(self, request: web.Request) -> web.Response:
        if not self._known(request):
            return _error(401, "The access token is invalid")
        return web.json_response({"id": "14", "username": "shirase_drill", "acct": "shirase_drill"})

    async def _statuses(self, request: web.Request) -> web.Response:
        if request.match_info["id"] != "14":
            return _error(404, "Record not found")
        newest = [post for post in reversed(self.posts) if post.id < request.query.get("max_id", "9")]
        limit = min(int(request.query.get("limit", 20)), 40)
        return web.json_response([self._shown(post) for post in newest[:limit]])

    def _known(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer {self.token}"

    def _shown(self, post: Toot) -> dict[str, Any]:
        return {
            "id": post.id,
            "created_at": post.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "in_reply_to_id": post.reply_to or None,
            "visibility": post.visibility,
            "language": post.language,
            "url": f"{self.url}/@shirase_drill/{post.id}",
            "content": _as_html(post.text),
        }


def _as_html(text: str) -> str:
    def link(found: Any) -> str:
        scheme, rest = found[0].split("://", 1)
        shown = f'<span class="invisible">{scheme}://</span><span class="ellipsis">{rest[:30]}</span>'
        hidden = f'<span class="invisible">{rest[30:]}</span>'
        return f'<a href="{found[0]}" rel="nofollow noopener" translate="no">{shown}{hidden}</a>'

    return "<p>" + _URL.sub(link, html.escape(text, quote=False)).replace("\n", "<br />") + "</p>"


def _error(status: int, words: str) -> web.Response:
    return web.json_response({"error": words}, status=status)
