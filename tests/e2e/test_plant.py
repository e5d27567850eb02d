"""The production parts end to end: every store with every broker, and each process, broker and database killed.

The short form starts each store and each broker once and kills each part once; ``make drill`` starts every pair and
kills two hundred times (SHIRASE_DRILL=full).
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from itertools import product
from pathlib import Path

import pytest
from lxml import etree

from services.cli import run
from services.clock import wall
from tests.city_broker import KINDS
from tests.e2e.night import GATEWAYS, Ledger, judge, load, until_quiet
from tests.e2e.plant import Plant, plant
from tests.exercise.telegrams import Warned, telegram
from tests.postgresql import Cluster

FULL = os.environ.get("SHIRASE_DRILL") == "full"
KILLS = 200 if FULL else 7
ENGINES = ("sqlite", "postgresql")
PAIRS = [*(product(ENGINES, KINDS) if FULL else zip(ENGINES, KINDS, strict=True))]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("engine", "kind"), PAIRS)
async def test_bytes_in_post_and_valid_cap_out(
    engine: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a real client over TLS with its own rights to the fake X and the fake linkage system."""
    database = request.getfixturevalue("postgresql") if engine == "postgresql" else None
    async with plant(tmp_path, kind, database) as running:
        relay = running.gateway("jma-relay")
        await relay.start()
        text = telegram("大雨", wall(), "大雨に警戒してください。", [Warned("盛岡市", "レベル３大雨警報", "03")])
        await relay.publish("hub/v1/jma-relay/telegram", text.encode())
        await _until(lambda: bool(running.x.posts) and bool(running.linkage.received), 30)
        await relay.stop()
        (received,) = running.linkage.received
        assert "訓練" in running.x.posts[0].text and "レベル3" in running.x.posts[0].text
        assert received.alert.status == "Exercise"
        file = tmp_path / "alert.xml"
        file.write_bytes(received.document)
        assert run(["cap", "lint", str(file)]) == 0, capsys.readouterr().out
        assert etree.fromstring(received.document).tag == "{urn:oasis:names:tc:emergency:cap:1.2}alert"


@pytest.mark.timeout(120 + KILLS * 15)
async def test_each_part_killed_at_random_under_load(tmp_path: Path, falling: Cluster) -> None:
    """On nats-server nothing that a gateway got a PUBACK for is lost, whatever dies."""
    seed = int(os.environ.get("SHIRASE_SEED", random.SystemRandom().randrange(10**6)))
    print(f"SHIRASE_SEED={seed}")
    ledger = Ledger()
    async with plant(tmp_path, "nats", falling) as running:
        clients = {name: running.gateway(name) for name in GATEWAYS}
        for client in clients.values():
            await client.start()
        async with load(clients, ledger, pause=0.05 if FULL else 0.15):
            await _kill(running, random.Random(seed))
        await until_quiet(running.database_url, ledger, 240)
        for client in clients.values():
            await client.stop()
        lost = await judge(running.database_url, running.x, running.linkage, ledger, f"kills={KILLS}")
        assert lost == 0
        if FULL:
            assert len(ledger.sent) >= 5000 and ledger.telegrams >= 50


async def _kill(running: Plant, chance: random.Random) -> None:
    """Every part as often as any other, in an order that the seed decides."""
    order = [running.parts[number % len(running.parts)] for number in range(KILLS)]
    chance.shuffle(order)
    for part in order:
        await asyncio.sleep(chance.uniform(0.05, 1.5))
        await running.kill(part)
        await asyncio.sleep(chance.uniform(0.0, 0.5))
        await running.start(part)
        if part == "deliver" and not FULL:
            await running.end_leases()
    await asyncio.sleep(2)


async def _until(condition: object, patience: float) -> None:
    deadline = time.monotonic() + patience
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.05)
