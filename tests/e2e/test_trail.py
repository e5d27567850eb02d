"""A hub in a process of its own, seen from outside as whoever keeps it sees it: by its log, its figures, the doctor.

One reading is followed to the receipt by the lines of the log alone; of a hub that is well no rule fires, and the
doctor finds nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from services.cli import run
from services.trail import EVENTS, trace_of
from tests import warm
from tests.e2e.process import PASSWORD, HubProcess
from tests.fakes.webhook import FakePartner
from tests.house.test_metrics import rules
from tests.prometheus import OF_SPEED
from tests.promql import Scrape, fires

pytestmark = [pytest.mark.one_engine, pytest.mark.timeout(240)]
RULE = """
id = "gauge-told"
title = { ja = "水位の転送", en = "Gauge relay" }
group_by = "source"
expires = "PT2H"
channels = ["webhook", "log"]
approval = "auto"
category = "Met"
response = "Monitor"
urgency = "Expected"
severity = "Minor"
[when]
kind = ["flood"]
model = "flood"
level_at_least = 2
"""
WORDS = """
[{part}.{language}]
event = "{{{{ title }}}}"
headline = "{{{{ title }}}} {{{{ level }}}}"
description = "{{{{ level }}}}"
instruction = "–"
short = "{{{{ title }}}}（{{{{ now | clock }}}}現在）"
"""


class Kept(HubProcess):
    """A hub as a city runs it: real status, a partner's webhook, its log at INFO."""

    def __init__(self, folder: Path, partner: FakePartner) -> None:
        self.data_dir, self.address, self._process = folder / "var", "", None
        self._settings = self.site = folder / "site.toml"
        self.data_dir.mkdir()
        (folder / "rules").mkdir()
        parts = [(part, one) for part in ("wording", "all_clear") for one in ("ja", "en")]
        text = RULE + "".join(WORDS.format(part=part, language=one) for part, one in parts)
        (folder / "rules" / "gauge-told.toml").write_text(text, encoding="utf-8")
        q = json.dumps
        self.site.write_text(
            f"data_dir = {q(str(self.data_dir))}\nrules = [{q(str(folder / 'rules'))}]\n[web]\nport = 0\n"
            f"[gateways.gw07]\npassword = {q(PASSWORD)}\n"
            f"[channels.log]\n[channels.webhook]\nurl = {q(partner.url + '/hook')}\nsecret = {q(partner.secret)}\n",
            encoding="utf-8",
        )
        self.site.chmod(0o600)

    @property
    def log(self) -> Path:
        return self.data_dir / "hub.log"


@pytest.fixture
async def partner() -> AsyncIterator[FakePartner]:
    made = FakePartner()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def hub(tmp_path: Path, partner: FakePartner) -> AsyncIterator[Kept]:
    made = Kept(tmp_path, partner)
    await made.start()
    yield made
    await made.stop()


async def test_one_reading_is_followed_to_its_receipt_by_the_log_alone(
    hub: Kept, partner: FakePartner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """And beside it: nothing is wrong with this hub, as the rules and the doctor see it."""
    scrapes = [await scrape(hub)]
    assert await doctor(hub) == ["backup_none"]
    await asyncio.to_thread(run, ["backup", str(tmp_path / "copy.zip"), "--settings", str(hub.site)])
    wanted = await rise(hub)
    while not partner.received:
        await asyncio.sleep(0.05)
    capsys.readouterr()
    lines = await trail(hub, capsys, wanted)
    assert list(dict.fromkeys(one["event"] for one in lines)) == list(EVENTS)
    receipts = [one for one in lines if one["event"] == "delivery tried"]
    assert {one["channel"] for one in receipts} == {"webhook", "log"}
    (told,) = [one for one in receipts if one["channel"] == "webhook"]
    ((receipt, parent),) = partner.traced.items()
    assert (told["verdict"], told["receipt"], told["status"]) == ("accepted", receipt, "Actual")
    trace = parent.split("-")[1]  # what the partner may search for in its own log
    assert trace == told["trace"] == trace_of(told["series"])
    for other in (told["delivery"], told["series"], trace, lines[1]["hazards"][0]):
        back = await trail(hub, capsys, other)
        taken = [one for line in back if line["event"] == EVENTS[0] for one in line["records"]]
        assert wanted in taken and back[-1]["event"] == "delivery tried", other
    scrapes.append(await scrape(hub))
    fired = {rule["alert"] for rule in rules() if fires(rule["expr"], scrapes)}
    assert fired - OF_SPEED <= {"ShiraseBackupOld"}
    assert await doctor(hub) == []


async def rise(hub: Kept) -> str:
    """Three readings just below the first level of the river and one above it; the key of this one."""
    client = hub.gateway("gw07")
    await client.start()
    now = datetime.now(UTC).replace(microsecond=0)
    for back in (30, 20, 10, 0):
        body = {"v": 1, "id": f"gw07-{back:09d}", "station": "tatesakabashi", "quantity": "water_level"}
        body |= {"value": 1.9 if back else 2.1, "unit": "m", "time": (now - timedelta(minutes=back)).isoformat()}
        await client.publish("hub/v1/gw07/tatesakabashi/water_level", json.dumps(body).encode())
    await client.stop()
    return "gw07#gw07-000000000"


async def trail(hub: Kept, capsys: pytest.CaptureFixture[str], wanted: str) -> list[dict[str, Any]]:
    """What `shirase trace` makes of the log."""
    for _ in range(100):
        code = run(["trace", wanted, "--log", str(hub.log)])
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        if code == 0 and sum(one["event"] == "delivery tried" for one in lines) >= 2:
            return lines
        await asyncio.sleep(0.1)
    pytest.fail(f"{wanted} is not followed to its end: {hub.log.read_text(encoding='utf-8')[-3000:]}")


async def scrape(hub: Kept) -> Scrape:
    async with ClientSession() as session, session.get(f"{hub.address}/metrics") as answer:
        assert answer.status == 200
        return Scrape.of(time.time(), {"hub:8080": await answer.text()})


async def doctor(hub: Kept) -> list[str]:
    """The names of what it finds wrong, beside what the demonstration's own profile lacks."""
    ended = await warm.ended(["doctor", "--json", "--settings", str(hub.site)])
    assert not ended.stderr, ended.stderr
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == max([0, *({"warning": 1, "broken": 2}[one["grade"]] for one in found)])
    return [one["name"] for one in found if (one["name"], one["about"]) != ("profile_part", "callout mandatory")]
