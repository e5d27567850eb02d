"""The desk for what could not be decoded: read it again, after the gateway, the grant or the decoder was mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.contract import record_line, rejected_line
from feeds.mapping import Mappings
from feeds.records import Message, Record, Rejected, Report
from feeds.registry import feeds_with, for_message
from feeds.status import Status
from services import adoption, grants
from services.broker.link import Incoming
from services.configuration.gateways import Gateway
from services.history import History
from services.intake import Intake
from services.notices.following import follow
from services.overflow import unpacked
from services.settings import Settings
from services.store import chronology, packs, quarantine, records, report_cases, stations
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.faults import is_unfit
from services.store.quarantine import Wanted
from services.store.reporters import apart

_SHOWN = 100  # records of one refusal
_AT_ONCE = 100  # refusals in one transaction: other writers wait for it


class QuarantineError(Exception):
    """It stays where it is; ``code`` is for programs, the text for the officer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """By what refusals are read again: gateways, mappings and the words of adopted sensors, as they are today.

    ``status`` is the hub's own: what comes into an exercise is a drill, however late it is read.
    """

    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    mappings: Mappings = field(default_factory=Mappings)
    status: Status = Status.ACTUAL

    @classmethod
    def of(cls, settings: Settings, mappings: Mappings) -> Reader:
        """The reader of a hub with these settings."""
        least = Status.EXERCISE if settings.exercise else Status.ACTUAL
        return cls(gateways=settings.gateways, mappings=mappings, status=least)

    async def intake(self, connection: AsyncConnection) -> Intake:
        """The way in as it is today."""
        known = await grants.read(connection, self.gateways)
        feeds = feeds_with(self.mappings, adoption.words(await stations.everyone(connection)))
        return Intake(known, partial(for_message, among=feeds))

    def read(self, row: Mapping[str, Any], intake: Intake) -> Found:
        """What the kept bytes are now, as of when they came. Stores nothing."""
        pack = row["code"] == packs.KEPT
        sorts = [intake.sort(one) for one in (unpacked(bytes(row["payload"])) if pack else [_incoming(row)])]
        records = [record for one in sorts for record in one.records]
        refused = tuple((one.message, rejected) for one in sorts for rejected in one.rejected)
        return Found(
            number=row["id"],
            topic=row["topic"],
            status=self.status,
            records=tuple(replace(record, status=record.status.stricter(self.status)) for record in records),
            rejected=() if pack else tuple(rejected for _, rejected in refused),
            apart=refused if pack else (),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one refusal would be now."""

    number: int
    topic: str
    status: Status
    records: tuple[Record, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    apart: tuple[tuple[Message, Rejected], ...] = ()  # out of a pack: each becomes a refusal of its own

    @property
    def whole(self) -> bool:
        """True where nothing of it is refused any more."""
        return bool(self.records or self.apart) and not self.rejected

    @property
    def _refused(self) -> tuple[Rejected, ...]:
        return (*self.rejected, *(rejected for _, rejected in self.apart))

    @property
    def why(self) -> str:
        """Why not, in words."""
        return "; ".join(f"{one.message}（{one.at}）" for one in self.rejected) or "中身がありません"

    @property
    def line(self) -> dict[str, Any]:
        """As plain JSON: the records that ``decode`` would print, and what is still refused."""
        return {
            "readable": self.whole,
            "records": [record_line(apart(record)[0]) for record in self.records[:_SHOWN]],
            "rejected": [rejected_line(refused) for refused in self._refused[:_SHOWN]],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of reading many again: how many could be read, the new records, and the codes of the others."""

    read: int = 0
    new: int = 0
    still_refused: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Outcome) -> Outcome:
        refused = Counter(self.still_refused) + Counter(other.still_refused)
        return Outcome(read=self.read + other.read, new=self.new + other.new, still_refused=dict(refused))


_NOTHING = Outcome()


async def look(store: Store, reader: Reader, one: int) -> tuple[dict[str, Any], Found]:
    """The refusal as it is kept, and what it would be now. Raises QuarantineError not_found."""
    async with store.read() as connection:
        row = await _waiting(connection, one)
        return row, reader.read(row, await reader.intake(connection))


async def replay(store: Store, reader: Reader, one: int, person: str, now: datetime) -> int:
    """Decode the kept bytes once more, as of when they came; returns how many records were new.

    Raises QuarantineError: not_found, or still_refused with the reason of today.
    """
    async with store.write() as connection:
        row = await _waiting(connection, one)
        found = reader.read(row, await reader.intake(connection))
        if not found.whole:
            raise QuarantineError("still_refused", f"まだ読めません：{found.why}")
        new = await _save(connection, [found], now)
        text = f"保管していた受信データを読み直した（{found.topic}）"
        await chronology.append(connection, [_entry(found, text, person, now)])
    return new


async def replay_all(store: Store, reader: Reader, wanted: Wanted, person: str, now: datetime) -> Outcome:
    """Decode all that are wanted once more, in the order they came. Each hundred is a transaction and a log line.

    What can still not be read stays, and is counted by the reason of today.
    """
    total, after = _NOTHING, 0
    while True:
        async with store.read() as connection:
            rows = await quarantine.oldest(connection, _AT_ONCE, after, wanted)
        if not rows:
            return total
        after = rows[-1]["id"]
        for numbers in _portions(rows):
            total += await _many(store, reader, numbers, person, now)


def _portions(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[int]]:
    """A pack holds hundreds of messages and is read alone; between packs all go together."""
    for pack, portion in groupby(rows, key=lambda row: row["code"] == packs.KEPT):
        numbers = [row["id"] for row in portion]
        yield from ([one] for one in numbers) if pack else (numbers,)


async def _many(store: Store, reader: Reader, numbers: Sequence[int], person: str, now: datetime) -> Outcome:
    """One transaction; what the store can never hold is found, and stays alone."""
    try:
        return await _together(store, reader, numbers, person, now)
    except Exception as error:
        if not is_unfit(error):
            raise
        if len(numbers) == 1:
            return Outcome(still_refused={"not_storable": 1})
    total = _NOTHING
    for one in numbers:
        total += await _many(store, reader, [one], person, now)
    return total


async def _together(store: Store, reader: Reader, numbers: Sequence[int], person: str, now: datetime) -> Outcome:
    async with store.write() as connection:
        rows = [row for one in numbers if (row := await quarantine.waiting(connection, one))]  # others may be at it
        intake = await reader.intake(connection)
        found = [reader.read(row, intake) for row in rows]
        good = [one for one in found if one.whole]
        refused = Counter(one.rejected[0].code if one.rejected else "empty" for one in found if not one.whole)
        if not good:
            return Outcome(still_refused=refused)
        new = await _save(connection, good, now)
        text = f"保管していた受信データ {len(good)} 件を読み直した（{good[0].topic} ほか）"
        await chronology.append(connection, [_entry(good[0], text, person, now)])
    return Outcome(read=len(good), new=new, still_refused=refused)


def _incoming(row: Mapping[str, Any]) -> Incoming:
    return Incoming(
        topic=row["topic"],
        payload=bytes(row["payload"]),
        retained=False,
        received_at=row["received_at"],
        connection=0,
        packet_id=0,
        qos=0,
    )


async def _waiting(connection: AsyncConnection, one: int) -> dict[str, Any]:
    row = await quarantine.waiting(connection, one)
    if row is None:
        raise QuarantineError("not_found", f"{one} 番は保管されていないか、読み直し済みです")
    return row


async def _save(connection: AsyncConnection, found: Sequence[Found], now: datetime) -> int:
    batch = [record for one in found for record in one.records]
    history = History()  # of this transaction alone: what is read again may be long past
    for message, rejected in (pair for one in found for pair in one.apart):
        await quarantine.keep(connection, message, rejected)
    flagged = await history.judge(connection, batch, history.draft())
    known = await report_cases.of_keys(connection, [one.key for one in flagged if isinstance(one, Report)])
    saved = await records.save(connection, flagged, now)
    await follow(connection, [one for one in flagged if one.key not in known], now, "police")  # nothing is done twice
    numbers = [one.number for one in found]
    await quarantine.mark_replayed(connection, numbers, now)
    await packs.clear(connection, numbers)
    return len(saved.new)


async def discard(store: Store, gateway: str, person: str, now: datetime) -> int:
    """Throw away unread what was kept of a flood of this gateway; how many messages that were."""
    async with store.write() as connection:
        many = await packs.discard(connection, gateway, now)
        if many:
            text = f"{gateway} が許容量を超えて送った {many} 件を読まずに捨てた"
            who = Entry(at=now, status=Status.ACTUAL, kind="system", who=person, text=text, refs={"gateway": gateway})
            await chronology.append(connection, [who])
    return many


def _entry(found: Found, text: str, person: str, now: datetime) -> Entry:
    refs = {"quarantine": str(found.number)}
    status = found.records[0].status if found.records else found.status
    return Entry(at=now, status=status, kind="system", who=person, text=text, refs=refs)
