"""``kill -9`` at random moments under load: nothing that was acknowledged is lost, nothing is sent twice.

The short form kills four times; ``make drill`` kills fifty times (SHIRASE_DRILL=full). The embedded broker dies with
the hub, so every kill is a kill of both.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services.broker.client import MqttClient
from services.clock import wall
from services.store import chronology
from services.store.engine import Store
from services.store.tables import alerts, outbox, records
from tests.e2e.process import HubProcess, hub_process
from tests.exercise.telegrams import Warned, telegram

KILLS = 50 if os.environ.get("SHIRASE_DRILL") == "full" else 4
LEVELS = [
    Warned("盛岡市", "レベル３大雨警報", "03"),
    Warned("盛岡市", "レベル２大雨注意報", "10", "警報から注意報", ("レベル３大雨警報", "03")),
]


@pytest.mark.timeout(60 + KILLS * 25)
async def test_killed_at_random_under_load(tmp_path: Path) -> None:
    seed = int(os.environ.get("SHIRASE_SEED", random.SystemRandom().randrange(10**6)))
    print(f"SHIRASE_SEED={seed}")
    async with hub_process(tmp_path, ("gw1", "gw2", "jma-relay")) as hub:
        publishers = [hub.gateway(name) for name in ("gw1", "gw2", "jma-relay")]
        for client in publishers:
            await client.start()
        sent: set[str] = set()
        issued: list[str] = []
        load = [
            *(asyncio.create_task(_readings(publishers[0], f"gw1/{n}", sent)) for n in range(8)),
            *(asyncio.create_task(_readings(publishers[1], f"gw2/{n}", sent)) for n in range(8)),
            asyncio.create_task(_telegrams(publishers[2], issued)),
        ]
        await _kill_often(hub, random.Random(seed))
        for task in load:
            task.cancel()
        await asyncio.gather(*load, return_exceptions=True)
        await _until_quiet(hub, sent)
        for client in publishers:
            await client.stop()
        assert await hub.stop() == 0
        await _judge(hub, sent, issued)


async def _kill_often(hub: HubProcess, chance: random.Random) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.05, 2.5))
        await hub.kill()
        await hub.start()
    await asyncio.sleep(2)


async def _readings(client: MqttClient, line: str, sent: set[str]) -> None:
    """One after the other, as fast as the broker acknowledges; ``sent`` holds the ids it acknowledged."""
    gateway = line.partition("/")[0]
    for number in range(10**9):
        identity = f"{line}-{number:06d}"
        body = {
            "v": 1,
            "id": identity,
            "station": "tatesakabashi" if gateway == "gw1" else "meijibashi",
            "quantity": "water_level",
            "value": round(0.5 + number % 50 / 100, 2),
            "unit": "m",
            "time": (wall() - timedelta(seconds=5)).isoformat(timespec="milliseconds"),
        }
        topic = f"hub/v1/{gateway}/{body['station']}/water_level"
        await client.publish(topic, json.dumps(body).encode())
        sent.add(identity)


async def _telegrams(client: MqttClient, issued: list[str]) -> None:
    """A warning that comes and goes, so that alerts are under way whenever the hub dies."""
    for number in range(10**9):
        at = datetime.now(UTC).replace(microsecond=0)
        text = telegram("大雨", at, f"大雨に警戒してください（{number}）。", [LEVELS[number % 2]])
        await client.publish("hub/v1/jma-relay/telegram", text.encode())
        issued.append(at.isoformat())
        await asyncio.sleep(1.1)


async def _until_quiet(hub: HubProcess, sent: set[str]) -> None:
    """Wait until everything acknowledged by the broker is stored and no delivery is open."""
    store = await Store.open(hub.database_url)
    try:
        for _ in range(240):
            async with store.read() as connection:
                stored = await connection.scalar(
                    select(func.count()).select_from(records).where(records.c.type == "reading")
                )
                open_states = ["waiting", "sending", "unknown"]
                pending = await connection.scalar(
                    select(func.count()).select_from(outbox).where(outbox.c.state.in_(open_states))
                )
            if stored >= len(sent) and not pending:
                return
            await asyncio.sleep(0.5)
    finally:
        await store.close()
    pytest.fail(f"not quiet after two minutes: {stored} of {len(sent)} readings stored, {pending} deliveries open")


async def _judge(hub: HubProcess, sent: set[str], issued: list[str]) -> None:
    store = await Store.open(hub.database_url)
    async with store.read() as connection:
        bodies = (await connection.scalars(select(records.c.body).where(records.c.type == "reading"))).all()
        kept = Counter(body["message_id"] for body in bodies)
        deliveries = (await connection.execute(select(outbox))).mappings().all()
        revisions = await connection.scalar(select(func.count()).select_from(alerts))
        broken = await chronology.first_broken(connection)
    await store.close()
    lost, doubled = sent - kept.keys(), [key for key, times in kept.items() if times > 1]
    posts = Counter(post.text for post in hub.x.posts)
    taken = Counter(one.alert.identifier for one in hub.linkage.received)
    print(
        f"kills={KILLS} readings acknowledged={len(sent)} stored={len(kept)} lost={len(lost)} doubled={len(doubled)} "
        f"telegrams={len(issued)} revisions={revisions} deliveries={dict(Counter(d['state'] for d in deliveries))} "
        f"posts={len(hub.x.posts)} doubled posts={sum(n - 1 for n in posts.values())} "
        f"linkage={len(hub.linkage.received)} doubled there={sum(n - 1 for n in taken.values())}"
    )
    assert not lost and not doubled
    assert broken is None
    assert revisions, "the load must have made alerts, or the test shows nothing"
    assert all(times == 1 for times in posts.values()) and all(times == 1 for times in taken.values())
    out = {"accepted", "duplicate"}
    for delivery in deliveries:
        assert delivery["state"] in out | {"superseded"}, delivery["reason"]
        if delivery["channel"] == "x" and delivery["state"] in out:
            assert all(posts[text] == 1 for text in delivery["payload"]["parts"])
        if delivery["channel"] == "linkage" and delivery["state"] in out:
            assert taken[delivery["id"].rpartition(":")[0]] == 1
