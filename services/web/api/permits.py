"""For each draft: how many people must still agree, whether the one who asks may, why not, and who may."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.alert import Alert
from rules.floor import Floor
from services.clock import wall
from services.desks.authority import able, may_break_glass, objections
from services.store import hold_offs, users
from services.store.users import Account
from services.web.api.times import iso
from services.web.auth import PERSON
from services.web.context import CONTEXT


@dataclass(frozen=True, slots=True)
class Permits:
    """The people on duty and the city's floor, read once for a page of alerts."""

    person: Account | None
    people: Sequence[Account]
    floor: Floor
    leaves: Mapping[tuple[str, int], datetime]  # what waits for the clock, by series and revision

    @classmethod
    async def read(cls, connection: AsyncConnection, request: web.Request) -> Permits:
        """As the store has them now; the request is that of a person of the desk."""
        person = await users.find(connection, request[PERSON].name)
        people, clock = await users.on_duty(connection, wall()), await hold_offs.waiting(connection)
        return cls(person, people, request.app[CONTEXT].floor, clock)

    def of(self, alert: Alert, agreed: Collection[str]) -> dict[str, Any]:
        """The members of :data:`PROPERTIES` of a draft to which ``agreed`` have agreed."""
        others = [one for one in self.people if one.name not in agreed]
        leaves_at = self.leaves.get((alert.series, alert.revision))
        return {
            "needs": 0 if leaves_at else max(0, self.floor.needed(alert) - len(agreed)),
            "leaves_at": iso(leaves_at) if leaves_at else None,
            "objections": list(objections(self.person, alert)),
            "able": list(able(others, alert)),
            "alone": self._alone(alert, agreed) and not leaves_at,
        }

    def _alone(self, alert: Alert, agreed: Collection[str]) -> bool:
        """True where the person has the right to break the glass, and their approval would not be enough."""
        if self.person is None or objections(self.person, alert) or not may_break_glass(self.person):
            return False
        return self.floor.needed(alert) > len({*agreed, self.person.name})


NOTHING: dict[str, Any] = {
    "needs": 0,
    "leaves_at": None,
    "objections": [],
    "able": [],
    "alone": False,
}  # what waits for nobody

PROPERTIES = {
    "needs": "desk only: persons still missing",
    "leaves_at": "desk only: it waits for nobody any more and leaves then by itself; else null",
    "objections": "desk only: why the one who asks may not approve the draft; empty: they may",
    "alone": "desk only: whether the one who asks may issue it alone in an emergency",
    "able": "desk only: who may approve the draft and has not yet",
}
