"""A snow desk over a store: one gauge in section ``sw``, three streets of the city's own, a clock that a test sets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from feeds.records import Reading
from feeds.status import Status
from geo.plow.passes import Pass
from geo.plow.work import Rules
from rules.orders.life import Order
from services.bell import Bell
from services.orders.loop import Orders, Practice
from services.roads import Roads
from services.store import orders, plowed, records, users
from services.store.engine import Store
from services.store.plowed import Vehicle
from services.store.users import Account, Role, Scope
from tests.geo.plow.streets import network
from tests.rules.orders.nights import PRESETS, at, city
from tests.services.making import SetClock

LINES = {"a": ((0, 0), (200, 0)), "b": ((200, 0), (400, 0)), "c": ((400, 0), (600, 0))}
STREETS = network(LINES, **{name: {"section": "sw", "administrator": "city", "route_class": 1} for name in LINES})
MIDNIGHT = at("00:00")
HOUR = timedelta(hours=1)


def roads(statuses: frozenset[Status] = frozenset(Status)) -> Roads:
    return Roads(carriageways=STREETS, sidewalks=None, rules=Rules(), sidewalk_vehicles=frozenset(), statuses=statuses)


class Night:
    """What a test does with the desk. ``preset`` names the city whose rules hold."""

    def __init__(self, store: Store, preset: str = "morioka", where: Roads | None = None) -> None:
        self.store, self.clock, self.preset, self.where = store, SetClock(MIDNIGHT), preset, where or roads()
        self.loop = self.restarted()

    def restarted(self) -> Orders:
        """The loop as a new process has it: it knows nothing but the store."""
        practice = Practice(rules=(PRESETS[self.preset],), roads=self.where)
        self.loop = Orders(self.store, Bell(), self.clock, city(), practice)
        return self.loop

    async def snows(self, depths: Sequence[float], until: datetime, status: Status = Status.ACTUAL) -> None:
        """Hourly depths, the last at ``until``; and the clock stands there."""
        self.clock.at = until
        first = until - HOUR * (len(depths) - 1)
        told = [
            Reading(
                gateway=f"gw-{status}",
                station="g1",
                quantity="snow_depth",
                value=value,
                unit="cm",
                measured_at=first + HOUR * hour,
                status=status,
            )
            for hour, value in enumerate(depths)
        ]
        async with self.store.write() as connection:
            await records.save(connection, told, until)

    async def plows(
        self, began: datetime, *segments: str, status: Status = Status.ACTUAL, activity: str = "plow"
    ) -> None:
        """A minute over each segment, one after the other."""
        vehicle = Vehicle(status, "gw1", "p7")
        driven = {
            (
                vehicle,
                Pass(
                    segment=name,
                    began=began.timestamp() + 60 * n,
                    ended=began.timestamp() + 60 * (n + 1),
                    from_m=0.0,
                    to_m=200.0,
                    length_m=200.0,
                    direction=1,
                    fixes=6,
                    off_m=2.0,
                    activity=activity,
                ),
            )
            for n, name in enumerate(segments)
        }
        async with self.store.write() as connection:
            await plowed.replace(connection, (), driven)
            await plowed.cover(connection, status, segments, {})

    async def look(self, at_time: datetime | None = None) -> list[Order]:
        """One step, and every order of tonight, oldest first."""
        self.clock.at = at_time or self.clock.at
        await self.loop.step()
        return await self.orders()

    async def orders(self) -> list[Order]:
        async with self.store.read() as connection:
            return (await orders.since(connection, MIDNIGHT - 48 * HOUR))[::-1]

    async def person(self, name: str, role: Role = Role.APPROVER, scope: Scope | None = None) -> str:
        account = Account(
            name=name, role=role, password="x", one_time=False, revoked=False, created_at=MIDNIGHT, scope=scope
        )
        async with self.store.write() as connection:
            await users.add(connection, account)
        return name
