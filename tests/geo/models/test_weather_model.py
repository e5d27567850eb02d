"""Telegrams as hazards: which areas, which telegram is believed, and what ends a warning."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds.records import Telegram, TelegramArea
from feeds.status import Status
from geo.hazard import Hazard
from geo.model import Ground, Inputs
from geo.models.weather import Weather
from tests.geo.making import NOW, ground
from tests.geo.official.telegrams import CITY, decoded, entry, telegram

MODEL = Weather()


RAIN_3 = entry("heavy_rain", "03", "レベル３大雨警報", 3)
THUNDER = entry("advisory", "14", "雷注意報")
FOG = entry("advisory", "20", "濃霧注意報")


def run(*telegrams: Telegram, now: datetime = NOW, where: Ground | None = None) -> list[Hazard]:
    return MODEL.run(Inputs(now=now, status=Status.ACTUAL, telegrams=telegrams), where or ground())


def picture(*telegrams: Telegram, now: datetime = NOW) -> dict[tuple[str, str], int]:
    return {(h.kind, h.source): h.level for h in run(*telegrams, now=now)}


def test_what_a_hazard_tells() -> None:
    (one,) = run(telegram("VPWW55", RAIN_3))
    assert (one.kind, one.area, one.area_name, one.level, one.alert_level) == ("heavy_rain", "03201", "試験市", 3, True)
    assert one.headline == "レベル３大雨警報（盛岡地方気象台 8月1日18:00 発表）"
    assert (one.since, one.valid_until) == (NOW, NOW + timedelta(hours=72))
    assert one.facts["issued_at"] == "2026-08-01T18:00+09:00"
    assert one.evidence[0].ref.startswith("jma/VPWW55|")


def test_several_advisories_stand_side_by_side_and_keep_their_key() -> None:
    assert picture(telegram("VPWW61", THUNDER, FOG)) == {("advisory", "14"): 2, ("advisory", "20"): 2}
    keys = [
        run(telegram("VPWW55", entry("heavy_rain", code, "", level)))[0].key
        for code, level in (("10", 2), ("03", 3), ("43", 4))
    ]
    assert len(set(keys)) == 1


@pytest.mark.parametrize(
    ("hazard", "code", "name", "level"),
    [
        ("wind_storm", "15", "強風注意報", 2),
        ("wind_storm", "05", "暴風警報", 3),
        ("wind_storm", "35", "暴風特別警報", 5),
        ("heavy_snow", "12", "大雪注意報", 2),
        ("heavy_snow", "06", "大雪警報", 3),
        ("heavy_snow", "36", "大雪特別警報", 5),
        ("wave", "07", "波浪警報", 3),
        ("advisory", "14", "雷注意報", 2),
        ("other", "98", "未知の警報", 3),
        ("other", "99", "未知の特別警報", 5),
    ],
)
def test_hazards_without_a_warning_level(hazard: str, code: str, name: str, level: int) -> None:
    (one,) = run(telegram("VPWW58", entry(hazard, code, name)))
    assert (one.level, one.alert_level) == (level, False)


def test_snow_storm_and_gale_stand_side_by_side() -> None:
    both = telegram("VPWW58", entry("wind_storm", "15", "強風注意報"), entry("wind_storm", "13", "風雪注意報"))
    assert picture(both) == {("wind_storm", "wind_storm"): 2, ("wind_storm", "snow_storm"): 2}


@pytest.mark.parametrize("over", [{"status": "解除"}, {"status": "なし"}, {"kind_code": "00"}, {"alert_level": 0}])
def test_what_is_over_is_no_hazard(over: dict[str, object]) -> None:
    assert run(telegram("VPWW55", replace(RAIN_3, **over))) == []  # type: ignore[arg-type]


def test_the_newest_of_a_series_replaces_the_older() -> None:
    older = telegram("VPWW55", RAIN_3, at=NOW - timedelta(hours=1))
    assert picture(older, telegram("VPWW55", replace(RAIN_3, status="解除", alert_level=0))) == {}
    assert picture(telegram("VPWW55", areas_without_warning=(CITY,)), older) == {}
    assert picture(older) == {("heavy_rain", "heavy_rain"): 3}


def test_other_advisories_never_clear_heavy_rain() -> None:
    rain = telegram("VPWW55", RAIN_3, at=NOW - timedelta(hours=1))
    clear = telegram("VPWW61", areas_without_warning=(CITY,))
    assert picture(rain, clear) == {("heavy_rain", "heavy_rain"): 3}


@pytest.mark.parametrize("old", ["VPWW53", "VPWW54"])
def test_an_old_telegram_speaks_only_where_no_new_one_does(old: str) -> None:
    rain_2 = entry("heavy_rain", "10", "大雨注意報", 2)
    flood = entry("flood", "18", "洪水注意報", 2)
    everything = telegram(old, rain_2, flood, THUNDER, at=NOW)
    assert picture(everything) == {("heavy_rain", "heavy_rain"): 2, ("flood", "flood"): 2, ("advisory", "14"): 2}
    new = telegram("VPWW55", RAIN_3, at=NOW - timedelta(hours=3))
    assert picture(everything, new)[("heavy_rain", "heavy_rain")] == 3
    nothing = telegram("VPWW55", areas_without_warning=(CITY,), at=NOW - timedelta(hours=3))
    assert picture(everything, nothing) == {("flood", "flood"): 2, ("advisory", "14"): 2}
    elsewhere = replace(nothing, editorial_office="秋田地方気象台", publishing_office="秋田地方気象台")
    assert picture(everything, elsewhere)[("heavy_rain", "heavy_rain")] == 2


def test_of_the_two_old_ones_the_newest_speaks() -> None:
    earlier = telegram("VPWW53", THUNDER, at=NOW - timedelta(minutes=5))
    assert picture(earlier, telegram("VPWW54", FOG)) == {("advisory", "20"): 2}
    assert picture(telegram("VPWW53", THUNDER), telegram("VPWW54", FOG)) == {("advisory", "20"): 2}
    assert picture(telegram("VPWW53", THUNDER), replace(telegram("VPWW54", FOG), info_type="取消")) == {
        ("advisory", "14"): 2
    }


def test_a_withdrawal_ends_everything_of_its_series_and_lets_the_old_one_speak() -> None:
    issued = telegram("VPWW55", RAIN_3, at=NOW - timedelta(minutes=5))
    assert picture(issued, telegram("VPWW55", info_type="取消")) == {}
    old = telegram("VPWW54", entry("heavy_rain", "10", "大雨注意報", 2))
    assert picture(issued, telegram("VPWW55", info_type="取消"), old) == {("heavy_rain", "heavy_rain"): 2}


def test_the_landslide_bulletin_stands_beside_the_old_telegrams_only() -> None:
    bulletin = telegram("VXWW50", entry("landslide", "3", "警戒", 4))
    assert picture(bulletin) == {("landslide", "landslide"): 4}
    assert picture(bulletin, telegram("VPWW56", areas_without_warning=(CITY,))) == {}
    assert picture(
        bulletin, telegram("VPWW53", THUNDER, at=NOW + timedelta(minutes=1)), now=NOW + timedelta(hours=1)
    ) == {
        ("landslide", "landslide"): 4,
        ("advisory", "14"): 2,
    }


def test_a_bulletin_runs_ahead_of_the_snapshot_and_is_overtaken_by_it() -> None:
    level_3 = entry("landslide", "09", "レベル３土砂災害警報", 3)
    earlier = telegram("VPWW56", level_3, at=NOW - timedelta(minutes=10))
    bulletin = telegram("VXWW50", entry("landslide", "3", "警戒", 4))
    later = NOW + timedelta(hours=1)
    assert picture(earlier, bulletin) == {("landslide", "landslide"): 4}
    assert picture(earlier, bulletin, telegram("VPWW56", level_3, at=later), now=later) == {
        ("landslide", "landslide"): 3
    }


@pytest.mark.parametrize(
    ("title", "name"),
    [("岩手県レベル４土砂災害危険警報", "レベル４土砂災害危険警報"), ("岩手県土砂災害警戒情報", "土砂災害警戒情報")],
)
def test_the_landslide_bulletin_is_called_as_people_know_it(title: str, name: str) -> None:
    (one,) = run(telegram("VXWW50", entry("landslide", "3", "警戒", 4), head_title=title))
    assert (one.facts["kind_name"], one.alert_level) == (name, True)


def test_a_special_warning_announced_ahead() -> None:
    special = telegram("VPNO50", entry("heavy_rain", "33", "大雨特別警報", 5))
    before = NOW - timedelta(minutes=5)
    assert picture(special) == {("heavy_rain", "heavy_rain"): 5}
    assert picture(special, telegram("VPWW55", RAIN_3, at=before)) == {("heavy_rain", "heavy_rain"): 5}
    assert picture(special, telegram("VPWW53", RAIN_3, at=before)) == {("heavy_rain", "heavy_rain"): 5}
    after = NOW + timedelta(minutes=5)
    for kind in ("VPWW53", "VPWW55"):  # a snapshot that is as new has the last word
        assert picture(special, telegram(kind, RAIN_3, at=after), now=after) == {("heavy_rain", "heavy_rain"): 3}
    snow = telegram("VPNO50", entry("heavy_snow", "36", "大雪特別警報"))
    assert [(h.level, h.alert_level) for h in run(snow)] == [(5, False)]


def test_old_heavy_rain_is_told_as_the_hazards_it_means() -> None:
    """So that the event keeps its key when the new telegram comes a minute later."""
    old = entry("heavy_rain", "03", "大雨警報", 3, condition="土砂災害")
    slide, rain = ("landslide", "landslide"), ("heavy_rain", "heavy_rain")
    (one,) = run(telegram("VPWW53", old))
    assert (one.kind, one.level, one.facts["kind_name"]) == ("landslide", 3, "大雨警報（土砂災害）")
    landslide = telegram("VPWW56", entry("landslide", "09", "レベル３土砂災害警報", 3))
    assert run(telegram("VPWW53", old), landslide)[0].key == one.key
    assert picture(telegram("VPWW53", old), landslide) == {slide: 3}
    both = telegram("VPWW53", replace(old, condition="土砂災害、浸水害"))
    assert picture(both) == picture(both, landslide) == {rain: 3, slide: 3}
    rain_2 = telegram("VPWW55", entry("heavy_rain", "10", "レベル２大雨注意報", 2))
    assert picture(both, rain_2) == {rain: 2, slide: 3}


def test_a_special_warning_announced_may_be_of_either_hazard_of_rain() -> None:
    special = telegram("VPNO50", entry("heavy_rain", "33", "大雨特別警報", 5))
    rain_3 = telegram("VPWW55", RAIN_3, at=NOW - timedelta(hours=1))
    slide_5 = telegram("VPWW56", entry("landslide", "39", "レベル５土砂災害特別警報", 5))
    assert picture(special, rain_3, slide_5) == {("heavy_rain", "heavy_rain"): 3, ("landslide", "landslide"): 5}


def test_between_two_telegrams_of_one_minute_a_special_warning_never_vanishes() -> None:
    special = telegram("VPNO50", entry("heavy_rain", "33", "大雨特別警報", 5))
    slide_4 = telegram("VPWW56", entry("landslide", "49", "レベル４土砂災害危険警報", 4))
    assert picture(special, slide_4) == {("heavy_rain", "heavy_rain"): 5, ("landslide", "landslide"): 4}
    assert picture(special, slide_4, telegram("VPWW55", RAIN_3)) == {
        ("heavy_rain", "heavy_rain"): 3,
        ("landslide", "landslide"): 4,
    }


def test_another_office_that_stands_in_speaks_in_the_name_of_the_first() -> None:
    issued = telegram("VPWW55", RAIN_3, at=NOW - timedelta(minutes=5))
    released = telegram("VPWW55", areas_without_warning=(CITY,), editorial_office="仙台管区気象台")
    assert picture(issued, released) == {}
    joint = telegram("VXWW50", entry("landslide", "3", "警戒", 4), publishing_office="岩手県 盛岡地方気象台")
    assert picture(joint, telegram("VPWW56", areas_without_warning=(CITY,))) == {}


def test_one_event_told_six_ways_is_one_hazard() -> None:
    rain_5 = entry("heavy_rain", "33", "大雨特別警報", 5)
    named = replace(rain_5, kind_name="レベル５大雨特別警報")
    six = [
        telegram("VPWW53", rain_5),
        telegram("VPWW54", rain_5),
        telegram("VPWW55", named),
        telegram("VPNO50", rain_5),
    ]
    slide = [
        telegram("VXWW50", entry("landslide", "3", "警戒", 4)),
        telegram("VPWW56", entry("landslide", "49", "", 4)),
    ]
    assert picture(*six, *slide) == {("heavy_rain", "heavy_rain"): 5, ("landslide", "landslide"): 4}
    (rain, _) = run(*six, *slide)
    assert rain.facts["kind_name"] == "レベル５大雨特別警報"


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        (("0320100",), True),
        (("0320101", "0320102"), True),  # a divided city
        (("0320200",), False),  # municipalities are there, but not ours
        (("0320200", "030011"), False),
        (("030011",), True),
        (("030010",), True),
        (("030000",), True),
        (("030020",), False),
        (("050000",), False),
    ],
)
def test_which_areas_concern_the_city(codes: tuple[str, ...], found: bool) -> None:
    listed = [replace(RAIN_3, code=code) for code in codes]
    assert bool(run(telegram("VPWW55", *listed))) is found


def test_the_finest_forecast_area_is_believed() -> None:
    coarse, fine = replace(RAIN_3, code="030000"), replace(RAIN_3, code="030011", alert_level=2)
    assert picture(telegram("VPWW55", coarse, fine)) == {("heavy_rain", "heavy_rain"): 2}
    calm = telegram("VPWW55", coarse, areas_without_warning=("030011",))
    assert picture(calm) == {}


def test_of_the_parts_of_a_city_the_strongest_counts() -> None:
    parts = [replace(RAIN_3, code="0320101", alert_level=2), replace(RAIN_3, code="0320102", alert_level=4)]
    assert picture(telegram("VPWW55", *parts)) == {("heavy_rain", "heavy_rain"): 4}


def test_the_future_the_too_old_and_what_is_no_warning_are_left_out() -> None:
    assert picture(telegram("VPWW55", RAIN_3, at=NOW + timedelta(seconds=1))) == {}
    assert picture(telegram("VPWW55", RAIN_3, at=NOW - timedelta(hours=72))) == {}
    assert picture(telegram("VXSE53", RAIN_3)) == {}
    assert picture() == {}


def test_later_telegrams_never_change_the_picture() -> None:
    known = telegram("VPWW55", RAIN_3)
    later = telegram("VPWW55", replace(RAIN_3, alert_level=5), at=NOW + timedelta(minutes=1))
    assert run(known, later) == run(known)
    assert run(later, known) == run(known)


def test_the_order_of_telegrams_does_not_matter() -> None:
    some = [telegram("VPWW55", RAIN_3), telegram("VPWW61", THUNDER, FOG), telegram("VPWW54", THUNDER)]
    assert run(*some) == run(*reversed(some))


def means(area: TelegramArea) -> set[str]:
    """The hazards of the new system that an entry speaks of; the old 大雨警報 says in brackets which."""
    words = area.condition or ""
    of_rain = {hazard for word, hazard in (("土砂", "landslide"), ("浸水", "heavy_rain")) if word in words}
    return of_rain if of_rain and area.hazard == "heavy_rain" else {area.hazard}


@pytest.mark.real
def test_real_telegrams_become_hazards_of_the_cities_they_name(real_data: Path) -> None:
    """Every municipality that a real R06 or old telegram names gets exactly the hazards that are in force there."""
    seen = 0
    for path in sorted((real_data / "jma").glob("*VPWW5[3-9]*.xml")) + sorted((real_data / "jma").glob("*VPWW6[01]*")):
        one = decoded(path.read_bytes(), path.name)
        for code in {area.code for area in one.areas if len(area.code) == 7}:
            city = replace(ground(), city=code[:5])
            given_inputs = Inputs(now=one.measured_at, status=one.status, telegrams=[one])
            hazards = MODEL.run(given_inputs, city)
            in_force = {
                hazard
                for area in one.areas
                for hazard in means(area)
                if area.code[:5] == code[:5] and len(area.code) == 7 and area.status != "解除" and area.alert_level != 0
            }
            assert {hazard.kind for hazard in hazards} == in_force, (path.name, code)
            seen += len(hazards)
    assert seen > 20
