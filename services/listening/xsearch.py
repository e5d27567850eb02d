"""X: its recent search, asked now and then, more often while there is danger, and never for more than is paid for.

Every post that X gives back costs. So reads are counted in the store before they are asked for, and what was not
charged is given back afterwards: a process that dies in between has counted too many, never too few. Where the hub was
away for long it does not read up on what it missed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import structlog

from feeds.instant import iso_utc
from feeds.records import Rejected
from feeds.social.post import Heard, Ourselves
from feeds.social.x import FIELDS, read_search
from services.clock import Clock
from services.configuration.listening import XSearch
from services.lease import Leased
from services.listening.asking import Door, UnheardError
from services.listening.danger import highest
from services.listening.keeper import HEARD, Basket, Keeper
from services.listening.rations import LEAST, Room, hour_of, month_of, room
from services.store import listened
from services.store.engine import Store
from services.store.listened import Source

log = structlog.get_logger(__name__)
NAME = "x"
_PATH = "/2/tweets/search/recent"
_PAGES = 5  # of one query at a time
_BACK = timedelta(hours=1)  # after a longer absence, only this much of it is read
_FIRST = timedelta(minutes=15)  # at the very first time
_OLDEST = timedelta(days=6)  # X refuses ids that are older than a week
_EPOCH_MS = 1_288_834_974_657  # of X's ids
_LONGEST_PAUSE_S = 1800.0


@dataclass(kw_only=True, eq=False)
class XListener:
    """The loop over the queries. What X does wrong is no failure of the loop."""

    store: Store | Leased
    clock: Clock
    settings: XSearch
    keeper: Keeper
    door: Door
    queries: Sequence[str]
    urgent_level: int
    ours: Ourselves = field(default_factory=Ourselves)
    timer: Callable[[], float] = monotonic
    _asked: float | None = field(default=None, init=False)
    _due: float = field(default=0.0, init=False)  # after a failure
    _failures: int = field(default=0, init=False)
    _first: int = field(default=0, init=False)  # of the queries
    _hour: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)  # in which the last page was counted

    name = "listen:x"

    def pace(self) -> float:
        """Seconds between looks: whether there is danger may change at any time."""
        return 20.0

    async def step(self) -> bool:
        """Ask every query where it is time; True if a lead came of it."""
        async with self.store.read() as connection:
            danger = await highest(connection, self.keeper.status, self.clock.now())
            known = await listened.find(connection, NAME)
        urgent = danger >= self.urgent_level
        every = self.settings.urgent_every_s if urgent else self.settings.every_s
        if self.timer() < self._due or (self._asked is not None and self.timer() < self._asked + every):
            return False
        if known and known.state == "waiting" and known.resumes and self.clock.now() < known.resumes:
            return False  # X's own word outlives a restart; a ration or a key may be another one by then
        self._asked = self.timer()
        try:
            new = await self._every_query(known, urgent)
        except UnheardError as error:
            await self._failed(error)
            return False
        self._failures = 0
        HEARD.labels(NAME).set(1)
        return bool(new)

    async def _every_query(self, known: Source | None, urgent: bool) -> int:
        """Beginning with the one that was not reached last time: a short ration shall not starve the same words always.

        Raises UnheardError.
        """
        new = 0
        for _ in self.queries:
            new += await self._query(self.queries[self._first], known, urgent)
            self._first = (self._first + 1) % len(self.queries)
        return new

    async def _query(self, query: str, known: Source | None, urgent: bool) -> int:
        """All pages of one query, as far as the ration goes; how many leads were new. Raises UnheardError."""
        new, token, newest = 0, "", ""
        params = {"query": query, "tweet.fields": FIELDS, **self._since(query, known)}
        for page in range(_PAGES):
            left = await self._room(urgent)
            if left.reads < LEAST:
                await self._skip_to(query, newest)
                raise UnheardError(left.why, "spent", left.resumes)
            asked = params | {"max_results": str(left.page)} | ({"next_token": token} if token else {})
            heard = await self._page(asked, left.page)
            newest, token = newest or heard.newest, heard.more
            last = not token or page == _PAGES - 1
            new += await self._keep(query, heard, newest if last else "", left.page)
            if last:
                break
        return new

    async def _room(self, urgent: bool) -> Room:
        """What may be read; it is counted as read before it is asked for."""
        now = self.clock.now()
        async with self.store.write() as connection:
            in_hour = await listened.charged(connection, NAME, hour_of(now))
            in_month = await listened.charged(connection, NAME, month_of(now))
            left = room(self.settings, in_hour, in_month, now, urgent=urgent)
            if left.reads >= LEAST:
                self._hour = hour_of(now)
                await listened.charge(connection, NAME, self._hour, left.page)
        return left

    async def _page(self, params: dict[str, str], most: int) -> Heard:
        now = self.clock.now()
        try:
            body = await self.door.get(f"{self.settings.base_url}{_PATH}", params, now)
        except UnheardError as error:
            if not error.charged:
                await self._give_back(most)
            raise
        heard = read_search(body, self.ours)
        if isinstance(heard, Rejected):
            raise UnheardError(f"X の答えが読めません（{heard.code}: {heard.message[:80]}）")
        return heard

    async def _give_back(self, reads: int) -> None:
        async with self.store.write() as connection:
            await listened.charge(connection, NAME, self._hour, -reads)

    def _since(self, query: str, known: Source | None) -> dict[str, str]:
        """From where the query goes on: the newest post that it found, or not too long ago."""
        now = self.clock.now()
        newest = _cursors(known).get(_key(query), "")
        away = now - known.at if known else None
        if newest and away is not None and away <= _BACK and now - _written(newest) < _OLDEST:
            return {"since_id": newest}
        back = _FIRST if away is None else min(max(away, _FIRST), _BACK)
        return {"start_time": iso_utc((now - back).replace(microsecond=0))}

    async def _keep(self, query: str, heard: Heard, newest: str, asked: int) -> int:
        """One transaction: the leads, what was really charged, and where to go on from once every page was read."""
        basket, now = Basket(self.keeper), self.clock.now()
        basket.put(heard)
        skipped = "投稿が多く、古いものを読み飛ばしました" if newest and heard.more else ""
        async with self.store.write() as connection:
            new = await basket.write(connection, now)
            await listened.charge(connection, NAME, self._hour, heard.count - asked)
            cursor = self._cursor(await listened.find(connection, NAME), query, newest)
            at = Source(source=NAME, cursor=cursor, at=now, state="listening", trouble=skipped)
            await listened.save(connection, at)
        return new

    async def _skip_to(self, query: str, newest: str) -> None:
        """The ration ended between two pages: what was read is not bought again, what is older is left unread."""
        async with self.store.write() as connection:
            known = await listened.find(connection, NAME)
            if known and newest:
                await listened.save(connection, replace(known, cursor=self._cursor(known, query, newest)))

    def _cursor(self, known: Source | None, query: str, newest: str) -> str:
        """Where every query goes on from, of those that are still asked."""
        cursors = _cursors(known) | ({_key(query): newest} if newest else {})
        mine = {_key(one) for one in self.queries}
        return json.dumps({key: one for key, one in cursors.items() if key in mine}, sort_keys=True)

    async def _failed(self, error: UnheardError) -> None:
        self._failures += 1
        HEARD.labels(NAME).set(0)
        pause = min(_LONGEST_PAUSE_S, 30.0 * 2.0 ** min(self._failures - 1, 6))
        now = self.clock.now()
        resumes = error.resumes or now + timedelta(seconds=pause)
        if error.state != "spent":  # a ration is another one as soon as there is danger
            self._due = self.timer() + max(1.0, (resumes - now).total_seconds())
        await self._tell(error.state, str(error), resumes)

    async def _tell(self, state: str, trouble: str, resumes: datetime | None) -> None:
        """What staff read. ``at`` stays: nothing was heard."""
        now = self.clock.now()
        async with self.store.write() as connection:
            known = await listened.find(connection, NAME) or Source(source=NAME, cursor="", at=now, state=state)
            same = known.state == state and known.since is not None
            told = replace(known, state=state, trouble=trouble, since=known.since if same else now, resumes=resumes)
            await listened.save(connection, told)
        if not same:
            log.warning("X is not heard", state=state, reason=trouble)


def _key(query: str) -> str:
    return hashlib.sha256(query.encode()).hexdigest()[:12]


def _cursors(known: Source | None) -> dict[str, str]:
    try:
        found = json.loads(known.cursor) if known and known.cursor else {}
    except ValueError:
        return {}
    return {str(key): str(one) for key, one in found.items()} if isinstance(found, dict) else {}


def _written(number: str) -> datetime:
    """When a post of this id was written: X counts milliseconds in it."""
    return datetime.fromtimestamp(((int(number) >> 22) + _EPOCH_MS) / 1000, UTC)
