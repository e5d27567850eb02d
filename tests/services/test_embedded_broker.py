"""The embedded broker against its promises: private, watched, orderly, never alone, never a danger to others."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from services.broker.client import MqttClient
from services.broker.config import Plan, render
from services.broker.embedded import BrokerError, EmbeddedBroker
from services.broker.folder import kept_session
from services.broker.forbidden import ForbiddenLog
from services.broker.login import COMMON_ID, Login
from services.broker.probe import connack
from services.broker.rights import Gateway
from tests.services.conftest import GATEWAYS, until
from tests.services.gateways import SensorGateway, wait_for_pubacks


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except OSError:
        return False


async def test_lets_in_who_is_known_and_nobody_else(broker: EmbeddedBroker) -> None:
    host, port = broker.access.host, broker.access.port
    assert await connack(host, port, "gw07", GATEWAYS["gw07"]) == 0
    assert await connack(host, port, "gw07", "wrong") == 5
    assert await connack(host, port, "stranger", "") == 5


async def test_secrets_are_readable_by_this_account_only(broker: EmbeddedBroker, tmp_path: Path) -> None:
    for name in ("hub.password", "hub.session", "nats-server.conf"):
        assert stat.S_IMODE((tmp_path / "broker" / name).stat().st_mode) == 0o600
    assert broker.access.password not in repr(broker.access)
    assert len(broker.access.password) > 30


async def test_no_gateway_ends_the_session_of_the_hub(broker: EmbeddedBroker, tmp_path: Path) -> None:
    """A broker lets everybody come by any name, and who comes by the hub's ends its session: so nobody may know it."""
    here = broker.access
    hub = MqttClient(
        Login(host=here.host, port=here.port, client_id=here.session, user=here.user, password=here.password)
    )
    await hub.start()
    try:
        await until(lambda: hub.state.ready)
        for name in (COMMON_ID, "shirase-passing", "hub"):
            with SensorGateway(here, "gw07", GATEWAYS["gw07"], client_id=name) as thief:
                await asyncio.to_thread(thief.send_and_wait, "st1/water_level", b"{}")
        assert (hub.state.connection, hub.state.ready) == (1, True)
    finally:
        await hub.stop()
    assert here.session not in repr(here) and len(here.session) > 40
    assert kept_session(tmp_path / "broker") == here.session


def test_what_waits_under_the_name_of_before_is_read(tmp_path: Path) -> None:
    (tmp_path / "jetstream").mkdir()
    assert kept_session(tmp_path) == COMMON_ID


async def test_address_file_tells_where_to_connect(broker: EmbeddedBroker, tmp_path: Path) -> None:
    address = json.loads((tmp_path / "broker" / "address.json").read_text())
    assert address == {"host": "127.0.0.1", "port": broker.access.port}


async def test_gateway_hears_its_rejects_and_public_topics_only(broker: EmbeddedBroker) -> None:
    wanted = ("hub/v1/gw07/rejects", "hub/v1/public/#", "hub/v1/gw08/rejects", "hub/v1/#", "$MQTT/#", "#")
    with SensorGateway(broker.access, "gw07", GATEWAYS["gw07"], listen=wanted) as gateway:
        assert gateway.granted == [True, True, False, False, False, False]


async def test_gateway_cannot_speak_for_another_and_the_loss_is_told(broker: EmbeddedBroker) -> None:
    with (
        SensorGateway(broker.access, "gw08", GATEWAYS["gw08"], listen=("hub/v1/gw08/rejects",)) as eight,
        SensorGateway(broker.access, "gw07", GATEWAYS["gw07"]) as seven,
    ):
        eight.send_and_wait("rejects", b"to myself")
        for _ in range(2):
            wait_for_pubacks([seven.paho.publish("hub/v1/gw08/st.1/q", b"forged", 1)])
        await until(lambda: len(broker.dropped) == 2)
        assert eight.heard == []
    assert [(one.client_id, one.topic, one.times) for one in broker.dropped] == [
        ("client-gw08", "hub/v1/gw08/rejects", 1),
        ("client-gw07", "hub/v1/gw08/st.1/q", 2),
    ]


def test_log_is_followed_over_rotation_and_torn_lines(tmp_path: Path) -> None:
    line = b'[1] 2026/11/20 23:14:20 [ERR] 127.0.0.1:4 - mid:2 - "c%d" - Publish Violation - Subject "hub.v1.x"\n'
    file = tmp_path / "log"
    file.write_bytes(line % 1 + line[:-1] % 2)
    forbidden = ForbiddenLog(tmp_path / "log")
    with file.open("ab") as handle:
        handle.write(b"\n" + (line % 3)[:60])
    forbidden.follow()
    assert forbidden.dropped == (), "what was there at the start is an earlier life's"
    with file.open("ab") as handle:
        handle.write((line % 3)[60:])
    forbidden.follow()
    file.write_bytes(line % 4)
    forbidden.follow()
    assert [one.client_id for one in forbidden.dropped] == ["c3", "c4"]
    file.unlink()
    forbidden.follow()


async def test_reload_changes_who_may_come_without_a_restart(broker: EmbeddedBroker) -> None:
    access, pid = broker.access, broker.pid
    with SensorGateway(access, "gw07", GATEWAYS["gw07"]) as stays:
        await broker.reload({"gw07": GATEWAYS["gw07"], "gw09": "nine-secret"})
        for _ in range(100):
            if await connack(access.host, access.port, "gw09", "nine-secret") == 0:
                break
            await asyncio.sleep(0.02)
        assert await connack(access.host, access.port, "gw09", "nine-secret") == 0
        assert await connack(access.host, access.port, "gw08", GATEWAYS["gw08"]) == 5
        assert stays.paho.is_connected()
    assert broker.pid == pid


async def test_killed_server_comes_back_on_the_same_port(broker: EmbeddedBroker) -> None:
    access, pid = broker.access, broker.pid
    assert pid
    for times in (1, 2):
        os.kill(broker.pid or 0, signal.SIGKILL)
        await until(lambda times=times: broker.state.restarts == times and broker.state.up)
    assert broker.pid != pid
    assert await connack(access.host, access.port, "gw07", GATEWAYS["gw07"]) == 0


async def test_stop_ends_the_server_and_the_next_life_takes_the_port_again(tmp_path: Path) -> None:
    ports, pids = set(), []
    for _ in range(2):
        embedded = EmbeddedBroker(tmp_path, gateways=GATEWAYS)
        ports.add((await embedded.start()).port)
        pids.append(embedded.pid or 0)
        await embedded.stop()
        assert not embedded.state.up
    assert len(ports) == 1
    assert not any(_alive(pid) for pid in pids)


async def test_last_port_taken_by_someone_else_is_left_to_them(tmp_path: Path) -> None:
    with socket.socket() as foreign:
        foreign.bind(("127.0.0.1", 0))
        foreign.listen()
        taken = foreign.getsockname()[1]
        (tmp_path / "broker").mkdir()
        (tmp_path / "broker" / "address.json").write_text(json.dumps({"host": "127.0.0.1", "port": taken}))
        embedded = EmbeddedBroker(tmp_path)
        assert (await embedded.start()).port != taken
        await embedded.stop()
        with pytest.raises(BrokerError, match=f"port {taken} of 127.0.0.1 is taken"):
            await EmbeddedBroker(tmp_path, port=taken).start()


async def test_two_hubs_in_one_folder_are_refused(broker: EmbeddedBroker, tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match="another hub runs a broker"):
        await EmbeddedBroker(tmp_path).start()
    assert broker.pid
    assert _alive(broker.pid)


_HUB = """
import asyncio, pathlib, sys
from services.broker.embedded import EmbeddedBroker
async def main():
    broker = EmbeddedBroker(pathlib.Path(sys.argv[1]))
    await broker.start()
    print('pid', broker.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_server_dies_with_a_hub_that_is_killed(tmp_path: Path) -> None:
    hub = await asyncio.create_subprocess_exec(sys.executable, "-c", _HUB, str(tmp_path), stdout=subprocess.PIPE)
    assert hub.stdout
    while not (line := await hub.stdout.readline()).startswith(b"pid "):
        assert line, "the hub ended before its broker was up"
    pid = int(line.split()[1])
    assert _alive(pid)
    hub.kill()
    await hub.wait()
    await until(lambda: not _alive(pid))


async def test_orphan_of_an_earlier_life_is_ended(tmp_path: Path) -> None:
    first = EmbeddedBroker(tmp_path)
    await first.start()
    config = tmp_path / "broker" / "nats-server.conf"
    await first.stop()
    orphan = await asyncio.create_subprocess_exec(str(Path(sys.prefix) / "bin" / "nats-server"), "-c", str(config))
    pid_file = tmp_path / "broker" / "nats-server.pid"
    await until(lambda: pid_file.exists() and pid_file.read_text() == str(orphan.pid))
    second = EmbeddedBroker(tmp_path)
    await second.start()
    assert await asyncio.wait_for(orphan.wait(), 5) is not None
    await second.stop()


async def test_foreign_process_with_the_stale_pid_is_left_alone(tmp_path: Path) -> None:
    foreign = await asyncio.create_subprocess_exec("sleep", "30")
    (tmp_path / "broker").mkdir()
    (tmp_path / "broker" / "nats-server.pid").write_text(str(foreign.pid))
    embedded = EmbeddedBroker(tmp_path)
    await embedded.start()
    await embedded.stop()
    assert foreign.returncode is None
    foreign.kill()
    await foreign.wait()


@pytest.mark.parametrize("name", ["hub", "public", "GW07", "gw 7", "a.b", "", "x" * 65])
def test_impossible_gateway_names_are_refused_with_the_cure(name: str) -> None:
    plan = Plan(folder=Path("/x"), host="127.0.0.1", port=1, hub_password="p", gateways={name: Gateway(password="q")})
    with pytest.raises(ValueError, match=r"use 1 to 64 of a-z 0-9 _ -"):
        render(plan)


async def test_passwords_with_quotes_and_extra_topics_reach_the_server(tmp_path: Path) -> None:
    topics = ["application/a1/device/24e1/event/up", "v1.1/Datastreams(42)/Observations", "owntracks/lns/phone"]
    lns = Gateway(password='quote " back \\ dollar $x 雪', also=("application/+/device/+/event/up", "v1.1/#"))
    embedded = EmbeddedBroker(tmp_path, gateways={"lns": lns})
    access = await embedded.start()
    login = Login(host=access.host, port=access.port, client_id="t", user=access.user, password=access.password)
    hub = MqttClient(login, ["application/#", "v1.1/#", "owntracks/#"])
    await hub.start()
    await until(lambda: hub.state.ready)
    with SensorGateway(access, "lns", lns.password) as gateway:
        forbidden = ["application/a1/device/24e1/event/join", "owntracks/other/phone"]
        wait_for_pubacks([gateway.paho.publish(topic, b"{}", 1) for topic in forbidden + topics])
    heard: list[str] = []
    async with asyncio.timeout(5):
        while len(heard) < len(topics):
            heard += [incoming.topic for incoming in await hub.next_batch()]
    assert sorted(heard) == sorted(topics)
    await hub.stop()
    await embedded.stop()
