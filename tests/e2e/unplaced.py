"""What came in and has no place yet: messages that nobody can read, and a sensor that nobody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from feeds.records import Flag, Message, Reading, Rejected
from services.store import quarantine, records
from tests.e2e.scene import Scene

SENSOR = "a84041000181e061"


async def arrive_unplaced(made: Scene) -> None:
    """Two torn messages with one reason, from two gateways, and the first reading of a new sensor, its unit assumed."""
    now = made.clock.now()
    torn = Message(topic="hub/v1/gw9/st1/water_level", payload=b'{"v":1,<b>', received_at=now, gateway="gw9")
    fault = Rejected(code="bad_json", message="this is not JSON", at="byte 7")
    new = Reading(
        gateway="lora",
        station=SENSOR,
        quantity="water_level",
        value=1.25,
        unit="m",
        measured_at=now - timedelta(minutes=3),
        flags=frozenset({Flag.UNIT_ASSUMED}),
    )
    async with made.store.write() as connection:
        await quarantine.keep(connection, torn, fault)
        await quarantine.keep(connection, replace(torn, topic="hub/v1/gw8/batch", gateway="gw8"), fault)
        await records.save(connection, [new], now)
