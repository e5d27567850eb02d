"""X as tweepy sees it: a real server with X's checks, its limits, its words, and failures to order.

It verifies the OAuth 1.0a signature (for the address that tweepy signs), refuses repeated and overlong texts, knows
what it can be answered to, counts the rate limit, and gives texts back the way X does: links shortened, ``&<>``
escaped.
"""

from __future__ import annotations

import asyncio
import hashlib
import html
import itertools
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import signature

from services.channels.x.weight import LIMIT, URL, weighted_length

SIGNED_FOR = "https://api.twitter.com"
_WINDOW_S = 900
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_HTML = "<html><head><title>X / Over capacity</title></head><body>Something went wrong.</body></html>"


@dataclass(frozen=True, slots=True)
class Post:
    """One post as it was sent."""

    id: str
    text: str
    reply_to: str
    created_at: datetime


@dataclass(slots=True)
class _Failure:
    status: int  # 0: answer nothing and hold the line
    store: bool
    page: bool  # HTML instead of JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


class FakeX:
    """One account on a stand-in X. ``credentials`` are what a client needs; ``posts`` is what the public sees."""

    def __init__(self, user_id: str = "1403201", rate_limit: int = 100) -> None:
        self.refuses_twins = True  # X does so for a while, of recent posts; nobody may rely on it
        self.user_id = user_id
        self.credentials = {
            "consumer_key": "fake-consumer-key",
            "consumer_secret": "fake-consumer-secret",
            "access_token": f"{user_id}-fake-access-token",
            "access_token_secret": "fake-access-token-secret",
        }
        self._keys = {
            "client_key": self.credentials["consumer_key"],
            "client_secret": self.credentials["consumer_secret"],
            "resource_owner_key": self.credentials["access_token"],
            "resource_owner_secret": self.credentials["access_token_secret"],
        }
        self.posts: list[Post] = []
        self.requests: list[str] = []  # "POST /2/tweets", in order, refused ones too
        self.url = ""
        self._rate_limit = rate_limit
        self._spent = 0
        self._window_ends = 0.0
        self._ids = itertools.count(1_990_000_000_000_000_001)
        self._nonces: set[str] = set()
        self._post_failures: deque[_Failure] = deque()
        self._read_failures: deque[_Failure] = deque()
        self._silent = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; ``url`` is set afterwards."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_post("/2/tweets", self._create)
        app.router.add_get("/2/users/me", self._me)
        app.router.add_get("/2/users/{user}/tweets", self._timeline)
        app.router.add_get("/timeline.json", self._shown)
        self._silent.clear()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening; whoever still waits for an answer loses the connection."""
        self._silent.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # --- failures to order: each is used up by one request ---

    def fail_posts(
        self,
        status: int,
        *,
        times: int = 1,
        page: bool = False,
        store: bool = False,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        """The next posts are answered with this status; with ``store`` they are published all the same."""
        self._post_failures.extend([_Failure(status, store, page, headers or {}, body)] * times)

    def hang_posts(self, *, times: int = 1, store: bool = True) -> None:
        """The next posts get no answer at all."""
        self._post_failures.extend([_Failure(0, store, False)] * times)

    def fail_reads(self, status: int, *, times: int = 1, page: bool = False) -> None:
        """The next looks at the timeline are answered with this status (0: with nothing)."""
        self._read_failures.extend([_Failure(status, False, page)] * times)

    def forgive(self) -> None:
        """What was ordered and did not happen yet does not happen."""
        self._post_failures.clear()

    def delete(self, post_id: str) -> None:
        """Somebody deletes a post by hand."""
        self.posts = [post for post in self.posts if post.id != post_id]

    # --- the API ---

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if not request.path.startswith("/2/"):
            return await handler(request)
        self.requests.append(f"{request.method} {request.path}")
        if not self._signed(request):
            return _problem(401, "Unauthorized", "Unauthorized")
        return await handler(request)

    def _signed(self, request: web.Request) -> bool:
        authorization = request.headers.get("Authorization", "")
        if not authorization.startswith("OAuth "):
            return False
        parameters = dict(
            signature.collect_parameters(headers={"Authorization": authorization}, exclude_oauth_signature=False)
        )
        base = signature.signature_base_string(
            request.method,
            signature.base_string_uri(SIGNED_FOR + request.raw_path),
            signature.normalize_parameters(
                signature.collect_parameters(
                    uri_query=request.url.raw_query_string, headers={"Authorization": authorization}
                )
            ),
        )
        expected = signature.sign_hmac_sha1_with_client(base, Client(**self._keys))
        nonce = parameters.get("oauth_nonce", "")
        fresh = nonce not in self._nonces and abs(time.time() - int(parameters.get("oauth_timestamp", 0))) < 300
        self._nonces.add(nonce)
        ours = (self.credentials["consumer_key"], self.credentials["access_token"])
        named = (parameters.get("oauth_consumer_key"), parameters.get("oauth_token"))
        return fresh and named == ours and unquote(parameters.get("oauth_signature", "")) == expected

    async def _create(self, request: web.Request) -> web.StreamResponse:
        wanted = await request.json()
        text, reply_to = wanted["text"], wanted.get("reply", {}).get("in_reply_to_tweet_id", "")
        limit = self._count()
        failure = self._post_failures.popleft() if self._post_failures else None
        if failure and not failure.store:
            return await self._fail(failure)
        response = self._over_limit(limit) or self._refusal(text, reply_to) or self._store(text, reply_to, limit)
        return await self._fail(failure) if failure else response

    def _over_limit(self, limit: Mapping[str, str]) -> web.Response | None:
        if self._spent <= self._rate_limit:
            return None
        return _problem(429, "Too Many Requests", "Too Many Requests", headers=limit)

    def _refusal(self, text: str, reply_to: str) -> web.Response | None:
        if weighted_length(text) > LIMIT:
            return _problem(400, "Bad Request", "Your Tweet text is too long.")
        if self.refuses_twins and any(post.text == text for post in self.posts):
            detail = "You are not allowed to create a Tweet with duplicate content."
            return _problem(403, "Forbidden", detail)
        if reply_to and all(post.id != reply_to for post in self.posts):
            detail = "You attempted to reply to a Tweet that is deleted or not visible to you."
            return _problem(403, "Forbidden", detail)
        return None

    def _store(self, text: str, reply_to: str, limit: Mapping[str, str]) -> web.Response:
        post = Post(str(next(self._ids)), text, reply_to, datetime.now(UTC))
        self.posts.append(post)
        data = {"id": post.id, "text": _as_shown(text), "edit_history_tweet_ids": [post.id]}
        return web.json_response({"data": data}, status=201, headers=limit)

    async def _me(self, request: web.Request) -> web.Response:
        return web.json_response(
            {"data": {"id": self.user_id, "name": "盛岡市防災（訓練用）", "username": "shirase_drill"}}
        )

    async def _timeline(self, request: web.Request) -> web.StreamResponse:
        if self._read_failures:
            return await self._fail(self._read_failures.popleft())
        if request.match_info["user"] != self.user_id:
            return _problem(404, "Not Found Error", "Could not find user.")
        since = datetime.fromisoformat(request.query.get("start_time", "1970-01-01T00:00:00Z"))
        size, skip = int(request.query.get("max_results", 10)), int(request.query.get("pagination_token", 0))
        if not 5 <= size <= 100:
            return _problem(400, "Invalid Request", "max_results must be between 5 and 100.")
        newest = [post for post in reversed(self.posts) if post.created_at >= since]
        page = newest[skip : skip + size]
        answer: dict[str, Any] = {"meta": {"result_count": len(page)}}
        if page:  # X leaves the key out where there is nothing
            answer["data"] = [{"id": post.id, "text": _as_shown(post.text)} for post in page]
        if len(newest) > skip + size:
            answer["meta"]["next_token"] = str(skip + size)
        return web.json_response(answer)

    async def _shown(self, request: web.Request) -> web.Response:
        shown = [
            {"id": post.id, "text": post.text, "reply_to": post.reply_to, "created_at": post.created_at.isoformat()}
            for post in reversed(self.posts)
        ]
        return web.json_response({"service": "x", "posts": shown})

    def _count(self) -> dict[str, str]:
        if time.time() >= self._window_ends:
            self._spent, self._window_ends = 0, time.time() + _WINDOW_S
        self._spent += 1
        return {
            "x-rate-limit-limit": str(self._rate_limit),
            "x-rate-limit-remaining": str(max(0, self._rate_limit - self._spent)),
            "x-rate-limit-reset": str(int(self._window_ends)),
        }

    async def _fail(self, failure: _Failure) -> web.StreamResponse:
        if failure.status == 0:
            await self._silent.wait()
            raise web.HTTPServiceUnavailable
        if failure.page:
            return web.Response(
                status=failure.status, text=_HTML, content_type="text/html", headers=dict(failure.headers)
            )
        if failure.body is not None:
            return web.json_response(dict(failure.body), status=failure.status, headers=dict(failure.headers))
        return _problem(failure.status, "Failure", "ordered by the test", headers=failure.headers)


def _problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> web.Response:
    body = {"title": title, "detail": detail, "type": "about:blank", "status": status}
    return web.json_response(body, status=status, headers=dict(headers or {}), content_type="application/problem+json")


def _as_shown(text: str) -> str:
    def short(found: Any) -> str:
        return "https://t.co/" + hashlib.sha256(found[0].encode()).hexdigest()[:10]

    return html.escape(URL.sub(short, text), quote=False)
