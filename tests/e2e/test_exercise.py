"""What a newcomer gets from ``make run``, seen from outside: the exercise played in thirty seconds."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import tomllib
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.e2e import snow_morning

SECONDS = 30


@dataclass
class Running:
    """The exercise, and what it printed."""

    process: Process
    data_dir: Path
    address: str
    logins: dict[str, str]


@pytest.fixture
async def exercise(tmp_path: Path) -> AsyncIterator[Running]:
    data_dir = tmp_path / "exercise"
    command = [sys.executable, "-m", "tests.exercise", "--port", "0", "--seconds", str(SECONDS)]
    # As a city's shell may be set: none of it may draw the exercise into the real hub's house.
    real = {"SHIRASE_DATA_DIR": str(tmp_path / "real"), "SHIRASE_DATABASE": "sqlite+aiosqlite:////nowhere/real.db"}
    environment = {**os.environ, **real, "SHIRASE_PORT": "1"}
    process = await create_subprocess_exec(
        *command, "--data-dir", str(data_dir), stdout=PIPE, stderr=PIPE, env=environment
    )
    assert process.stdout is not None
    told = ""
    while "Ctrl-C" not in told:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, told
        told += line.decode()
    address = re.search(r"(http://127\.0\.0\.1:\d+)/ops\n", told)
    logins = dict(re.findall(r"^ {4}(\w+) +((?:[a-z2-9]{5}-){3}[a-z2-9]{5})$", told, re.MULTILINE))
    assert address and len(logins) == 2, told
    yield Running(process, data_dir, address.group(1), logins)
    if process.returncode is None:
        process.kill()
        await process.wait()
    assert not (tmp_path / "real").exists()


async def get(address: str, path: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(address + path) as answer:
        assert answer.status == 200, (path, answer.status, await answer.text())
        return await answer.json()


async def features(address: str, name: str) -> list[dict[str, Any]]:
    collection = await get(address, f"/api/v1/{name}")
    return [feature["properties"] for feature in collection["features"]]


def servers_of(data_dir: Path) -> list[str]:
    """Processes that still run on this data directory."""
    found = []
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = one.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it ended while we looked
        if str(data_dir) in words:
            found.append(words)
    return found


@pytest.mark.timeout(150)
async def test_the_exercise_from_start_to_end(exercise: Running) -> None:
    address = exercise.address
    assert await get(address, "/healthz")
    await asyncio.sleep(SECONDS)
    for _ in range(60):
        hazards, alerts = await features(address, "hazards"), await features(address, "alerts")
        kinds = {hazard["kind"] for hazard in hazards}
        floods = max((hazard["level"] for hazard in hazards if hazard["kind"] == "flood"), default=0)
        rules = {alert["rule"] for alert in alerts}
        if (
            {"heavy_rain", "landslide", "bear"} <= kinds
            and floods >= 4
            and {"bear-sighting", "official-warning"} <= rules
        ):
            break
        await asyncio.sleep(0.5)
    _everything_is_marked(hazards, alerts)
    assert {"heavy_rain", "landslide", "bear"} <= kinds and floods >= 4
    assert all(alert["state"] == "issued" for alert in alerts), "a draft is nobody's business outside"

    outboxes = tomllib.loads((exercise.data_dir / "settings.toml").read_text(encoding="utf-8"))["exercise"]["outboxes"]
    for _ in range(40):
        async with aiohttp.ClientSession() as session, session.get(outboxes["x"]) as answer:
            posts = (await answer.json())["posts"]
        if any("クマ" in post["text"] for post in posts):
            break
        await asyncio.sleep(0.5)
    else:
        pytest.fail(f"the approved sighting has not reached the played X: {[post['text'] for post in posts]}")
    assert all("【訓練】" in post["text"] for post in posts)
    assert len({post["text"] for post in posts}) == len(posts)

    status = await get(address, "/api/v1/status")
    assert status["exercise"] and not status["line"]["stale"]
    async with logged_in(exercise) as session:
        await _a_draft_waits(session)
        await snow_morning.holds(session, outboxes["x"])
    await _ends_with_everything(exercise)


def _everything_is_marked(hazards: list[dict[str, Any]], alerts: list[dict[str, Any]]) -> None:
    assert hazards and alerts
    assert all(hazard["status"] == "Exercise" and "【訓練】" in hazard["headline"] for hazard in hazards)
    for alert in alerts:
        assert alert["status"] == "Exercise"
        for text in alert["texts"].values():
            assert "【訓練】" in text["headline"] and "【訓練】" in text["description"], text


@asynccontextmanager
async def logged_in(exercise: Running) -> AsyncIterator[aiohttp.ClientSession]:
    """By a login that works once."""
    jar = aiohttp.CookieJar(unsafe=True)  # cookies for an address that is a number
    async with aiohttp.ClientSession(exercise.address, cookie_jar=jar) as session:
        async with session.get("/login") as page:
            csrf = re.search(r'name="csrf" value="([^"]+)"', await page.text())
        assert csrf
        name, password = next(iter(exercise.logins.items()))
        form = {"name": name, "password": password, "csrf": csrf.group(1), "next": "/ops"}
        async with session.post("/login", data=form) as answer:
            assert answer.status == 200 and answer.url.path == "/ops", await answer.text()
        yield session


async def _a_draft_waits(session: aiohttp.ClientSession) -> None:
    async with session.get("/api/v1/alerts?state=draft") as answer:
        drafts = [feature["properties"] for feature in (await answer.json())["features"]]
    rules = {draft["rule"] for draft in drafts}
    assert {"evacuation-proposal", "river-level"} <= rules, rules
    evacuation = next(draft for draft in drafts if draft["rule"] == "evacuation-proposal")
    assert evacuation["approval"] == "two"
    assert all("【訓練】" in json.dumps(draft["payloads"], ensure_ascii=False) for draft in drafts)


async def _ends_with_everything(exercise: Running) -> None:
    assert len(servers_of(exercise.data_dir)) >= 3, "player, hub and broker"
    exercise.process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(exercise.process.wait(), 20) == 0
    assert servers_of(exercise.data_dir) == []
