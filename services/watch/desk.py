"""What the welfare desk sees: who is not accounted for, the most endangered first, and what runs out soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.model import Ground
from rules.watch.alarm import ASKS, Reply, Standing, What, standing
from rules.watch.exposed import Exposed, exposed
from rules.watch.following import Opening
from rules.watch.ward import Home, Ward
from services.configuration.watch import Watching
from services.store import watch_alarms, watch_log, watch_sends, watch_wards
from services.store.engine import Store
from services.store.watch_alarms import Alarm
from services.store.watch_log import Look
from services.store.watch_sends import Send, SendKind
from services.watch.register import By, Ends, Register
from services.watch.seeing import call_of
from services.watch.vault import Vault

_ORDER = list(Standing)
_UNWELL = (What.BATTERY, What.SILENT)
_HELP = (What.BUTTON, What.FALL, What.AWAY, What.MISSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One alarm as the desk sees it. ``ward`` is None for somebody who may not see names."""

    alarm: Alarm
    opening: Opening
    ward: Ward | None
    standing: Standing
    replies: Sequence[Reply]
    sends: Sequence[Send]
    exposed: Exposed

    @property
    def asked(self) -> int:
        """How many supporters were asked."""
        return len({one.supporter for one in self.sends if one.kind is SendKind.ASK})


class Desk:
    """Everything that the pages and commands of watching over stand on."""

    def __init__(self, store: Store, told: Watching, ground: Ground) -> None:
        self.store, self.told, self._ground = store, told, ground
        self.vault = Vault(told.keyring())
        self.register = Register(store, self.vault)

    async def rows(self, now: datetime, *, names: bool) -> list[Row]:
        """What asks somebody, worst first; names only for who may see them, and see :meth:`enter`."""
        async with self.store.read() as connection:
            found = await self._rows(connection, now)
        return found if names else [replace(row, ward=None) for row in found]

    async def counts(self, now: datetime, within: BaseGeometry) -> tuple[int, int]:
        """How many alarms of people who live in the area (degrees) are open, and of how many all is well: no more."""
        async with self.store.read() as connection:
            rows = await self._rows(connection, now)
        homes = [row for row in rows if row.ward and _lives(row.ward.home, within)]
        done = sum(1 for row in homes if row.standing is Standing.DONE)
        return len(homes) - done, done

    async def enter(self, by: By, shown: Sequence[Row]) -> None:
        """An entry of the access log for each person that a page shows by name."""
        people = sorted({row.ward.uid for row in shown if row.ward})
        if people:
            looks = [Look(at=by.at, who=by.who, ward=uid, what="list", why=by.why) for uid in people]
            async with self.store.write() as connection:
                await watch_log.append(connection, looks)

    async def unwell(self) -> list[Alarm]:
        """Devices with a low battery, or silent: by number, without names."""
        async with self.store.read() as connection:
            return [one for one in await watch_alarms.still_open(connection) if one.what in _UNWELL]

    async def ends(self, now: datetime) -> list[Ends]:
        """What runs out within the days of the settings, the earliest first. No names."""
        return await self.register.ends(now, self.told.remind_days)

    async def _rows(self, connection: AsyncConnection, now: datetime) -> list[Row]:
        opened = [one for one in await watch_alarms.still_open(connection) if one.what in ASKS]
        numbers = [one.id for one in opened]
        replies = await watch_alarms.replies_of(connection, numbers)
        sends = await watch_sends.of_alarms(connection, numbers)
        wards = await watch_wards.these(connection, [one.ward for one in opened])
        known = {one.uid: self.vault.open(one.uid, Ward, one.sealed) for one in wards}
        rows = [
            Row(
                alarm=one,
                opening=self.vault.open(one.key, Opening, one.sealed),
                ward=known[one.ward],
                standing=standing(call_of(one, replies[one.id], sends[one.id]), known[one.ward], now),
                replies=replies[one.id],
                sends=sends[one.id],
                exposed=exposed(self._ground, known[one.ward].home),
            )
            for one in opened
            if one.ward in known
        ]
        return sorted(rows, key=_urgency)


def _lives(home: Home, within: BaseGeometry) -> bool:
    return home.lon is not None and home.lat is not None and bool(shapely.intersects_xy(within, home.lon, home.lat))


def _urgency(row: Row) -> tuple[object, ...]:
    """Who is safe comes last, cries for help first, then by danger at home, then by who has nobody."""
    grave = tuple(-int(part) for part in row.exposed.gravity)
    help_first = 0 if row.alarm.what in _HELP else 1
    return row.standing is Standing.DONE, help_first, grave, _ORDER.index(row.standing), row.alarm.id
