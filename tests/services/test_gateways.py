"""Gateways: registered once, known to every broker, kept to their own topics, and out at once when revoked."""

from __future__ import annotations

import asyncio
import json
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from services import grants
from services.app import Hub
from services.broker.client import Limits, MqttClient
from services.broker.export import tell
from services.broker.login import ForbiddenError, Login, Protocol
from services.broker.rights import Gateway, checked_filter, rights_of
from services.cli import run
from services.grants import Grant
from services.settings import load
from services.store import gateways
from services.store.engine import Store
from services.store.tables import chronology, records
from tests.city_broker import KINDS, CityBroker, certify, city_broker, protocols, until

QUICK = Limits(first_delay=0.05, most_delay=0.2)
HUB_PASSWORD = "the-hubs-own"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder of Morioka's hub, and settings that name a broker."""
    monkeypatch.setenv("SHIRASE_PROFILE", str(Path(__file__).parents[2] / "config/morioka"))
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("SHIRASE_PORT", "0")
    monkeypatch.delenv("SHIRASE_DATABASE", raising=False)
    return tmp_path


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest, data: Path) -> Iterator[CityBroker]:
    made = city_broker(request.param, data / "broker")
    yield made
    made.stop()


def shirase(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    """Run `shirase gateways …`, which must succeed; what it told."""
    code = run(["gateways", *words])
    out, err = capsys.readouterr()
    assert code == 0, err
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]  # a hub beside it logs here


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["gateways", *words]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    return str(json.loads(err)["message"])


def added(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The password of a new gateway."""
    return str(shirase(capsys, "add", *words)[0]["password"])


def export(capsys: pytest.CaptureFixture[str], broker: CityBroker) -> None:
    site = broker.folder.parent / "site.toml"
    site.write_text(f'[broker]\nhost = "localhost"\nusername = "hub"\npassword = "{HUB_PASSWORD}"\n')
    where = ("--state", str(broker.site.state), "--tls", str(broker.folder), "--port", str(broker.port))
    how = ("--broker", broker.kind, *(["--certificates"] if broker.certificates else []))
    run_it = ("--settings", str(site), "export", str(broker.folder), *where, *how)
    if broker.process:
        run_it = (*run_it, "--reload", str(broker.pid_file))
    shirase(capsys, *run_it)


@asynccontextmanager
async def connected(login: Login, *filters: str) -> AsyncIterator[MqttClient]:
    client = MqttClient(login, filters, limits=QUICK)
    await client.start()
    try:
        await until(lambda: client.state.ready)
        yield client
    finally:
        await client.stop()


async def refusal(login: Login) -> str:
    """Why a login is not let in."""
    client = MqttClient(login, limits=QUICK)
    await client.start()
    await until(lambda: client.state.detail)
    detail, ready = client.state.detail, client.state.ready
    await client.stop()
    assert not ready
    return detail


async def heard(hub: MqttClient, last: str) -> list[str]:
    """Topics that arrive, up to the one that is known to be allowed and was sent last."""
    topics: list[str] = []
    async with asyncio.timeout(10):
        while last not in topics:
            for incoming in await hub.next_batch():
                topics.append(incoming.topic)
                hub.ack(incoming)
    return topics


async def publish_all(client: MqttClient, topics: list[str]) -> list[str]:
    """Try each; those that the broker refuses aloud, as only MQTT 5 can."""
    refused_aloud = []
    for topic in topics:
        try:
            await client.publish(topic, b"{}")
        except ForbiddenError:
            refused_aloud.append(topic)
    return refused_aloud


async def _granted() -> Mapping[str, Grant]:
    """As a hub reads the register."""
    settings = load()
    store = await Store.open(settings.database_url)
    async with store.read() as connection:
        found = await grants.read(connection, settings.gateways)
    await store.close()
    return found


def test_the_password_is_told_once_and_kept_only_as_hashes(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grants = ("--telegram", "--forecast", "--also", "application/7/device/+/event/up")
    password = added(capsys, "gw07", "--status", "Exercise", *grants)
    assert len(password) == 24
    (line,) = [one for one in shirase(capsys, "list") if one["from"] == "store"]
    assert (line["gateway"], line["state"], line["status"]) == ("gw07", "active", "Exercise")
    assert (line["telegram"], line["forecast"], line["watch"]) == (True, True, False)
    granted = asyncio.run(_granted())["gw07"]
    assert (granted.telegram, granted.forecast, granted.watch) == (True, True, False)
    assert all(password.encode() not in file.read_bytes() for file in (data / "var").iterdir())
    assert "registered already" in refused(capsys, "add", "gw07")
    assert added(capsys, "gw08") != password


def test_what_cannot_be_a_gateway_is_refused_with_the_cure(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "short").write_text("1234567\n")
    assert "use 1 to 64 of" in refused(capsys, "add", "hub")
    assert "belongs to the gateways" in refused(capsys, "add", "gw07", "--also", "hub/v1/gw08/#")
    assert "8 to 72 bytes" in refused(capsys, "add", "gw07", "--password-file", str(data / "short"))
    assert "shirase gateways list" in refused(capsys, "rotate", "gw07")
    assert "shirase gateways list" in refused(capsys, "revoke", "gw07")
    assert "[broker] needs username" in refused(capsys, "export", str(data / "out"), "--broker", "nats")
    assert not (data / "out").exists()


def test_a_gateway_of_the_settings_is_changed_there(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = data / "site.toml"
    site.write_text('[gateways.gw07]\npassword = "of the settings"\n')
    assert "[gateways.gw07]" in refused(capsys, "--settings", str(site), "add", "gw07")
    added(capsys, "gw07")  # before the settings named it
    states = {one["from"]: one["state"] for one in shirase(capsys, "--settings", str(site), "list")}
    assert states == {"store": "hidden by the settings", "settings": "active"}
    for verb in ("rotate", "revoke"):
        assert "[gateways.gw07]" in refused(capsys, "--settings", str(site), verb, "gw07")


async def test_each_act_stands_in_the_chronology(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("add", "gw07"), ("rotate", "gw07"), ("revoke", "gw07")):
        await asyncio.to_thread(shirase, capsys, *words)
    store = await Store.open(load([]).database_url)
    async with store.read() as connection:
        entries = (await connection.execute(chronology.select().order_by(chronology.c.seq))).mappings().all()
        (one,) = await gateways.everyone(connection)
    await store.close()
    assert [(row["kind"], row["who"]) for row in entries] == [("access", "shirase gateways")] * 3
    assert ["登録した" in entries[0]["text"], "替えた" in entries[1]["text"], "取り消した" in entries[2]["text"]] == [
        True
    ] * 3
    assert one.revoked


@pytest.mark.parametrize("topic", ["", "a//b", "$SYS/x", "a b", "a/#/b", "a+/b", "hub/v1/x", "#", "+/v1", "a\n"])
def test_topic_filters_that_reach_too_far_are_not_granted(topic: str) -> None:
    with pytest.raises(ValueError, match="cannot be granted"):
        checked_filter(topic)


def test_a_telegram_takes_a_grant() -> None:
    assert "hub/v1/gw07/telegram" in rights_of("gw07", Gateway(password="")).never
    assert "hub/v1/gw07/telegram" not in rights_of("gw07", Gateway(password="", telegram=True)).never


async def test_the_city_broker_keeps_everyone_to_their_own(
    broker: CityBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over TLS, with the passwords of the register, in every version of MQTT that the broker speaks."""
    relay = await asyncio.to_thread(added, capsys, "relay", "--telegram")
    gw07 = await asyncio.to_thread(added, capsys, "gw07", "--also", "application/7/device/+/event/up")
    await asyncio.to_thread(export, capsys, broker)
    broker.start()
    for number, protocol in enumerate(protocols(broker.kind)):
        own = broker.login("gw07", gw07, protocol=protocol, durable=False, client_id=f"gw07-{number}")
        hub = broker.login("hub", HUB_PASSWORD, protocol=protocol, client_id=f"hub-{number}")
        async with connected(hub, "hub/v1/#") as listener, connected(own) as gateway:
            forbidden = ["hub/v1/gw08/st/q", "hub/v1/gw07/telegram", "hub/v1/public/alerts/x", "hub/v1/hub/canary", "x"]
            allowed = ["hub/v1/gw07/st/q", "hub/v1/gw07/batch", "hub/v1/gw07/oops", "application/7/device/a/event/up"]
            aloud = await publish_all(gateway, [*forbidden, *allowed, "hub/v1/gw07/fix/plow1"])
            assert aloud == (forbidden if protocol is Protocol.V5 else [])
            assert await heard(listener, "hub/v1/gw07/fix/plow1") == [*allowed[:3], "hub/v1/gw07/fix/plow1"]
            other = broker.login("relay", relay, protocol=protocol, durable=False, client_id=f"relay-{number}")
            async with connected(other) as official:
                await official.publish("hub/v1/relay/telegram", b"<Report/>")
                assert await heard(listener, "hub/v1/relay/telegram") == ["hub/v1/relay/telegram"]
            async with connected(replace(own, client_id=f"r-{number}"), "hub/v1/gw07/rejects") as listening:
                await listener.publish("hub/v1/gw07/rejects", b"why")
                (answer,) = await listening.next_batch()
                assert answer.payload == b"why"
    for wrong in (broker.login("gw07", "guessed-password"), broker.login("nobody", gw07), broker.login("", "")):
        assert "refuses" in await refusal(wrong)
    strangers = broker.folder / "server.pem"  # not an authority that signed the broker's certificate
    assert "no TLS connection" in await refusal(replace(broker.login("gw07", gw07), ca=strangers))
    assert "cannot be used" in await refusal(replace(broker.login("gw07", gw07), ca=broker.folder / "nowhere.pem"))


async def test_rotated_and_revoked_ones_are_out_after_the_reload_and_the_others_stay(
    broker: CityBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    first = {name: await asyncio.to_thread(added, capsys, name) for name in ("gw07", "gw08", "gw09")}
    await asyncio.to_thread(export, capsys, broker)
    broker.start()
    async with (
        connected(broker.login("gw09", first["gw09"])) as staying,
        connected(broker.login("gw07", first["gw07"])) as rotating,
        connected(broker.login("gw08", first["gw08"])) as leaving,
    ):
        before = staying.state
        (rotated,) = await asyncio.to_thread(shirase, capsys, "rotate", "gw07")
        await asyncio.to_thread(shirase, capsys, "revoke", "gw08")
        late = await asyncio.to_thread(added, capsys, "gw10")
        await asyncio.to_thread(export, capsys, broker)
        for name, password in (("gw07", str(rotated["password"])), ("gw10", late)):
            async with connected(broker.login(name, password)):
                pass
        for name in ("gw07", "gw08"):
            assert "refuses" in await refusal(broker.login(name, first[name]))
        await until(lambda: "refuses" in rotating.state.detail and "refuses" in leaving.state.detail)
        assert staying.state == before
        await staying.publish("hub/v1/gw09/st/q", b"{}")


@pytest.mark.parametrize("left", ["another", "ended", "words", "nothing"])
async def test_the_reload_reaches_the_broker_and_nobody_else(
    left: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pid file outlives its broker, and its number may be somebody else's: SIGHUP would end them."""
    site, pid_file, folder = data / "site.toml", data / "broker.pid", data / "files"
    site.write_text(f'[broker]\nhost = "localhost"\nusername = "hub"\npassword = "{HUB_PASSWORD}"\n')
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as another:
        if left == "ended":
            another.kill()
            another.wait()
        if left != "nothing":
            pid_file.write_text(str(another.pid) if left in {"another", "ended"} else left)
        where = ("export", str(folder), "--broker", "mosquitto", "--reload", str(pid_file))
        message = await asyncio.to_thread(refused, capsys, "--settings", str(site), *where)
        assert "the files are written, but" in message and "names no mosquitto" in message
        if left != "ended":
            with pytest.raises(subprocess.TimeoutExpired):
                another.wait(0.3)
            another.kill()
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert modes == dict.fromkeys(("mosquitto.conf", "acl", "passwd"), 0o640), "no draft stays, nobody else may read"


@pytest.mark.parametrize("number", ["0", "-1"])
def test_no_number_reaches_a_whole_group(number: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the kernel 0 is this whole group and -1 everyone: kill is caught here, lest a fault end us too."""
    signalled: list[int] = []
    monkeypatch.setattr("os.kill", lambda pid, _: signalled.append(pid))
    (tmp_path / "pid").write_text(number)
    with pytest.raises(ValueError, match="names no nats-server"):
        tell("nats", tmp_path / "pid")
    assert signalled == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_client_certificate_stands_for_the_password(
    kind: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = city_broker(kind, data / "broker", certificates=True)
    for name in ("hub", "gw07", "gw08"):
        certify(made, name)
    await asyncio.to_thread(added, capsys, "gw07")  # gw08 has a certificate of the same authority, and no rights
    await asyncio.to_thread(export, capsys, made)
    made.start()
    try:
        async with connected(made.login("hub", ""), "hub/v1/#") as hub, connected(made.login("gw07", "")) as gateway:
            await publish_all(gateway, ["hub/v1/gw08/st/q", "hub/v1/gw07/st/q"])
            assert await heard(hub, "hub/v1/gw07/st/q") == ["hub/v1/gw07/st/q"]
            if kind == "mosquitto":  # lets in whom the authority vouches for; what they may not do goes nowhere
                async with connected(made.login("gw08", "")) as stranger:
                    await stranger.publish("hub/v1/gw08/st/q", b"{}")
            else:
                assert "refuses" in await refusal(made.login("gw08", ""))
            await gateway.publish("hub/v1/gw07/end/q", b"{}")
            assert await heard(hub, "hub/v1/gw07/end/q") == ["hub/v1/gw07/end/q"]
        assert await refusal(replace(made.login("gw07", ""), certificate=None, key=None))
    finally:
        made.stop()


async def test_the_embedded_broker_learns_of_a_gateway_while_it_runs(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.grants.Watch.EVERY", 0.1)
    async with Hub.running(load([])) as hub:
        assert hub.broker
        access = hub.broker.access
        password = await asyncio.to_thread(added, capsys, "gw07", "--status", "Test")
        own = Login(host=access.host, port=access.port, client_id="gw07", user="gw07", password=password)
        async with connected(own) as gateway:
            body = {"v": 1, "id": "a", "station": "s", "quantity": "snow_depth", "value": 3, "unit": "cm"}
            text = json.dumps({**body, "time": "2026-11-21T03:00:00+09:00"})
            await gateway.publish("hub/v1/gw07/s/snow_depth", text.encode())
            await until_stored(hub.store, 1)
            await asyncio.to_thread(shirase, capsys, "revoke", "gw07")
            await until(lambda: not gateway.state.ready, 10)
        assert "refuses" in await refusal(own)
    store = await Store.open(load([]).database_url)
    async with store.read() as connection:
        assert (await connection.scalars(records.select().with_only_columns(records.c.status))).all() == ["Test"]
    await store.close()


async def until_stored(store: Store, count: int) -> None:
    async with asyncio.timeout(10):
        while True:
            async with store.read() as connection:
                if len((await connection.execute(records.select())).all()) == count:
                    return
            await asyncio.sleep(0.05)
