"""The way in, end to end: gateways over a real broker into a real store, with everything that may go wrong between."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from feeds.records import Decoded, Flag, Message, Reading
from feeds.registry import for_message
from feeds.status import Status
from services.bell import Bell
from services.broker.client import Limits, MqttClient
from services.broker.embedded import EmbeddedBroker
from services.broker.link import Incoming
from services.broker.login import Login
from services.broker.rights import Gateway as BrokerGateway
from services.figures import MESSAGES, RECORDS
from services.grants import Grant
from services.ingest import Ingest
from services.store.engine import Store
from services.store.tables import quarantine, records
from tests.services.conftest import GATEWAYS, until
from tests.services.gateways import SensorGateway, reading, wait_for_pubacks

NOW = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)
QUICK = Limits(first_delay=0.05, most_delay=0.2)
KNOWN = {"gw07": Grant(), "gw08": Grant(status=Status.EXERCISE)}


def client_of(broker: EmbeddedBroker, kind: type[MqttClient] = MqttClient, limits: Limits = QUICK) -> MqttClient:
    access = broker.access
    own = Login(host=access.host, port=access.port, client_id="hub", user=access.user, password=access.password)
    return kind(own, Ingest.FILTERS, limits=limits, now=lambda: NOW)


@asynccontextmanager
async def ingesting(client: MqttClient, store: Store, **changes: Any) -> AsyncIterator[Ingest]:
    ingest = Ingest(store, changes.pop("bell", Bell()), client, changes.pop("grants", KNOWN), **changes)
    await client.start()
    await ingest.start()
    try:
        await until(lambda: client.state.ready)
        yield ingest
    finally:
        await ingest.stop()
        await client.stop()


async def rows(store: Store, table: Any = records) -> list[Any]:
    async with store.read() as connection:
        return list((await connection.execute(select(table).order_by(*table.primary_key))).all())


async def count(store: Store, table: Any = records) -> int:
    async with store.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


async def stored(store: Store, many: int, table: Any = records, patience: float = 20) -> None:
    """Wait until so many rows are there."""
    async with asyncio.timeout(patience):
        while await count(store, table) < many:
            await asyncio.sleep(0.02)


def total(counter: Any, *labels: str) -> float:
    return float(counter.labels(*labels)._value.get())


def gateway(broker: EmbeddedBroker, name: str = "gw07", listen: tuple[str, ...] = ()) -> SensorGateway:
    return SensorGateway(broker.access, name, GATEWAYS[name], listen)


async def test_a_reading_is_stored_and_the_bell_rings(broker: EmbeddedBroker, store: Store) -> None:
    bell = Bell()
    with gateway(broker) as gw07, bell.listen("records") as listener:
        async with ingesting(client_of(broker), store, bell=bell) as ingest:
            gw07.send_and_wait("st0123/snow_depth", reading(1, value=34.5))
            assert await listener.wait(5)
            (row,) = await rows(store)
            assert ingest.health()["ingest_last_at"] == NOW
    assert (row.subject, row.value, row.gateway, row.status) == ("st0123/snow_depth", 34.5, "gw07", "Actual")
    assert row.received_at == NOW


async def test_a_hub_whose_clock_is_late_says_that_it_believes_nothing(broker: EmbeddedBroker, store: Store) -> None:
    with gateway(broker) as gw07:
        async with ingesting(client_of(broker), store) as ingest:
            for number, minutes in ((1, 10), (2, 0)):
                body = reading(number) | {"time": (NOW + timedelta(minutes=minutes)).isoformat()}
                gw07.send_and_wait("st0123/snow_depth", body)
                await until(lambda late=bool(minutes): ingest.vitals.hub_is_late(NOW) is late)
                assert any("clock" in reason for reason in ingest.health()["reasons"]) is bool(minutes)


async def test_everything_arrives_once_over_restarts_of_the_hub(broker: EmbeddedBroker, store: Store) -> None:
    sent = []
    with gateway(broker) as gw07:
        async with ingesting(client_of(broker), store):
            sent += [gw07.send("st1/snow_depth", reading(number, "st1")) for number in range(200)]
            await stored(store, 20)
        sent += [gw07.send("st1/snow_depth", reading(number, "st1")) for number in range(200, 300)]
        async with ingesting(client_of(broker), store):
            await stored(store, 300)
        wait_for_pubacks(sent)
    assert await count(store) == 300


class NeverAcknowledges(MqttClient):
    """A hub that is killed between commit and acknowledgement, every time."""

    def ack(self, incoming: Incoming) -> bool:
        return False


async def test_killed_between_commit_and_ack_stores_once(broker: EmbeddedBroker, store: Store) -> None:
    duplicates = total(RECORDS, "ingest", "duplicate")
    with gateway(broker) as gw07:
        async with ingesting(client_of(broker, NeverAcknowledges), store):
            wait_for_pubacks([gw07.send("st1/snow_depth", reading(number, "st1")) for number in range(5)])
            await stored(store, 5)
    async with ingesting(client_of(broker), store):
        await until(lambda: total(RECORDS, "ingest", "duplicate") == duplicates + 5)
    assert await count(store) == 5
    came = []
    for _ in range(2):  # the first life may have ended before its acknowledgements left; the second's did leave
        handled = total(MESSAGES, "records")
        async with ingesting(client_of(broker), store):
            await asyncio.sleep(2.3)  # longer than the broker waits for an acknowledgement
        came.append(total(MESSAGES, "records") - handled)
        if not came[-1]:
            break
    assert came[-1] == 0, "acknowledged now, they do not come again"


async def test_broker_killed_while_gateways_publish(broker: EmbeddedBroker, store: Store) -> None:
    with gateway(broker) as gw07, gateway(broker, "gw08") as gw08:
        async with ingesting(client_of(broker), store):
            sent = [gw07.send("st1/snow_depth", reading(number, "st1")) for number in range(300)]
            sent += [gw08.send("st2/snow_depth", reading(number, "st2")) for number in range(300)]
            await stored(store, 50)
            os.kill(broker.pid or 0, signal.SIGKILL)
            await asyncio.to_thread(wait_for_pubacks, sent)
            await stored(store, 600)
    assert await count(store) == 600


async def test_undecodable_bytes_are_kept_and_answered(broker: EmbeddedBroker, store: Store) -> None:
    torn = b'{"v":1,"station":'
    with gateway(broker, listen=("hub/v1/gw07/rejects",)) as gw07:
        async with ingesting(client_of(broker), store):
            gw07.send_and_wait("st1/snow_depth", torn)
            gw07.send_and_wait("st1/snow_depth", reading(1, "st1"))
            await stored(store, 1)
            await until(lambda: gw07.heard)
            await asyncio.sleep(0.1)
    (row,) = await rows(store, quarantine)
    assert (row.payload, row.code, row.gateway, row.answered) == (torn, "bad_json", "gw07", True)
    (topic, payload), *more = gw07.heard
    answer = json.loads(payload)
    assert (topic, more) == ("hub/v1/gw07/rejects", [])
    assert (answer["error"], answer["topic"]) == ("bad_json", "hub/v1/gw07/st1/snow_depth")
    assert answer["payload_sha256"] == hashlib.sha256(torn).hexdigest()
    assert answer["received_at"] == "2026-01-15T06:00:00Z"
    assert answer["at"]


async def test_bad_member_of_a_batch_does_not_cost_the_good_ones(broker: EmbeddedBroker, store: Store) -> None:
    batch = [reading(1, "st1"), {**reading(2, "st1"), "time": "yesterday"}, reading(3, "st1")]
    with gateway(broker) as gw07:
        async with ingesting(client_of(broker), store):
            gw07.send_and_wait("batch", json.dumps(batch).encode())
            await stored(store, 1, quarantine)
    assert await count(store) == 2
    (row,) = await rows(store, quarantine)
    assert json.loads(row.payload)["id"] == "st1-2"


async def test_refusal_of_an_earlier_life_is_answered_later(broker: EmbeddedBroker, store: Store) -> None:
    class Mute(MqttClient):
        async def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
            await asyncio.sleep(60)

    with gateway(broker, listen=("hub/v1/gw07/rejects",)) as gw07:
        async with ingesting(client_of(broker, Mute), store):
            gw07.send_and_wait("st1/snow_depth", b"\xff")
            await stored(store, 1, quarantine)
        assert gw07.heard == []
        async with ingesting(client_of(broker), store):
            await until(lambda: gw07.heard)


async def test_telegram_needs_a_grant(broker: EmbeddedBroker, store: Store) -> None:
    await broker.reload({"gw07": BrokerGateway(password=GATEWAYS["gw07"], telegram=True)})  # the hub checks again
    with gateway(broker, listen=("hub/v1/gw07/rejects",)) as gw07:
        async with ingesting(client_of(broker), store):
            gw07.send_and_wait("telegram", b"<Report/>")
            await until(lambda: gw07.heard)
    (row,) = await rows(store, quarantine)
    assert row.code == "no_grant"
    granted = {"gw07": Grant(telegram=True)}
    with gateway(broker) as gw07:
        async with ingesting(client_of(broker), store, grants=granted):
            gw07.send_and_wait("telegram", b"<Report/>")
            await stored(store, 2, quarantine)
    assert (await rows(store, quarantine))[1].code not in {"no_grant", "no_feed"}, "it reached the feed"


async def test_nothing_of_a_revoked_gateway_counts(broker: EmbeddedBroker, store: Store) -> None:
    """The broker still lets it in here, as a city's does until its files are read again."""
    with gateway(broker) as gw07, gateway(broker, "gw08") as gw08:
        async with ingesting(client_of(broker), store) as ingest:
            gw07.send_and_wait("heartbeat", b"{}")
            await until(lambda: "gw07" in ingest.vitals.gateways)
            ingest.know({**KNOWN, "gw07": Grant(revoked=True)})
            assert "gw07" not in ingest.vitals.gateways
            gw07.send_and_wait("st1/snow_depth", reading(1, "st1"))
            gw07.send_and_wait("heartbeat", b"{}")
            gw07.send_and_wait("status", b'{"state":"online"}')
            gw08.send_and_wait("st2/snow_depth", reading(2, "st2"))
            await stored(store, 3, quarantine)
            await stored(store, 1)
            await until(lambda: "gw08" in ingest.vitals.gateways)
            assert "gw07" not in ingest.vitals.gateways, "neither alive nor missing"
    assert [row.code for row in await rows(store, quarantine)] == ["revoked"] * 3
    assert [row.gateway for row in await rows(store)] == ["gw08"]


async def test_exercise_gateway_makes_everything_a_drill(broker: EmbeddedBroker, store: Store) -> None:
    with gateway(broker, "gw08") as gw08:
        async with ingesting(client_of(broker), store):
            gw08.send_and_wait("st1/snow_depth", reading(1, "st1"))
            gw08.send_and_wait("st1/snow_depth", {**reading(2, "st1"), "status": "Test"})
            await stored(store, 2)
    assert [row.status for row in await rows(store)] == ["Exercise", "Test"]


async def test_refused_message_is_acknowledged_too_once_it_is_kept(broker: EmbeddedBroker, store: Store) -> None:
    with gateway(broker) as gw07:
        async with ingesting(client_of(broker), store):
            gw07.send_and_wait("st1/snow_depth", b"\xff")
            await stored(store, 1, quarantine)
        async with ingesting(client_of(broker), store):
            await asyncio.sleep(2.3)  # longer than the broker waits for an acknowledgement
    (row,) = await rows(store, quarantine)
    assert row.times == 1, "it came again"


async def test_topic_nobody_knows_is_kept(broker: EmbeddedBroker, store: Store) -> None:
    with gateway(broker) as gw07:
        async with ingesting(client_of(broker), store, feed_for=lambda _: None):
            gw07.send_and_wait("fix/plow7", b"{}")
            await stored(store, 1, quarantine)
        async with ingesting(client_of(broker), store):
            gw07.send_and_wait("a/b/c/d", b"{}")
            gw07.send_and_wait("oops", b"{}")
            await stored(store, 3, quarantine)
    assert [row.code for row in await rows(store, quarantine)] == ["no_feed", "bad_topic", "bad_topic"]


async def test_feed_that_raises_costs_one_message_only(broker: EmbeddedBroker, store: Store) -> None:
    class Broken:
        name = "broken"

        def accepts(self, topic: str) -> bool:
            return True

        def decode(self, message: Message) -> Decoded:
            raise KeyError("surprise")

    with gateway(broker) as gw07:
        async with ingesting(client_of(broker), store, feed_for=lambda _: Broken()):
            gw07.send_and_wait("st1/q", b"{}")
            await stored(store, 1, quarantine)
    (row,) = await rows(store, quarantine)
    assert (row.code, row.message) == ("decoder_failed", "the decoder broken failed: KeyError: 'surprise'")


async def test_vital_signs_are_noted_and_nothing_else(broker: EmbeddedBroker, store: Store) -> None:
    with gateway(broker) as gw07:
        async with ingesting(client_of(broker), store) as ingest:
            gw07.send_and_wait("status", {"state": "online", "boot": "b-2"}, retain=True)
            gw07.send_and_wait("heartbeat", b"whatever")
            await until(lambda: "gw07" in ingest.vitals.gateways and ingest.vitals.gateways["gw07"].last_seen == NOW)
            assert ingest.vitals.gateways["gw07"].alive(NOW)
            gw07.send_and_wait("status", {"state": "offline", "boot": "b-1"})  # the will of a half-open old connection
            gw07.send_and_wait("st1/snow_depth", reading(1, "st1"))
            await stored(store, 1)
            assert ingest.vitals.gateways["gw07"].alive(NOW)
            gw07.send_and_wait("status", {"state": "offline", "boot": "b-2"})
            await until(lambda: not ingest.vitals.gateways["gw07"].alive(NOW))
    assert await count(store, quarantine) == 0


async def test_what_the_hub_publishes_does_not_come_back_in(broker: EmbeddedBroker, store: Store) -> None:
    echoes = total(MESSAGES, "echo")
    client = client_of(broker)
    async with ingesting(client, store) as ingest:
        await client.publish("hub/v1/public/hazards/flood/03201", b"{}", retain=True)
        await client.publish("hub/v1/gw07/rejects", b"{}")
        await until(lambda: total(MESSAGES, "echo") == echoes + 2)
        assert dict(ingest.vitals.gateways) == {}
    assert await count(store) + await count(store, quarantine) == 0


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_locked_store_holds_the_batch_and_says_so(broker: EmbeddedBroker, store: Store, tmp_path: Path) -> None:
    rival = sqlite3.connect(tmp_path / "shirase.db", isolation_level=None)
    async with store.write() as connection:  # the connection that will have to wait: not for the default 15 s
        await connection.exec_driver_sql("PRAGMA busy_timeout=50")
    client = client_of(broker)
    with gateway(broker) as gw07:
        async with ingesting(client, store) as ingest:
            rival.execute("BEGIN IMMEDIATE")
            gw07.send_and_wait("st1/snow_depth", reading(1, "st1"))
            await until(lambda: not ingest.health()["ingest"])
            assert "ingest stopped since 2026-01-15T06:00:00Z" in ingest.health()["reasons"][0]
            assert "database is locked" in ingest.health()["reasons"][0]
            gw07.send_and_wait("st1/snow_depth", reading(2, "st1"))
            assert await count(store) == 0
            rival.execute("ROLLBACK")
            await stored(store, 2)
            await until(lambda: ingest.health()["ingest"])
            assert ingest.health()["reasons"] == []
    rival.close()


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_stop_while_the_store_fails_leaves_the_messages_to_the_next_life(
    broker: EmbeddedBroker, store: Store, tmp_path: Path
) -> None:
    rival = sqlite3.connect(tmp_path / "shirase.db", isolation_level=None)
    async with store.write() as connection:
        await connection.exec_driver_sql("PRAGMA busy_timeout=50")
    with gateway(broker) as gw07:
        async with ingesting(client_of(broker), store) as ingest:
            rival.execute("BEGIN IMMEDIATE")
            gw07.send_and_wait("st1/snow_depth", reading(1, "st1"))
            await until(lambda: not ingest.health()["ingest"])
        rival.execute("ROLLBACK")
        rival.close()
        async with ingesting(client_of(broker), store):
            await stored(store, 1)


class Careless:
    """A feed that lets through what no store can hold: half a character, in every message numbered 2."""

    name = "careless"

    def accepts(self, message: Message) -> bool:
        return True

    def decode(self, message: Message) -> Decoded:
        feed = for_message(message)
        assert feed
        (record,) = feed.decode(message).records
        assert isinstance(record, Reading)
        poison = record.message_id == "st1-2"
        return Decoded(records=(replace(record, message_id="\ud800") if poison else record,))


async def test_record_the_store_cannot_hold_goes_to_quarantine_alone(broker: EmbeddedBroker, store: Store) -> None:
    client = client_of(broker)
    ingest = Ingest(store, Bell(), client, KNOWN, feed_for=lambda _: Careless())
    await client.start()
    await until(lambda: client.state.ready)
    with gateway(broker) as gw07:
        wait_for_pubacks([gw07.send("st1/snow_depth", reading(number, "st1")) for number in (1, 2, 3)])
        await until(lambda: client.state.buffered == 3)  # so that they share a transaction
        await ingest.start()
        await stored(store, 2)
        await stored(store, 1, quarantine)
        await ingest.stop()
        await client.stop()
    assert sorted(row.body["message_id"] for row in await rows(store)) == ["st1-1", "st1-3"]
    (kept,) = await rows(store, quarantine)
    assert (kept.code, json.loads(kept.payload)["id"]) == ("not_storable", "st1-2")


@pytest.mark.parametrize("table", ["records", "quarantine"])
async def test_a_store_that_cannot_be_written_holds_everything_and_blames_nobody(
    broker: EmbeddedBroker, store: Store, table: str
) -> None:
    batch = [reading(1, "st1"), {**reading(2, "st1"), "time": "yesterday"}]

    async def rename(old: str, new: str) -> None:
        async with store.write() as connection:
            await connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")

    with gateway(broker) as gw07:
        async with ingesting(client_of(broker), store) as ingest:
            await rename(table, "elsewhere")
            gw07.send_and_wait("batch", json.dumps(batch).encode())
            await until(lambda: not ingest.health()["ingest"])
            assert await count(store, quarantine if table == "records" else records) == 0, "half of it was kept"
            await rename("elsewhere", table)
            await stored(store, 1)
            await stored(store, 1, quarantine)
    assert [row.code for row in await rows(store, quarantine)] == ["bad_time"]


async def test_storm_is_bounded_in_memory_and_complete_in_the_store(broker: EmbeddedBroker, store: Store) -> None:
    client = client_of(broker, limits=replace(QUICK, messages=200))
    fullest = 0
    with gateway(broker) as gw07:
        async with ingesting(client, store):
            sent = [gw07.send("st1/snow_depth", reading(number, "st1")) for number in range(2000)]
            async with asyncio.timeout(30):
                while await count(store) < 2000:
                    fullest = max(fullest, client.state.buffered)
                    await asyncio.sleep(0.005)
            wait_for_pubacks(sent)
    assert fullest <= 201
    assert await count(store) == 2000


async def test_spike_is_flagged_and_a_confirmed_jump_is_not(broker: EmbeddedBroker, store: Store) -> None:
    values = {0: 30.0, 600: 30.5, 1200: 400.0, 1800: 31.0, 2400: 200.0, 3000: 200.5}
    with gateway(broker) as gw07:
        async with ingesting(client_of(broker), store):
            for number, value in values.items():
                gw07.send_and_wait("st1/snow_depth", reading(number, "st1", value))
            await stored(store, len(values))
    spikes = [row.value for row in await rows(store) if Flag.SPIKE in row.body["flags"]]
    assert spikes == [400.0, 200.0]
    assert [row.value for row in await rows(store) if not row.trusted] == spikes


@pytest.mark.parametrize("payload", [b"", b"null", b"{}", b"\x00" * 70_000])
async def test_odd_payloads_are_answered_not_lost(broker: EmbeddedBroker, store: Store, payload: bytes) -> None:
    with gateway(broker, listen=("hub/v1/gw07/rejects",)) as gw07:
        async with ingesting(client_of(broker), store):
            gw07.send_and_wait("st1/snow_depth", payload)
            await until(lambda: gw07.heard)
    assert (await count(store), await count(store, quarantine)) == (0, 1)
