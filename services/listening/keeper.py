"""What becomes of posts that were heard: of most nothing, of a few a lead, written with where to go on from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.social.post import Gone, Heard, Post
from feeds.status import Status
from geo.heard.lead import Lead, day_of, lead_of
from geo.heard.matching import Match, Matcher
from services.store import leads

POSTS = Counter("shirase_posts", "Public posts that were looked at", ["provider", "outcome"])
HEARD = Gauge("shirase_heard", "1 while a source of public posts is heard, 0 while it is not", ["source"])
_AHEAD = timedelta(minutes=5)  # a later time is a wrong clock


@dataclass(frozen=True, slots=True)
class Keeper:
    """Knows the city's words, and how long anything is kept."""

    matcher: Matcher
    status: Status
    kept: timedelta

    def judge(self, post: Post) -> Match | None:
        found = self.matcher.match(post.text, post.at)
        POSTS.labels(post.provider, "lead" if found else "passed").inc()
        return found


@dataclass(slots=True)
class Basket:
    """What was heard and is not written yet. Of a post the last word counts: made, changed, or taken back."""

    keeper: Keeper
    _last: dict[tuple[str, str], tuple[Post, Match] | None] = field(default_factory=dict)
    _whole: list[Gone] = field(default_factory=list)

    def put(self, heard: Heard) -> None:
        for gone in heard.gone:
            if gone.whole:
                self._whole.append(gone)
                mine = [key for key in self._last if key[0] == gone.provider and key[1].startswith(gone.id)]
                self._last.update(dict.fromkeys(mine))
            else:
                self._last[gone.provider, gone.id] = None
        for post in heard.posts:
            if found := self.keeper.judge(post):
                self._last[post.provider, post.id] = (post, found)
        if heard.rejected:
            POSTS.labels("", "unreadable").inc(len(heard.rejected))

    @property
    def urgent(self) -> bool:
        """True where there is a lead, which nobody shall wait for."""
        return any(self._last.values())

    async def write(self, connection: AsyncConnection, now: datetime) -> int:
        """Inside ``store.write()``, with the cursor; how many leads were new. Call :meth:`empty` after the commit."""
        await leads.drop(connection, [*self._whole, *(Gone(*key) for key, one in self._last.items() if one is None)])
        return await leads.keep(connection, await self._made(connection, now))

    async def _made(self, connection: AsyncConnection, now: datetime) -> Iterable[Lead]:
        found = [one for one in self._last.values() if one and now - self.keeper.kept < one[0].at < now + _AHEAD]
        salts = {day: await leads.salt(connection, day) for day in {day_of(post.at) for post, _ in found}}
        return [lead_of(post, match, salts[day_of(post.at)], self.keeper.status) for post, match in found]

    def empty(self) -> None:
        self._last.clear()
        self._whole.clear()
