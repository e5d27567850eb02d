"""A night in which everything happens to what the console shows, drawn from a seed; and the console's picture of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from feeds.distrust import Distrust
from feeds.records import Fix, Report
from feeds.status import Status
from geo.models.cluster import Cluster
from geo.models.flood import Flood
from geo.models.sighting import Sighting
from rules.damage.disaster import Disaster
from rules.damage.record import Certainty, Content
from rules.declared import Opening, ShelterState
from rules.reports.case import Act, State
from rules.reports.reason import Reason
from rules.rule import CATALOG, load_rules
from rules.silence import Silence
from services.bell import Bell
from services.channels import log
from services.channels.log import Log
from services.damage import desk as damage
from services.deliver import Deliver
from services.desks import distrust, review
from services.desks import silence as silences
from services.evaluate import Evaluate
from services.outage.watch import Watch
from services.predict import Predict
from services.reports import desk as reports
from services.reports.desk import Deed
from services.store import distrusts, records, report_cases
from services.store.engine import Store
from services.store.tables import alerts
from services.store.tables import silences as silence_rows
from tests.fakes.rationed import Rationed
from tests.services.making import NOW, SetClock, reading
from tests.services.test_declaring import CITY as DECLARING
from tests.services.test_declaring import entered
from tests.services.web_floor import Visitor, ground

EVERY = frozenset(Status)
STEP = timedelta(minutes=10)
PICTURE = (
    "hazards?limit=1000",
    "alerts?limit=1000",
    "alerts?state=draft,issued&limit=2",
    "readings/latest?limit=1000",
    "readings/tatesakabashi/water_level?hours=24&status=Exercise",
    "reports?limit=200",
    "fixes/latest",
    "deliveries?limit=500",
    "chronology?limit=200",
    "suppressions?limit=200",
    "silences",
    "sensors/distrusts",
    "outages",
    "damage/map?status=Exercise",
    "areas/032010001/picture",
    "sensors/tatesakabashi/sheet",
    "shelters",
    "declared",
    "status",
)
_OF_NOW = ("needs", "needs_after", "objections", "able", "alone", "now", "at", "past_since", "line", "links", "mark")
_OF_NOW += ("times", "answered", "gateways")  # of which no past is kept


def stripped(answer: Any) -> Any:
    """Without what speaks of whoever asks, and when."""
    if isinstance(answer, dict):
        return {name: stripped(one) for name, one in answer.items() if name not in _OF_NOW}
    return [stripped(one) for one in answer] if isinstance(answer, list) else answer


async def picture(officer: Visitor, at: datetime | None = None, paths: Sequence[str] = PICTURE) -> dict[str, Any]:
    found = {}
    for path in paths:
        params = {} if at is None else {"at": at.isoformat()}
        status, body = await officer.get(f"/api/v1/{path}", params=params)
        assert status == 200, (path, body)
        found[path] = stripped(body)
    return found


class Night:
    """Everything that may happen to what the console shows, one thing at a time."""

    def __init__(self, store: Store, clock: SetClock, seed: int) -> None:
        self.store, self.clock, self.chance = store, clock, random.Random(seed)
        self.flaky = Rationed(clock, limit=1000)
        channels = {"log": Log(log.Config(statuses=EVERY)), "x": self.flaky}
        rules = tuple(r for r in load_rules([CATALOG]) if r.id in {"bear-sighting", "river-level"})
        self.city = replace(DECLARING, ground=ground(), rules=rules, channels=channels)
        stages = (store, Bell(), clock)
        self.stages = [
            Predict(*stages, ground(), [Flood(), Sighting(), Cluster()]),
            Evaluate(*stages, self.city),
            *(Deliver(*stages, one) for one in channels.values()),
            Watch(*stages),
        ]
        self.level, self.seen, self.disaster = 1.8, 0, 0
        self.deeds = (self.river, self.river, self.late, self.bear, self.judge, self.agree, self.refuse, self.silence)
        self.deeds += (self.speak, self.shelter, self.damage, self.line, self.plow, self.stay, self.lie)

    async def step(self) -> None:
        for deed in [self.river, *self.chance.sample(self.deeds, 5)]:
            await deed()
            for stage in self.stages:
                for _ in range(5):
                    if not await stage.step():
                        break

    async def keep(self, *some: Any) -> None:
        async with self.store.write() as connection:
            await records.save(connection, some, self.clock.at)

    async def river(self) -> None:
        self.level += self.chance.choice([-0.3, 0.1, 0.2, 0.35])
        await self.keep(reading(value=round(self.level, 2), measured_at=self.clock.at, status=Status.EXERCISE))

    async def late(self) -> None:
        before = self.clock.at - timedelta(minutes=self.chance.choice([7, 33]))
        await self.keep(reading(value=round(self.level + 0.1, 2), measured_at=before, status=Status.EXERCISE))

    async def bear(self) -> None:
        self.seen += 1
        where = {"lon": 141.11 + self.seen / 1000, "lat": 39.71}
        told = Report(
            gateway="web", report_id=f"b{self.seen}", kind="bear", text="クマ", place="内丸", **where,
            measured_at=self.clock.at - STEP, status=Status.EXERCISE,
        )  # fmt: skip
        await self.keep(told)

    async def judge(self) -> None:
        async with self.store.read() as connection:
            waiting = await report_cases.to_do_bare(connection)
        if waiting:
            one = self.chance.choice(waiting)
            act, why = self.chance.choice([(Act.CONFIRM, Reason.STAFF_SAW), (Act.REJECT, Reason.MISTAKEN)])
            if one.state is State.RECEIVED:
                act, why = Act.TRIAGE, None
            await reports.do(self.store, Deed(number=one.id, act=act, who="kato", reason=why), self.clock.at)

    async def _drafts(self) -> list[Any]:
        async with self.store.read() as connection:
            return list(await connection.execute(select(alerts).where(alerts.c.state == "draft")))

    async def agree(self) -> None:
        for row in await self._drafts():
            told = {"series": row.series, "revision": row.revision, "digest": row.digest}
            try:
                await review.approve(self.store, **told, person="kato", now=self.clock.at)
            except review.ReviewError as error:
                assert error.code in {"same_person", "held"}

    async def refuse(self) -> None:
        for row in (await self._drafts())[:1]:
            told = {"series": row.series, "revision": row.revision, "digest": row.digest}
            await review.reject(self.store, **told, person="kato", reason="様子を見る", now=self.clock.at)

    async def silence(self) -> None:
        about = Silence(
            status=Status.EXERCISE, rule="", kind="flood", area="", owner="kato", reason="点検",
            begins=self.clock.at, ends=self.clock.at + timedelta(minutes=self.chance.choice([5, 45])),
        )  # fmt: skip
        await silences.begin(self.store, about)

    async def lie(self) -> None:
        """A gauge that nobody believes, and believes again."""
        async with self.store.read() as connection:
            held = await distrusts.holding(connection, self.clock.at)
        if held:
            await distrust.end(self.store, ground().stations, held[0].id, "kato", self.clock.at)
            return
        begins, ends = self.clock.at, self.clock.at + 3 * STEP
        about = {"station": "tatesakabashi", "quantity": "water_level", "owner": "sato", "reason": "流木"}
        await distrust.begin(
            self.store, ground().stations, Distrust(**about, status=Status.EXERCISE, begins=begins, ends=ends)
        )

    async def speak(self) -> None:
        async with self.store.read() as connection:
            number = await connection.scalar(
                select(func.max(silence_rows.c.id)).where(
                    silence_rows.c.begins <= self.clock.at, silence_rows.c.ends > self.clock.at
                )
            )
        if number:
            await silences.end(self.store, number, "kato", self.clock.at)

    async def shelter(self) -> None:
        place = ShelterState(
            code="S1", name="", opening=Opening.OPEN, since=self.clock.at,
            people=self.chance.randrange(9),
        )  # fmt: skip
        await entered(self.store, place, now=self.clock.at, person="suzuki")

    async def damage(self) -> None:
        if not self.disaster:
            wanted = Disaster(id=0, status=Status.EXERCISE, name="大雨", began=NOW, place="", outline="")
            self.disaster = (await damage.begin(self.store, wanted, "kato", self.clock.at)).id
        told = Content(certainty=Certainty.CONFIRMED, source="現地班", place="内丸", lon=141.11, lat=39.71)
        await damage.enter(self.store, self.disaster, told, "kato", self.clock.at)

    async def line(self) -> None:
        self.flaky.down = not self.flaky.down

    async def plow(self) -> None:
        moved = Fix(
            gateway="gw1", vehicle="v1", lon=141.11 + self.level / 100, lat=39.71, measured_at=self.clock.at,
            status=Status.EXERCISE,
        )  # fmt: skip
        await self.keep(moved)

    async def stay(self) -> None:
        """Nothing happens: time passes, and what runs out runs out."""
