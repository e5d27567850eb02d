"""Short notices: what each becomes, how long it holds, and that old and new types are one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds.records import Telegram
from feeds.status import Status
from geo.hazard import Hazard
from geo.model import Inputs
from geo.models.short_notice import ShortNotice
from tests.geo.making import NOW, ground
from tests.geo.official.telegrams import CITY, decoded, entry, telegram


def run(*telegrams: Telegram, now: datetime = NOW) -> list[Hazard]:
    return ShortNotice().run(Inputs(now=now, status=Status.ACTUAL, telegrams=telegrams), ground())


def tagged(tags: str, at: datetime = NOW, event: str = "E1", **more: object) -> Telegram:
    area = entry("other", "", "情報タグ", code="030010", name="内陸", condition=tags, status=None)
    return telegram("VPBS50", area, at=at, **({"event_id": event} | more))


def old(kind: str, name: str, at: datetime = NOW, **more: object) -> Telegram:
    code = CITY if kind != "VPOA50" else "030010"
    return telegram(kind, entry("tornado", "1", name, code=code), at=at, **more)


@pytest.mark.parametrize(
    ("told", "kind", "source", "level", "hours"),
    [
        (old("VPOA50", "記録的短時間大雨情報"), "heavy_rain", "record_rain", 4, 3),
        (old("VPHW50", "竜巻注意情報"), "tornado", "tornado", 2, 1),
        (old("VPHW51", "竜巻注意情報"), "tornado", "tornado", 3, 1),
        (tagged("線状降水帯発生"), "heavy_rain", "rain_band", 4, 3),
        (tagged("線状降水帯直前"), "heavy_rain", "rain_band_soon", 3, 3),
        (tagged("記録的短時間大雨"), "heavy_rain", "record_rain", 4, 3),
        (tagged("短時間大雪"), "heavy_snow", "short_heavy_snow", 3, 6),
        (tagged("竜巻注意"), "tornado", "tornado", 2, 1),
    ],
)
def test_what_each_becomes(told: Telegram, kind: str, source: str, level: int, hours: int) -> None:
    (one,) = run(told)
    assert (one.kind, one.source, one.level, one.alert_level, one.area) == (kind, source, level, False, "03201")
    assert one.valid_until == NOW + timedelta(hours=hours)
    assert run(told, now=one.valid_until - timedelta(seconds=1)) != []
    assert run(told, now=one.valid_until) == []


def test_the_telegram_says_how_long_a_tornado_threatens() -> None:
    until = NOW + timedelta(minutes=75)
    (one,) = run(old("VPHW50", "竜巻注意情報", valid_datetime=until.isoformat()))
    assert one.valid_until == until


def test_old_and_new_type_are_one_notice_and_the_newest_speaks() -> None:
    later = NOW + timedelta(minutes=2)
    (one,) = run(old("VPOA50", "記録的短時間大雨情報"), tagged("記録的短時間大雨", at=later), now=later)
    assert one.since == later
    (one,) = run(tagged("竜巻注意"), old("VPHW50", "竜巻注意情報", at=later), now=later)
    assert one.facts["telegram"] == "VPHW50"


def test_several_tags_and_what_no_notice_is() -> None:
    assert [one.source for one in run(tagged("短時間大雪 落雷 線状降水帯発生"))] == ["rain_band", "short_heavy_snow"]
    assert run(tagged("高波 落雷")) == []
    assert run(replace(tagged("短時間大雪"), telegram="VPFJ51")) == []


def test_a_tag_of_a_later_year_is_told_by_its_hazard_and_a_missing_one_by_the_title() -> None:
    later = tagged("猛吹雪")
    snow = replace(later, areas=tuple(replace(area, hazard="heavy_snow") for area in later.areas))
    assert [(one.source, one.kind, one.level) for one in run(snow)] == [("notice_heavy_snow", "heavy_snow", 2)]
    assert [one.source for one in run(tagged("大雪・短時間大雪"))] == ["short_heavy_snow"]
    assert [one.source for one in run(tagged("", head_title="岩手県気象防災速報（線状降水帯発生）"))] == ["rain_band"]


def test_withdrawn_over_or_elsewhere() -> None:
    later = NOW + timedelta(minutes=5)
    assert run(tagged("短時間大雪"), tagged("短時間大雪", at=later, info_type="取消"), now=later) == []
    assert run(tagged("短時間大雪"), tagged("短時間大雪", at=later, event="E2", info_type="取消"), now=later) != []
    nothing = telegram("VPHW50", areas_without_warning=(CITY,), at=later)
    assert run(old("VPHW50", "竜巻注意情報"), nothing, now=later) == []
    elsewhere = tagged("短時間大雪")
    assert run(replace(elsewhere, areas=(replace(elsewhere.areas[0], code="030020"),))) == []


@pytest.mark.parametrize(
    ("headline", "level"),
    [
        ("１９時４０分岩手県で記録的短時間大雨\n試験市付近で約１００ミリ", 4),
        ("１９時４０分岩手県で記録的短時間大雨\n一関市付近で約１００ミリ", 2),
        (None, 4),
    ],
)
def test_record_rain_elsewhere_in_the_area_is_less(headline: str | None, level: int) -> None:
    assert [one.level for one in run(old("VPOA50", "記録的短時間大雨情報", headline=headline))] == [level]


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "area", "found"),
    [
        ("real_VPBS50_toyama_20260827_0448.xml", "160010", ("heavy_rain", "rain_band_soon")),
        ("82_01_03_241031_VPBS50.xml", "250020", ("heavy_snow", "short_heavy_snow")),
        ("18_03_01_190412_VPOA50.xml", "016010", ("heavy_rain", "record_rain")),
        ("19_02_01_111226_VPHW50.xml", "260010", ("tornado", "tornado")),
    ],
)
def test_real_notices(real_data: Path, name: str, area: str, found: tuple[str, str]) -> None:
    one = decoded((real_data / "jma" / name).read_bytes(), name)
    listed = [entry.code for entry in one.areas]
    city = next((code[:5] for code in listed if len(code) == 7), "99999")
    there = replace(ground(), city=city, forecast_areas=(area,))
    (hazard,) = ShortNotice().run(Inputs(now=one.measured_at, status=one.status, telegrams=[one]), there)
    assert (hazard.kind, hazard.source) == found
