"""Predict: records in, hazards out. Runs every model over one consistent view of the store, once per status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.distrust import Distrust
from feeds.records import Telegram
from feeds.status import Status
from geo.catchment import Share, whole
from geo.hazard import Hazard, next_picture
from geo.model import Ground, Inputs, Looked, Model, Wants, look, moved, near, reads
from geo.official.documents import LONGEST
from geo.series.heard import without
from services.bell import Bell
from services.changes import entries, tell
from services.clock import Clock
from services.cost import in_passing, in_thread
from services.dumps.announced import Announced, ordered
from services.figures import HAZARDS, PREDICT_CHANGES, PREDICT_FAILURES, PREDICT_RECORDS, PREDICT_SECONDS
from services.foretold import Foretold
from services.inflow import Inflow
from services.lasting import Lasting
from services.lease import Leased
from services.recent import Recent
from services.river_model import RiverFile
from services.season import Season
from services.store import chronology, cursors, distrusts, hazards, outlooks, plowed, records, vitals
from services.store.engine import Store
from services.store.hazards import Change

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Due:
    """Models to be asked, and of what readings came in; None: something else did, or the look is whole."""

    models: tuple[Model, ...]
    came: frozenset[str] | None = None  # station/quantity

    @property
    def few(self) -> bool:
        """A few places are to be looked at, and nothing else."""
        few = self.came is not None and len(self.came) <= _FEW
        return few and all(near(model, self.came) is not None for model in self.models)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the picture in the store rests on."""

    upto: int  # sequence number of the newest record
    doubted: list[Distrust]
    at: datetime  # when it was looked at whole


@dataclass(frozen=True, slots=True)
class _Noted:
    """How far the store was told last that this loop has come."""

    upto: int
    at: datetime


_Picture = Mapping[str, Hazard]  # by key
_NOTED = timedelta(seconds=1)
_FEW = 20  # readings; a look at the places of so many takes two milliseconds


class Predict:
    """The loop's state is the store's; what is kept here only saves work."""

    name = "predict"

    def __init__(
        self,
        store: Store | Leased,
        bell: Bell,
        clock: Clock,
        ground: Ground,
        models: Sequence[Model] | Share,
        river: RiverFile | None = None,
    ) -> None:
        """``models`` work out the whole picture, or their share of it."""
        share = self._share = models if isinstance(models, Share) else whole(self.name, tuple(models))
        self.name, self._models = share.name, share.models
        self._store, self._bell, self._clock = store, bell, clock
        for model in share.models:
            PREDICT_FAILURES.labels(model.name)  # at nought: the first failure must be seen as a rise
        self._ground = share.of(ground)
        self._wants = Wants.of(self._models)
        # Of the stations as they are when it is looked at whole: there may be 20,000, and staff may adopt one more.
        self._series, self._hourly = self._wants.series(self._ground), self._wants.season(self._ground)
        self.failing: dict[str, str] = {}  # model → what it failed with, for readiness and the status bar
        self._seen: _Seen | None = None
        self._noted: _Noted | None = None
        self._season, self._lasting, self._recent = Season(), Lasting(), Recent()
        self._faults: dict[Status, dict[str, Exception]] = {}
        self._gathered: dict[Status, Inputs] = {}  # when it was last looked at more than readings
        self._foretold = Foretold(self._models)
        self.river = river or RiverFile(())
        self.announced = Announced()
        self.inflow = Inflow()

    async def step(self) -> bool:
        """Bring the picture up to date; True if it changed.

        Each ten seconds, and where people doubt a sensor, it is looked at whole; between those only the statuses of
        which something came in, and of them what it can move: a storm of real readings leaves the drill's picture
        alone, and one of water levels that of the snow. Where nothing moved nobody's turn is taken; how far it has come
        is noted with the next that moves, and within a second.
        """
        began = perf_counter()
        async with self._store.read() as connection:
            upto = await records.latest_seq(connection)
            now = self._clock.now()  # not before: what is seen would else lie ahead of it
            self.inflow.saw(upto, began)
            doubted = await distrusts.holding(connection, now)
            whole = self._seen is None or self._seen.doubted != doubted or not _lately(self._seen.at, now)
            if whole:
                self._series, self._hourly = self._wants.series(self._ground), self._wants.season(self._ground)
            due = dict.fromkeys(Status, _Due(self._models)) if whole else await self._with_news(connection, upto, now)
            inputs = [await self._gather(connection, status, one, doubted, upto, now) for status, one in due.items()]
        if not due and self._is_noted(upto, now):
            return False
        if await self.river.look():
            self._ground = replace(self._ground, river_model=self.river.model)
        faults: dict[Status, dict[str, Exception]] = {status: {} for status in due}
        pictures = {one.status: await self._look(due[one.status], one, faults[one.status]) for one in inputs}
        foretell = self._foretold.given
        given = await in_thread(foretell, inputs, self._ground, faults[inputs[0].status]) if whole else []
        self._tell(due, faults)
        changed: list[Change] = []
        if whole or not (self._is_noted(upto, now) and await self._nothing_there(due, pictures)):
            async with self._store.write() as connection:
                await outlooks.record(connection, given)
                changed = [
                    change
                    for status, looked in pictures.items()
                    for change in await self._replace(connection, status, due[status], looked, now)
                ]
                await chronology.append(connection, entries(changed, now))
                tell(connection, changed)
                await cursors.move(connection, self.name, upto)
            self._noted = _Noted(upto, now)
        PREDICT_SECONDS.observe(perf_counter() - began)
        PREDICT_RECORDS.inc(max(0, upto - self._seen.upto) if self._seen else 0)
        self._seen = _Seen(upto, doubted, now if whole or self._seen is None else self._seen.at)
        if whole:
            self._foretold.kept(now)
        for status in {one.status for change in changed for one in (change.before, change.after) if one}:
            self._bell.ring(f"hazards:{status}")
        return bool(changed)

    async def _look(self, due: _Due, inputs: Inputs, faults: dict[str, Exception]) -> Looked:
        return await in_passing(due.few, look, due.models, inputs, self._ground, faults, due.came)

    def _is_noted(self, upto: int, now: datetime) -> bool:
        """The store knows that it has come so far, or was told of it a moment ago."""
        noted = self._noted
        return noted is not None and (noted.upto == upto or timedelta(0) <= now - noted.at < _NOTED)

    async def _with_news(self, connection: AsyncConnection, upto: int, now: datetime) -> dict[Status, _Due]:
        """What came in, and what was measured by a clock that runs ahead, once ours has come so far."""
        assert self._seen is not None
        known = self._seen.upto
        news = {} if upto == known else await records.news(connection, known)
        for status in Status:
            if (ripe := self._recent.due(status, now)) and news.get(status, ripe) is not None:
                news[status] = ripe | (news.get(status) or frozenset())
        return {status: _Due(those, came) for status, came in news.items() if (those := moved(self._models, came))}

    async def _gather(
        self,
        connection: AsyncConnection,
        status: Status,
        due: _Due,
        doubted: Sequence[Distrust],
        upto: int,
        now: datetime,
    ) -> Inputs:
        """What these models look at. Where nothing but readings came, the rest is that of the last look at it."""
        wanted = reads(due.models, due.came)
        lies = frozenset(one.subject for one in doubted if one.status is status)
        series = without(await self._recent.gather(connection, self._series, status, now, upto, wanted), lies)
        if due.came is not None and (known := self._gathered.get(status)):
            return replace(known, now=now, series=series)
        telegrams: Sequence[Telegram] = ()
        if any(model.telegrams for model in due.models):
            telegrams = await self._telegrams(connection, status, upto, now)
        reports = any(model.reports for model in due.models)
        season = await self._season.gather(connection, self._hourly, status, now)
        self._gathered[status] = inputs = Inputs(
            now=now,
            status=status,
            series=series,
            season=without(season, lies),
            passes=await plowed.last_round(connection, status, now),
            ordered=await ordered(connection, status, now),
            dumps=await self.announced.dumps(connection, status, now),
            telegrams=telegrams,
            reports=await records.reports(connection, status, now - self._wants.reports, now) if reports else (),
            gateways=await vitals.everyone(connection, status),
            documents=await records.documents(connection, status, now - LONGEST, now),
        )
        return inputs

    async def _telegrams(
        self, connection: AsyncConnection, status: Status, upto: int, now: datetime
    ) -> Sequence[Telegram]:
        standing = await records.standing_telegrams(connection, status, now - self._wants.telegrams, now)
        return [*standing, *await self._lasting.gather(connection, status, upto, now)]

    def _tell(self, due: dict[Status, _Due], looked: dict[Status, dict[str, Exception]]) -> None:
        """A model fails as long as it fails for any status: that it works for drills is no comfort. One that was not
        asked has not recovered.
        """
        for status, those in due.items():
            asked = {model.name for model in those.models}
            known = {} if those.models == self._models else self._faults.get(status, {})
            self._faults[status] = {name: one for name, one in known.items() if name not in asked} | looked[status]
        faults = {name: error for status in reversed(Status) for name, error in self._faults.get(status, {}).items()}
        for name in self.failing.keys() - faults.keys():
            log.info("model recovered", model=name)
        for name in {name for some in looked.values() for name in some}:
            PREDICT_FAILURES.labels(name).inc()
        for name, error in faults.items():
            if self.failing.get(name) != repr(error):
                log.error("model failed", model=name, exc_info=error)
        self.failing = {name: repr(error) for name, error in faults.items()}

    async def _replace(
        self,
        connection: AsyncConnection,
        status: Status,
        due: _Due,
        looked: Looked,
        now: datetime,
    ) -> list[Change]:
        standing = await hazards.current(connection, status)
        before = self._looked_at(standing.values(), due, looked)
        after = next_picture(before, looked.found)
        changes = await hazards.replace_picture(connection, before, after, now)
        PREDICT_CHANGES.labels(status.value).inc(len(changes))
        of_others = [one for key, one in standing.items() if key not in before]
        for kind in {h.kind for h in [*before.values(), *after]}:
            HAZARDS.labels(status.value, kind).set(sum(h.kind == kind for h in [*of_others, *after]))
        return changes

    def _looked_at(self, standing: Iterable[Hazard], due: _Due, looked: Looked) -> _Picture:
        """Ours of the picture, without what was not looked at: of that the last word stands."""
        mine = {one.key: one for one in standing if self._share.owns(one)}
        return mine if due.came is None else {key: one for key, one in mine.items() if looked.at(one)}

    async def _nothing_there(self, due: dict[Status, _Due], pictures: Mapping[Status, Looked]) -> bool:
        """True where nothing was found, and nothing stood where it was looked."""
        if any(found for looked in pictures.values() for found in looked.found.values()):
            return False
        async with self._store.read() as connection:
            standing = {status: await hazards.current(connection, status) for status in pictures}
        return not any(self._looked_at(standing[one].values(), due[one], looked) for one, looked in pictures.items())


def _lately(then: datetime, now: datetime) -> bool:
    """Within ten seconds; a clock that was set back makes it long ago."""
    return timedelta(0) <= now - then < timedelta(seconds=10)
