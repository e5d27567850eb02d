"""X's recent search as its documents describe it: app-only bearer, queries, pages, cursors, and what each post costs.

Posts are found by substring, as far as the operators go that the hub uses: ``(a OR "b c") (d OR e) -is:retweet``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from tests.fakes.served import Served

_EPOCH_MS = 1_288_834_974_657
_WORD = re.compile(r'"([^"]+)"|([^\s()"]+)')


def number_of(at: datetime, nth: int = 0) -> str:
    """An id as X makes them: the milliseconds are in it."""
    return str(((round(at.timestamp() * 1000) - _EPOCH_MS) << 22) + nth)


class FakeXSearch(Served):
    """``posts`` is what the public wrote, oldest first; ``reads`` what was charged."""

    def __init__(self, bearer: str = "fake-app-bearer", now: datetime | None = None) -> None:
        super().__init__()
        self.bearer, self.now = bearer, now or datetime.now(UTC)
        self.posts: list[dict[str, Any]] = []
        self.reads = 0
        self.asked: list[dict[str, str]] = []
        self.longest = 512

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/2/tweets/search/recent", self._search)]

    def publishes(self, request: web.Request) -> bool:
        """Failures are ordered for searches."""
        return request.path.endswith("/recent")

    def say(self, text: str, at: datetime, author: str = "1001", **more: Any) -> str:
        """Somebody posts; its id."""
        number = number_of(at, len(self.posts) % 4096)
        told = {"id": number, "text": text, "author_id": author, "lang": "ja", "edit_history_tweet_ids": [number]}
        self.posts.append({**told, "created_at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z", **more})
        return number

    def delete(self, number: str) -> None:
        """Its author takes it back."""
        self.posts = [one for one in self.posts if one["id"] != number]

    async def _search(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.bearer}":
            return _problem(401, "Unauthorized", "Unauthorized")
        asked = dict(request.query)
        self.asked.append(asked)
        most = int(asked.get("max_results", "10"))
        if bad := self._fault(asked, most):
            return _problem(400, "Invalid Request", bad)
        found = [one for one in sorted(self.posts, key=lambda one: -int(one["id"])) if self._fits(one, asked)]
        begin = int(asked.get("next_token", "n0")[1:])
        page = found[begin : begin + most]
        self.reads += len(page)
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
        if len(found) > begin + most:
            meta["next_token"] = f"n{begin + most}"
        return web.json_response({**({"data": page} if page else {}), "meta": meta})

    def _fault(self, asked: dict[str, str], most: int) -> str:
        if not 10 <= most <= 100:
            return f"The `max_results` query parameter value [{most}] is not between 10 and 100"
        if len(asked["query"]) > self.longest:
            return f"The query is too long; at most {self.longest} characters"
        since = asked.get("since_id")
        if since and int(since) < int(number_of(self.now - timedelta(days=7))):
            return "'since_id' must be a tweet id created after a week ago"
        if "start_time" in asked and datetime.fromisoformat(asked["start_time"]) < self.now - timedelta(days=7):
            return "Invalid 'start_time'"
        return ""

    def _fits(self, post: dict[str, Any], asked: dict[str, str]) -> bool:
        if "since_id" in asked and int(post["id"]) <= int(asked["since_id"]):
            return False
        if "start_time" in asked and int(post["id"]) < int(number_of(datetime.fromisoformat(asked["start_time"]))):
            return False
        text, kinds = post["text"].casefold(), {one["type"] for one in post.get("referenced_tweets", ())}
        for group in re.findall(r"\(([^()]*)\)", asked["query"]):
            words = [quoted or bare for quoted, bare in _WORD.findall(group) if (quoted or bare) != "OR"]
            if not any(word.casefold() in text for word in words):
                return False
        return not (("-is:retweet" in asked["query"]) and "retweeted" in kinds)


def _problem(status: int, title: str, detail: str) -> web.Response:
    return web.json_response({"title": title, "detail": detail, "status": status, "type": "about:blank"}, status=status)
