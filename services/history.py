"""What is remembered of every sensor, so that a reading can be judged by its past without asking the store each time.

Primed from the store, in one statement for all sensors of a batch that are not known yet, and moved on after the
commit only: a transaction that fails and is tried again judges the same readings the same way. What others have
written since, another process or another loop, is noticed inside the transaction, where nobody else writes, and is
remembered too. So it makes no difference who took a reading in, or whether there was a restart.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.distrust import Distrust, doubted
from feeds.quality import SAMPLES, Past, Track, judged
from feeds.quantities import QUANTITIES
from feeds.records import Flag, Reading, Record
from feeds.status import Status
from geo.river.gauge import GaugeConfig, possible
from geo.station import Station
from services.store import distrusts
from services.store.records import latest_seq
from services.store.tables import records

_RUN = 160  # samples that are read of a sensor that can be too still: a day of reports every ten minutes
_RECENT = 5_000  # records in which a temperature is looked for at the start
_SENSORS = 50_000  # remembered; the ones longest unheard are asked for again
_AT_ONCE = 400  # subjects in one statement
_LOOK_BACK = timedelta(days=2)  # what is older says nothing about a jump
_NO_PAST = frozenset({Flag.CLOCK_AHEAD, Flag.RETAINED, Flag.STUCK, Flag.OUT_OF_RANGE})
_NO_AIR = frozenset({Flag.SPIKE, Flag.DISTRUSTED})
_NOTHING = Track()
_GAUGES = GaugeConfig()
Key = tuple[str, Status]  # a drill's values are never compared with real ones


class Draft:
    """The tracks as they will be once the transaction at hand has been committed."""

    def __init__(self, known: Mapping[Key, Track], air: Mapping[Status, Past]) -> None:
        self._known = known
        self.newest: int | None = None  # record there is, until something is added; None: not known (any more)
        self.begun = False
        self._distrusts: Sequence[Distrust] = ()
        self._since: datetime | None = None  # the oldest measurement for which the distrusts were asked
        self.tracks: dict[Key, Track] = {}
        self.air = dict(air)

    async def doubt(self, connection: AsyncConnection, batch: Sequence[Record]) -> list[Record]:
        """The same records, flagged where a person does not believe the sensor; asked again for older ones only."""
        oldest = min((one.measured_at for one in batch if isinstance(one, Reading)), default=None)
        if oldest and (self._since is None or oldest < self._since):
            self._distrusts, self._since = await distrusts.ending_after(connection, oldest), oldest
        if not self._distrusts:
            return list(batch)
        return [doubted(one, self._distrusts) if isinstance(one, Reading) else one for one in batch]

    def judge(self, readings: Sequence[Reading]) -> dict[int, Reading]:
        """The flagged ones by the identity of those that were given."""
        flagged: dict[int, Reading] = {}
        for reading in sorted(readings, key=_when):
            key = _key(reading)
            track = self.tracks.get(key) or self._known.get(key) or _NOTHING
            flags, self.tracks[key] = judged(reading, track, self.air.get(reading.status))
            if flags:
                flagged[id(reading)] = replace(reading, flags=reading.flags | flags)
            if reading.quantity == "air_temperature" and not (flags | reading.flags) & _NO_AIR:
                assert reading.value is not None
                self.air[reading.status] = Past(reading.measured_at, reading.value)
        return flagged


class History:
    """The tracks of sensors. A :class:`Draft` for each transaction; what it came to is learned after the commit."""

    def __init__(self, gauges: Mapping[str, Station] | None = None) -> None:
        self.gauges = gauges or {}  # by code, with their thresholds; one that is not there may have any level
        self._tracks: OrderedDict[Key, Track] = OrderedDict()
        self._air: dict[Status, Past] = {}
        self._upto: int | None = None  # the newest record that is remembered, or was no reading

    def draft(self) -> Draft:
        """For one transaction."""
        return Draft(self._tracks, self._air)

    async def judge(self, connection: AsyncConnection, batch: Sequence[Record], draft: Draft) -> list[Record]:
        """The same records in the same order, readings with the flags of their past."""
        batch = await draft.doubt(connection, [self._possible(one) for one in batch])
        readings = _judgeable(batch)
        if not draft.begun:
            draft.begun = True
            draft.newest = await self._catch_up(connection)
            draft.air.update(self._air)
        await self._prime(connection, readings)
        flagged = draft.judge(readings)
        return [flagged.get(id(one), one) if isinstance(one, Reading) else one for one in batch]

    def _possible(self, one: Record) -> Record:
        """The same record, flagged where it is a level that its gauge cannot have."""
        if not isinstance(one, Reading) or one.value is None or one.quantity != "water_level":
            return one
        gauge = self.gauges.get(one.station)
        bounds = possible(gauge, _GAUGES) if gauge else None
        if bounds is None or bounds[0] <= one.value <= bounds[1]:
            return one
        return replace(one, flags=one.flags | {Flag.OUT_OF_RANGE})

    def learn(self, draft: Draft, new: Iterable[int]) -> None:
        """Its transaction is committed, and has written these ``new`` records."""
        self._upto = max(new, default=self._upto)
        self._tracks.update(draft.tracks)
        self._air = draft.air
        for key in draft.tracks:
            self._tracks.move_to_end(key)
        while len(self._tracks) > _SENSORS:
            self._tracks.popitem(last=False)

    async def _catch_up(self, connection: AsyncConnection) -> int:
        """Hear of what others have written; the newest. Numbers follow the order of commits, so all is seen."""
        newest = await latest_seq(connection)
        since = max(0, newest - _RECENT) if self._upto is None else self._upto
        if newest == since:
            return newest
        mine = (records.c.subject, records.c.status, records.c.measured_at, records.c.value, records.c.trusted)
        written = select(*mine).where(records.c.seq > since, records.c.type == "reading").order_by(records.c.seq)
        for subject, status, at, value, trusted in await connection.execute(written):
            self._go_on((subject, Status(status)), at, value, trusted)
            if trusted and value is not None and subject.endswith("/air_temperature"):
                self._air[Status(status)] = Past(at, value)
        self._upto = newest
        return newest

    def _go_on(self, key: Key, at: datetime, value: float | None, trusted: bool) -> None:
        """One more sample of a known sensor; what cannot simply be set behind the others has it asked for anew."""
        track = self._tracks.get(key)
        if track is None or value is None:
            return
        if track.samples and at > track.samples[-1].at:
            self._tracks[key] = track.after(at, value, trusted)
        else:
            del self._tracks[key]

    async def _prime(self, connection: AsyncConnection, readings: Sequence[Reading]) -> None:
        """Fetch the tracks of sensors not heard in this life, as far as they reach back from their oldest reading."""
        oldest: dict[Key, datetime] = {}
        for reading in readings:
            key = _key(reading)
            if key not in self._tracks:
                oldest[key] = min(oldest.get(key, reading.measured_at), reading.measured_at)
        for status in {key[1] for key in oldest}:
            wanted = [subject for subject, its in oldest if its is status]
            since = min(at for (_, its), at in oldest.items() if its is status) - _LOOK_BACK
            for begin in range(0, len(wanted), _AT_ONCE):
                await self._fetch(connection, wanted[begin : begin + _AT_ONCE], status, since)

    async def _fetch(self, connection: AsyncConnection, subjects: list[str], status: Status, since: datetime) -> None:
        still = [subject for subject in subjects if _can_be_too_still(subject)]
        order = (records.c.measured_at.desc(), records.c.seq.desc())
        rank = func.row_number().over(partition_by=records.c.subject, order_by=order).label("rank")
        chosen = (
            select(records.c.subject, records.c.measured_at, records.c.value, records.c.trusted, rank)
            .where(records.c.type == "reading", records.c.status == status, records.c.subject.in_(subjects))
            .where(records.c.measured_at >= since, records.c.value.is_not(None))
            .subquery()
        )
        few, many = chosen.c.rank <= SAMPLES, and_(chosen.c.rank <= _RUN, chosen.c.subject.in_(still))
        newest = select(chosen).where(or_(few, many)).order_by(chosen.c.subject, chosen.c.measured_at)
        for subject in subjects:
            self._tracks[subject, status] = Track()
        for subject, at, value, trusted, _ in await connection.execute(newest):
            self._tracks[subject, status] = self._tracks[subject, status].after(at, value, trusted)


def _judgeable(batch: Iterable[Record]) -> list[Reading]:
    """Readings with a value that may stand in a track: at its own time, and physically possible."""
    readings = (one for one in batch if isinstance(one, Reading) and one.value is not None)
    return [one for one in readings if not one.flags & _NO_PAST]


def _can_be_too_still(subject: str) -> bool:
    quantity = QUANTITIES.get(subject.rpartition("/")[2])
    return quantity is not None and quantity.flat_after is not None


def _key(reading: Reading) -> Key:
    return reading.subject, reading.status


def _when(reading: Reading) -> datetime:
    return reading.measured_at
