"""What an older version wrote in the clear is moved: how to reach a sender is sealed apart, and covered where it stood.

A few rows at a time, each with the cursor in one transaction: killed anywhere, it goes on where it was. Without a key
nothing is moved, for to cover it would destroy what somebody may still work with; that it waits is said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy import RowMapping, Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.records import Report
from feeds.status import Status
from services.lease import Leased
from services.store import cursors, quarantine_seal, records, reporters
from services.store.codec import from_json
from services.store.engine import Store
from services.store.reporters import Told
from services.store.tables import records as arrived
from services.store.tables_reports import report_cases, report_events
from services.store.tables_requests import request_words, requests

_AT_ONCE = 100
Move = Callable[[AsyncConnection, RowMapping], Awaitable[None]]


async def _report(connection: AsyncConnection, row: RowMapping) -> None:
    """Its case has the same place, which is covered with it; the digest is of what is kept, as of what comes now."""
    try:
        bare, told = reporters.apart(from_json(Report, row["body"]))
    except ValidationError:  # of long ago, in a shape that nobody reads: it is named, and goes with its rule
        return
    if told is None or not isinstance(bare, Report):
        return
    await reporters.keep(connection, [told], row["received_at"])
    await records.recover(connection, row["seq"], bare)
    mine = report_cases.c.key == bare.key
    for place in (await connection.scalars(select(report_cases.c.place).where(mine))).all():
        texts, _ = reporters.cover({"place": place})
        await connection.execute(update(report_cases).where(mine).values(place=texts["place"]))


async def _request(connection: AsyncConnection, row: RowMapping) -> None:
    answers = {f"{code} {n}": value for code, values in row["attributes"].items() for n, value in enumerate(values)}
    bare, words = reporters.cover({"address": row["address"], "description": row["description"], **answers})
    if not words:
        return
    told = Told(about=f"request/{row['id']}", request=row["id"], status=Status(row["status"]), words=words)
    await reporters.keep(connection, [told], row["asked_at"])
    attributes = {
        code: [bare[f"{code} {n}"] for n, _ in enumerate(values)] for code, values in row["attributes"].items()
    }
    changed = {"address": bare["address"], "description": bare["description"], "attributes": attributes}
    await connection.execute(update(requests).where(requests.c.id == row["id"]).values(changed))


async def _word(connection: AsyncConnection, row: RowMapping) -> None:
    bare, words = reporters.cover({"text": row["text"]})
    if not words:
        return
    told = Told(
        about=f"request/{row['request']}", part=f"word/{row['id']}", request=row["request"],
        status=Status(row["of"]), words=words,
    )  # fmt: skip
    await reporters.keep(connection, [told], row["at"])
    await connection.execute(update(request_words).where(request_words.c.id == row["id"]).values(text=bare["text"]))


async def _case(connection: AsyncConnection, row: RowMapping) -> None:
    """The acts of a case: what officers noted, and the place as they put it right."""
    events = select(report_events).where(report_events.c.case == row["id"]).order_by(report_events.c.seq)
    for event in (await connection.execute(events)).mappings().all():
        facts: Mapping[str, Any] = event["facts"]
        texts = {"note": event["text"]} | ({"place": str(facts["place"])} if "place" in facts else {})
        bare, words = reporters.cover(texts)
        if not words:
            continue
        part = f"act/{event['seq']}"
        told = Told(about=row["key"], part=part, status=Status(row["status"]), words=words)
        await reporters.keep(connection, [told], event["at"])
        changed = {"text": bare["note"], "facts": {**facts, **({"place": bare["place"]} if "place" in bare else {})}}
        this = (report_events.c.case == row["id"], report_events.c.seq == event["seq"])
        await connection.execute(update(report_events).where(*this).values(changed))
    place, words = reporters.cover({"place": row["place"]})
    if words:
        await connection.execute(update(report_cases).where(report_cases.c.id == row["id"]).values(place))


_OF_WORDS = select(request_words, requests.c.status.label("of")).join(
    requests, requests.c.id == request_words.c.request
)
_MOVES: Mapping[str, tuple[Select[Any], Any, Move]] = {
    "records": (select(arrived).where(arrived.c.type == "report"), arrived.c.seq, _report),
    "requests": (select(requests), requests.c.id, _request),
    "words": (_OF_WORDS, request_words.c.id, _word),
    "cases": (select(report_cases), report_cases.c.id, _case),
}


class Moving:
    """The loop; it has nothing to do any more once all has been looked through, which a start asks anew."""

    name = "reporters"
    EVERY = 3600.0  # seconds between two looks at what has come since
    REST = 0.1

    def __init__(self, store: Store | Leased, keyed: bool, ids: frozenset[str] | None = None) -> None:
        """``ids`` of the keys that are here; None: nobody has asked for any."""
        self._store, self._keyed, self._ids = store, keyed, ids
        self.troubles: list[str] = []
        self._looked: dict[str, int] = {}  # how far a look without a key has come

    async def step(self) -> bool:
        """Some rows of the first table that has any; False where there are none, or no key."""
        if not self._keyed:
            return await self._look()
        for name, (rows, number, move) in _MOVES.items():
            cursor = f"reporters:{name}"
            async with self._store.read() as connection:
                after = await cursors.position(connection, cursor)
                found = (await connection.execute(_next(rows, number, after))).mappings().all()
            if not found:
                continue
            async with self._store.write() as connection:
                again = (await connection.execute(_next(rows, number, after))).mappings().all()
                for row in again:
                    await move(connection, row)
                if again:
                    await cursors.move(connection, cursor, again[-1][number.name])
            return True
        if await self._quarantine():
            return True
        self.troubles = await self._lost()
        return False

    async def _lost(self) -> list[str]:
        """What is sealed under a key that is not here; and a key that should be here and is not."""
        if self._ids is None:
            return []
        async with self._store.read() as connection:
            held = await reporters.keys(connection)
        gone = {key: many for key, many in held.items() if key not in self._ids}
        told = [] if self._ids else [_UNREADABLE]
        if gone:
            names = "、".join(f"{key}（{many}件）" for key, many in sorted(gone.items()))
            told.append(
                f"鍵がないため開けない通報者の連絡先があります：{names}。前の鍵を [reporters] former に戻してください"
            )
        return told

    async def _quarantine(self) -> bool:
        """Bytes of reports that nobody could read."""
        async with self._store.read() as connection:
            if "" not in await quarantine_seal.keys(connection):
                return False
        async with self._store.write() as connection:
            ring = reporters.keyring_of(connection)
            return ring is not None and (await quarantine_seal.reseal(connection, ring, 0, _AT_ONCE))[1] > 0

    async def _look(self) -> bool:
        """Without a key: whether anything waits for one. A few rows at a time, so that nobody waits for this."""
        for name, (rows, number, _) in _MOVES.items():
            async with self._store.read() as connection:
                after = self._looked.get(name, await cursors.position(connection, f"reporters:{name}"))
                found = (await connection.execute(_next(rows, number, after))).mappings().all()
            if any(_tells(row) for row in found):
                self.troubles = [_NO_KEY]
                return False
            if found:
                self._looked[name] = found[-1][number.name]
                return True
        self.troubles = await self._lost()
        return False


def _tells(row: RowMapping) -> bool:
    """Whether a row of any of the tables has words in it that tell how to reach somebody."""
    body = row.get("body") or {}
    told = [row.get(name) for name in ("address", "description", "text", "place")]
    told += [value for values in (row.get("attributes") or {}).values() for value in values]
    told += [] if body.get("crime") else [body.get(name) for name in ("text", "place", "source")]
    return bool(reporters.cover({str(n): text for n, text in enumerate(told) if isinstance(text, str)})[1])


async def in_the_clear(connection: AsyncConnection) -> dict[str, int]:
    """Table → in how many rows somebody's contact stands in the clear; for those who ask, and where there is no key."""
    found: dict[str, int] = {}

    def count(table: str, *texts: str) -> None:
        if reporters.cover({str(place): text for place, text in enumerate(texts)})[1]:
            found[table] = found.get(table, 0) + 1

    for body in await connection.scalars(select(arrived.c.body).where(arrived.c.type == "report")):
        if body.get("crime") is None:
            count("records", *(str(body.get(name) or "") for name in ("text", "place", "source")))
    for row in await connection.execute(select(requests.c.address, requests.c.description, requests.c.attributes)):
        count("requests", row[0], row[1], *(value for values in row[2].values() for value in values))
    for text in await connection.scalars(select(request_words.c.text)):
        count("request_words", text)
    for place in await connection.scalars(select(report_cases.c.place)):
        count("report_cases", place)
    for text, facts in await connection.execute(select(report_events.c.text, report_events.c.facts)):
        count("report_events", text, str(facts.get("place", "")))
    if bare := await quarantine_seal.in_the_clear(connection):
        found["quarantine"] = bare
    return found


_UNREADABLE = (
    "通報者の連絡先を封じる鍵（[reporters] key）が読めません。通報は受けていますが、連絡先は受け取っていません。"
    "鍵のファイルを戻して再起動してください"
)
_NO_KEY = (
    "通報者の連絡先が、以前の記録に伏せられずに残っています。"
    "`shirase secrets reporters` で鍵を作り、[reporters] key に書くと移されます"
)


def _next(rows: Select[Any], number: Any, after: int) -> Select[Any]:
    return rows.where(number > after).order_by(number).limit(_AT_ONCE)
