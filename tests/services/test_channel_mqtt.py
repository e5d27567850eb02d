"""The channel ``mqtt`` on a real broker: what a stranger who subscribes at any time finds there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from feeds.status import Status
from geo.hazard import Hazard
from services.broker import export
from services.broker.client import MqttClient
from services.broker.embedded import EmbeddedBroker
from services.broker.login import Login, Protocol
from services.broker.rights import Gateway
from services.channels.channel import Payload, Verdict
from services.channels.keeping import Keeper, Shown
from services.channels.mqtt import board as boards
from services.channels.mqtt.board import Board
from services.channels.mqtt.channel import Config, Mqtt, topic_of
from services.channels.mqtt.hazards import HAZARDS, PublicHazards, strongest
from services.store import hazards
from services.store.engine import Store
from services.web.api.viewer import Viewer
from tests.city_broker import KINDS, city_broker, protocols
from tests.services.conftest import GATEWAYS, until
from tests.services.making import NOW, SetClock, alert, hazard
from tests.services.sender import Sender, seeing

TOPIC = topic_of("s")


Logins = Callable[[str], Login]  # of a user; "hub" is ourselves
CITY = {"hub": "the-hubs-own", **GATEWAYS}


@pytest.fixture
def logins(broker: EmbeddedBroker) -> Logins:
    access = broker.access
    passwords = {**GATEWAYS, "hub": access.password}
    return lambda user: Login(host=access.host, port=access.port, client_id="hub", user=user, password=passwords[user])


@asynccontextmanager
async def outlet(login: Login) -> AsyncIterator[Mqtt]:
    one = Mqtt(Config(statuses=frozenset({Status.EXERCISE})))
    one.on(login)
    yield one
    await one.close()


@dataclass
class Reader:
    """A program of somebody else's: with a gateway's rights, and no session from before."""

    came: list[tuple[str, Any]] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def at(cls, logins: Logins) -> AsyncIterator[Reader]:
        reader = cls()
        own = replace(logins("gw08"), client_id="reader", durable=False)
        client = MqttClient(own, ("hub/v1/public/#",))
        await client.start()
        await until(lambda: client.state.ready)
        task = asyncio.create_task(reader._read(client))
        yield reader
        task.cancel()
        await client.stop()

    async def _read(self, client: MqttClient) -> None:
        while True:
            for one in await client.next_batch():
                self.came.append((one.topic, json.loads(one.payload) if one.payload else None))
                client.ack(one)


async def found(logins: Logins, count: int) -> list[tuple[str, Any]]:
    """What a fresh subscriber is told; where nothing is expected, a while is waited for it."""
    async with Reader.at(logins) as reader:
        await until(lambda: len(reader.came) >= count)
        await asyncio.sleep(0 if count else 0.3)
        return reader.came


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "_RETAINED_WITHIN", 0.2)
    monkeypatch.setattr(boards, "_SHOWN_WITHIN", 1.0)
    monkeypatch.setattr(boards, "_CONNECTED_WITHIN", 0.7)


async def test_who_subscribes_later_finds_the_newest_revision_and_after_the_end_nothing(logins: Logins) -> None:
    await _told_and_ended(logins)


async def _told_and_ended(logins: Logins) -> None:
    async with outlet(logins("hub")) as channel:
        assert isinstance(channel, Keeper)
        first = await Sender(channel).send(channel.render(alert()))
        assert (first.verdict, first.remote_id) == (Verdict.ACCEPTED, TOPIC)
        ((topic, told),) = await found(logins, 1)
        assert topic == TOPIC and (told["v"], told["revision"], told["status"]) == (1, 1, "Exercise")
        async with Reader.at(logins) as reader:
            over = channel.render(alert(revision=2, msg_type="Update", ends=True))
            assert (await Sender(channel).send(over, revision=2)).verdict is Verdict.ACCEPTED
            await until(lambda: len(reader.came) == 2)
            assert [(one["revision"], one["ends"]) for _, one in reader.came] == [(1, False), (2, True)]
            assert not await channel.keep(seeing(moving=["s"])), "it is being sent just now, by whatever process"
            assert await channel.keep(seeing())
            await until(lambda: len(reader.came) == 3)
            assert reader.came[2] == (TOPIC, None)
        assert await found(logins, 0) == []


async def test_a_hub_that_was_down_takes_away_what_ran_out_meanwhile_and_puts_back_what_holds(
    logins: Logins,
) -> None:
    async with outlet(logins("hub")) as channel:
        for series in ("over", "holds", "changed"):
            await Sender(channel).send(channel.render(alert(series=series)), series=series)
    async with outlet(logins("hub")) as after:
        newer = after.render(alert(series="changed", revision=2, msg_type="Update"))
        shown = [
            Shown(series="holds", revision=1, payload=after.render(alert(series="holds"))),
            Shown(series="changed", revision=2, payload=newer),
            Shown(series="lost/#+", revision=1, payload=after.render(alert(series="lost/#+"))),
        ]
        assert await after.keep(seeing(*shown))
        assert not await after.keep(seeing(*shown)), "there is nothing more to do"
        told = {topic.removeprefix("hub/v1/public/alerts/"): one["revision"] for topic, one in await found(logins, 3)}
        assert told == {"holds": 1, "changed": 2, "lost%2F%23%2B": 1}


async def test_a_broker_that_drops_it_for_want_of_a_right_is_not_known_and_none_at_all_is_later(
    broker: EmbeddedBroker, logins: Logins
) -> None:
    async with outlet(logins("gw07")) as channel:
        dropped = await Sender(channel).send(channel.render(alert()))
        assert dropped.verdict is Verdict.UNKNOWN and "hub/v1/public/#" in dropped.detail
    access = broker.access
    await broker.stop()
    away = Mqtt(Config(host=access.host, port=access.port, statuses=frozenset({Status.EXERCISE})))
    assert (await Sender(away).send(away.render(alert()))).verdict is Verdict.LATER
    with pytest.raises(OSError, match="not reachable"):
        await away.keep(seeing())
    await away.close()


async def test_without_a_broker_it_is_later_and_a_message_of_another_status_is_refused() -> None:
    channel = Mqtt(Config(statuses=frozenset({Status.EXERCISE})))
    outcome = await Sender(channel).send(channel.render(alert()))
    assert outcome.verdict is Verdict.LATER and "set [broker]" in outcome.detail
    body = channel.render(alert()).parts[0].replace('"status":"Exercise"', '"status":"Actual"')
    outcome = await Sender(channel).send(Payload(media_type="application/json", parts=(body,)))
    assert outcome.verdict is Verdict.REJECTED and "says Actual" in outcome.detail
    with pytest.raises(OSError, match="no broker"):
        await channel.keep(seeing())


def test_the_message_has_every_fact_and_the_link_to_the_document() -> None:
    (body,) = Mqtt(Config(host="b", base_url="https://hub.example/")).render(alert(series="a b")).parts
    told = json.loads(body)
    assert (told["v"], told["cap"]) == (1, "https://hub.example/cap/a%20b-1.xml")
    assert {"series", "revision", "status", "ends", "expires", "level", "areas", "texts"} <= told.keys()
    assert told["texts"]["ja"]["short"].startswith("【訓練】") and told["texts"]["ja"]["short"].endswith("【訓練】")


def test_of_several_hazards_on_a_topic_the_real_one_is_told_then_the_highest_then_what_is_observed() -> None:
    drill, low, high = hazard(level=5), hazard(status=Status.ACTUAL, level=2), hazard(status=Status.ACTUAL, level=3)
    foreseen = hazard(status=Status.ACTUAL, level=3, observed=False)
    assert list(strongest([high, drill, foreseen, low]).items()) == [(f"{HAZARDS}/flood/032010001", high)]
    assert list(strongest([hazard(kind="a/b", area="#")])) == [f"{HAZARDS}/a%2Fb/%23"]
    others = [replace(low, area="a0"), replace(high, area="a1", level=5), replace(drill, area="a2")]
    first = [one.level for one in strongest([*others, high]).values()]
    assert first == [5, 3, 2, 5], "with thousands to tell, the gravest waits for nothing lower"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_hazards_are_told_on_change_to_the_public_only_and_taken_away(logins: Logins, store: Store) -> None:
    clock, here = SetClock(), Board(logins("hub"))
    real = hazard(status=Status.ACTUAL, valid_until=NOW + timedelta(hours=1))
    private = [
        replace(real, area="a2", relayed=True),
        replace(real, area="a3", observed=False),
        replace(real, area="a4", status=Status.EXERCISE),
        replace(real, area="a5", facts={"confirmed": False}),
    ]
    loop = PublicHazards(store, clock, here, Viewer.public(exercise=False, forecasts=False))

    async def now_holding(*those: Hazard) -> bool:
        async with store.write() as connection:
            for status in (Status.ACTUAL, Status.EXERCISE):
                before = await hazards.current(connection, status)
                await hazards.replace_picture(connection, before, [h for h in those if h.status is status], NOW)
        return await loop.step()

    assert await now_holding(real, *private)
    async with Reader.at(logins) as reader:
        await until(lambda: reader.came)
        later = replace(real, valid_until=NOW + timedelta(hours=2))
        assert not await now_holding(later, *private), "what only goes on waits for its minute"
        assert await now_holding(replace(later, level=4), *private)
        assert await now_holding(*private)
        await until(lambda: len(reader.came) == 3)
        assert {topic for topic, _ in reader.came} == {f"{HAZARDS}/flood/032010001"}
        assert [one and one["level"] for _, one in reader.came] == [3, 4, None]
    assert await found(logins, 0) == []
    await here.close()


@pytest.mark.parametrize(("kind", "protocol"), [(kind, protocol) for kind in KINDS for protocol in protocols(kind)])
async def test_a_broker_of_the_citys_shows_the_same(kind: str, protocol: Protocol, tmp_path: Path) -> None:
    city = city_broker(kind, tmp_path / "broker")
    gateways = {name: Gateway(password=password) for name, password in GATEWAYS.items()}
    export.write(city.folder, export.files(kind, city.site, CITY["hub"], gateways, ()))
    city.start()

    def logins(user: str) -> Login:
        return city.login(user, CITY[user], protocol=protocol)

    try:
        await _told_and_ended(logins)
        async with outlet(logins("gw07")) as channel:
            refused = await Sender(channel).send(channel.render(alert()))
            assert refused.verdict is (Verdict.REJECTED if protocol is Protocol.V5 else Verdict.UNKNOWN)
            assert "hub/v1/public/#" in refused.detail
    finally:
        city.stop()
