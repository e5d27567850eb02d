"""A busy night for a hub that is being killed: the load, the ledger of what was acknowledged, and the verdict."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from services.broker.client import MqttClient
from services.clock import wall
from services.store import chronology
from services.store.engine import Store, StoreError
from services.store.tables import alerts, outbox, records
from tests.exercise.telegrams import Warned, telegram
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX

GATEWAYS = ("gw1", "gw2", "jma-relay")
_STATIONS = {"gw1": "tatesakabashi", "gw2": "meijibashi"}
_LEVELS = [
    Warned("盛岡市", "レベル３大雨警報", "03"),
    Warned("盛岡市", "レベル２大雨注意報", "10", "警報から注意報", ("レベル３大雨警報", "03")),
]
_OPEN = ("waiting", "sending", "unknown")


@dataclass
class Ledger:
    """What the gateways were told is safe."""

    sent: set[str] = field(default_factory=set)  # ids of readings with a PUBACK
    telegrams: int = 0


@asynccontextmanager
async def load(clients: dict[str, MqttClient], ledger: Ledger, pause: float = 0.0) -> AsyncIterator[None]:
    """Sixteen stations that publish without end, and a warning that comes and goes, as long as the block lasts."""
    lines = [(name, f"{name}/{n}") for name in _STATIONS for n in range(8)]
    tasks = [asyncio.create_task(_readings(clients[name], line, ledger, pause)) for name, line in lines]
    tasks.append(asyncio.create_task(_telegrams(clients["jma-relay"], ledger)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _readings(client: MqttClient, line: str, ledger: Ledger, pause: float) -> None:
    gateway = line.partition("/")[0]
    for number in range(10**9):
        identity = f"{line}-{number:06d}"
        body = {
            "v": 1,
            "id": identity,
            "station": _STATIONS[gateway],
            "quantity": "water_level",
            "value": round(0.5 + number % 50 / 100, 2),
            "unit": "m",
            "time": (wall() - timedelta(seconds=5)).isoformat(timespec="milliseconds"),
        }
        await client.publish(f"hub/v1/{gateway}/{body['station']}/water_level", json.dumps(body).encode())
        ledger.sent.add(identity)
        await asyncio.sleep(pause)


async def _telegrams(client: MqttClient, ledger: Ledger) -> None:
    for number in range(10**9):
        at = datetime.now(UTC).replace(microsecond=0)
        text = telegram("大雨", at, f"大雨に警戒してください（{number}）。", [_LEVELS[number % 2]])
        await client.publish("hub/v1/jma-relay/telegram", text.encode())
        ledger.telegrams += 1
        await asyncio.sleep(1.1)


_LOOKS = 8  # half a second apart


async def until_quiet(database: str, ledger: Ledger, patience: float = 120, *, all_stored: bool = True) -> None:
    """Wait until everything acknowledged by the broker is stored and no delivery is open, and that it stays so: what
    the last telegram leads to comes a moment after it."""
    deadline, quiet = asyncio.get_running_loop().time() + patience, 0
    found = "the store does not answer"
    while asyncio.get_running_loop().time() < deadline:
        try:
            stored, pending = await _counts(database)
        except (StoreError, SQLAlchemyError, OSError):
            await asyncio.sleep(0.5)
            continue
        quiet = quiet + 1 if (stored >= len(ledger.sent) or not all_stored) and not pending else 0
        if quiet == _LOOKS:
            return
        found = f"{stored} of {len(ledger.sent)} readings stored, {pending} deliveries open"
        await asyncio.sleep(0.5)
    pytest.fail(f"not quiet after {patience:.0f} s: {found}")


async def _counts(database: str) -> tuple[int, int]:
    store = await Store.open(database)
    try:
        async with store.read() as connection:
            readings = select(func.count()).select_from(records).where(records.c.type == "reading")
            waiting = select(func.count()).select_from(outbox).where(outbox.c.state.in_(_OPEN))
            return int(await connection.scalar(readings) or 0), int(await connection.scalar(waiting) or 0)
    finally:
        await store.close()


async def judge(database: str, x: FakeX, linkage: FakeLinkage, ledger: Ledger, title: str) -> int:
    """The verdict on everything but losses; how many readings were lost is for the caller to judge. Prints a line."""
    store = await Store.open(database)
    async with store.read() as connection:
        bodies = (await connection.scalars(select(records.c.body).where(records.c.type == "reading"))).all()
        kept = Counter(body["message_id"] for body in bodies)
        deliveries = (await connection.execute(select(outbox))).mappings().all()
        revisions = await connection.scalar(select(func.count()).select_from(alerts))
        broken = await chronology.first_broken(connection)
    await store.close()
    lost, doubled = ledger.sent - kept.keys(), [key for key, times in kept.items() if times > 1]
    posts = Counter(post.text for post in x.posts)
    taken = Counter(one.alert.identifier for one in linkage.received)
    print(
        f"{title} readings acknowledged={len(ledger.sent)} stored={len(kept)} lost={len(lost)} doubled={len(doubled)} "
        f"telegrams={ledger.telegrams} revisions={revisions} "
        f"deliveries={dict(Counter(d['state'] for d in deliveries))} "
        f"posts={len(x.posts)} doubled posts={sum(n - 1 for n in posts.values())} "
        f"linkage={len(linkage.received)} doubled there={sum(n - 1 for n in taken.values())}"
    )
    assert not doubled
    assert broken is None
    assert revisions, "the load must have made alerts, or the test shows nothing"
    assert all(times == 1 for times in posts.values()) and all(times == 1 for times in taken.values())
    out = {"accepted", "duplicate"}
    told = {(one["series"], one["channel"]) for one in deliveries if one["state"] in out}
    for delivery in deliveries:
        unheard = delivery["state"] == "refused" and (delivery["series"], delivery["channel"]) not in told
        assert delivery["state"] in out | {"superseded"} or unheard, delivery["reason"]
        if delivery["channel"] == "x" and delivery["state"] in out:
            assert all(posts[text] == 1 for text in delivery["payload"]["parts"])
        if delivery["channel"] == "linkage" and delivery["state"] in out:
            assert taken[delivery["id"].rpartition(":")[0]] == 1
    return len(lost)
