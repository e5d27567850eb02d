"""What a person may ask of the city: what is held about them, all of it as it stands, and to have it deleted.

Found by keyed hashes; nothing is read until the person's rows are opened, which the log of looks names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.instant import iso_utc
from services.keyring import Keyring
from services.notices.following import forgotten
from services.reporters.looking import By, write_down
from services.retention.reporters import Said, prove
from services.store import backups, looks, records, report_cases, report_revisions, reporters
from services.store.codec import to_json
from services.store.engine import Store
from services.store.reporters import Row, Told
from services.store.tables_reports import photos
from services.store.tables_requests import request_updates, request_words, requests

# What is held further of the same thing, and why: told to whoever asks, without anybody's name.
STAYS = (
    "通報・依頼の種類、日時、場所、伏せた本文（[retention] reports_days、requests_days まで。事案への対応の記録）",
    "職員の判断の記録と、連絡先を見た記録（行政文書。連絡先そのものは含まない）",
    "クロノロジー（だれの通報かは含まない）",
)


@dataclass(frozen=True, slots=True)
class Person:
    """By what somebody is looked for: kind (mail, phone, name, line, …) and value."""

    told: Sequence[tuple[str, str]]


async def find(connection: AsyncConnection, ring: Keyring, person: Person) -> list[tuple[Row, tuple[str, ...]]]:
    """The person's rows, each with the kinds by which it was found; nothing is opened."""
    found: dict[int, tuple[Row, tuple[str, ...]]] = {}
    for kind, value in person.told:
        for row in await reporters.having(connection, ring, kind, value):
            _, kinds = found.get(row.id, (row, ()))
            found[row.id] = (row, (*kinds, kind))
    return [found[number] for number in sorted(found)]


async def export(store: Store, ring: Keyring, person: Person, by: By) -> dict[str, Any]:
    """All that is held, opened; each look is written down in the same transaction. Raises KeyringError."""
    held = []
    async with store.write() as connection:
        for row, kinds in await find(connection, ring, person):
            told = reporters.opened(ring, row)
            seen_by = [
                {"at": iso_utc(one.at), "purpose": one.purpose, "members": list(one.members)}
                for one in await looks.newest(connection, 1000, row.about)
            ]
            await write_down(connection, row.about, row.status, by, told.members)
            held.append({
                "about": row.about,
                "part": row.part,
                "status": row.status.value,
                "arrived_at": iso_utc(row.arrived_at),
                "found_by": list(kinds),
                **_clear(told),
                "record": await _record(connection, row),
                "seen_by": seen_by,
            })  # fmt: skip
    return {"made_at": iso_utc(by.at), "held": held, "stays": list(STAYS)}


async def erase(store: Store, ring: Keyring, person: Person, who: str, at: datetime, *, words: bool) -> dict[str, Any]:
    """Delete the person's rows, with proof; ``words``: forget the covered words and the place of what they sent too.

    Afterwards they are looked for again. Copies that were made meanwhile are named: each still holds it, sealed.
    """
    async with store.write() as connection:
        rows = [row for row, _ in await find(connection, ring, person)]
        gone = await prove(connection, [row.id for row in rows], Said(who, "asked for by the person", at))
        for row in rows if words else ():
            await _forget(connection, row)
        left = len(await find(connection, ring, person))
        since = min((row.arrived_at for row in rows), default=at)
        copies = await backups.standing(connection, since)
    return {
        "erased": gone,
        "left": left,
        "words_forgotten": sorted({row.about for row in rows}) if words else [],
        "stays": list(STAYS),
        "copies": [{"id": one.id, "place": one.place, "destroy_by": iso_utc(one.destroy_by)} for one in copies],
    }


def _clear(told: Told) -> dict[str, Any]:
    return {"contact": {name: value for name, value in told.contact.told() if value}, "words": dict(told.words)}


async def _record(connection: AsyncConnection, row: Row) -> Mapping[str, Any]:
    """What they sent, as it stands in the record, and what became of it; without who of the city did it."""
    if row.request is not None:
        return await _request(connection, row.request)
    found = (await report_revisions.newest(connection, [row.about])).get(row.about)
    case = (await report_cases.of_keys(connection, [row.about])).get(row.about)
    told: dict[str, Any] = {"report": None, "became": []}
    if found is not None:
        told["report"] = {name: value for name, value in to_json(found).items() if name not in {"contact", "judged"}}
    if case is not None:
        told["became"] = [{"act": one.act.value, "at": iso_utc(one.at)} for one in case.events]
    return told


async def _request(connection: AsyncConnection, number: int) -> Mapping[str, Any]:
    columns = ("service", "state", "address", "description", "attributes", "lon", "lat", "asked_at")
    row = (await connection.execute(select(requests).where(requests.c.id == number))).mappings().first()
    said = select(request_updates.c.at, request_updates.c.text).where(request_updates.c.request == number)
    told = {name: row[name] for name in columns} if row is not None else {}
    if told:
        told["asked_at"] = iso_utc(told["asked_at"])
    became = [{"at": iso_utc(one.at), "text": one.text} for one in await connection.execute(said)]
    return {"request": told, "became": became}


async def _forget(connection: AsyncConnection, row: Row) -> None:
    if row.request is None:
        found = (await report_revisions.newest(connection, [row.about])).get(row.about)
        if found is not None:
            await connection.execute(delete(photos).where(photos.c.sha256.in_(found.photos)))
            await records.reword(connection, forgotten(replace(found, contact=None)))
        return
    if row.part.startswith("word/") and row.part[5:].isdigit():
        mine = request_words.c.id == int(row.part[5:])
        await connection.execute(update(request_words).where(mine).values(text="", media_url=""))
        return
    empty = {"description": "", "address": "", "attributes": {}, "media_url": "", "released": False}
    await connection.execute(update(requests).where(requests.c.id == row.request).values(empty))
