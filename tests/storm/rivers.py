"""The forecaster's flood forecasts for a river: they rise, fall, are released, or were a mistake and are taken back."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.exercise.telegrams import JST
from tests.feeds.jma_making import report
from tests.storm.plot import JMA, RELAY, Plot, told

_DATA = Path(__file__).parents[1] / "data" / "jma"
_SECTION, _TITLE, _CODE = "029900009900", "指定河川洪水予報", "VXKO50"
_NAMES = {3: ("レベル３氾濫警報", "30"), 4: ("レベル４氾濫危険警報", "40")}
_PATHS = ((3, 4, 3, 0), (3, None), (3, 0), (3, 4, None))  # levels; 0: released, None: taken back


class Rivers:
    """Writes the part of one river into the plot: by relay and by the forecaster's own pages in turn."""

    def __init__(self, plot: Plot, chance: random.Random, *, polled: bool = True) -> None:
        self.plot, self._chance, self._polled = plot, chance, polled
        self._said = 0

    def write(self) -> None:
        if self.plot.hours < 8:  # of a short storm one quick wave
            self._wave(0.35, (3, 0), (0.5, 0.6))
            return
        hour, number = 3.4, 0
        while hour + 6 < self.plot.hours - 0.7:
            self._wave(hour, _PATHS[number % len(_PATHS)], (0.9, 1.4))
            hour += 9.0 + self._chance.uniform(0, 1)
            number += 1

    def _wave(self, hour: float, path: tuple[int | None, ...], apart: tuple[float, float]) -> None:
        steps = []
        for level in path:
            self._issue(self.plot.at(hour).replace(microsecond=0), level)
            steps.append((hour, level or None, not level))
            hour += self._chance.uniform(*apart)
        told(self.plot, "Actual-official-warning-flood", steps)

    def _issue(self, at: datetime, level: int | None) -> None:
        self._said += 1
        body = self._taken_back(at) if level is None else self._forecast(at, level)
        polled = self._polled and self._said % 3 == 0
        self.plot.subjects["telegram", _CODE if polled else _TITLE] += 1
        if polled:
            self.plot.cue(at + timedelta(seconds=40), JMA, _CODE, body)
        else:
            self.plot.send(at, RELAY, "telegram", body)

    def _forecast(self, at: datetime, level: int) -> bytes:
        text = (_DATA / f"VXKO_kitakami_{'level4' if level else 'released'}.xml").read_text(encoding="utf-8")
        if level:
            name, code = _NAMES[level]
            text = text.replace(_NAMES[4][0], name).replace("<Code>40</Code>", f"<Code>{code}</Code>")
        sent = f"<DateTime>{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</DateTime>"
        text = re.sub(r"<DateTime>[^<]*Z</DateTime>", sent, text)
        for tag in ("ReportDateTime", "TargetDateTime"):
            text = re.sub(f"<{tag}>[^<]*</{tag}>", f"<{tag}>{_local(at)}</{tag}>", text)
        return re.sub(r"<Serial>\d+</Serial>", f"<Serial>{self._said}</Serial>", text).encode()

    def _taken_back(self, at: datetime) -> bytes:
        return withdrawal(_TITLE, at, event=_SECTION, serial=str(self._said))


def withdrawal(title: str, at: datetime, **more: str) -> bytes:
    """取消 of the newest telegram of this title: the frame, and a sentence instead of what was said."""
    made = report(
        title,
        "<Text>先に発表した電文を取り消します。</Text>",
        info_type="取消",
        at=_local(at),
        publisher="盛岡地方気象台",
        **more,
    )
    return made.replace(b"2026-11-20T09:00:00Z", f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode())


def _local(at: datetime) -> str:
    return at.astimezone(JST).isoformat(timespec="seconds")
