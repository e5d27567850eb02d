"""Real input through the whole hub: what Morioka's gauges really measured, and warnings JMA really wrote.

The clock is set by the test to the time of each record, so a year of gauge reports and telegrams of many years can be
played as if they came in now. Everything else is real: broker, store, official inundation layer, channels.
"""

from __future__ import annotations

import asyncio
import csv
import itertools
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from feeds.status import Status
from services.app import Hub
from services.broker.client import MqttClient
from services.broker.login import Login
from services.cli import run as shirase
from services.clock import Clock
from services.line import SERVICES
from services.settings import load
from services.store.tables import alerts, hazards, quarantine, records
from tests.fakes.accounts import accounts
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX

pytestmark = pytest.mark.real
GATEWAY, PASSWORD = "archive", "only-for-this-test"


@dataclass
class SetClock(Clock):
    """Hub time as the test says."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class Bench:
    """A hub in this process, and a gateway to feed it."""

    hub: Hub
    clock: SetClock
    client: MqttClient
    x: FakeX
    linkage: FakeLinkage

    async def play(self, at: datetime, *messages: tuple[str, bytes]) -> None:
        """What came at one time, as topics and payloads; returns when it is stored, judged and decided upon."""
        self.clock.at = max(self.clock.at, at + timedelta(seconds=30))
        wanted = await self.count(records) + await self.count(quarantine) + len(messages)
        for topic, payload in messages:
            await self.client.publish(topic, payload)
        for _ in range(400):
            if await self.count(records) + await self.count(quarantine) >= wanted:
                break
            await asyncio.sleep(0.01)
        await self.settle()

    async def settle(self) -> None:
        """Let every stage run once on what there is."""
        for seer in self.hub.predict:
            await seer.step()
        await self.hub.evaluate.step()

    async def count(self, table) -> int:
        async with self.hub.store.read() as connection:
            return int(await connection.scalar(select(func.count()).select_from(table)) or 0)

    async def all(self, table) -> list[dict]:
        async with self.hub.store.read() as connection:
            return [dict(row) for row in (await connection.execute(select(table))).mappings()]


@asynccontextmanager
async def bench(folder: Path, start: datetime, services: Sequence[str] = SERVICES) -> AsyncIterator[Bench]:
    x, linkage = FakeX(), FakeLinkage()
    await x.start()
    await linkage.start()
    site = folder / "site.toml"
    site.write_text(
        f'data_dir = "{folder}"\n[web]\nport = 0\n'
        f'[gateways.{GATEWAY}]\npassword = "{PASSWORD}"\ntelegram = true\n' + accounts(x, linkage, [Status.ACTUAL]),
        encoding="utf-8",
    )
    clock = SetClock(start)
    async with Hub.running(load([site], {}), clock, services) as hub:
        address = json.loads((folder / "broker" / "address.json").read_text(encoding="utf-8"))
        login = Login(host=address["host"], port=address["port"], client_id="test", user=GATEWAY, password=PASSWORD)
        client = MqttClient(login)
        await client.start()
        yield Bench(hub, clock, client, x, linkage)
        await client.stop()
    await x.stop()
    await linkage.stop()


def gauge_reports(real_data: Path) -> list[tuple[datetime, str, float]]:
    """Every report of the small brooks and the rivers; of the gauge that reports all year only its highest week."""
    found = []
    with (real_data / "geo" / "river_levels_morioka_2025-09_2026-08.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["obsTime"])
            busy = row["code"] == "0300000010"
            if not busy or datetime(2026, 4, 3, tzinfo=UTC) <= at <= datetime(2026, 4, 7, tzinfo=UTC):
                found.append((at, row["code"], float(row["level"])))
    return sorted(found)


def message(at: datetime, code: str, level: float) -> tuple[str, bytes]:
    body = {"v": 1, "station": code, "quantity": "water_level", "value": level, "unit": "m", "time": at.isoformat()}
    return f"hub/v1/{GATEWAY}/{code}/water_level", json.dumps(body).encode()


@pytest.mark.timeout(300)
async def test_a_year_of_real_gauges_over_the_official_layer(real_data: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    layer = real_data / "geo" / "morioka_flood_l2_A31b.fgb"
    assert await asyncio.to_thread(shirase, ["layers", "import", str(layer), "--kind", "flood", "--name", "a31b"]) == 0
    reports = gauge_reports(real_data)
    # Nothing is sent and nobody looks: what watches for either would do so thousands of times in such a year.
    async with bench(tmp_path, reports[0][0], ("ingest", "predict", "evaluate")) as hub:
        for at, together in itertools.groupby(reports, lambda report: report[0]):
            await hub.play(at, *(message(*report) for report in together))
        seen = await hub.all(hazards)
        stored, refused = await hub.count(records), await hub.count(quarantine)
        drafts = await hub.all(alerts)
    assert (stored, refused) == (len(reports), 0)
    _table(seen)
    observed = [row for row in seen if row["level"] and row["body"]["observed"]]
    assert observed, "the gauges did rise"
    by_level = {row["body"]["headline"]: row["level"] for row in observed}
    # No gauge of the year came near its 危険水位, but for one that jumped to 131.22 m for a single report.
    glitch = [row for row in observed if "大沢川" in row["body"]["headline"] and row["level"] >= 4]
    assert all(not row["body"]["facts"]["confirmed"] for row in glitch), glitch
    assert all(level <= 1 for text, level in by_level.items() if "大沢川" not in text), by_level
    assert [row["rule"] for row in drafts if row["level"] >= 4] == [], "one report of one gauge is not a flood"


# Real telegrams are of other prefectures: their municipalities are read as Morioka and its neighbours.
MOVED = {"0121400": "0320100", "0151100": "0330100", "稚内市": "盛岡市", "猿払村": "雫石町"}


@pytest.mark.parametrize(
    ("name", "kind", "level", "proposed"),
    [
        ("15_16_03_241226_VPWW55.xml", "heavy_rain", 4, {"official-warning"}),
        ("15_16_01_241031_VPWW56.xml", "landslide", 4, {"official-warning", "evacuation-landslide"}),
        ("15_16_06_241226_VPWW60.xml", "heavy_snow", None, set()),
    ],
)
async def test_a_real_warning_read_as_moriokas(
    real_data: Path, tmp_path: Path, name: str, kind: str, level: int | None, proposed: set[str]
) -> None:
    text = (real_data / "jma" / name).read_text(encoding="utf-8")
    for here, there in MOVED.items():
        text = text.replace(here, there)
    at = datetime.fromisoformat(text.partition("<ReportDateTime>")[2].partition("<")[0])
    async with bench(tmp_path, at) as hub:
        await hub.play(at, (f"hub/v1/{GATEWAY}/telegram", text.encode()))
        ours = [row for row in await hub.all(hazards) if row["kind"] == kind and row["area"] == "03201"]
        written = await hub.all(alerts)
    assert len(ours) == 1
    if level is not None:
        assert ours[0]["level"] == level and ours[0]["body"]["alert_level"]
        assert {(row["rule"], row["state"]) for row in written} == {(rule, "draft") for rule in proposed}
    else:
        assert not ours[0]["body"]["alert_level"], "大雪 has no 警戒レベル"
    for row in written:
        print(row["rule"], row["state"], row["body"]["texts"]["ja"]["short"])


def _table(seen: list[dict]) -> None:
    """What came out, for whoever reads the test's output beside the source."""
    best: dict[str, dict] = {}
    for row in seen:
        gauge = f"{row['body']['source']} {row['body']['facts'].get('gauge', '')}"
        if gauge not in best or row["level"] > best[gauge]["level"]:
            best[gauge] = row
    for gauge, row in sorted(best.items()):
        print(f"{gauge:40} level {row['level']} observed={row['body']['observed']} {row['body']['headline']}")
