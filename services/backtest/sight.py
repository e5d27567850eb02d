"""The hazard picture as the hub had it, instant by instant: the models' own look at what had come by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feeds.records import Telegram
from feeds.status import Status
from geo.hazard import Hazard, next_picture
from geo.model import Ground, Model, Wants, look
from geo.official.lasting import SHAKING, STANDING
from geo.series.heard import Heard
from services.backtest.memory import Memory, Season
from services.backtest.stream import Stream
from services.backtest.withdrawals import Withdrawals
from services.season import Season as Hours
from services.store import plowed
from services.store.arrivals import Arrival
from services.store.engine import Store
from services.store.records import lasting_telegrams

_LASTING = tuple(f"{code}|" for code in (*STANDING, *SHAKING))
_KEPT = timedelta(days=1)
_AFTERWARDS = timedelta(seconds=10)  # so often the live hub looks when nothing comes in
_NOTHING_STANDS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Whose records, of which status, before which ground."""

    store: Store
    ground: Ground
    models: Sequence[Model]
    status: Status


@dataclass(frozen=True, slots=True)
class Period:
    """From where the looking begins to where it ends, and how near two looks may be."""

    start: datetime
    end: datetime
    step: timedelta


class Sight:
    """``picture`` is what stands after the last look. With ``hindsight`` everything is known as soon as it is true."""

    def __init__(self, source: Source, period: Period, *, hindsight: bool = False) -> None:
        self._source, self._period = source, period
        self._wants = Wants.of(source.models)
        self.memory = Memory(source.status, self._wants)
        self._stream = Stream(
            store=source.store,
            subjects=[*self._wants.series(source.ground)],
            status=source.status,
            start=period.start,
            end=period.end,
            windows=Memory.windows(self._wants),
            by_measured=hindsight,
        )
        official = frozenset(model.name for model in source.models if model.telegrams)
        self._withdrawals = Withdrawals(source.store, source.status, official)
        self._hindsight = hindsight
        self._hours = Hours(as_of_now=not hindsight)
        self._lasting: Sequence[Telegram] = ()
        self._lasting_of: datetime | None = None  # None: to be read anew
        self._season: Season = {}
        self._season_of: datetime | None = None
        self.picture: dict[str, Hazard] = {}
        self.failing: dict[str, str] = {}  # model → what it failed with, the first time
        self.looks = 0
        self.arrivals = 0
        self.heard: set[tuple[str, datetime]] = set()  # (station, hour) of which there is a reading

    async def look(self, now: datetime) -> None:
        """Take in what has come, and let every model see it."""
        came = await self._stream.upto(now)
        for arrival in came:
            self.memory.tell(arrival)
            self._note(arrival)
        faults: dict[str, Exception] = {}
        inputs = self.memory.inputs(now, await self._season_at(now), await self._lasting_at(now))
        inputs = replace(inputs, passes=await self._rounds_at(now))
        found = look(self._source.models, inputs, self._source.ground, faults).found
        before, self.picture = self.picture, {hazard.key: hazard for hazard in next_picture(self.picture, found)}
        await self._withdrawals.look(now, before, self.picture, came)
        self.failing = {name: repr(error) for name, error in faults.items()} | self.failing
        self.looks += 1

    @property
    def taken_back(self) -> frozenset[str]:
        """Keys of those that went because who announced them was mistaken."""
        return self._withdrawals.keys

    async def next_look(self, last: datetime) -> datetime:
        """When there may be something else to see: at the next arrival, soon after a hazard runs out, and by and by.

        What people wrote is looked at in its own second, and so is a reading after quiet; of many readings the next one
        no sooner than a step later.
        """
        soon = last + self._period.step
        by_and_by = soon if self.picture else max(soon, last + _NOTHING_STANDS)
        lapses = [hazard.valid_until + _AFTERWARDS for hazard in self.picture.values()]
        due = min([by_and_by, *(at for at in lapses if at > last)])
        written = await self._stream.next_word(due)
        comes = await self._stream.next_at(due)
        return min([due, *([written] if written else []), *([max(comes, soon)] if comes else [])])

    def _note(self, arrival: Arrival) -> None:
        self.arrivals += 1
        if isinstance(arrival.thing, Heard):
            self.heard.add((arrival.subject.partition("/")[0], _hour(arrival.measured_at)))
        elif arrival.subject.startswith(_LASTING):
            self._lasting_of = None

    async def _lasting_at(self, now: datetime) -> Sequence[Telegram]:
        """As ``services.lasting``: read where one came in, or a day has passed."""
        if self._lasting_of is None or now - self._lasting_of >= _KEPT:
            came_by = None if self._hindsight else now
            async with self._source.store.read() as connection:
                self._lasting = await lasting_telegrams(connection, self._source.status, now, came_by)
            self._lasting_of = now
        return self._lasting

    async def _rounds_at(self, now: datetime) -> Mapping[str, datetime]:
        """As it was known then: when plows had gone round."""
        async with self._source.store.read() as connection:
            return await plowed.last_round(connection, self._source.status, now)

    async def _season_at(self, now: datetime) -> Season:
        hour = _hour(now)
        if hour != self._season_of:
            subjects = self._wants.season(self._source.ground)
            async with self._source.store.read() as connection:
                self._season = await self._hours.gather(connection, subjects, self._source.status, now)
            self._season_of = hour
        return self._season


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
