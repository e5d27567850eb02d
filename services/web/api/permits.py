"""For each draft: how many people must still agree, whether the one who asks may, why not, and who may."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.alert import Alert
from rules.floor import Floor
from services.clock import wall
from services.desks.agreement import Accounts, accounts, counting
from services.desks.authority import able, may_break_glass, objections
from services.store import hold_offs, users
from services.store.hold_offs import Hold
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
    held: Mapping[tuple[str, int], Hold]  # what waits for the clock, by series and revision
    known: Accounts  # everybody, also who may do nothing any more
    over: bool = False  # of a time that has passed: nobody can do anything there

    @classmethod
    async def read(cls, connection: AsyncConnection, request: web.Request, then: datetime | None = None) -> Permits:
        """As the store has them now; the request is that of a person of the desk.

        ``then``: of what waited for the clock as of that instant; accounts have no past, so nobody is named as able.
        """
        people, clock = await users.on_duty(connection, wall()), await hold_offs.waiting(connection, then)
        known = await accounts(connection)
        return cls(known.get(request[PERSON].name), people, request.app[CONTEXT].floor, clock, known, then is not None)

    def counting(self, alert: Alert, people: Iterable[str]) -> tuple[str, ...]:
        """Those of ``people`` whose agreement counts when the draft is decided on."""
        return counting(self.known, alert, people)

    def of(self, alert: Alert, agreed: Collection[str]) -> dict[str, Any]:
        """The members of :data:`PROPERTIES` of a draft to which ``agreed`` have agreed, and count."""
        others = [one for one in self.people if one.name not in agreed]
        held = self.held.get((alert.series, alert.revision))
        leaves = held is not None and not held.stays
        clock = {
            "leaves_at": iso(held.leaves_at) if held and leaves else None,
            "stays": held.stays if held and held.stays else None,
        }
        if self.over:
            needs = 0 if leaves else self.floor.missing(alert, agreed)
            return {**NOTHING, **clock, "needs": needs, "needs_after": needs, "objections": [OVER]}
        mine = {self.person.name} if self.person else set()
        after = self.floor.missing(alert, {*agreed, *mine})
        return {
            "needs": 0 if leaves else self.floor.missing(alert, agreed),
            "needs_after": 0 if leaves else after,
            **clock,
            "objections": list(objections(self.person, alert)),
            "able": list(able(others, alert)),
            "alone": after > 0 and not leaves and not objections(self.person, alert) and may_break_glass(self.person),
        }


OVER = "過去の表示です。いまに戻ると承認できます"
NOTHING: dict[str, Any] = {
    "needs": 0,
    "needs_after": 0,
    "leaves_at": None,
    "stays": None,
    "objections": [],
    "able": [],
    "alone": False,
}  # what waits for nobody

PROPERTIES = {
    "needs": "desk only: persons still missing; one whose account was closed or scope narrowed does not count",
    "needs_after": "desk only: persons still missing once the one who asks has agreed, perhaps to words of their own",
    "leaves_at": "desk only: it waits for nobody any more and leaves then by itself; else null",
    "stays": "desk only: why it did not leave by itself when its time had come, and waits for people; else null",
    "objections": "desk only: why the one who asks may not approve the draft; empty: they may",
    "alone": "desk only: whether the one who asks may issue it alone in an emergency",
    "able": "desk only: who may approve the draft and has not yet",
}
