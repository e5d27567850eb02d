"""The snow desk: plows are ordered out to two sections, and come home, or are called off."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp

from tests.exercise.telegrams import JST
from tests.storm.crowd import log_in
from tests.storm.plot import DESK, Cue, Plot, told

_SECTIONS = ("plow-tamayama", "plow-matsuzono")
_FIRST, _EVERY, _LASTS = 13.2, 11.0, 2.6  # hours
_DIGESTS = (6.5, 9.0, 12.0, 16.0)  # of the day: when it is told which sections are done while others are not


@dataclass
class Orders:
    """Writes the desk's part into the plot."""

    plot: Plot
    _count: int = 0

    def write(self) -> None:
        """Both within the quarter of an hour that is told as one, and both over within three minutes."""
        hour = _FIRST
        while hour + _LASTS + 1.5 < self.plot.hours:
            hour = self._clear_of_digests(hour)
            over = "cancel" if self._count % 3 == 2 else "finish"
            apart = (
                1 / 30 if over == "finish" else 0.0
            )  # of one that is called off before the other a word would go out
            for number, section in enumerate(_SECTIONS):
                self._act(hour + number / 30, "order", section)
                self._act(hour + _LASTS + number * apart, over, section)
            ended = hour + _LASTS + apart
            told(self.plot, "Actual-plow-ordered-city", [(hour, 1, False), (ended, None, True)])
            self._count += 1
            hour += _EVERY

    def _clear_of_digests(self, hour: float) -> float:
        """Where the first is done when the digest is told, it is told of."""
        while any(abs(_of_day(self.plot.at(hour + _LASTS)) - digest) < 0.4 for digest in _DIGESTS):
            hour += 0.25
        return hour

    def _act(self, hour: float, act: str, section: str) -> None:
        self.plot.cue(self.plot.at(hour), DESK, act, json.dumps({"section": section}).encode())


@dataclass
class Desk:
    """Who does it: an officer at the page, who logs in when there is something to order."""

    http: aiohttp.ClientSession
    name: str
    csrf: str = ""
    given: dict[str, int] = field(default_factory=dict)  # section → number of its order

    async def act(self, cue: Cue) -> None:
        section = json.loads(cue.payload)["section"]
        if cue.topic == "order":
            self.given[section] = (await self._post("", {"section": section, "kind": "plow"}))["id"]
        else:
            await self._post("/act", {"id": self.given.pop(section), "act": cue.topic})

    async def _post(self, path: str, body: dict[str, object]) -> dict[str, int]:
        self.csrf = self.csrf or await log_in(self.http, self.name)
        headers = {"X-CSRF-Token": self.csrf}
        async with self.http.post(f"/api/v1/snow/orders{path}", json=body, headers=headers) as answer:
            assert answer.status == 200, (body, answer.status, await answer.text())
            told_: dict[str, int] = await answer.json()
            return told_


def _of_day(at: datetime) -> float:
    local = at.astimezone(JST)
    return (local - local.replace(hour=0, minute=0, second=0, microsecond=0)) / timedelta(hours=1)
