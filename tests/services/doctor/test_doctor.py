"""Each thing is broken for real, and the doctor finds it by its name; of a house that is well it says nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import text

from feeds.records import Message, Rejected
from feeds.status import Status
from services import alone
from services.backup import kept
from services.broker import export
from services.broker.embedded import EmbeddedBroker
from services.broker.rights import Gateway
from services.channels.proof import Proof
from services.cli import run
from services.clock import wall
from services.configuration.gateways import Broker
from services.configuration.sources import Poll
from services.doctor import line
from services.doctor import store as of_store
from services.doctor.examine import examine
from services.doctor.finding import Finding, Grade
from services.doctor.machine import memory
from services.line import Report
from services.river_model import own_file
from services.selftest.run import Result
from services.settings import Settings, Web, load
from services.store import alerts, cursors, hazards, leases, polled, quarantine, records, selftests, standing
from services.store.engine import Store
from services.store.polled import Version
from tests.certificates import Authority
from tests.city_broker import CityBroker, any_port
from tests.conftest import missing
from tests.fakes.served import Served
from tests.house.test_floors import ROOT
from tests.services.conftest import GATEWAYS
from tests.services.making import NOW, alert, hazard, reading
from tests.services.test_store_outbox import issued

pytestmark = pytest.mark.one_engine
PAGE = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
SOURCES = [*sorted((ROOT / "services" / "doctor").glob("*.py")), ROOT / "services" / "cli" / "doctor.py"]


@dataclass
class House:
    """A data folder with a store, a broker that runs, and a hub that lives: this very process."""

    folder: Path
    store: Store
    broker: EmbeddedBroker
    life: ExitStack

    def settings(self, **changes: Any) -> Settings:
        plain = load([], {"SHIRASE_DATA_DIR": str(self.folder)})
        return plain.model_copy(update={"web": Web(port=0), "channels": {"log": {}}, **changes})

    async def found(self, **changes: Any) -> dict[str, Finding]:
        """By name."""
        return {one.name: one for one in await examine(self.settings(**changes), {})}


@pytest.fixture
async def house(tmp_path: Path, store: Store, broker: EmbeddedBroker) -> AsyncIterator[House]:
    async with store.write() as connection:
        await kept.enter(connection, tmp_path / "copy.zip", "backup", wall(), 30)
    with ExitStack() as life:
        life.enter_context(alone.hold(tmp_path))
        yield House(tmp_path, store, broker, life)


async def test_of_a_house_that_is_well_it_says_nothing(house: House) -> None:
    assert await house.found() == {}


Break = Callable[[House], Awaitable[None]]


async def _stuck(house: House) -> None:
    await issued(house.store, alert(channels=("log",)))  # two days ago, as hub time goes


async def _draft(house: House) -> None:
    async with house.store.write() as connection:
        one = alert(status=Status.ACTUAL, series="Actual-waits")
        await alerts.add_draft(connection, one, {}, wall() - timedelta(minutes=20))


async def _refusals(house: House) -> None:
    async with house.store.write() as connection:
        for number in range(51):
            message = Message(topic="hub/v1/a/b/c", payload=b"%d" % number, received_at=wall())
            await quarantine.keep(connection, message, Rejected(code="bad_json", message="no", at="/"))


async def _behind(house: House) -> None:
    async with house.store.write() as connection:
        await cursors.move(connection, "predict", 0)
        await records.save(connection, [reading()], wall() - timedelta(minutes=5))


async def _lease(house: House) -> None:
    async with house.store.write() as connection:
        assert await leases.take(connection, "evaluate", "somebody", wall() - timedelta(minutes=3))


async def _silent_sensor(house: House) -> None:
    one = hazard(status=Status.ACTUAL, equipment=True, source="tatesakabashi", headline="館坂橋の値が届いていません")
    async with house.store.write() as connection:
        await hazards.replace_picture(connection, {}, [one], wall())


async def _failed_test(house: House) -> None:
    result = Result(channel="log", tried=True, proof=Proof(fault="401"), seconds=0.1)
    async with house.store.write() as connection:
        await selftests.keep(connection, wall(), [result])


async def _no_copy(house: House) -> None:
    async with house.store.write() as connection:
        await connection.execute(text("DELETE FROM backups"))


async def _old_copy(house: House) -> None:
    await _no_copy(house)
    async with house.store.write() as connection:
        await kept.enter(connection, house.folder / "copy.zip", "backup", wall() - timedelta(days=3), 30)


async def _hub_gone(house: House) -> None:
    house.life.close()
    assert (house.folder / "hub.lock").read_text() == str(os.getpid()), "its number is that of a process that lives"


async def _broker_gone(house: House) -> None:
    await house.broker.stop()


async def _broker_unknown(house: House) -> None:
    (house.folder / "broker" / "address.json").unlink()


async def _other_password(house: House) -> None:
    (house.folder / "broker" / "hub.password").write_text("another", encoding="utf-8")


async def _store_gone(house: House) -> None:
    await house.store.close()
    (house.folder / "shirase.db").unlink()


async def _other_version(house: House) -> None:
    async with house.store.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))


async def _damaged(house: House) -> None:
    async with house.store.read() as connection:
        page = await connection.scalar(text("SELECT rootpage FROM sqlite_master WHERE name = 'records_by_subject'"))
    await house.store.wash()
    await house.store.close()
    with (house.folder / "shirase.db").open("r+b") as file:
        file.seek((int(page or 0) - 1) * 4096)
        file.write(b"\xff" * 512)


BREAKS: dict[str, tuple[Break, Grade]] = {
    "outbox_stuck": (_stuck, Grade.BROKEN),
    "draft_waits": (_draft, Grade.WARNING),
    "quarantine_grows": (_refusals, Grade.WARNING),
    "cursor_behind": (_behind, Grade.BROKEN),
    "lease_run_out": (_lease, Grade.BROKEN),
    "equipment": (_silent_sensor, Grade.WARNING),
    "channel_test": (_failed_test, Grade.BROKEN),
    "backup_none": (_no_copy, Grade.WARNING),
    "backup_old": (_old_copy, Grade.WARNING),
    "hub_down": (_hub_gone, Grade.BROKEN),
    "broker_away": (_broker_gone, Grade.BROKEN),
    "broker_denied": (_other_password, Grade.BROKEN),
    "store_damaged": (_damaged, Grade.BROKEN),
}


@pytest.mark.parametrize("name", BREAKS)
async def test_what_is_broken_is_found_by_its_name_and_nothing_else(name: str, house: House) -> None:
    breaks, grade = BREAKS[name]
    await breaks(house)
    found = await house.found()
    assert list(found) == [name]
    assert found[name].grade is grade


@pytest.mark.parametrize("breaks", [_store_gone, _other_version])
async def test_a_store_that_cannot_be_read_is_found_and_the_rest_is_looked_at(breaks: Break, house: House) -> None:
    await breaks(house)
    await _broker_unknown(house)
    assert list(await house.found()) == ["store_away", "broker_away"]


async def test_a_delivery_of_which_nobody_knows(house: House) -> None:
    await issued(house.store, alert(channels=("log",)))
    async with house.store.write() as connection:
        await connection.execute(text("UPDATE outbox SET state = 'unknown'"))
    assert set(await house.found()) == {"outbox_stuck", "outbox_unknown"}


async def test_the_citys_broker_that_lets_us_in_and_not_hear(house: House) -> None:
    access = house.broker.access
    city = Broker(host=access.host, port=access.port, username="gw07", password=GATEWAYS["gw07"])
    assert list(await house.found(broker=city)) == ["broker_rights"]


async def test_the_end_of_certificates(house: House, tmp_path: Path) -> None:
    """Of the broker the one that it really shows."""
    authority = Authority(tmp_path / "city")
    authority.issue("server", "localhost", ended_days_ago=-5)  # in five days
    (tmp_path / "city" / "state").mkdir()
    broker = CityBroker("nats", tmp_path / "city", any_port())
    export.write(broker.folder, export.files("nats", broker.site, "hub-password", {"g": Gateway(password="p")}, ()))
    broker.start()
    try:
        login = broker.login("hub", "hub-password")
        city = Broker(host=login.host, port=login.port, username="hub", password="hub-password", ca=login.ca)
        found = await house.found(broker=city)
    finally:
        broker.stop()
    assert {name: one.about for name, one in found.items()} == {"certificate": f"{login.host}:{login.port}"}
    ended, key = authority.issue("web", "localhost", ended_days_ago=1)
    found = await house.found(web=Web(port=0, certificate=ended, key=key))
    assert (found["certificate"].grade, found["certificate"].about) == (Grade.BROKEN, "[web] certificate")
    ended.write_text("no certificate", encoding="ascii")
    assert "読めません" in (await house.found(web=Web(port=0, certificate=ended, key=key)))["certificate"].ja


class Forecaster(Served):
    """A server whose clock is not ours."""

    off = timedelta(0)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/feed/{name}", self._answer)]

    async def _answer(self, _: web.Request) -> web.Response:
        return web.Response(headers={"Date": format_datetime(datetime.now(UTC) + self.off, usegmt=True)})


@pytest.fixture
async def forecaster() -> AsyncIterator[Forecaster]:
    made = Forecaster()
    await made.start()
    yield made
    await made.stop()


async def test_the_feeds_what_time_they_say_it_is_and_how_long_they_are_silent(
    house: House, forecaster: Forecaster
) -> None:
    poll = Poll(base=f"{forecaster.url}/feed/", feeds=["extra"])
    async with house.store.write() as connection:
        await polled.taken(connection, f"{poll.base}extra.xml", Version(), wall())
    assert await house.found(poll=poll) == {}
    forecaster.off = timedelta(seconds=-40)
    (found,) = (await house.found(poll=poll)).values()
    assert (found.name, found.grade, found.about) == ("clock_off", Grade.WARNING, "feeds")
    assert re.search(r" \+4[0-9] s off", found.en), found.en  # it is told in whole seconds
    forecaster.off = timedelta(0)
    async with house.store.write() as connection:
        await polled.taken(connection, f"{poll.base}extra.xml", Version(), wall() - timedelta(hours=3))
    assert list(await house.found(poll=poll)) == ["feed_silent"]
    await forecaster.stop()
    assert set(await house.found(poll=poll)) == {"feed_away", "feed_silent"}


async def test_what_the_hub_itself_complains_of(house: House) -> None:
    async def ready(_: web.Request) -> web.Response:
        return web.json_response({"reasons": ["モデル flood が失敗しています"]}, status=503)

    class Pages(Served):
        def routes(self) -> list[web.RouteDef]:
            return [web.get("/readyz", ready)]

    pages = Pages()
    await pages.start()
    port = int(pages.url.rpartition(":")[2])
    (found,) = (await house.found(web=Web(port=port))).values()
    assert found.name == "hub_complains" and "flood" in found.ja
    await pages.stop()
    (found,) = (await house.found(web=Web(port=port))).values()
    assert found.name == "hub_complains" and "do not answer" in found.ja


async def test_the_folder_of_the_data(house: House) -> None:
    (house.folder / "file").touch()
    found = await house.found(data_dir=house.folder / "file", database=f"sqlite:///{house.folder / 'shirase.db'}")
    assert found["data_folder"].grade is Grade.BROKEN


def test_a_disk_that_is_nearly_full(tmp_path: Path) -> None:
    """A real one, of four megabytes, that nobody else sees."""
    look = "from services.doctor.machine import folder; import sys, pathlib"
    look += "; print([one.name for one in folder(pathlib.Path(sys.argv[1]))])"
    mount = 'mount -t tmpfs -o size=4m tmpfs "$0" && exec "$@"'
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        missing("a small disk needs `unshare -rm`, from util-linux, and a kernel that lets users have namespaces")
    command = ["unshare", "-rm", "sh", "-c", mount, str(tmp_path), sys.executable, "-c", look, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stdout.strip() == "['disk_full']", ended.stderr


def test_little_memory(tmp_path: Path) -> None:
    told = tmp_path / "meminfo"
    told.write_text("MemTotal: 8000000 kB\nMemAvailable: 90000 kB\n", encoding="ascii")
    assert [one.name for one in memory(told)] == ["memory"]
    told.write_text("MemTotal: 8000000 kB\nMemAvailable: 900000 kB\n", encoding="ascii")
    assert list(memory(told)) == list(memory(tmp_path / "none")) == []


async def test_another_time_zone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert list(await house.found()) == ["time_zone"]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_command_tells_the_settings_the_profile_and_the_secrets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(settings: str, *options: str) -> tuple[int, str]:
        site.write_text(settings, encoding="utf-8")
        return run(["doctor", *options, "--settings", str(site)]), capsys.readouterr().out

    site = tmp_path / "site.toml"
    code, out = told("no_such_setting = 1", "--json")
    (found,) = [json.loads(line) for line in out.splitlines()]
    assert (code, found["name"], found["grade"]) == (2, "settings", "broken") and "no_such_setting" in found["about"]
    site.chmod(0o644)
    wrong = f'data_dir = "{tmp_path}"\n[gateways.gw07]\npassword = "a-long-password"\n[channels.nothing]\n'
    code, out = told(wrong)
    assert code == 2 and "[故障 broken] profile" in out and f"→ chmod 600 {site}" in out
    assert "a-long-password" not in out


async def test_a_clock_beside_the_database_s(house: House) -> None:
    async with house.store.read() as connection:
        seen = await standing.look(connection, wall())
    told = [of_store.standing(replace(seen, server_time=NOW - timedelta(seconds=late)), NOW) for late in (4, 20, 3700)]
    found = [[(one.name, one.grade, one.about) for one in some if one.name == "clock_off"] for some in told]
    assert found == [
        [],
        [("clock_off", Grade.WARNING, "database")],
        [("clock_off", Grade.BROKEN, "database")],
    ]


def test_a_service_that_no_process_runs(house: House) -> None:
    reports = [
        Report(services=("ingest", "predict", "evaluate"), health={"reasons": []}, where="a:1"),
        Report(services=("web",), health={"reasons": ["ディスクがいっぱい"]}, where="b:2"),
    ]
    found = [(one.name, one.grade, one.about) for one in line.processes(house.settings(), reports)]
    assert found[0] == ("service_nowhere", Grade.BROKEN, "deliver")
    assert [name for name, _, _ in found[1:]] == ["hub_complains"] and "web（b:2）" in found[1][2]


def test_a_part_of_the_profile_that_cannot_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site.toml"
    site.write_text(f'data_dir = "{tmp_path}"\n[web]\nport = 0\n', encoding="utf-8")
    (tmp_path / "models").mkdir()
    own_file(load([site])).write_text("no model", encoding="utf-8")
    assert run(["doctor", "--json", "--settings", str(site)]) == 2, "and the hub does not run"
    found = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    (model,) = [one for one in found if one["about"] == "river model"]
    assert (model["name"], model["grade"]) == ("profile_part", "warning") and "river.json" in model["ja"]


def test_every_finding_stands_in_the_docs_and_says_what_can_be_done() -> None:
    sources = "\n".join(file.read_text(encoding="utf-8") for file in SOURCES)
    names = set(re.findall(r'Finding\(\s*(?:f?)"([a-z_]+)"', sources)) | {"backup_none", "backup_old"}
    told = set(re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.MULTILINE))
    assert names == {one for one in told if not one.startswith("shirase_")}
    places = set(re.findall(r'"(docs/[^";]+)', sources))
    assert len(places) > 5
    for place in places:
        page, _, heading = place.partition("#")
        headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
        assert not heading or heading in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}, (
            place
        )
