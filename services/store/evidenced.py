"""Which sensors a hazard rests on: its reasons name records, and the records know their sensor."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.hazard import Hazard
from rules.resting import on_record
from services.store.codec import from_json
from services.store.tables import hazards, records

_AT_ONCE = 500


async def resting(connection: AsyncConnection, some: Iterable[Hazard]) -> dict[str, frozenset[str]]:
    """By hazard key the ``station/quantity`` of every reading it names; what is no reading stands as it is named."""
    named = {hazard.key: on_record(hazard) for hazard in some}
    refs = sorted(frozenset().union(*named.values()))
    subjects: dict[str, str] = {}
    for begin in range(0, len(refs), _AT_ONCE):
        mine = (records.c.type == "reading", records.c.key.in_(refs[begin : begin + _AT_ONCE]))
        subjects.update(
            (key, subject)
            for key, subject in await connection.execute(select(records.c.key, records.c.subject).where(*mine))
        )
    return {key: frozenset(subjects.get(ref, ref) for ref in its) for key, its in named.items()}


async def last_seen(connection: AsyncConnection, keys: Iterable[str]) -> list[Hazard]:
    """As these hazards were before they left the picture."""
    found = []
    for key in sorted(keys):
        held = select(hazards.c.body).where(hazards.c.key == key, hazards.c.level > 0)
        body = await connection.scalar(held.order_by(hazards.c.seq.desc()).limit(1))
        if body is not None:
            found.append(from_json(Hazard, body))
    return found
