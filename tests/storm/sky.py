"""The forecaster: warnings that rise, fall and go, by relay and by its own pages, drills among them, corrections.

A telegram that comes both ways, or twice by one, is one telegram.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.exercise.telegrams import JST, Warned, telegram
from tests.feeds.jma_making import issued, kind, report, warning
from tests.storm.plot import JMA, RELAY, Plot, told
from tests.storm.rivers import withdrawal

_DATA = Path(__file__).parents[1] / "data" / "jma"
_CITY = "盛岡市"
_DISTRICT, _INLAND = ("盛岡地域", "030011"), ("内陸", "030010")


@dataclass(frozen=True)
class Family:
    """A telegram type: its word in the title, its code, the hazard that the rules name, and level → name, code."""

    word: str
    code: str
    hazard: str
    steps: dict[int, tuple[str, str]]
    relayed: bool = True
    polled: bool = False
    taken_back: int = 1  # of its waves the even or the odd ones end by 取消: the telegram was a mistake


RAIN = Family(
    "大雨",
    "VPWW55",
    "heavy_rain",
    {2: ("レベル２大雨注意報", "10"), 3: ("レベル３大雨警報", "03"), 4: ("レベル４大雨危険警報", "43")},
    polled=True,
)
LAND = Family(
    "土砂",
    "VPWW56",
    "landslide",
    {2: ("レベル２土砂災害注意報", "29"), 3: ("レベル３土砂災害警報", "09"), 4: ("レベル４土砂災害危険警報", "49")},
)
SNOW = Family(
    "大雪", "VPWW60", "heavy_snow", {2: ("大雪注意報", "12"), 3: ("大雪警報", "06")}, relayed=False, polled=True
)
WIND = Family("暴風", "VPWW58", "wind_storm", {2: ("強風注意報", "15"), 3: ("暴風警報", "05")}, taken_back=0)


class Sky:
    """Writes the forecaster's part into the plot."""

    def __init__(self, plot: Plot, chance: random.Random, *, polled: bool = True) -> None:
        self.plot, self._chance, self._polled = plot, chance, polled
        self._pace = 1.0 if plot.hours >= 8 else 0.3  # a short storm is a quick one
        self._said = 0
        self._last: dict[tuple[str, bool], bytes] = {}  # by type, and whether of a drill, what was said last

    def write(self) -> None:
        hours = self.plot.hours
        self._waves(RAIN, first=0.8, every=9.5, path=(3, 4, 3, 0), apart=(0.9, 1.3))
        self._waves(WIND, first=1.3, every=11.0, path=(2, 3, 0), apart=(1.0, 1.8))
        if hours >= 8:
            self._waves(SNOW, first=2.0, every=13.0, path=(3, 0), apart=(2.6, 3.4))
        self._waves(RAIN, first=4.6, every=17.0, path=(3, 0), apart=(0.8, 1.2), drill=True)
        if hours >= 12:
            self._waves(LAND, first=6.2, every=24.0, path=(3, 4, 3, 0), apart=(1.6, 2.4))
        self._tornadoes()
        self._nothing_for_people()

    def _waves(
        self,
        family: Family,
        *,
        first: float,
        every: float,
        path: tuple[int, ...],
        apart: tuple[float, float],
        drill: bool = False,
    ) -> None:
        hour, number = (first + self._chance.uniform(0, 0.3)) * self._pace, 0
        apart = apart[0] * self._pace, apart[1] * self._pace
        while hour + len(path) * apart[1] < self.plot.hours - 0.7:
            taken_back = family.relayed and number % 2 == family.taken_back
            self._wave(family, hour, path, apart, drill, taken_back=taken_back)
            number += 1
            hour += every + self._chance.uniform(-0.5, 0.5)

    def _wave(
        self,
        family: Family,
        hour: float,
        path: tuple[int, ...],
        apart: tuple[float, float],
        drill: bool,
        *,
        taken_back: bool,
    ) -> None:
        last, steps = 0, []
        for level in path:
            if taken_back and not level:
                self._take_back(family, hour, drill)
            else:
                self._issue(family, hour, level, last, drill)
            if level >= 3 or last >= 3:
                steps.append((hour, level if level >= 3 else None, level < 3))
            last = level
            hour += self._chance.uniform(*apart)
        status = "Exercise" if drill else "Actual"
        told(self.plot, f"{status}-official-warning-{family.hazard}", steps)
        if family is LAND:
            graves = [one for one in steps if one[1] == 4]
            after = [one for one in steps if one[0] > graves[0][0]][:1]
            ends = [(one[0], None, True) for one in after]
            told(self.plot, f"{status}-evacuation-landslide-landslide", [*graves, *ends])

    def _issue(self, family: Family, hour: float, level: int, last: int, drill: bool) -> None:
        self._said += 1
        at = self.plot.at(hour).replace(microsecond=0)
        before = family.steps.get(last)
        if level:
            name, code = family.steps[level]
            status = "発表" if level > last else "警報から注意報" if level == 2 else "継続"
            warned = Warned(_CITY, name, code, status, before)
        else:
            assert before
            warned = Warned(_CITY, *before, "解除")
        words = f"{family.word}の知らせ（{self._said}）。"
        body = telegram(family.word, at, words, [warned], status="訓練" if drill else "通常").encode()
        self._last[family.code, drill] = body
        relayed = family.relayed or not self._polled
        polled = family.polled and self._polled and not drill
        self._out(at, family.code, body, relayed=relayed, polled=polled)
        if self._chance.random() < 0.3 and family.relayed:
            self.plot.send(at + timedelta(minutes=self._chance.uniform(1, 9)), RELAY, "telegram", body)  # once more
        if level == 3 and self._chance.random() < 0.4 and family.relayed:  # a wrong word in the headline is put right
            later = at + timedelta(minutes=20) * self._pace
            again = telegram(
                family.word, later, f"訂正：{words}", [warned], status="訓練" if drill else "通常", info_type="訂正"
            )
            self._out(later, family.code, again.encode())

    def _take_back(self, family: Family, hour: float, drill: bool) -> None:
        """And the relay, a little late, hands on once more what was taken back: nobody may be told of it again."""
        at = self.plot.at(hour).replace(microsecond=0)
        title, status = f"気象警報・注意報（Ｒ０６）（{family.word}）", "訓練" if drill else "通常"
        self._out(
            at, family.code, withdrawal(title, at, status=status), polled=family.polled and self._polled and not drill
        )
        self.plot.send(at + timedelta(minutes=4), RELAY, "telegram", self._last[family.code, drill])

    def _out(self, at: datetime, code: str, body: bytes, *, relayed: bool = True, polled: bool = False) -> None:
        self.plot.subjects["telegram", code] += 1
        if relayed:
            self.plot.send(at, RELAY, "telegram", body)
        if polled:
            self.plot.cue(at + timedelta(seconds=40), JMA, code, body)

    def _tornadoes(self) -> None:
        """Each holds for an hour, and nobody releases it; each second is taken back after half of that."""
        hour, number = 3.1 * self._pace, 0
        while hour < self.plot.hours - 1.5:
            at = self.plot.at(hour + self._chance.uniform(0, 0.4)).replace(microsecond=0)
            until = (at + timedelta(hours=1)).astimezone(JST).isoformat(timespec="seconds")
            seen = warning("竜巻注意情報（目撃情報）", (kind("目撃"), _DISTRICT))
            body = seen + warning("竜巻注意情報（一次細分区域等）", (issued("竜巻注意情報", "1"), _INLAND))
            made = report("竜巻注意情報（目撃情報付き）", body, at=_local(at), valid=until, publisher="盛岡地方気象台")
            self._out(at, "VPHW51", _sent(made, at))
            begin = (at - self.plot.start) / timedelta(hours=1)
            steps: list[tuple[float, int | None, bool]] = [(begin, 3, False)]
            if number % 2:
                over = at + timedelta(minutes=30)
                self._out(over, "VPHW51", withdrawal("竜巻注意情報（目撃情報付き）", over))
                steps.append((begin + 0.5, None, True))
            told(self.plot, "Actual-official-notice-tornado", steps)
            hour += 14.0
            number += 1

    def _nothing_for_people(self) -> None:
        """Earthquakes and tsunami: kept and shown, and told by nobody, for every channel of ours is too slow."""
        files = ("VXSE53_morioka.xml", "VTSE41_drill.xml", "VPFD61_iwate.xml")
        for number in range(int(self.plot.hours // 3)):
            at = self.plot.at(number * 3 + 1.9).replace(microsecond=0)
            name = files[number % len(files)]
            body = _dated((_DATA / name).read_text(encoding="utf-8"), at, number)
            self._out(at, name.partition("_")[0], body)
        for kind_ in ("earthquake", "tsunami"):
            self.plot.silent[f"kind:{kind_}"] = "every channel is too slow for it"


def _local(at: datetime) -> str:
    return at.astimezone(JST).isoformat(timespec="seconds")


def _sent(body: bytes, at: datetime) -> bytes:
    """The made telegram's Control says when it was sent."""
    return body.replace(b"2026-11-20T09:00:00Z", f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode())


def _dated(text: str, at: datetime, number: int) -> bytes:
    """One of our own telegrams, as if it were issued at that time, and about another event than the last."""
    text = re.sub(
        r"<DateTime>\d{4}-[^<]*Z</DateTime>", f"<DateTime>{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</DateTime>", text
    )
    for tag in ("ReportDateTime", "TargetDateTime", "OriginTime"):
        text = re.sub(f"<{tag}>[^<]*</{tag}>", f"<{tag}>{_local(at)}</{tag}>", text)
    event = f"<EventID>{at.astimezone(JST):%Y%m%d%H%M%S}</EventID>"
    return re.sub(r"<EventID>\d{14}</EventID>", event, text).replace("（番号）", str(number)).encode()
