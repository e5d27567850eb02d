"""What measures and drives: gauges of rivers, rain and snow, sensors of several makers, plows; and their faults.

Some send twice, some late, one falls silent for hours, one says what cannot be; and some messages are made to break
their reader.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.exercise.plows import drive
from tests.exercise.telegrams import JST
from tests.faults.poison import RELAY as POISON_RELAY
from tests.faults.poison import poison
from tests.storm.plot import Plot, Tale, Word

_TICK = 10  # minutes between readings
_APPLICATION = "application/5d2a1c7e-0000-4000-8000-000000000001/device"


@dataclass(frozen=True)
class River:
    """A gauge: its calm level, the height of a wave, and the thresholds of the levels that its rule tells of."""

    code: str
    calm: float
    peaks: tuple[float, ...] = ()  # of one wave after the other
    thresholds: tuple[tuple[float, int], ...] = ()
    word: Word = Word.APPROVE


RIVERS = (
    River("tatesakabashi", 0.72, (2.95, 2.66, 2.95), ((2.0, 2), (2.5, 3), (2.8, 4))),
    River("meijibashi", 0.55, (1.9, 1.9, 1.9), ((1.4, 2),), Word.REFUSE),
    River("8200000101", 120.2),
    River("8200000091", 120.9),
    River("8200000100", 117.2),
    River("0300000007", 201.3),
    River("0300000009", 180.1),
    River("0300000012", 117.6),
)
RAIN = tuple(f"ame-{number}" for number in range(1, 7))
SNOW = ("yuki-koma", "yuki-matsuzono", "yuki-tsushida", "33431", "33441")
MAKERS = {  # gateway → the topics of its maker that it may publish on
    "lora": "application/+/device/+/event/+",
    "ttn-bridge": "v3/+/devices/+/up",
    "board": "v1/gateway/telemetry",
    "zigbee": "zigbee2mqtt/#",
    "frost": "v1.1/+/Observations",
    "office": "city/#",
}
MAPPING = """
[[message]]
name = "river-office"
topic = "city/+/river"
station = { topic = 1 }
time = { path = "at" }
[message.values]
water_level = { path = "stage", unit = "cm" }
[[word]]
word = "42"
quantity = "snow_depth"
unit = "mm"
"""  # of the profile: what the river office and the datastream mean
GATEWAYS = ("river", "rain", "snow", "plows", "phones")
_FIRST, _EVERY, _LASTS = 9.0, 24.0, 9.0  # hours: middle of the first wave's rise, between two, from rise to fall


class Ground:
    """Writes their part into the plot."""

    def __init__(self, plot: Plot, chance: random.Random) -> None:
        self.plot, self._chance = plot, chance
        self._waves = sum(_FIRST + number * _EVERY + _LASTS + 5 <= plot.hours for number in range(3))

    def write(self) -> None:
        for minutes in range(0, int(self.plot.hours * 60), _TICK):
            self._tick(minutes)
        self._told_of_rivers()
        self._plows()
        self._poison()

    def _tick(self, minutes: int) -> None:
        hour = minutes / 60
        for number, river in enumerate(RIVERS):
            if river.code == "0300000009" and 0.4 < hour / self.plot.hours < 0.55:
                continue  # it fell silent
            ripple = 0.01 * math.sin(minutes / 7 + number)
            value = round(level_of(river, hour, self._waves) + ripple, 2)
            if river.code == "0300000012" and self._chance.random() < 0.02:
                value += 2.4  # it lies, once
            self._read("river", river.code, "water_level", minutes, value, "m")
        for station in RAIN:
            shower = max(0.0, 3 * math.sin(hour / 5)) * self._chance.random()
            self._read("rain", station, "rain_10min", minutes, round(shower, 1), "mm")
        for number, station in enumerate(SNOW):
            depth = round(max(0.0, 4 + 3 * math.sin(hour / 11 + number)), 1)
            self._read("snow", station, "snow_depth", minutes, depth, "cm")
        if minutes % 30 == 0:
            self._makers(minutes)

    def _read(self, gateway: str, station: str, quantity: str, minutes: int, value: float, unit: str) -> None:
        measured = self.plot.at(minutes / 60)
        identity = f"{station}-{minutes}"
        body: dict[str, Any] = {
            "v": 1,
            "id": identity,
            "station": station,
            "quantity": quantity,
            "value": value,
            "unit": unit,
            "time": measured.astimezone(JST).isoformat(timespec="seconds"),
        }
        self.plot.keys.add(f"{gateway}#{identity}")
        luck = self._chance.random()
        sent = measured + timedelta(minutes=45 if luck < 0.01 and gateway != "river" else 0, seconds=5)
        self.plot.send(sent, gateway, f"{station}/{quantity}", body)
        if 0.01 < luck < 0.06:
            self.plot.send(
                sent + timedelta(minutes=self._chance.uniform(0, 30)), gateway, f"{station}/{quantity}", body
            )

    def _makers(self, minutes: int) -> None:
        """Each in its maker's own way, with a depth of snow that nobody is warned of."""
        at = self.plot.at(minutes / 60)
        utc, millis = at.isoformat(timespec="milliseconds"), int(at.timestamp() * 1000)
        for number in range(4):
            depth = round(6 + number + math.sin(minutes / 300), 1)
            eui = f"24e124136b00000{number}"
            uplink = {
                "deduplicationId": f"{eui}-{minutes}",
                "time": utc,
                "deviceInfo": {"deviceName": f"lora-{number}", "devEui": eui},
                "fCnt": minutes,
                "object": {"snow_depth_cm": depth},
            }
            self._other(at, "lora", f"{_APPLICATION}/{eui}/event/up", uplink, f"{eui}/snow_depth")
            device = {
                "end_device_ids": {"device_id": f"ttn-{number}", "application_ids": {"application_id": "morioka"}},
                "correlation_ids": [f"as:up:{number}-{minutes}"],
                "received_at": utc,
                "uplink_message": {"f_cnt": minutes, "received_at": utc, "decoded_payload": {"snow_depth_cm": depth}},
            }
            self._other(at, "ttn-bridge", f"v3/morioka@ttn/devices/ttn-{number}/up", device, f"ttn-{number}/snow_depth")
        values = {f"tb-{number}": [{"ts": millis, "values": {"snow_depth": 8 + number}}] for number in range(3)}
        self.plot.cue(at, "board", "v1/gateway/telemetry", values)
        for name in values:
            self.plot.subjects["reading", f"{name}/snow_depth"] += 1
        porch = {"temperature": round(2 + math.sin(minutes / 200), 2), "last_seen": millis, "linkquality": 120}
        self._other(at, "zigbee", "zigbee2mqtt/house/porch", porch, "house/porch/air_temperature")
        observed = {"result": 50 + minutes % 7, "phenomenonTime": utc}
        self._other(at, "frost", "v1.1/Datastreams(42)/Observations", observed, "42/snow_depth")
        self._other(at, "office", "city/gosho/river", {"stage": 120 + minutes % 9, "at": utc}, "gosho/water_level")
        pack = [{"bn": "urn:dev:mac:0024befffe804ff1:", "bt": at.timestamp(), "bu": "Cel", "n": "air", "v": 1.5}]
        self.plot.send(at, "snow", "batch", pack)
        self.plot.subjects["reading", "urn:dev:mac:0024befffe804ff1/air_temperature"] += 1
        phone = {
            "_type": "location",
            "lat": 39.70,
            "lon": 141.15,
            "acc": 12,
            "vel": 18,
            "cog": 90,
            "tst": millis // 1000,
        }
        self.plot.cue(at, "phones", "owntracks/phones/p7", phone)
        self.plot.subjects["fix", "p7"] += 1

    def _other(self, at: datetime, gateway: str, topic: str, body: Mapping[str, Any], subject: str) -> None:
        self.plot.cue(at + timedelta(seconds=6), gateway, topic, body)
        self.plot.subjects["reading", subject] += 1

    def _told_of_rivers(self) -> None:
        """Of each wave at least one word of each level that it reached, and the end; of calm rivers none."""
        for river in RIVERS:
            stem = f"Actual-river-level-{river.code}"
            if not river.peaks:
                self.plot.silent[stem] = "it stays calm"
                continue
            self.plot.words[stem] = river.word
            if river.word is Word.REFUSE:
                self.plot.silent[stem] = "the officers refuse it"
                continue
            for number, peak in enumerate(river.peaks[: self._waves]):
                middle = _FIRST + number * _EVERY
                levels = tuple(level for threshold, level in river.thresholds if peak > threshold + 0.05)
                begin, end = self.plot.at(middle - 6), self.plot.at(middle + _LASTS + 5)
                self.plot.tales.append(Tale(stem, begin=begin, end=end, levels=levels))
                if 4 in levels:
                    evacuation = "Actual-evacuation-proposal-flood"
                    self.plot.tales.append(Tale(evacuation, begin=begin, end=end, levels=(4,)))

    def _plows(self) -> None:
        """Machines on the demonstration network, each morning; the kept positions are counted by machine."""
        for day in range(int(self.plot.hours // 24) + 1):
            leaves = self.plot.at(day * 24 + 2.4).replace(microsecond=0)
            if leaves + timedelta(hours=3) > self.plot.at(self.plot.hours):
                break
            for play in drive(leaves):
                fixes = json.loads(play.payload)
                for fix in fixes:
                    del fix["status"]
                self.plot.cue(play.at, play.gateway, play.topic, fixes)
                self.plot.subjects["fix", play.topic.rpartition("/")[2]] += len(fixes)

    def _poison(self) -> None:
        """One every half hour, each sort in turn."""
        sorts = list(poison(0).values())
        for number in range(int(self.plot.hours * 2)):
            at = self.plot.at(number / 2 + 0.31)
            again, sort = divmod(number, len(sorts))
            if again and not sort:
                sorts = list(poison(again).values())
            where, payload = sorts[sort]
            gateway, place = ("jma-relay", "telegram") if where == POISON_RELAY else ("river", "meijibashi/water_level")
            self.plot.send(at, gateway, place, payload)
            self.plot.bad.append(payload)


def level_of(river: River, hour: float, waves: int) -> float:
    """Metres: every wave rises and falls by half of itself within some two hours."""
    value = river.calm
    for number, peak in enumerate(river.peaks[:waves]):
        middle = _FIRST + number * _EVERY
        up = 1 / (1 + math.exp(-(hour - middle) / 0.9))
        down = 1 / (1 + math.exp(-(hour - middle - _LASTS) / 0.9))
        value += (peak - river.calm) * (up - down)
    return value
