"""A busy night: gateways that measure, a forecaster who warns and takes it back, and the ledger of what they were told.

Twice in a row the forecaster's word is one that asks people whether to evacuate a district: nobody is there to agree.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

from services.broker.client import MqttClient
from services.clock import wall
from tests.exercise.telegrams import Warned, telegram
from tests.fakes.jma import FakeJma
from tests.faults.plant import GATEWAYS, Plant

STATIONS = {"gw1": "tatesakabashi", "gw2": "meijibashi"}
_SIDE_BY_SIDE = 8  # stations of each gateway
RISEN = Warned("盛岡市", "レベル３大雨警報", "03")
_FALLEN = Warned("盛岡市", "レベル２大雨注意報", "10", "警報から注意報", ("レベル３大雨警報", "03"))
_GRAVE = Warned("盛岡市", "レベル４土砂災害危険警報", "49")
_EVERY = 1.1  # seconds between telegrams: their times have whole seconds


@dataclass
class Ledger:
    """What everybody who sends was told. Identities of readings are those of their keys in the store."""

    acknowledged: dict[str, float] = field(default_factory=dict)  # readings with a PUBACK, and when it came
    telegrams: list[str] = field(default_factory=list)  # headlines, with a PUBACK
    bad: list[bytes] = field(default_factory=list)  # with a PUBACK; none of them can be read
    published: list[str] = field(default_factory=list)  # headlines of telegrams that lie at the forecaster's


class Night:
    """``pause``: seconds between the readings of a station."""

    def __init__(self, plant: Plant, pause: float) -> None:
        self.plant, self.ledger, self._pause = plant, Ledger(), pause
        self.clients: dict[str, MqttClient] = {}
        self._number = 0
        # By turns, whoever looks as seldom as every second telegram comes would find the same each time.
        self._weather = random.Random(0)

    async def open(self) -> None:
        self.clients = {name: self.plant.gateway(name) for name in GATEWAYS}
        for client in self.clients.values():
            await client.start()

    async def close(self) -> None:
        for client in self.clients.values():
            await client.stop()

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """Sixteen stations that publish without end, and a warning that comes and goes, as long as the block lasts."""
        lines = [(name, number) for name in STATIONS for number in range(_SIDE_BY_SIDE)]
        tasks = [asyncio.create_task(self._station(*line)) for line in lines]
        tasks.append(asyncio.create_task(self._forecaster()))
        if self.plant.polls:
            tasks.append(asyncio.create_task(self._office(self.plant.jma)))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            for one in ended:
                if not isinstance(one, asyncio.CancelledError):
                    raise AssertionError("the load broke off") from (one if isinstance(one, Exception) else None)

    async def send(self, gateway: str, topic: str, payload: bytes) -> None:
        """Publish, and come back with the PUBACK."""
        await self.clients[gateway].publish(f"hub/v1/{gateway}/{topic}", payload)

    async def measure(self, gateway: str, where: str = "0") -> str:
        """One reading, acknowledged; its key in the store."""
        self._number += 1
        identity, station = f"{where}-{self._number:07d}", STATIONS[gateway]
        body = {
            "v": 1,
            "id": identity,
            "station": station,
            "quantity": "water_level",
            "value": round(0.5 + self._number % 50 / 100, 2),
            "unit": "m",
            "time": (wall() - timedelta(seconds=5)).isoformat(timespec="milliseconds"),
        }
        await self.send(gateway, f"{station}/water_level", json.dumps(body).encode())
        key = f"{gateway}#{identity}"
        self.ledger.acknowledged[key] = monotonic()
        return key

    async def warn(self, hazard: str = "大雨", warned: Iterable[Warned] = ()) -> None:
        number = len(self.ledger.telegrams)
        words = f"{hazard}に警戒してください（{number}）。"
        at = wall().replace(microsecond=0)
        text = telegram(hazard, at, words, [*(warned or [self._weather.choice((RISEN, _FALLEN))])])
        await self.send("jma-relay", "telegram", text.encode())
        self.ledger.telegrams.append(words)

    async def _station(self, gateway: str, number: int) -> None:
        while True:
            await self.measure(gateway, str(number))
            await asyncio.sleep(self._pause)

    async def _forecaster(self) -> None:
        await self.warn("土砂", [_GRAVE])
        while True:
            await asyncio.sleep(_EVERY)
            await self.warn()

    async def _office(self, jma: FakeJma) -> None:
        """The same city's snow, by the forecaster's own pages."""
        while True:
            number = len(self.ledger.published)
            words = f"大雪に警戒してください（{number}）。"
            snow = Warned("盛岡市", "大雪注意報", "12") if number % 2 else Warned("盛岡市", "大雪警報", "06")
            text = telegram("大雪", wall().replace(microsecond=0), words, [snow])
            jma.publish("VPWW60", text.encode(), number=number)
            self.ledger.published.append(words)
            await asyncio.sleep(3)
