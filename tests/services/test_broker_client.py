"""The hub's MQTT client against a real broker: what is acknowledged, when, and on which connection."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.broker.client import ClientStoppedError, Limits, MqttClient, Phase
from services.broker.embedded import EmbeddedBroker
from services.broker.link import Incoming
from services.broker.login import Login
from tests.conftest import missing
from tests.services.conftest import GATEWAYS, until
from tests.services.gateways import SensorGateway, wait_for_pubacks

FILTERS = ("hub/v1/+/+/+", "hub/v1/+/batch", "hub/v1/+/status")
QUICK = Limits(first_delay=0.05, most_delay=0.2)


def login(broker: EmbeddedBroker, **changes: Any) -> Login:
    access = broker.access
    own = Login(host=access.host, port=access.port, client_id="hub-1", user=access.user, password=access.password)
    return replace(own, **changes)


@asynccontextmanager
async def running(client: MqttClient, phase: Phase = Phase.UP) -> AsyncIterator[MqttClient]:
    await client.start()
    try:
        await until(lambda: client.state.phase is phase)
        yield client
    finally:
        await client.stop()


async def take(client: MqttClient, count: int, acknowledge: bool = True) -> list[Incoming]:
    """So many messages, acknowledged batch by batch."""
    taken: list[Incoming] = []
    async with asyncio.timeout(20):
        while len(taken) < count:
            batch = await client.next_batch()
            taken += batch
            if acknowledge:
                assert all(client.ack(incoming) for incoming in batch)
    return taken


async def take_distinct(client: MqttClient, count: int) -> list[int]:
    """So many different numbers in the order they first came; on a slow machine the broker repeats some."""
    seen: dict[int, None] = {}
    async with asyncio.timeout(20):
        while len(seen) < count:
            for incoming in await client.next_batch():
                seen.setdefault(int(incoming.payload))
                client.ack(incoming)
    return list(seen)


async def test_receives_topic_bytes_and_retain_flag(broker: EmbeddedBroker) -> None:
    with SensorGateway(broker.access, "gw07", GATEWAYS["gw07"]) as gateway:
        gateway.send_and_wait("status", b'{"state":"online"}', retain=True)
        async with running(MqttClient(login(broker), FILTERS)) as client:
            (status,) = await take(client, 1)
            gateway.send_and_wait("st1/snow_depth", b"\xff\x00")
            (fresh,) = await take(client, 1)
    assert (status.topic, status.payload, status.retained) == ("hub/v1/gw07/status", b'{"state":"online"}', True)
    assert (fresh.topic, fresh.payload, fresh.retained) == ("hub/v1/gw07/st1/snow_depth", b"\xff\x00", False)


async def test_nothing_published_while_the_hub_is_away_is_lost(broker: EmbeddedBroker) -> None:
    async with running(MqttClient(login(broker), FILTERS)):
        pass
    with SensorGateway(broker.access, "gw07", GATEWAYS["gw07"]) as gateway:
        wait_for_pubacks([gateway.send("st1/q", b"%d" % number) for number in range(1000)])
    async with running(MqttClient(login(broker), FILTERS)) as client:
        assert await take_distinct(client, 1000) == list(range(1000))
        assert client.state.sessions_lost == 0


async def test_unacknowledged_comes_again_on_the_next_connection(broker: EmbeddedBroker) -> None:
    client = MqttClient(login(broker), FILTERS, limits=QUICK)
    with SensorGateway(broker.access, "gw07", GATEWAYS["gw07"]) as gateway:
        async with running(client):
            wait_for_pubacks([gateway.send("st1/q", b"%d" % number) for number in range(3)])
            _, second, _ = await take(client, 3, acknowledge=False)
            assert client.ack(second)
            assert not client.ack(second), "an id is free after its acknowledgement"
            gateway.send("st1/q", b"3")
            await take(client, 1, acknowledge=False)  # the broker has heard the acknowledgement before it
    async with running(MqttClient(login(broker), FILTERS)) as later:
        assert sorted(await take_distinct(later, 3)) == [0, 2, 3]


async def test_old_connections_ids_are_never_acknowledged_on_a_new_one(broker: EmbeddedBroker) -> None:
    client = MqttClient(login(broker), FILTERS, limits=QUICK)
    with SensorGateway(broker.access, "gw07", GATEWAYS["gw07"]) as gateway:
        async with running(client):
            gateway.send_and_wait("st1/q", b"old")
            (old,) = await take(client, 1, acknowledge=False)
            os.kill(broker.pid or 0, signal.SIGKILL)
            await until(lambda: client.state.connection > old.connection and client.state.ready)
            assert not client.ack(old)
            (again,) = await take(client, 1, acknowledge=False)
            assert (again.payload, again.connection) == (b"old", client.state.connection)
            assert not client.ack(old), "the id is in use again, by another delivery"
            assert client.ack(again)


async def test_broker_killed_under_load_loses_nothing_it_acknowledged(broker: EmbeddedBroker) -> None:
    client = MqttClient(login(broker), FILTERS, limits=QUICK)
    with SensorGateway(broker.access, "gw07", GATEWAYS["gw07"]) as gateway:
        async with running(client):
            sent = [gateway.send("st1/q", b"%d" % number) for number in range(600)]
            seen: set[int] = set()
            async with asyncio.timeout(20):
                while len(seen) < 600:
                    batch = await client.next_batch(50)
                    if len(seen) < 200 <= len(seen) + len(batch):
                        os.kill(broker.pid or 0, signal.SIGKILL)
                    seen |= {int(incoming.payload) for incoming in batch}
                    for incoming in batch:
                        client.ack(incoming)
            await asyncio.to_thread(wait_for_pubacks, sent)
    assert seen == set(range(600))


async def test_buffer_is_bounded_and_the_rest_waits_at_the_broker(broker: EmbeddedBroker) -> None:
    limits = replace(QUICK, messages=100)
    with SensorGateway(broker.access, "gw07", GATEWAYS["gw07"]) as gateway:
        async with running(MqttClient(login(broker, keepalive=2), FILTERS, limits=limits)) as client:
            sent = [gateway.send("st1/q", b"%d" % number) for number in range(1500)]
            await asyncio.to_thread(wait_for_pubacks, sent)
            await until(lambda: client.state.paused)
            await asyncio.sleep(4)  # longer than the broker's patience with a silent client
            assert client.state.buffered <= 101
            assert client.state.connection == 1, "pings went on while reading was paused"
            assert await take_distinct(client, 1500) == list(range(1500))
            assert client.state.connection == 1
            assert not client.state.paused


async def test_buffer_is_bounded_in_octets_too(broker: EmbeddedBroker) -> None:
    limits = replace(QUICK, octets=100_000)
    with SensorGateway(broker.access, "gw07", GATEWAYS["gw07"]) as gateway:
        async with running(MqttClient(login(broker), FILTERS, limits=limits)) as client:
            wait_for_pubacks([gateway.send("st1/q", bytes(60_000)) for _ in range(10)])
            await until(lambda: client.state.paused)
            assert client.state.buffered == 2
            assert len(await take(client, 10)) == 10


async def test_refused_subscription_is_an_alarm_and_the_rest_flows(broker: EmbeddedBroker) -> None:
    as_gateway = login(broker, user="gw07", password=GATEWAYS["gw07"])
    filters = ("hub/v1/gw07/rejects", "hub/v1/+/+/+")
    async with running(MqttClient(as_gateway, filters, limits=QUICK), Phase.REFUSED) as client:
        assert client.state.refused == ("hub/v1/+/+/+",)
        assert not client.state.ready
        assert "give this user the right to subscribe" in client.state.detail
        async with running(MqttClient(login(broker, client_id="hub-2"))) as hub:
            await hub.publish("hub/v1/gw07/rejects", b"heard")
        assert [incoming.payload for incoming in await take(client, 1)] == [b"heard"]


async def test_wrong_password_is_told_and_tried_again(broker: EmbeddedBroker) -> None:
    client = MqttClient(login(broker, user="gw09", password="nine"), limits=QUICK)
    await client.start()
    await until(lambda: client.state.phase is Phase.DENIED)
    assert "refuses 'gw09': Not authorized" in client.state.detail
    await broker.reload({"gw09": "nine"})
    await until(lambda: client.state.ready)
    await client.stop()


async def test_lost_session_is_told_loudly(broker: EmbeddedBroker, tmp_path: Path) -> None:
    marker = tmp_path / "session"
    async with running(MqttClient(login(broker), FILTERS, marker=marker)) as first:
        assert first.state.sessions_lost == 0
    await broker.stop()
    shutil.rmtree(tmp_path / "broker" / "jetstream")
    await broker.start()
    async with running(MqttClient(login(broker), FILTERS, marker=marker)) as second:
        assert second.state.sessions_lost == 1


async def test_two_hubs_with_one_client_id_back_off_and_alarm(broker: EmbeddedBroker) -> None:
    limits = replace(QUICK, first_delay=0.01, most_delay=0.01)
    clients = [MqttClient(login(broker), FILTERS, limits=limits) for _ in range(2)]
    for client in clients:
        await client.start()
    await until(lambda: any(client.state.phase is Phase.THROWN_OUT for client in clients), patience=30)
    alarmed = next(client for client in clients if client.state.phase is Phase.THROWN_OUT)
    assert "another hub use this client id" in alarmed.state.detail and "hub-1" not in alarmed.state.detail
    made = alarmed.state.connection
    await asyncio.sleep(0.3)
    assert alarmed.state.connection == made, "it stays down"
    for client in clients:
        await client.stop()


async def test_a_line_that_breaks_often_is_no_rival(broker: EmbeddedBroker) -> None:
    """Connections that lasted longer than a rival takes to come back; here that is no time at all."""
    async with running(MqttClient(login(broker), FILTERS, limits=replace(QUICK, fight=0.0))) as client:
        for number in range(1, 8):
            assert client.state.connection == number
            client.reconnect("cut")
            await until(lambda number=number: client.state.ready and client.state.connection == number + 1)


async def test_broker_that_restarts_often_is_no_rival(broker: EmbeddedBroker) -> None:
    async with running(MqttClient(login(broker), FILTERS, limits=QUICK)) as client:
        for _ in range(6):
            await broker.stop()
            await until(lambda: "not reachable" in client.state.detail)
            await broker.start()
            await until(lambda: client.state.ready)


async def test_publish_waits_out_a_broker_that_dies(broker: EmbeddedBroker) -> None:
    heard = ("hub/v1/gw07/rejects",)
    with SensorGateway(broker.access, "gw07", GATEWAYS["gw07"], listen=heard) as gateway:
        async with running(MqttClient(login(broker), limits=QUICK)) as client:
            await client.publish("hub/v1/gw07/rejects", b"before")
            os.kill(broker.pid or 0, signal.SIGKILL)
            await asyncio.wait_for(client.publish("hub/v1/gw07/rejects", b"after"), 10)
            await until(lambda: b"after" in [payload for _, payload in gateway.heard])
            with pytest.raises(ValueError, match="wildcards"):
                await client.publish("hub/v1/+/rejects", b"")
    with pytest.raises(ClientStoppedError):
        await client.publish("hub/v1/gw07/rejects", b"too late")


async def test_draining_hands_out_what_is_buffered_and_then_ends(broker: EmbeddedBroker) -> None:
    with SensorGateway(broker.access, "gw07", GATEWAYS["gw07"]) as gateway:
        async with running(MqttClient(login(broker), FILTERS)) as client:
            wait_for_pubacks([gateway.send("st1/q", b"%d" % number) for number in range(20)])
            await until(lambda: client.state.buffered == 20)
            client.stop_reading()
            batch = await client.next_batch()
            assert len(batch) == 20
            assert await client.next_batch() == []
            assert all(client.ack(incoming) for incoming in batch)
        gateway.send_and_wait("st1/q", b"new")
    async with running(MqttClient(login(broker), FILTERS)) as later:
        again = []
        while b"new" not in again:  # nats-server settles the last acknowledgements after the line is closed: QoS 1
            again += [incoming.payload for incoming in await take(later, 1)]
    assert set(again) <= {b"new", *(b"%d" % number for number in range(20))} and again.count(b"new") == 1


@asynccontextmanager
async def mosquitto(folder: Path, *lines: str) -> AsyncIterator[int]:
    """A mosquitto on a free loopback port, which is yielded."""
    binary = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if binary is None:
        missing("mosquitto is not installed: apt-get install mosquitto")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    config = folder / "mosquitto.conf"
    config.write_text(
        "\n".join((f"listener {port} 127.0.0.1", "allow_anonymous true", f"user {getpass.getuser()}", *lines, ""))
    )
    process = await asyncio.create_subprocess_exec(binary or "", "-c", str(config), stderr=asyncio.subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.terminate()
        await process.wait()


async def test_mosquitto_serves_as_well(tmp_path: Path) -> None:
    async with mosquitto(tmp_path, "max_queued_messages 10000", "max_inflight_messages 1000") as port:
        own = Login(host="127.0.0.1", port=port, client_id="hub-1")
        async with running(MqttClient(own, FILTERS, limits=QUICK)):
            pass
        async with running(MqttClient(replace(own, client_id="gw08", durable=False), limits=QUICK)) as gateway:
            await asyncio.gather(*(gateway.publish("hub/v1/gw08/st1/q", b"%d" % number) for number in range(300)))
        async with running(MqttClient(own, FILTERS, limits=QUICK)) as client:
            await take(client, 300, acknowledge=False)
        async with running(MqttClient(own, FILTERS, limits=QUICK)) as client:
            assert sorted(await take_distinct(client, 300)) == list(range(300))


async def test_tls_with_the_citys_own_certificates(tmp_path: Path) -> None:
    certificate, key = tmp_path / "server.crt", tmp_path / "server.key"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2")
    files = ("-keyout", str(key), "-out", str(certificate))
    command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, *files)
    if shutil.which("openssl") is None:
        missing("openssl is not installed: apt-get install openssl")
    made = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    assert await made.wait() == 0
    async with mosquitto(tmp_path, f"certfile {certificate}", f"keyfile {key}", "max_inflight_messages 1000") as port:
        trusting = Login(host="127.0.0.1", port=port, client_id="hub-1", ca=certificate)
        sender = MqttClient(replace(trusting, client_id="gw08", durable=False), limits=QUICK)
        async with running(MqttClient(trusting, FILTERS, limits=QUICK)) as client, running(sender):
            await asyncio.gather(*(sender.publish("hub/v1/gw08/st1/q", b"%d" % number) for number in range(300)))
            assert await take_distinct(client, 300) == list(range(300))
        plain = MqttClient(replace(trusting, ca=None, client_id="hub-2"), limits=QUICK)
        await plain.start()
        await until(lambda: plain.state.detail != "")
        assert not plain.state.ready
        await plain.stop()


async def test_a_broker_that_cannot_store_what_we_publish_is_no_rival() -> None:
    """nats-server with a full disk lets one in, and ends the connection at the first PUBLISH."""
    connections = 0

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.read(1024)
        writer.write(bytes([0x20, 2, 0, 0]))
        await reader.read(1024)
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    client = MqttClient(Login(host=host, port=port, client_id="full", user="hub", password="x"), limits=QUICK)
    await client.start()
    waiting = asyncio.create_task(client.publish("hub/v1/gw07/rejects", b"{}"))
    await until(lambda: connections >= 8)
    waiting.cancel()
    await client.stop()
    server.close()
