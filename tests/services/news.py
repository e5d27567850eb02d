"""Reports on their way to people: the hub from the store to every channel, with rules and wording of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from feeds.records import Record
from feeds.status import Status
from geo.models.cluster import Cluster
from geo.models.sighting import Sighting
from rules.alert import Alert, State
from rules.engine import Sender
from rules.rule import CATALOG, load_rules
from services.bell import Bell
from services.channels import cap_feed, log
from services.channels.cap_feed import CapFeed
from services.channels.log import Log
from services.city import City, place_finder
from services.deliver import Deliver
from services.desks.review import approve
from services.evaluate import Evaluate
from services.predict import Predict
from services.store import records
from services.store.codec import from_json
from services.store.engine import Store
from services.store.tables import alerts, outbox
from tests.services.making import NOW, SetClock, employ
from tests.services.web_floor import ground

RULES = tuple(one for one in load_rules([CATALOG]) if one.id in {"bear-sighting", "crime-notice", "missing-person"})
EVERY = frozenset(Status)
OFFICER = "kato"


class News:
    """Models, rules and the desk over one store; an officer agrees to whatever is proposed."""

    def __init__(self, store: Store) -> None:
        self._feed = CapFeed(cap_feed.Config(statuses=EVERY))
        city = City(
            ground=ground(),
            rules=RULES,
            channels={
                "log": Log(log.Config(statuses=EVERY)),
                "cap_feed": self._feed,
            },
            sender=Sender(id="hub.morioka.example.jp", name="盛岡市", name_en="Morioka City"),
            place=place_finder(ground()),
        )
        self.store, self.clock = store, SetClock(NOW)
        self._predict = Predict(store, Bell(), self.clock, ground(), [Sighting(), Cluster()])
        self._evaluate = Evaluate(store, Bell(), self.clock, city)

    async def came(self, *some: Record) -> None:
        """Store them as they are."""
        async with self.store.write() as connection:
            await records.save(connection, some, self.clock.at)

    async def look(self) -> list[Any]:
        """Every revision of every alert there is after a look at the store, oldest first."""
        await self._predict.step()
        await self._evaluate.step()
        async with self.store.read() as connection:
            return list(await connection.execute(select(alerts).order_by(alerts.c.sent, alerts.c.series)))

    async def hire(self) -> None:
        """The officer who agrees."""
        await employ(self.store, OFFICER)

    async def agree(self) -> list[Alert]:
        """Approve every draft; what was approved."""
        agreed = []
        for row in await self.look():
            if row.state == State.DRAFT:
                told = {"series": row.series, "revision": row.revision, "digest": row.digest}
                await approve(self.store, **told, person=OFFICER, now=self.clock.at)
                agreed.append(from_json(Alert, row.body))
        return agreed

    async def publish(self) -> None:
        """Let what is in the outbox for the CAP feed go out."""
        deliver = Deliver(self.store, Bell(), self.clock, self._feed)
        while await deliver.step():
            pass

    async def deliveries(self) -> Sequence[Any]:
        """The outbox, oldest first."""
        async with self.store.read() as connection:
            return list(await connection.execute(select(outbox).order_by(outbox.c.created_at, outbox.c.id)))
