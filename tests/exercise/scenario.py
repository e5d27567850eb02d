"""What happens in the exercise: a snow morning, a bear by the river, rain on snow, a flood in the evening.

Twelve hours that end where the player's clock ends. Names, codes and positions are those of the real gauges; every
value is invented and everything is marked 訓練 (Exercise).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.exercise.telegrams import JST, Warned, telegram

LENGTH = timedelta(hours=12)
SNOWED = timedelta(hours=2, minutes=30)  # what falls has fallen, and plows go out
AFTERWARDS = timedelta(hours=6)  # the gauges go on reporting in real time


@dataclass(frozen=True)
class Play:
    """One message of the play: when, by whom, where to, and what."""

    at: datetime
    gateway: str
    topic: str
    payload: bytes


@dataclass(frozen=True)
class Wave:
    """A flood wave: from ``base`` to ``peak``, half-way up at hour ``middle``, steep by ``width`` hours."""

    base: float
    peak: float
    middle: float
    width: float

    def at(self, hour: float) -> float:
        return self.base + (self.peak - self.base) / (1 + math.exp(-(hour - self.middle) / self.width))


RIVERS: Mapping[str, Wave] = {
    "tatesakabashi": Wave(0.72, 2.97, 9.3, 0.9),  # 氾濫危険 2.80 about half an hour before the end
    "meijibashi": Wave(0.55, 2.90, 9.9, 0.9),
    "8200000091": Wave(120.9, 122.60, 9.4, 0.9),
    "8200000100": Wave(117.2, 120.90, 9.0, 1.0),
    "8200000101": Wave(120.2, 122.70, 9.6, 0.8),
    "0300000007": Wave(201.3, 203.20, 8.6, 0.8),
}


def scenario(start: datetime) -> list[Play]:
    """Every message in the order of time."""
    return sorted([*_gauges(start), *_snow(start), *_telegrams(start), *_reports(start)], key=lambda play: play.at)


def _gauges(start: datetime) -> Iterator[Play]:
    for minutes in range(0, int((LENGTH + AFTERWARDS) / timedelta(minutes=1)), 10):
        hour = minutes / 60
        for number, (station, wave) in enumerate(RIVERS.items()):
            ripple = 0.01 * math.sin(minutes / 7 + number)
            at = start + timedelta(minutes=minutes)
            yield _reading(at, "river", station, "water_level", round(wave.at(hour) + ripple, 2), "m")


def _snow(start: datetime) -> Iterator[Play]:
    """Depth rises from the first hour and sinks with the thaw from the fourth.

    By so much that 10 cm of new snow are reached whatever the minute is: they count from the median of a clock's hour.
    """
    falls = {"yuki-koma": (6.0, 17.5, 3.2), "yuki-matsuzono": (3.0, 14.0, 3.2), "33431": (1.0, 15.0, 1.0)}
    for minutes in range(0, int(LENGTH / timedelta(minutes=1)), 10):
        hour = minutes / 60
        for station, (old, fresh, thaw) in falls.items():
            grown = fresh * min(1.0, hour / (SNOWED / timedelta(hours=1)))
            depth = max(0.0, old + grown - max(0.0, hour - 4.0) * thaw)
            at = start + timedelta(minutes=minutes)
            yield _reading(at, "snow", station, "snow_depth", round(depth, 1), "cm")
    torn = b'{"v":1,"station":"yuki-matsuzono",'  # a gateway whose line broke: quarantined, answered, shown to staff
    yield Play(start + timedelta(minutes=95), "snow", "hub/v1/snow/yuki-matsuzono/snow_depth", torn)


def _telegrams(start: datetime) -> Iterator[Play]:
    def issue(hours: float, hazard: str, headline: str, *warned: Warned) -> Play:
        at = start + timedelta(hours=hours)
        return Play(at, "jma-relay", "hub/v1/jma-relay/telegram", telegram(hazard, at, headline, warned).encode())

    city, town = "盛岡市", "雫石町"
    rain2, rain3 = ("レベル２大雨注意報", "10"), ("レベル３大雨警報", "03")
    rain4 = ("レベル４大雨危険警報", "43")
    land2, land3 = ("レベル２土砂災害注意報", "29"), ("レベル３土砂災害警報", "09")
    yield issue(0.3, "大雪", "大雪による交通障害に注意してください。", Warned(city, "大雪注意報", "12"))
    yield issue(4.5, "大雪", "大雪注意報を解除します。", Warned(city, "大雪注意報", "12", "解除"))
    yield issue(6.0, "大雨", "低い土地の浸水に注意してください。", Warned(city, *rain2), Warned(town, *rain2))
    yield issue(7.0, "土砂", "土砂災害に注意してください。", Warned(city, *land2))
    raised = Warned(city, *rain3, last=rain2), Warned(town, *rain3, last=rain2)
    yield issue(8.2, "大雨", "低い土地の浸水や川の増水に警戒してください。", *raised)
    yield issue(9.6, "土砂", "土砂災害に警戒してください。", Warned(city, *land3, last=land2))
    worst = Warned(city, *rain4, last=rain3), Warned(town, *rain3, "継続", rain3)
    yield issue(11.2, "大雨", "レベル４大雨危険警報を発表しました。厳重に警戒してください。", *worst)


def _reports(start: datetime) -> Iterator[Play]:
    bear = {
        "id": "bear-0412",
        "kind": "bear",
        "text": "中津川の河川敷をクマ1頭が上流の方向へ歩いているとの目撃。体長約1メートル。",
        "place": "山岸 中津川河川敷",
        "lon": 141.1702,
        "lat": 39.7161,
        "source": "盛岡東警察署",
    }
    yield _report(start + timedelta(hours=2.6), "police", {**bear, "confirmed": False})
    yield _report(start + timedelta(hours=3.1), "police", {**bear, "confirmed": True})


def _reading(at: datetime, gateway: str, station: str, quantity: str, value: float, unit: str) -> Play:
    body = {
        "v": 1,
        "id": f"{gateway}-{station}-{at:%Y%m%d%H%M}",
        "station": station,
        "quantity": quantity,
        "value": value,
        "unit": unit,
        "time": at.astimezone(JST).isoformat(timespec="seconds"),
        "status": "Exercise",
    }
    return Play(at, gateway, f"hub/v1/{gateway}/{station}/{quantity}", _bytes(body))


def _report(at: datetime, gateway: str, report: Mapping[str, Any]) -> Play:
    seen = at.astimezone(JST).isoformat(timespec="seconds")
    return Play(at, gateway, f"hub/v1/{gateway}/report", _bytes({"v": 1, **report, "time": seen, "status": "Exercise"}))


def _bytes(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
