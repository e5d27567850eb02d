"""A prefecture on paper: 33 municipalities with a gateway each, 20,000 sensors, plows, a day's rhythm and storms.

Pure: the same second of the same prefecture gives the same messages.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

BATCH = 20  # readings or fixes in a message, as gateways with many sensors should send (docs/broker.md)
_CALM, _STORM = 600, 60  # seconds between two reports of a sensor
_SPREAD = 37  # so many seconds from one sensor of a gateway to the next; it divides neither of the above
_FIX = 10  # seconds between two fixes of a plow
_DEPTH = {"snow_depth": ("cm", 40.0, 10.0), "water_level": ("m", 1.2, 0.4), "rain_10min": ("mm", 2.0, 2.0)}
_KINDS = (*_DEPTH, "air_temperature")


@dataclass(frozen=True, slots=True)
class Message:
    """One PUBLISH; ``records`` is how many readings or fixes it carries."""

    gateway: str
    topic: str
    payload: bytes
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefecture:
    """Sizes. ``storm`` is the part of the municipalities over which it storms: there everybody reports each minute."""

    municipalities: int = 33
    sensors: int = 20_000
    plows: int = 330
    storm: float = 0.0

    @property
    def gateways(self) -> tuple[str, ...]:
        return tuple(f"city{number:02}" for number in range(self.municipalities))

    @property
    def readings_per_second(self) -> float:
        """Of all sensors, in the mean."""
        stormy = round(self.storm * self.municipalities) / self.municipalities
        return self.sensors * (stormy / _STORM + (1 - stormy) / _CALM)

    def at_work(self, at: datetime) -> int:
        """Plows on the road: most of them between two and six in the morning, a fifth by day."""
        hour = at.hour + at.minute / 60
        return round(self.plows * (0.2 + 0.8 * math.exp(-(((hour - 4) / 2.5) ** 2))))

    def messages(self, second: int, at: datetime) -> Iterator[Message]:
        """What is published in this second of the run; ``at`` is its time, and local."""
        for number, name in enumerate(self.gateways):
            yield from self._readings(number, name, second, at)
            yield from self._fixes(number, name, second, at)
            if second % 60 == number % 60:
                beat = json.dumps({"time": at.isoformat(), "queue": 0}).encode()
                yield Message(name, f"hub/v1/{name}/heartbeat", beat, 0)

    def _readings(self, number: int, name: str, second: int, at: datetime) -> Iterator[Message]:
        every = _STORM if number < round(self.storm * self.municipalities) else _CALM
        own = range(number, self.sensors, self.municipalities)
        slots = ((one, one // self.municipalities * _SPREAD % every) for one in own)
        due = [_reading(f"{name}-s{one}", one, second, at) for one, slot in slots if slot == second % every]
        for begin in range(0, len(due), BATCH):
            some = due[begin : begin + BATCH]
            yield Message(name, f"hub/v1/{name}/batch", json.dumps(some).encode(), len(some))

    def _fixes(self, number: int, name: str, second: int, at: datetime) -> Iterator[Message]:
        for one in range(number, self.at_work(at), self.municipalities):
            if (one // self.municipalities) % _FIX == second % _FIX:
                fix = {"_type": "location", "lat": 39.7 + one * 1e-4, "lon": 141.1 + second * 1e-5, "acc": 8, "vel": 18}
                body = json.dumps({**fix, "tst": int(at.timestamp())}).encode()
                yield Message(name, f"owntracks/{name}/plow{one}", body, 1)


def _reading(station: str, one: int, second: int, at: datetime) -> dict[str, Any]:
    """A value with the day's rhythm, and a little of its own."""
    quantity = _KINDS[one % len(_KINDS)]
    phase = math.sin(2 * math.pi * (at.hour * 3600 + at.minute * 60 + at.second) / 86_400)
    unit, mean, swing = _DEPTH.get(quantity, ("degC", -2.0, 5.0))
    value = round(mean + swing * phase * 0.5 + (one * 7 + second) % 10 * 0.01, 2)
    return {"v": 1, "station": station, "quantity": quantity, "value": value, "unit": unit, "time": at.isoformat()}
