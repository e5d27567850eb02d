"""From a reading in the store to the receipt of its post: how often the store is asked on the way.

A count and not a time: it is the same on every machine and under every load. Each statement is a trip to another thread
or process, and they are most of what an alert takes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import shapely
from pydantic import SecretStr

from feeds.status import Status
from geo.flooding.places import Underpass
from geo.registry import MODELS
from geo.station import Station
from rules.alert import Place
from rules.engine import Sender
from rules.rule import load_rules
from services.bell import Bell
from services.channels.webhook import Config, Webhook
from services.city import City
from services.deliver import Deliver
from services.evaluate import Evaluate
from services.predict import Predict
from services.store import records
from services.store.engine import Store
from tests.fakes.webhook import FakePartner
from tests.services.between import statements
from tests.services.making import SetClock, reading
from tests.services.web_floor import ground

RULES = Path(__file__).parents[1] / "peers" / "rules"  # an underpass under water is told without a person
BOX = ((141.1, 39.7), (141.1, 39.72), (141.12, 39.72), (141.1, 39.7))
SENSORS = {"s1": 141.105, "s2": 141.115}


@dataclass
class Way:
    """The three loops, stepped by hand in turn as the bell would."""

    store: Store
    clock: SetClock
    predict: Predict
    evaluate: Evaluate
    deliver: Deliver

    async def measured(self, station: str, *depths: float) -> None:
        """Reports of a minute each, the last of them now."""
        for depth in depths:
            self.clock.at += timedelta(seconds=2)
            one = reading(
                station=station, quantity="inundation_depth", unit="cm", value=depth, measured_at=self.clock.at
            )
            async with self.store.write() as connection:
                await records.save(connection, [one], self.clock.at)

    async def go(self) -> tuple[int, int, int]:
        """Statements of each loop until nothing more is to be sent."""
        counts = []
        assert self.deliver.wake
        for step in (self.predict.step, lambda: self.evaluate.step([Status.ACTUAL]), self.deliver.step):
            if step == self.deliver.step:
                assert await self.deliver.wake.wait(1), "called"
            with statements(self.store) as asked:
                assert await step()
            counts.append(len(asked))
        return counts[0], counts[1], counts[2]


@pytest.fixture
async def partner() -> AsyncIterator[FakePartner]:
    fake = FakePartner()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def way(store: Store, partner: FakePartner) -> AsyncIterator[Way]:
    places = [
        Underpass(code=f"u-{code}", name=code, geometry=shapely.Point(lon, 39.705), sensor=code, closed_cm=20.0)
        for code, lon in SENSORS.items()
    ]
    stations = {
        code: Station(code=code, name=code, lon=lon, lat=39.705, unit="cm", quantities=frozenset({"inundation_depth"}))
        for code, lon in SENSORS.items()
    }
    here = replace(ground(), stations={**ground().stations, **stations}, underpasses=places)
    options = Config(
        url=f"{partner.url}/hook", secret=SecretStr(partner.secret), statuses=frozenset({Status.ACTUAL}), timeout_s=5
    )
    channel = Webhook(options)
    city = City(
        ground=here,
        rules=load_rules([RULES]),
        channels={channel.name: channel},
        sender=Sender(id="hub.morioka.example.jp", name="盛岡市", name_en="Morioka City"),
        place=lambda code: Place(code=code, name="内丸", name_en="Uchimaru", polygons=(BOX,)),
    )
    bell, clock = Bell(), SetClock()
    deliver = Deliver(store, bell, clock, channel)
    deliver.wake = bell.listen(f"outbox:{channel.name}")
    yield Way(store, clock, Predict(store, bell, clock, here, MODELS), Evaluate(store, bell, clock, city), deliver)
    await channel.close()


async def test_the_way_of_an_alert_asks_the_store_some_thirty_times(way: Way, partner: FakePartner) -> None:
    await way.measured("s1", 1.0, 1.0, 30.0, 30.0)
    await way.go()
    way.clock.at += timedelta(seconds=2)
    assert not await way.evaluate.step([Status.ACTUAL]), "what is told is told"
    await way.measured("s2", 1.0, 1.0)
    assert not await way.predict.step(), "dry"
    await way.measured("s2", 30.0)
    looked, judged, sent = await way.go()
    assert len(partner.received) == 2
    told = f"{looked} + {judged} + {sent} statements"
    assert looked <= 10 and judged <= 15 and sent <= 12, told  # one is to look for what is stale, once a second


async def test_where_nothing_moves_little_is_asked_and_nobodys_turn_taken(way: Way) -> None:
    await way.measured("s1", 1.0, 1.0, 30.0, 30.0)
    await way.go()
    for step, most in ((way.predict.step, 3), (lambda: way.evaluate.step([Status.ACTUAL]), 9), (way.deliver.step, 3)):
        await step()  # what was left over
        with statements(way.store) as asked:
            assert not await step()
        assert len(asked) <= most and not [one for one in asked if one.startswith(("INSERT", "UPDATE"))], asked
