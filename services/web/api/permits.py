"""For each draft: how many people must still agree, whether the one who asks may, why not, and who may."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.alert import Alert
from rules.floor import Floor
from services.clock import wall
from services.desks.authority import able, objections
from services.store import users
from services.store.users import Account
from services.web.auth import PERSON
from services.web.context import CONTEXT


@dataclass(frozen=True, slots=True)
class Permits:
    """The people on duty and the city's floor, read once for a page of alerts."""

    person: Account | None
    people: Sequence[Account]
    floor: Floor

    @classmethod
    async def read(cls, connection: AsyncConnection, request: web.Request) -> Permits:
        """As the store has them now; the request is that of a person of the desk."""
        person = await users.find(connection, request[PERSON].name)
        return cls(person, await users.on_duty(connection, wall()), request.app[CONTEXT].floor)

    def of(self, alert: Alert, agreed: Collection[str]) -> dict[str, Any]:
        """The members ``needs``, ``objections`` and ``able`` of a draft to which ``agreed`` have agreed."""
        others = [one for one in self.people if one.name not in agreed]
        return {
            "needs": max(0, self.floor.needed(alert) - len(agreed)),
            "objections": list(objections(self.person, alert)),
            "able": list(able(others, alert)),
        }


NOTHING = {"needs": 0, "objections": [], "able": []}  # what waits for nobody

PROPERTIES = {
    "needs": "desk only: persons still missing",
    "objections": "desk only: why the one who asks may not approve the draft; empty: they may",
    "able": "desk only: who may approve the draft and has not yet",
}
