"""End to end: a gateway publishes a telegram, an automatic rule relays it, and the post stands at (a played) X."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

from services.broker.client import MqttClient
from services.clock import wall
from tests.benchmarks.figure import Figure, percentile
from tests.benchmarks.hub import RELAY, hub_under_test
from tests.benchmarks.scale import Scale
from tests.exercise.telegrams import Warned, telegram
from tests.fakes.x import FakeX

NAME = "end to end"
_RULES = Path(__file__).parent / "rules"
_RAIN3 = Warned("盛岡市", "レベル３大雨警報", "03")
_RAIN2 = Warned("盛岡市", "レベル２大雨注意報", "10", "警報から注意報", ("レベル３大雨警報", "03"))
_PATIENCE = timedelta(seconds=15)


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """One telegram at a time; each raises or lowers the level, and so makes a revision of its own."""
    x = FakeX(rate_limit=100_000)
    await x.start()
    try:
        async with hub_under_test(folder / "hub", _settings(x)) as hub:
            relay = MqttClient(hub.login(RELAY))
            await relay.start()
            delays = [await _round(number, relay, x) for number in range(scale.rounds + 1)]
            await relay.stop()
    finally:
        await x.stop()
    counted = delays[1:]  # the first one meets templates and connections that were never used
    return [
        Figure(bench=NAME, figure="telegrams relayed", value=len(counted), unit="telegrams"),
        *(
            Figure(bench=NAME, figure=f"telegram to post p{p}", value=1000 * percentile(counted, p), unit="ms")
            for p in (50, 99)
        ),
    ]


async def _round(number: int, relay: MqttClient, x: FakeX) -> float:
    """Seconds from publishing to the post that tells the new level."""
    before, level = len(x.posts), 2 if number % 2 else 3
    text = telegram("大雨", wall(), f"計測（{number}）。", [_RAIN2 if level == 2 else _RAIN3])
    began = wall()
    await relay.publish(f"hub/v1/{RELAY}/telegram", text.encode())
    while not (told := [post for post in x.posts[before:] if f"レベル{level}" in post.text]):
        if wall() - began > _PATIENCE:
            raise RuntimeError(f"telegram {number} was not posted within {_PATIENCE.seconds} s")
        await asyncio.sleep(0.002)
    await asyncio.sleep(1.2)  # the rest of the thread; and the next report has a later second
    return (told[0].created_at - began).total_seconds()


def _settings(x: FakeX) -> str:
    keys = "\n".join(f"{name} = {json.dumps(value)}" for name, value in x.credentials.items())
    return f"""
rules = [{json.dumps(str(_RULES))}]
[channels.x]
base_url = {json.dumps(x.url)}
statuses = ["Exercise"]
{keys}
"""
