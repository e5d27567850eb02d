"""What a broker loses of what it had acknowledged when it is killed. No hub takes part: this is about the broker alone.

A gateway publishes while the hub's session waits; the broker is killed at a random moment and started again; then the
session is read. The short form kills once; ``make drill`` kills twenty times per setting and prints the table of
docs/reliability.md (SHIRASE_DRILL=full).
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import time
from pathlib import Path

import pytest

from feeds.registry import topic_filters
from services.broker import export
from services.broker.client import Limits, MqttClient
from services.broker.rights import Gateway
from tests.city_broker import CityBroker, city_broker, until

FULL = os.environ.get("SHIRASE_DRILL") == "full"
KILLS = 20 if FULL else 1
PASSWORD = "only-for-this-test"
QUICK = Limits(first_delay=0.05, most_delay=0.2)
_PACE = 0.005  # seconds between messages


@pytest.mark.timeout(60 + KILLS * 40)
async def test_nats_server_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    ages = await _kill_often(_broker("nats", tmp_path), longest=2.0)
    assert ages == [[]] * KILLS


@pytest.mark.timeout(60 + KILLS * 40)
@pytest.mark.parametrize(("interval", "on_changes"), [(10, False), (1, True)] if FULL else [(2, False)])
async def test_mosquitto_loses_at_most_what_came_since_its_last_save(
    interval: int, on_changes: bool, tmp_path: Path
) -> None:
    broker = _broker("mosquitto", tmp_path)
    config = broker.folder / "mosquitto.conf"
    text = config.read_text().replace("autosave_interval 10", f"autosave_interval {interval}")
    config.write_text(text.replace("on_changes false", f"on_changes {str(on_changes).lower()}"))
    # Its clock for saving has whole seconds, and it looks at it once a second.
    longest = 1.0 if on_changes else interval + 2.0
    ages = await _kill_often(broker, longest=2.0 if on_changes else 1.5 * interval)
    assert all(age <= longest for lost in ages for age in lost), max(max(lost, default=0.0) for lost in ages)


def _broker(kind: str, folder: Path) -> CityBroker:
    made = city_broker(kind, folder / "broker")
    export.write(
        made.folder, export.files(kind, made.site, PASSWORD, {"gw07": Gateway(password=PASSWORD)}, topic_filters())
    )
    return made


async def _kill_often(broker: CityBroker, longest: float) -> list[list[float]]:
    """For each kill the ages, in seconds before it, of acknowledged messages that never came."""
    chance = random.Random(int(os.environ.get("SHIRASE_SEED", random.SystemRandom().randrange(10**6))))
    broker.start()
    ages, sent = [], 0
    try:
        await _read(broker)  # makes the session
        await asyncio.sleep(0 if broker.kind == "nats" else longest + 2)  # a session younger than a save would be gone
        for round_ in range(KILLS):
            acknowledged = await _publish_until_killed(broker, round_, chance.uniform(0.5, longest))
            killed_at = time.monotonic()
            broker.start()
            came = await _read(broker)
            lost = [killed_at - at for identity, at in acknowledged.items() if identity not in came]
            ages.append(lost)
            sent += len(acknowledged)
    finally:
        broker.stop()
    counts = [len(lost) for lost in ages]
    oldest = max((age for lost in ages for age in lost), default=0.0)
    print(
        f"{broker.kind} kills={KILLS} acknowledged={sent} lost={sum(counts)} "
        f"median per kill={statistics.median(counts)} worst={max(counts)} oldest lost={oldest:.1f} s before the kill"
    )
    return ages


async def _publish_until_killed(broker: CityBroker, round_: int, after: float) -> dict[bytes, float]:
    """Identity → when its PUBACK came."""
    client = MqttClient(broker.login("gw07", PASSWORD), limits=QUICK)
    await client.start()
    await until(lambda: client.state.ready)
    acknowledged: dict[bytes, float] = {}

    async def publish() -> None:
        for number in range(10**9):
            identity = b"%d-%d" % (round_, number)
            await client.publish("hub/v1/gw07/st/q", identity)
            acknowledged[identity] = time.monotonic()
            await asyncio.sleep(_PACE)

    task = asyncio.create_task(publish())
    await asyncio.sleep(after)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    broker.kill()
    await client.stop()
    return acknowledged


async def _read(broker: CityBroker) -> set[bytes]:
    """Take everything that waits for the hub's session, acknowledge it, and leave."""
    hub = MqttClient(broker.login("hub", PASSWORD), ("hub/v1/#",), limits=QUICK)
    await hub.start()
    await until(lambda: hub.state.ready)
    came: set[bytes] = set()
    while True:
        try:
            async with asyncio.timeout(1.5):
                batch = await hub.next_batch()
        except TimeoutError:
            break
        came |= {one.payload for one in batch}
        for one in batch:
            hub.ack(one)
    await hub.stop()
    return came
