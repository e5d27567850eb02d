"""A volcano over two years, from the telegrams to what is told: a draft for each change, none for months of nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from feeds.records import Telegram, TelegramArea
from feeds.status import Status
from geo.hazard import Hazard, carry_over
from geo.model import Inputs
from geo.models.volcano import Volcano
from rules.alert import Alert, Approval
from rules.cap_message import to_cap
from rules.rule import CATALOG, load_rules
from tests.geo.making import NOW, ground
from tests.geo.official.telegrams import entry, telegram
from tests.rules.making import World

RULES = [rule for rule in load_rules([CATALOG]) if rule.id.startswith("volcan")]
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NAMES = {"11": "レベル１（活火山であることに留意）", "12": "レベル２（火口周辺規制）", "13": "レベル３（入山規制）"}


@dataclass
class Years:
    """Telegrams come one by one; after each, and on days between, the model and the rules run. A person issues."""

    status: Status = Status.ACTUAL
    telegrams: list[Telegram] = field(default_factory=list)
    before: dict[str, Hazard] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world = World(RULES, self.status)

    def come(self, kind: str, day: float, *areas: TelegramArea, **more: object) -> list[tuple[str, int, str]]:
        at = NOW + day * DAY
        fields = {"event_id": "207", "hazard": "volcano", "status": self.status}
        self.telegrams.append(telegram(kind, *areas, at=at, **(fields | more)))
        return [_brief(alert) for alert in self.at(at + MINUTE)]

    def at(self, now: datetime) -> list[Alert]:
        inputs = Inputs(now=now, status=self.status, telegrams=self.telegrams)
        hazards = carry_over(self.before, Volcano().run(inputs, replace(ground(), volcanoes=("207",))))
        self.before = {one.key: one for one in hazards}
        alerts = list(self.world.step(now, *hazards).alerts)
        for alert in alerts:
            assert alert.approval is Approval.ONE, "a person looks at everything about a volcano"
            self.world.issue(alert.series)
        return alerts


def _brief(alert: Alert) -> tuple[str, int, str]:
    return alert.rule, alert.level, "end" if alert.ends else alert.msg_type


def mountain(kind: str) -> TelegramArea:
    named = {"code": "207", "name": "岩手山", "code_type": "火山名", "status": None}
    return entry("volcano", kind, NAMES.get(kind, "噴火"), **named)


CRATER = entry("volcano", "02", "火口周辺警報", status=None)


def test_each_change_is_told_once_and_months_of_nothing_once_a_month() -> None:
    years = Years()
    assert years.come("VFVO50", 0, mountain("12"), CRATER) == [("volcano-warning", 2, "Alert")]
    assert years.come("VFVO51", 7, mountain("12")) == [], "the weekly report says nothing new"
    told = [_brief(alert) for day in range(8, 200) for alert in years.at(NOW + day * DAY)]
    assert told == [("volcano-warning", 2, "Update")] * 7, "every 25 days, before it runs out"
    assert years.come("VFVO50", 200, mountain("13"), CRATER) == [("volcano-warning", 3, "Update")]
    assert years.come("VFVO50", 201, info_type="取消") == [("volcano-warning", 2, "Update")]
    assert years.come("VFVO50", 202, mountain("11"), entry("volcano", "04", "噴火予報：警報解除", status=None)) == [
        ("volcano-warning", 0, "end")
    ]
    assert years.at(NOW + 300 * DAY) == []


def test_an_eruption_and_its_ash_speak_beside_the_level() -> None:
    years = Years()
    years.come("VFVO50", 0, mountain("12"), CRATER)
    erupted = {"event_id": "20260802180000_207", "target_datetime": "2026-08-02T17:58:00+09:00"}
    assert years.come("VFVO56", 1, mountain("52"), **erupted) == [("volcano-eruption", 4, "Alert")]
    ash = entry("volcano", "72", "やや多量の降灰", status=None)
    assert years.come("VFVO54", 1.01, mountain("52"), ash) == [("volcanic-ash", 2, "Alert")]
    assert years.come("VFVO50", 1.02, mountain("13"), CRATER) == [("volcano-warning", 3, "Update")]
    assert years.at(NOW + 1.5 * DAY) == [], "notices run out without a word"


@pytest.mark.parametrize(("status", "mark"), [(Status.EXERCISE, "【訓練】"), (Status.TEST, "【試験】")])
def test_a_drill_is_marked_in_every_series(status: Status, mark: str) -> None:
    years = Years(status)
    years.come("VFVO50", 0, mountain("13"), CRATER)
    ((_, alert),) = years.world.families.popitem()[1]
    assert alert.status is status and alert.series.startswith(status.value)
    message = to_cap(alert)
    assert message.status == status and mark in (message.infos[0].headline or "") and mark in (message.note or "")


def test_the_wording_says_what_is_asked_of_the_city() -> None:
    years = Years()
    asked = entry("volcano", "43", "火口周辺警報：入山規制等", status=None)
    text = "＜岩手山に火口周辺警報を発表＞\n　概ね２ｋｍの範囲で大きな噴石に警戒してください。"
    years.come("VFVO50", 0, mountain("12"), CRATER, asked, headline=text)
    ((_, alert),) = years.world.families.popitem()[1]
    japanese = alert.texts["ja"]
    assert "概ね２ｋｍの範囲で大きな噴石に警戒してください。" in japanese.description
    assert "「火口周辺警報：入山規制等」" in japanese.description and "警戒レベル２相当" not in repr(alert.texts)
