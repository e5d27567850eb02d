"""The desk for what could not be decoded: read it again, after the gateway, the grant or the decoder was mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from feeds.feed import Feed
from feeds.registry import FEEDS, for_message
from feeds.status import Status
from services import grants
from services.broker.link import Incoming
from services.intake import Intake
from services.settings import Gateway
from services.store import chronology, quarantine, records
from services.store.chronology import Entry
from services.store.engine import Store


class QuarantineError(Exception):
    """It stays where it is; ``code`` is for programs, the text for the officer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """By what refusals are read again: the gateways of the settings and the feeds, as they are today."""

    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    feeds: Sequence[Feed] = FEEDS


async def replay(store: Store, reader: Reader, one: int, person: str, now: datetime) -> int:
    """Decode the kept bytes once more, as of when they came; returns how many records were new.

    Raises QuarantineError: not_found, or still_refused with the reason of today.
    """
    async with store.write() as connection:
        row = await quarantine.waiting(connection, one)
        if row is None:
            raise QuarantineError("not_found", f"{one} 番は保管されていないか、読み直し済みです")
        came = Incoming(
            topic=row["topic"],
            payload=bytes(row["payload"]),
            retained=False,
            received_at=row["received_at"],
            connection=0,
            packet_id=0,
            qos=0,
        )
        known = await grants.read(connection, reader.gateways)
        found = Intake(known, partial(for_message, among=reader.feeds)).sort(came)
        if found.rejected or not found.records:
            why = "; ".join(f"{refused.message}（{refused.at}）" for refused in found.rejected) or "中身がありません"
            raise QuarantineError("still_refused", f"まだ読めません：{why}")
        saved = await records.save(connection, found.records, now)
        await quarantine.mark_replayed(connection, one, now)
        await chronology.append(connection, [_entry(row["topic"], found.records[0].status, one, person, now)])
    return len(saved.new)


def _entry(topic: str, status: Status, one: int, person: str, now: datetime) -> Entry:
    text = f"保管していた受信データを読み直した（{topic}）"
    return Entry(at=now, status=status, kind="system", who=person, text=text, refs={"quarantine": str(one)})
