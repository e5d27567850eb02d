"""Who is at what: officers see each other before they write over each other, and what somebody took rings no more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.desks.review import entry, name_of
from services.store import alerts, chronology, presences
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.presences import Doing, Here

MOST = 20  # things that one tab can have open
WHAT = r"^[a-z]{2,20}:[A-Za-z0-9_.:/@-]{1,180}$"  # alert:SERIES, outage:7, level:4, page:declared
TAB = r"^[A-Za-z0-9-]{8,40}$"
_TAKEN = {"outage": "送れなかった経路 {} を引き受けた", "level": "危険度の上昇（レベル{}）を引き受けた"}


class PresenceError(ValueError):
    """What a tab says cannot be so; the text says what would be."""


def checked(tab: str, items: Mapping[str, str]) -> dict[str, Doing]:
    """What a tab said, as it is kept. Raises PresenceError."""
    if not re.fullmatch(TAB, tab, re.ASCII):
        raise PresenceError("tab は8〜40字の英数字です / tab must be 8 to 40 letters, digits or hyphens")
    if len(items) > MOST:
        raise PresenceError(f"items は {MOST} 件までです / items holds at most {MOST} things")
    found = {}
    for what, doing in items.items():
        if not re.fullmatch(WHAT, what, re.ASCII):
            raise PresenceError(
                f"what は alert:名 のように書きます / what must look like alert:SERIES, not {what[:40]!r}"
            )
        if doing not in set(Doing):
            raise PresenceError(f"doing は {'、'.join(Doing)} のどれかです / doing must be among {', '.join(Doing)}")
        found[what] = Doing(doing)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One tab of a person's browser, and all that it has open."""

    person: str
    name: str
    items: Mapping[str, Doing]


async def say(store: Store, tab: Tab, own: Status, now: datetime, wall: datetime) -> tuple[list[Here], bool]:
    """Keep what the tab has open; everybody who is at anything then, and whether anything is otherwise than before.

    Who takes something stands in the chronology.
    """
    async with store.write() as connection:
        said = await presences.say(connection, tab.person, tab.name, tab.items, wall)
        told = [await _told(connection, what, tab.person, own, now) for what in said.fresh]
        await chronology.append(connection, told)
        return await presences.here(connection, wall), said.changed


async def _told(connection: AsyncConnection, what: str, person: str, own: Status, now: datetime) -> Entry:
    kind, _, name = what.partition(":")
    alert = await alerts.newest(connection, name) if kind == "alert" else None
    if alert is not None:
        return entry(alert, "callout", person, f"{name_of(alert)}を引き受けた（画面で）", now)
    text = _TAKEN.get(kind, f"{kind} {{}} を引き受けた").format(name)
    return Entry(at=now, status=own, kind="callout", who=person, text=f"{text}（画面で）")
