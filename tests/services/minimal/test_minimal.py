"""The store is lost: what comes in is seen, people warn the city, and it is all in the store afterwards, once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select

from feeds.status import Status
from services.alone import AlreadyRunningError
from services.bell import Bell
from services.broker.client import Limits, MqttClient
from services.broker.login import Login
from services.channels.linkage import Config, Linkage
from services.city import StartError
from services.cli import run
from services.cli.minimal import _serve
from services.clock import Clock, wall
from services.deliver import Deliver
from services.minimal import bringing
from services.minimal.aside import Aside, lay
from services.minimal.bringing import bring_in
from services.minimal.journal import KIND, aboard, begin, file_of
from services.minimal.running import running
from services.settings import Settings
from services.store import alerts, chronology, standing
from services.store import outbox as queue
from services.store import records as came_in
from services.store.engine import Store
from services.store.tables import chronology as log_table
from services.store.tables import outbox, records
from services.store.users import Role, Scope
from tests.e2e.process import PASSWORD as OF_GATEWAYS
from tests.exercise.telegrams import Warned, telegram
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX
from tests.services.making import NOW, alert, employ, payload, reading
from tests.services.minimal.night import Officer, settings_of
from tests.services.test_supervisor import heard, listening
from tests.services.web_floor import _HASH, floor

OUTLETS = ("x", "linkage", "cap_feed")


@pytest.fixture
async def outside() -> AsyncIterator[tuple[FakeX, FakeLinkage]]:
    x, linkage = FakeX(), FakeLinkage()
    await x.start()
    await linkage.start()
    yield x, linkage
    await x.stop()
    await linkage.stop()


async def in_good_times(settings: Settings) -> None:
    """People have accounts, an alert is in force, and the hub has laid it all aside."""
    store = await Store.open(settings.database_url)
    await employ(store, "sato", "suzuki", password=_HASH)
    await employ(store, "buchou", password=_HASH, scope=Scope(evacuation=True, break_glass=True))
    one = alert(expires=wall() + timedelta(hours=3))
    async with store.write() as connection:
        await alerts.add_draft(connection, one, {"log": payload()}, wall())
        await alerts.mark_issued(connection, one, wall())
    await lay(store, settings, folder(settings), wall())
    await store.close()


def folder(settings: Settings) -> Path:
    assert settings.minimal
    return settings.minimal.folder


@pytest.mark.one_engine
async def test_a_night_without_the_store(
    tmp_path: Path, outside: tuple[FakeX, FakeLinkage], capsys: pytest.CaptureFixture[str]
) -> None:
    x, linkage = outside
    settings, file = settings_of(tmp_path, x, linkage)
    await in_good_times(settings)
    database = tmp_path / "hub" / "shirase.db"
    database.rename(tmp_path / "lost.db")
    database.mkdir()  # it cannot even be opened
    async with running(settings) as boat, aiohttp.ClientSession(boat.address, cookie_jar=jar()) as http:
        await publish(tmp_path / "hub")
        sato = Officer(http)
        await sato.come_in("sato")
        page = await sato.read("/ops")
        while "大雨に警戒してください。" not in page:
            await asyncio.sleep(0.05)
            page = await sato.read("/ops")
        assert alert().texts["ja"].headline in page, "what was in force before is told"
        await sato.write(OUTLETS)
        await sato.decide("approve")
        assert not x.posts, "of level 4 nobody agrees alone to words of their own"
        async with aiohttp.ClientSession(boat.address, cookie_jar=jar()) as other:
            suzuki = Officer(other)
            await suzuki.come_in("suzuki")
            await suzuki.decide("approve")
        async with asyncio.timeout(20):
            while not (x.posts and linkage.received):
                await asyncio.sleep(0.05)
        async with aiohttp.ClientSession(boat.address) as resident:
            assert "北上川があふれるおそれ" in await Officer(resident).read("/")
        assert await asyncio.to_thread(run, ["minimal", "bring-in", "--settings", str(file)]) == 1
        assert "in use by another hub" in capsys.readouterr().err, "what it still wrote would be lost"
        with pytest.raises(AlreadyRunningError):
            async with running(settings):
                pytest.fail("two on one journal")
        assert await beginnings(settings) == 1, "the second did not begin"
    assert all("訓練" in post.text for post in x.posts) and linkage.received[0].alert.status == "Exercise"
    database.rmdir()
    (tmp_path / "lost.db").rename(database)
    assert await asyncio.to_thread(run, ["minimal", "bring-in", "--settings", str(file)]) == 0
    brought = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (brought["alerts"], brought["open"], brought["records"]) == (1, 0, 1)
    assert await asyncio.to_thread(run, ["minimal", "bring-in", "--settings", str(file)]) == 1, "there is no more"
    await nothing_is_lost_or_sent_twice(settings, x, linkage)


@pytest.mark.one_engine
async def test_as_a_unit(tmp_path: Path, outside: tuple[FakeX, FakeLinkage], monkeypatch: pytest.MonkeyPatch) -> None:
    """systemd hears when its pages answer, and when it ends."""
    settings, _ = settings_of(tmp_path, *outside)
    await in_good_times(settings)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with listening(tmp_path / "notify") as door:
        serving = asyncio.create_task(_serve(settings))
        while not (word := await heard(door)).startswith("READY=1"):
            assert word.startswith("EXTEND_TIMEOUT_USEC=")
        os.kill(os.getpid(), signal.SIGTERM)
        while (word := await heard(door)) != "STOPPING=1":
            assert word == "WATCHDOG=1"
        assert await serving == 0


async def beginnings(settings: Settings) -> int:
    journal = await Store.look(aboard(settings).database_url)
    async with journal.read() as connection:
        found = await connection.scalar(select(func.count()).where(log_table.c.kind == KIND))
    await journal.close()
    return int(found or 0)


@pytest.mark.one_engine
async def test_a_journal_that_nobody_has_brought_in_is_told(
    store: Store, tmp_path: Path, outside: tuple[FakeX, FakeLinkage]
) -> None:
    settings, journal = await journal_of(tmp_path, outside)
    await journal.close()
    aside = Aside(store, Clock(), settings, folder(settings))
    assert await aside.step() and "bring-in" in aside.trouble, "the next night would go on with it"
    file_of(settings).unlink()
    assert await aside.step() and aside.trouble == ""


async def nothing_is_lost_or_sent_twice(settings: Settings, x: FakeX, linkage: FakeLinkage) -> None:
    store = await Store.open(settings.database_url)
    again = Linkage(Config(url=linkage.url, token=linkage.token, statuses=frozenset({Status.EXERCISE})))
    assert not await Deliver(store, Bell(), Clock(), again).step()
    async with store.read() as connection:
        assert await chronology.first_broken(connection) is None
        kinds = Counter(await connection.scalars(select(log_table.c.kind)))
        states = (await connection.execute(select(outbox.c.channel, outbox.c.state))).all()
        assert await standing.last_copy(connection) is None, "what is kept of the night is no copy of the store"
        telegrams = await connection.scalar(select(func.count()).where(records.c.type == "telegram"))
    await store.close()
    await again.close()
    assert kinds["approved"] == 2 and kinds["issued"] == 1 and kinds["minimal"] == 2
    assert {name: state for name, state in states if name in OUTLETS} == dict.fromkeys(OUTLETS, "accepted")
    assert telegrams == 1 and len(linkage.received) == 1
    assert max(Counter(post.text for post in x.posts).values()) == 1


async def publish(data_dir: Path) -> None:
    """A telegram by MQTT, as the relay sends it."""
    address = json.loads((data_dir / "broker" / "address.json").read_text(encoding="utf-8"))
    login = Login(host=address["host"], port=address["port"], client_id="t", user="jma-relay", password=OF_GATEWAYS)
    client = MqttClient(login, limits=Limits(first_delay=0.1, most_delay=0.5))
    await client.start()
    text = telegram(
        "大雨", wall().replace(microsecond=0), "大雨に警戒してください。", [Warned("盛岡市", "レベル３大雨警報", "03")]
    )
    await client.publish("hub/v1/jma-relay/telegram", text.encode())
    await client.stop()


def jar() -> aiohttp.CookieJar:
    return aiohttp.CookieJar(unsafe=True)


@pytest.mark.one_engine
async def test_a_desk_without_its_store_says_so_and_where_to_go(tmp_path: Path) -> None:
    file = tmp_path / "shirase.db"
    store = await Store.open(f"sqlite:///{file}")
    async with floor(store) as hub:
        officer, resident = await hub.person(Role.OPERATOR), await hub.visitor()
        await store.close()
        file.unlink()
        file.mkdir()
        status, page = await officer.get("/ops", headers={"Accept": "text/html"})
        assert status == 503 and "最小運転" in page
        status, told = await resident.get("/api/v1/alerts")
        assert (status, told["error"]) == (503, "unavailable")
        assert "最小運転" not in told["message"], "what staff do about it is no matter of theirs"


async def journal_of(tmp_path: Path, outside: tuple[FakeX, FakeLinkage]) -> tuple[Settings, Store]:
    """A journal that has begun."""
    settings, _ = settings_of(tmp_path, *outside)
    await in_good_times(settings)
    await begin(settings, wall())
    return settings, await Store.open(aboard(settings).database_url)


async def test_what_the_journal_does_not_know_is_looked_up_and_bringing_in_again_changes_nothing(
    store: Store, tmp_path: Path, outside: tuple[FakeX, FakeLinkage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "_AT_ONCE", 2)
    _, journal = await journal_of(tmp_path, outside)
    async with journal.write() as connection:
        for number in range(5):
            await came_in.save(connection, [reading(measured_at=NOW + timedelta(minutes=number))], wall())
    one = alert(channels=("linkage", "log"))
    document = Linkage(Config(url="https://a.example", token="t", statuses=frozenset({Status.EXERCISE}))).render(one)
    async with journal.write() as connection:
        payloads = {"linkage": document, "log": payload("【訓練】しらせ【訓練】")}
        await alerts.add_draft(connection, one, payloads, NOW)
        await alerts.mark_issued(connection, one, NOW)
        await queue.add(connection, one, payloads, NOW, wall())
        assert await queue.claim(connection, "linkage", NOW, wall()), "it was on the wire when the journal ended"
    first, again = await bring_in(journal, store, wall()), await bring_in(journal, store, wall())
    assert (first.alerts, first.deliveries, first.open, first.records) == (1, 2, 2, 5)
    assert (again.entries, again.alerts, again.deliveries, again.records) == (0, 0, 0, 0)
    async with store.read() as connection:
        rows = (await connection.execute(select(outbox.c.state, outbox.c.after_unknown))).all()
        assert await chronology.first_broken(connection) is None
        assert await connection.scalar(select(func.count()).select_from(log_table)) == first.entries + 1
    assert {tuple(row) for row in rows} == {("unknown", True)}
    await journal.close()


@pytest.mark.one_engine
async def test_a_journal_that_somebody_changed_is_not_brought_in(
    store: Store, tmp_path: Path, outside: tuple[FakeX, FakeLinkage], capsys: pytest.CaptureFixture[str]
) -> None:
    settings, journal = await journal_of(tmp_path, outside)
    async with journal.write() as connection:
        await connection.execute(log_table.update().where(log_table.c.seq == 1).values(text="別のこと"))
    await journal.close()
    file = tmp_path / "hub" / "settings.toml"
    assert await asyncio.to_thread(run, ["minimal", "bring-in", "--settings", str(file)]) == 1
    assert "changed at entry 1" in capsys.readouterr().err
    assert file_of(settings).exists()


@pytest.mark.one_engine
async def test_without_what_was_laid_aside_it_says_what_is_missing(
    tmp_path: Path, outside: tuple[FakeX, FakeLinkage]
) -> None:
    settings, _ = settings_of(tmp_path, *outside)
    with pytest.raises(StartError, match="shirase minimal prepare"):
        async with running(settings):
            pytest.fail("it runs on nothing")
