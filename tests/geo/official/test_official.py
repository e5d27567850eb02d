"""What was in force at ten past three: releases, corrections, withdrawals, what runs out, and what came late."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from feeds.japan import JAPAN
from feeds.records import Telegram, TelegramArea
from feeds.status import Status
from geo.official.instant import Heard, InForce, Question, in_force
from geo.official.telegrams import Whereabouts
from tests.geo.official.telegrams import CITY, entry, telegram

MORIOKA = Whereabouts(CITY, (CITY, "030011", "030010", "030000"), ("029900009900",))
RAIN_3 = entry("heavy_rain", "03", "レベル３大雨警報", 3)
RAIN_4 = entry("heavy_rain", "43", "レベル４大雨危険警報", 4)
RELEASED = entry("heavy_rain", "03", "レベル３大雨警報", 0, status="解除")
THUNDER = entry("advisory", "14", "雷注意報")


def clock(time: str) -> datetime:
    hour, minute = time.split(":")
    return datetime(2026, 11, 21, int(hour), int(minute), tzinfo=JAPAN)


def sent(kind: str, time: str, *areas: TelegramArea, late: int = 0, **more: object) -> Heard:
    """A telegram of that hour, which reached the hub a minute, or ``late`` minutes, later."""
    at = clock(time)
    return Heard(telegram(kind, *areas, at=at, **more), at + timedelta(minutes=late or 1))


def at(time: str, *heard: Heard, place: Whereabouts | None = MORIOKA, known: str = "") -> list[InForce]:
    asked = Question(at=clock(time), known_at=clock(known) if known else None, place=place)
    return list(in_force(heard, asked, Status.ACTUAL))


def names(time: str, *heard: Heard, known: str = "") -> list[tuple[str, int | None]]:
    return [(one.kind_name, one.alert_level) for one in at(time, *heard, known=known)]


NIGHT = (
    sent("VPWW55", "01:00", RAIN_3),
    sent("VPWW61", "01:20", THUNDER),
    sent("VPWW55", "03:00", RAIN_4),
    sent("VPWW55", "03:30", RAIN_3),
    sent("VPWW55", "05:00", RELEASED),
)
FOUR, THREE, FLASH = ("レベル４大雨危険警報", 4), ("レベル３大雨警報", 3), ("雷注意報", None)


@pytest.mark.parametrize(
    ("time", "held"),
    [
        ("00:59", []),
        ("01:00", [THREE]),
        ("02:59", [THREE, FLASH]),
        ("03:10", [FOUR, FLASH]),
        ("03:30", [THREE, FLASH]),
        ("05:00", [FLASH]),
    ],
)
def test_a_night_hour_by_hour_in_whatever_order_it_came(time: str, held: list[tuple[str, int | None]]) -> None:
    assert names(time, *NIGHT) == names(time, *reversed(NIGHT)) == names(time, *NIGHT, *NIGHT) == held


def test_since_when_and_by_which_telegram() -> None:
    renewed = sent("VPWW55", "03:05", entry("heavy_rain", "43", "レベル４大雨危険警報", 4, status="継続"))
    rain, _ = at("03:10", *NIGHT, renewed)
    assert (rain.since, rain.telegram.measured_at) == (clock("03:00"), clock("03:05"))
    assert (rain.change, rain.area, rain.hazard, rain.valid_until) == ("継続", CITY, "heavy_rain", None)
    assert rain.received_at == clock("03:06")
    again = at("06:10", *NIGHT, sent("VPWW55", "06:00", RAIN_4))
    assert again[0].since == clock("06:00"), "a release in between begins it anew"


def test_what_held_and_what_the_hub_knew() -> None:
    late = sent("VPWW55", "03:00", RAIN_4, late=25)
    both = (sent("VPWW55", "01:00", RAIN_3), late)
    assert names("03:10", *both) == [FOUR]
    assert names("03:10", *both, known="03:10") == [THREE]
    assert names("03:10", *both, known="03:25") == [FOUR]


def test_a_correction_counts_from_its_own_hour_and_a_withdrawal_ends_the_series() -> None:
    wrong = sent("VPWW55", "03:00", RAIN_4)
    right = sent("VPWW55", "03:20", RAIN_3, info_type="訂正")
    gone = sent("VPWW55", "03:40", info_type="取消")
    told = [names(time, wrong, right, gone) for time in ("03:10", "03:20", "03:40")]
    assert told == [[FOUR], [THREE], []]


def test_of_one_minute_the_later_one_counts_whichever_came_first() -> None:
    first = sent("VPWW55", "03:00", RAIN_4, control_datetime="2026-11-20T18:00:10Z")
    second = sent("VPWW55", "03:00", RAIN_3, control_datetime="2026-11-20T18:00:50Z", info_type="訂正")
    assert names("03:10", first, second) == names("03:10", second, first) == [THREE]


def test_one_event_by_old_and_new_telegrams_is_one_answer() -> None:
    old = entry("heavy_rain", "33", "大雨特別警報", 5, condition="浸水害")
    new = entry("heavy_rain", "33", "レベル５大雨特別警報", 5)
    slide = (
        sent("VPWW56", "03:00", entry("landslide", "49", "レベル４土砂災害危険警報", 4)),
        sent("VXWW50", "03:00", entry("landslide", "3", "警戒", 4), event_id="岩手県土砂災害警戒情報"),
    )
    night = (sent("VPWW53", "03:00", old), sent("VPWW54", "03:00", old), sent("VPWW55", "03:00", new), *slide)
    assert names("03:10", sent("VPNO50", "03:00", old), *night) == [
        ("レベル５大雨特別警報", 5),
        ("レベル４土砂災害危険警報", 4),
    ]


def test_the_other_advisories_clear_no_rain() -> None:
    calm = sent("VPWW61", "03:05", entry("advisory", "14", "雷注意報", status="解除"))
    nothing = sent("VPWW61", "03:06", areas_without_warning=(CITY,))
    assert names("03:10", sent("VPWW55", "03:00", RAIN_3), calm, nothing) == [THREE]


def test_what_nobody_renewed_for_three_days_is_not_believed() -> None:
    forgotten = sent("VPWW55", "03:00", RAIN_3)
    then = Question(at=clock("03:00") + timedelta(hours=72), place=MORIOKA)
    assert in_force([forgotten], then, Status.ACTUAL) == ()


def test_a_notice_runs_out_by_itself_and_by_two_types_it_is_one() -> None:
    tag = entry("tornado", "", "情報タグ", condition="竜巻", code="030010", name="内陸")
    old = entry("tornado", "1", "竜巻注意情報", code="030010", name="内陸")
    both = (
        sent("VPHW50", "03:00", old, valid_datetime="2026-11-21T04:00:00+09:00"),
        sent("VPBS50", "03:01", tag, valid_datetime="2026-11-21T04:00:00+09:00", event_id="E"),
    )
    (one,) = at("03:10", *both)
    assert (one.kind_name, one.area, one.valid_until, one.telegram.telegram) == (
        *("竜巻注意情報", "030010", clock("04:00"), "VPBS50"),
    )
    assert at("04:00", *both) == []


def river(time: str, code: str, name: str, level: int) -> Heard:
    section = entry("flood", code, name, level, code="029900009900", name="北上川上流")
    return sent("VXKO53", time, section, hazard="flood", event_id="029900009900")


def test_a_river_concerns_the_city_by_its_section_or_by_the_places_it_would_flood() -> None:
    forecast = river("03:00", "40", "レベル４氾濫危険警報", 4)
    (one,) = at("03:10", forecast)
    assert (one.hazard, one.area_name, one.alert_level) == ("flood", "北上川上流", 4)
    assert at("03:10", forecast, river("03:05", "10", "レベル２氾濫注意報解除", 0)) == []
    elsewhere = Whereabouts("0320200")
    assert at("03:10", forecast, place=elsewhere) == []
    named = sent("VXKO53", "03:00", *forecast.telegram.areas, hazard="flood", municipalities=("0320200",))
    assert len(at("03:10", named, place=elsewhere)) == 1


def test_tsunami_volcano_ash_and_early_notices_have_their_own_ends() -> None:
    wave = entry("tsunami", "51", "津波警報", code="210", name="岩手県", code_type="津波予報区", status=None)
    calm = entry("tsunami", "50", "警報解除", code="210", name="岩手県", code_type="津波予報区", status=None)
    quake = {"event_id": "20261121025800"}
    issued, over = sent("VTSE41", "03:00", wave, **quake), sent("VTSE41", "04:00", calm, **quake)
    assert [(one.kind_name, one.area) for one in at("03:10", issued, over, place=None)] == [("津波警報", "210")]
    assert at("04:00", issued, over, place=None) == []
    ripple = entry("tsunami", "73", "津波予報（若干の海面変動）", code="210", name="岩手県", status=None)
    forecast = sent("VTSE41", "04:00", ripple, valid_datetime="2026-11-21T10:00:00+09:00", **quake)
    assert [len(at(time, issued, forecast, place=None)) for time in ("09:59", "10:00")] == [1, 0]

    crater = entry("volcano", "02", "火口周辺警報", status=None)
    mountain = entry("volcano", "12", "レベル２", code="207", name="岩手山", code_type="火山名", status=None)
    months_ago = Heard(telegram("VFVO50", mountain, crater, at=clock("03:00") - timedelta(days=200)), clock("03:00"))
    assert [one.kind_name for one in at("03:10", months_ago)] == ["火口周辺警報"]
    level_1 = entry("volcano", "11", "レベル１", code="207", name="岩手山", code_type="火山名", status=None)
    assert at("03:10", months_ago, sent("VFVO50", "03:00", level_1)) == []

    ash = sent("VFVO54", "03:00", entry("volcano", "72", "やや多量の降灰"), valid_datetime="2026-11-21T04:00:00+09:00")
    assert [one.kind_name for one in at("03:59", ash)] == ["やや多量の降灰"] and at("04:00", ash) == []

    early = entry("heavy_snow", "", "雪の警報級の可能性", condition="高", code="030010", name="内陸", status=None)
    assert [one.area for one in at("03:10", sent("VPFD61", "03:00", early))] == ["030010"]


def test_without_a_place_every_area_stands_for_itself() -> None:
    other = entry("heavy_rain", "03", "レベル３大雨警報", 3, code="0320200", name="宮古市")
    told = at("03:10", sent("VPWW55", "03:00", RAIN_4, other), place=None)
    assert [(one.area, one.alert_level) for one in told] == [(CITY, 4), ("0320200", 3)]


def test_parts_of_a_divided_city_are_told_each() -> None:
    parts = [entry("heavy_rain", "03", "レベル３大雨警報", 3, code=code) for code in ("0320101", "0320102")]
    assert [one.area for one in at("03:10", sent("VPWW55", "03:00", *parts))] == ["0320101", "0320102"]


def test_a_drill_is_no_answer_to_what_was_real() -> None:
    drill = sent("VPWW55", "03:00", RAIN_4, status=Status.EXERCISE)
    assert at("03:10", drill) == []
    asked = Question(at=clock("03:10"), place=MORIOKA)
    assert [one.alert_level for one in in_force([drill], asked, Status.EXERCISE)] == [4]


def test_what_is_no_warning_says_nothing() -> None:
    said: list[Telegram] = [telegram(kind, RAIN_4, at=clock("03:00")) for kind in ("VPWP50", "VPWS50", "VXSE45")]
    assert at("03:10", *(Heard(one, clock("03:01")) for one in said)) == []
