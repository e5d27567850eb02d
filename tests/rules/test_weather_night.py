"""A night of warnings as it comes: every event by old and new telegrams at once, and each told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from feeds.records import Telegram, TelegramArea
from feeds.status import Status
from geo.hazard import Hazard, carry_over
from geo.model import Inputs
from geo.models.river_forecast import RiverForecast
from geo.models.short_notice import ShortNotice
from geo.models.weather import Weather
from rules.alert import Alert, Approval
from rules.rule import CATALOG, load_rules
from tests.geo.making import NOW, ground
from tests.geo.official.telegrams import CITY, entry, ours, telegram
from tests.rules.making import World

MODELS = (Weather(), RiverForecast(), ShortNotice())
MINUTE = timedelta(minutes=1)


class Night:
    """Telegrams come one by one; after each the models and the rules run, as in the hub. A person issues at once."""

    def __init__(self) -> None:
        self.world = World([rule for rule in load_rules([CATALOG]) if rule.id.startswith("official")])
        self.telegrams: list[Telegram] = []
        self.before: dict[str, Hazard] = {}
        self.told: list[Alert] = []

    def come(self, *telegrams: Telegram) -> list[tuple[str, int, str]]:
        """(kind, level, type) of every revision that these telegrams brought, in order."""
        first = len(self.told)
        for one in telegrams:
            self.telegrams.append(one)
            self.at(one.measured_at)
        return [(alert.kind, alert.level, alert.msg_type) for alert in self.told[first:]]

    def at(self, now: object) -> Sequence[Alert]:
        inputs = Inputs(now=now, status=Status.ACTUAL, telegrams=self.telegrams)  # type: ignore[arg-type]
        hazards = carry_over(self.before, [h for model in MODELS for h in model.run(inputs, ground())])
        self.before = {one.key: one for one in hazards}
        alerts = self.world.step(now, *hazards).alerts  # type: ignore[arg-type]
        for alert in alerts:
            if alert.approval is not Approval.AUTO:
                self.world.issue(alert.series)
        self.told += alerts
        return alerts


def by(kind: str, minutes: int, *areas: TelegramArea, **more: object) -> Telegram:
    return telegram(kind, *areas, at=NOW + minutes * MINUTE, **more)


def rain(code: str, level: int, **more: str) -> TelegramArea:
    return entry("heavy_rain", code, f"大雨{level}", level, **more)


def slide(code: str, level: int) -> TelegramArea:
    return entry("landslide", code, f"土砂災害{level}", level)


def test_each_event_is_told_once_whatever_it_comes_by() -> None:
    night = Night()
    old_3 = rain("03", 3, condition="土砂災害")
    assert night.come(by("VPWW53", 0, old_3)) == [("landslide", 3, "Alert")]
    assert night.come(by("VPWW54", 0, old_3), by("VPWW55", 1, rain("10", 2)), by("VPWW56", 1, slide("09", 3))) == []

    bulletin = entry("landslide", "3", "警戒", 4)
    assert night.come(by("VXWW50", 60, bulletin)) == [("landslide", 4, "Update")]
    assert night.come(by("VPWW56", 60, slide("49", 4)), by("VPWW53", 61, old_3), by("VPWW54", 61, old_3)) == []

    assert night.come(by("VPNO50", 120, rain("33", 5))) == [("heavy_rain", 5, "Alert")]
    old_5 = rain("33", 5, condition="浸水害")
    assert night.come(by("VPWW55", 120, rain("33", 5)), by("VPWW53", 120, old_5), by("VPWW54", 120, old_5)) == []

    lower = rain("03", 3, condition="土砂災害、浸水害")
    fallen = night.come(by("VPWW55", 240, rain("03", 3)), by("VPWW56", 240, slide("09", 3)), by("VPWW53", 240, lower))
    assert fallen == [("heavy_rain", 3, "Update"), ("landslide", 3, "Update")]
    over = [by(kind, 400, areas_without_warning=(CITY,)) for kind in ("VPWW53", "VPWW54", "VPWW55", "VPWW56", "VXWW50")]
    assert night.come(*over) == [("heavy_rain", 0, "Update"), ("landslide", 0, "Update")]
    assert all(alert.ends for alert in night.told[-2:])
    people = {(alert.kind, alert.level) for alert in night.told if alert.approval is Approval.ONE and not alert.ends}
    assert people == {("landslide", 4), ("heavy_rain", 5)}


def test_a_river_forecast_and_the_old_flood_warning_are_one_series() -> None:
    night = Night()
    forecast = ours("VXKO_kitakami_level4.xml")
    assert night.come(forecast) == [("flood", 4, "Alert")]
    old = telegram("VPWW53", entry("flood", "04", "洪水警報", 3), at=forecast.measured_at + MINUTE)
    assert night.come(old) == []
    (alert,) = night.told
    assert alert.approval is Approval.ONE and "北上川上流" in alert.texts["ja"].short


def test_a_notice_runs_out_in_silence_and_is_taken_back_aloud() -> None:
    night = Night()
    until = NOW + 70 * MINUTE
    tornado = by("VPHW50", 0, entry("tornado", "1", "竜巻注意情報"), valid_datetime=until.isoformat())
    assert night.come(tornado) == [("tornado", 2, "Alert")]
    assert night.told[0].expires == until
    assert night.at(until) == () and night.at(until + MINUTE) == ()

    tagged = entry("heavy_snow", "", "情報タグ", condition="短時間大雪")
    assert night.come(by("VPBS50", 90, tagged, event_id="E")) == [("heavy_snow", 3, "Alert")]
    assert night.come(by("VPBS50", 95, event_id="E", info_type="取消")) == [("heavy_snow", 0, "Update")]


def test_the_same_notice_by_two_types_is_told_once() -> None:
    night = Night()
    old = by("VPOA50", 0, entry("heavy_rain", "1", "記録的短時間大雨情報", code="030010"))
    new = by(
        "VPBS50", 1, entry("heavy_rain", "", "情報タグ", code="030010", condition="記録的短時間大雨"), event_id="E"
    )
    assert night.come(old, new) == [("heavy_rain", 4, "Alert")]
