"""A desk with officers, and the way from a report to the alert that tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from feeds.records import Report
from feeds.status import Status
from geo.hazard import Hazard
from geo.models.sighting import Sighting
from rules.alert import Alert
from rules.reports.case import Act, Case
from rules.reports.life import REASONS
from services.bell import Bell
from services.city import City
from services.desks.review import approve
from services.evaluate import Evaluate
from services.predict import Predict
from services.reports import desk
from services.reports.desk import Deed
from services.reports.loop import Queue
from services.store import alerts, hazards, records, report_cases
from services.store.codec import from_json
from services.store.engine import Store
from services.store.tables import alerts as revisions
from services.store.tables import outbox
from tests.services.making import NOW, SetClock
from tests.services.test_writing import CITY, GROUND, person_of


def report(number: str, minutes: float = 0, **more: Any) -> Report:
    told: dict[str, Any] = {
        "gateway": "@public",
        "report_id": number,
        "kind": "bear",
        "measured_at": NOW + timedelta(minutes=minutes),
        "text": "クマが1頭",
        "place": "河川敷",
        "lon": 141.11,
        "lat": 39.71,
        "status": Status.EXERCISE,
    }
    return Report(**told | more)


@dataclass
class Desk:
    """Officer sato, an approver, and the loops that follow him."""

    store: Store
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    city: City = CITY

    def __post_init__(self) -> None:
        bell = Bell()
        self.predict = Predict(self.store, bell, self.clock, GROUND, [Sighting()])
        self.evaluate = Evaluate(self.store, bell, self.clock, self.city)
        self.queue = Queue(self.store, self.store, self.clock, self.city)

    async def arrive(self, *reports: Report) -> list[Case]:
        """Their cases, as they arrived."""
        await person_of(self.store, "sato")
        async with self.store.write() as connection:
            await records.save(connection, reports, self.clock.now())
        async with self.store.read() as connection:
            found = await report_cases.of_keys(connection, [one.key for one in reports])
        return [found[one.key] for one in reports]

    async def do(self, case: Case | int, *acts: Act, **facts: Any) -> Case:
        """These acts of sato, each a second after the one before, with the first reason that fits."""
        number = case if isinstance(case, int) else case.id
        for act in acts:
            self.clock.at += timedelta(seconds=1)
            reason = facts.pop("reason", REASONS.get(act, (None,))[0])
            deed = Deed(number=number, act=act, who="sato", reason=reason, facts=facts)
            done = await desk.do(self.store, deed, self.clock.now())
        return done

    async def case(self, number: int) -> Case:
        async with self.store.read() as connection:
            found = await report_cases.find(connection, number)
        assert found is not None
        return found

    async def look(self, minutes: float = 1) -> list[Hazard]:
        """Every loop once; the hazards then."""
        self.clock.at += timedelta(minutes=minutes)
        await self.predict.step()
        await self.evaluate.step((Status.EXERCISE,))
        await self.queue.step()
        async with self.store.read() as connection:
            return list((await hazards.current(connection, Status.EXERCISE)).values())

    async def drafts(self) -> list[Alert]:
        """What waits for an approver."""
        async with self.store.read() as connection:
            found = await connection.execute(
                select(revisions.c.series, revisions.c.revision).where(revisions.c.state == "draft")
            )
            got = [await alerts.get(connection, series, revision) for series, revision in found.all()]
        return [one.alert for one in got if one is not None]

    async def ends(self) -> list[Alert]:
        """What ended a series, and has left the house."""
        async with self.store.read() as connection:
            gone = select(revisions.c.body).where(revisions.c.ends, revisions.c.state.in_(["issued", "ended"]))
            return [from_json(Alert, body) for body in await connection.scalars(gone)]

    async def issue(self) -> list[Alert]:
        """Sato approves every draft, and every channel takes it."""
        waiting = await self.drafts()
        for one in waiting:
            async with self.store.read() as connection:
                draft = await alerts.get(connection, one.series, one.revision)
            assert draft is not None
            told = {"series": one.series, "revision": one.revision, "digest": draft.digest}
            done = await approve(self.store, **told, person="sato", now=self.clock.now())  # type: ignore[arg-type]
            assert done.issued
        async with self.store.write() as connection:
            await connection.execute(update(outbox).values(state="accepted", done=["1"]))
        return waiting
