"""Who of the staff is at what just now: a tab of a browser says it, and says it again, or it is forgotten in seconds.

Kept in the store, so that every web process tells the same; a process that dies leaves nothing that lasts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.set_back import come, to_come
from services.store.tables_presence import presences

LASTS = timedelta(seconds=35)  # three times as long as a tab waits until it says it again


class Doing(StrEnum):
    """What somebody does with a thing. A later one means more than those before it."""

    READING = "reading"
    WRITING = "writing"  # something is typed that is not sent yet
    DECIDING = "deciding"  # the dialog is open that sends or refuses it
    TAKEN = "taken"  # they have said that they see to it


_WEIGHT = {doing: weight for weight, doing in enumerate(Doing)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """One person at one thing, in however many tabs: the most that they do with it, and since when."""

    person: str
    what: str
    doing: Doing
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What came of it: whether anything is otherwise than before, and what nobody had taken and is taken by it."""

    changed: bool
    fresh: tuple[str, ...]


async def say(connection: AsyncConnection, person: str, tab: str, items: Mapping[str, Doing], wall: datetime) -> Said:
    """All that this tab has open now, instead of what it had. Call inside ``store.write()``.

    What has aged out goes with it.
    """
    gone = await connection.execute(delete(presences).where(come(presences.c.until, wall, LASTS)))
    mine = (presences.c.person == person, presences.c.tab == tab)
    taken = presences.c.doing == Doing.TAKEN.value
    held = set(await connection.scalars(select(presences.c.what).where(taken)))
    before = {row.what: row for row in await connection.execute(select(presences).where(*mine))}
    await connection.execute(delete(presences).where(*mine))
    rows = [
        {
            "person": person,
            "tab": tab,
            "what": what,
            "doing": doing.value,
            "since": before[what].since if what in before else wall,
            "until": wall + LASTS,
        }
        for what, doing in items.items()
    ]
    if rows:
        await connection.execute(insert(presences), rows)
    return Said(
        changed=gone.rowcount > 0 or {what: row.doing for what, row in before.items()} != dict(items),
        fresh=tuple(what for what, doing in items.items() if doing is Doing.TAKEN and what not in held),
    )


async def here(connection: AsyncConnection, wall: datetime) -> list[Here]:
    """Everybody who is at anything, by thing and then by name."""
    columns = (presences.c.person, presences.c.what, presences.c.doing, presences.c.since)
    found: dict[tuple[str, str], Here] = {}
    for person, what, doing, since in await connection.execute(
        select(*columns).where(to_come(presences.c.until, wall, LASTS))
    ):
        one, known = Here(person=person, what=what, doing=Doing(doing), since=since), found.get((what, person))
        if known is not None:
            most = max((one.doing, known.doing), key=_WEIGHT.__getitem__)
            one = Here(person=person, what=what, doing=most, since=min(one.since, known.since))
        found[(what, person)] = one
    return [found[key] for key in sorted(found)]
