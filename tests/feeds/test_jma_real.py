"""Official sample telegrams and some that were really distributed, with what a reader of each expects.

They are read where SHIRASE_REAL_DATA says; the expectations were written by reading the telegrams.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from feeds.jma.feed import Jma
from feeds.records import Hypocenter, Message, Telegram
from feeds.status import Status
from tests.feeds.making import NOW, telegram

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not os.environ.get("SHIRASE_REAL_DATA"), reason="SHIRASE_REAL_DATA does not say where the real telegrams are"
    ),
]


def folder() -> Path:
    return Path(os.environ["SHIRASE_REAL_DATA"]) / "jma"


def read(name: str) -> Telegram:
    payload = (folder() / name).read_bytes()
    return telegram(Jma().decode(Message(topic=name, payload=payload, received_at=NOW)))


# file: type, hazard, highest 警戒レベル, entries, areas without warning
PICTURE = {
    "15_14_01_170216_VPWW53.xml": ("VPWW53", "heavy_rain", 5, 7, 58),
    "15_16_01_241031_VPWW56.xml": ("VPWW56", "landslide", 4, 10, 0),
    "15_16_03_241226_VPWW55.xml": ("VPWW55", "heavy_rain", 4, 10, 0),
    "15_16_06_241226_VPWW60.xml": ("VPWW60", "heavy_snow", None, 10, 0),
    "15_16_07_250630_VPWW61.xml": ("VPWW61", "advisory", None, 10, 0),
    "15_17_01_250630_VPWW55.xml": ("VPWW55", "heavy_rain", 3, 16, 3),
    "16_02_02_220728_VXKOii.xml": ("VXKOii", "flood", 3, 1, 0),
    "17_03_01_190529_VXWW50.xml": ("VXWW50", "landslide", 4, 1, 26),
    "17_04_01_250630_VXWW50.xml": ("VXWW50", "landslide", 4, 3, 32),
    "18_03_01_190412_VPOA50.xml": ("VPOA50", "heavy_rain", None, 2, 1),
    "19_02_01_111226_VPHW50.xml": ("VPHW50", "tornado", None, 26, 0),
    "32-35_08_03_100915_VXSE51.xml": ("VXSE51", "earthquake", None, 11, 0),
    "32-35_08_06_240613_VXSE52.xml": ("VXSE52", "earthquake", None, 0, 0),
    "32-39_11_02_250206_VTSE41.xml": ("VTSE41", "tsunami", None, 43, 0),
    "37_01_02_240613_VXSE43.xml": ("VXSE43", "earthquake", None, 35, 0),
    "43_02_01_200522_VFVO52.xml": ("VFVO52", "volcano", None, 1, 0),
    "44_01_01_151008_VFVO51.xml": ("VFVO51", "volcano", None, 112, 0),
    "45_01_01_200522_VFVO50.xml": ("VFVO50", "volcano", None, 9, 0),
    "67_01_01_140927_VFVO56.xml": ("VFVO56", "volcano", None, 5, 0),
    "72_08_01_190327_VPAW51.xml": ("VPAW51", "heavy_snow", None, 2, 0),
    "77_01_26_240613_VXSE45.xml": ("VXSE45", "earthquake", None, 44, 0),
    "77_01_33_240613_VXSE45.xml": ("VXSE45", "earthquake", None, 0, 0),
    "80_01_01_240821_VYSE60.xml": ("VYSE60", "earthquake", None, 0, 0),
    "82_01_03_241031_VPBS50.xml": ("VPBS50", "heavy_snow", None, 1, 0),
    "85_82_02_01_250630_VPFJ51.xml": ("VPFJ51", "heavy_snow", None, 2, 0),
    "91_01_01_241031_VXSUii.xml": ("VXSUii", "flood", 2, 1, 0),
    "real_VPBS50_toyama_20260827_0448.xml": ("VPBS50", "heavy_rain", None, 2, 0),
    "real_VPNO50_fukui_20260830_1057.xml": ("VPNO50", "heavy_rain", 5, 3, 0),
    "real_VXKO70_kozagawa_20260603_0535.xml": ("VXKO70", "flood", 5, 1, 0),
    "real_VXSE53_20210217_0710.xml": ("VXSE53", "earthquake", None, 47, 0),
}


@pytest.mark.parametrize("name", PICTURE)
def test_picture(name: str) -> None:
    got = read(name)
    found = (got.telegram, got.hazard, got.max_alert_level, len(got.areas), len(got.areas_without_warning))
    assert found == PICTURE[name]
    assert got.status is Status.ACTUAL
    assert all(area.code and area.name and area.code_type for area in got.areas)


def test_no_sample_is_left_out() -> None:
    assert {path.name for path in folder().glob("*.xml")} == set(PICTURE)


def test_the_title_alone_tells_the_type_where_it_can() -> None:
    for name, (code, *_) in PICTURE.items():
        payload = (folder() / name).read_bytes()
        untold = telegram(Jma().decode(Message(topic="hub/v1/jma/telegram", payload=payload, received_at=NOW)))
        assert untold.telegram == (None if code.startswith(("VXKO", "VXSU")) else code)


def test_tokyo_under_a_special_warning_in_the_old_form() -> None:
    got = read("15_14_01_170216_VPWW53.xml")
    assert [(a.name, a.kind_code, a.status, a.condition, a.alert_level, a.hazard) for a in got.areas] == [
        ("新宿区", "33", "発表", "土砂災害", 5, "heavy_rain"),
        ("荒川区", "03", "発表", "浸水害", 3, "heavy_rain"),
        ("荒川区", "04", "発表", None, 3, "flood"),
        ("足立区", "03", "発表", "浸水害", 3, "heavy_rain"),
        ("足立区", "04", "発表", None, 3, "flood"),
        ("奥多摩町", "33", "発表", "土砂災害", 5, "heavy_rain"),
        ("奥多摩町", "04", "発表", None, 3, "flood"),
    ]
    assert got.event_id is None and got.serial is None


def test_shimane_with_one_release_inside_an_issue() -> None:
    got = read("15_17_01_250630_VPWW55.xml")
    oki = got.areas[-1]
    assert (oki.code, oki.kind_code, oki.status, oki.alert_level) == ("3252800", "10", "解除", 0)
    assert [a.alert_level for a in got.areas].count(3) == 10 and [a.alert_level for a in got.areas].count(2) == 5
    assert got.areas_without_warning == ("3252500", "3252600", "3252700")
    assert (got.info_type, got.info_kind_version) == ("発表", "1.5_0")


def test_soya_steps() -> None:
    slides = [(a.kind_code, a.alert_level, a.last_code) for a in read("15_16_01_241031_VPWW56.xml").areas]
    assert slides[:3] == [("49", 4, "09"), ("09", 3, "09"), ("29", 2, "29")]
    snow = [(a.code, a.kind_code, a.status, a.alert_level) for a in read("15_16_06_241226_VPWW60.xml").areas]
    assert snow[:3] == [
        ("0121400", "06", "発表", None),
        ("0151100", "06", "継続", None),
        ("0151200", "12", "継続", None),
    ]


def test_rivers() -> None:
    koza = read("real_VXKO70_kozagawa_20260603_0535.xml")
    (section,) = koza.areas
    assert (section.code, section.kind_code, section.kind_name) == ("300013000100", "51", "レベル５氾濫特別警報")
    assert koza.event_id == "300013000100" and koza.municipalities == ("3042400", "3042800")
    assert [(o.station, o.value, o.time) for o in koza.observations] == [
        ("月野瀬", 6.77, "2026-06-03T05:20:00+09:00"),
        ("相瀬", 4.55, "2026-06-03T05:20:00+09:00"),
    ]
    assert [(c.level, c.value) for c in koza.criteria if c.station == "月野瀬"] == [
        (1, 3.5),
        (2, 4.0),
        (3, 5.3),
        (4, 6.0),
        (4, 6.8),
    ]
    zen = read("91_01_01_241031_VXSUii.xml")
    assert (zen.areas[0].code, zen.areas[0].alert_level) == ("8201813100", 2)
    assert zen.municipalities == ("0442100", "0442400") and zen.observations == ()
    old = read("16_02_02_220728_VXKOii.xml")
    assert (old.areas[0].kind_name, old.areas[0].alert_level) == ("氾濫警戒情報", 3)


def test_short_notices() -> None:
    snow = read("82_01_03_241031_VPBS50.xml")
    assert [(a.code, a.condition) for a in snow.areas] == [("250020", "短時間大雪")]
    (measured,) = snow.observations
    assert (measured.station_code, measured.element, measured.value, measured.unit, measured.time) == (
        "60026",
        "６時間の降雪深さ",
        37.0,
        "cm",
        "2024-01-24T06:00:00+09:00",
    )
    assert read("19_02_01_111226_VPHW50.xml").valid_datetime == "2011-12-15T19:30:00+09:00"
    rain = read("18_03_01_190412_VPOA50.xml")
    assert [a.code for a in rain.areas] == ["016010", "016030"] and rain.areas_without_warning == ("016020",)
    assert read("72_08_01_190327_VPAW51.xml").headline is None


def test_earthquakes() -> None:
    first = read("32-35_08_03_100915_VXSE51.xml")
    iwate = {a.code: a.max_intensity for a in first.areas if a.name.startswith("岩手県")}
    assert iwate == {"210": "3", "211": "4", "212": "4", "213": "3"}
    assert (first.max_intensity, first.hypocenter) == ("4", None)
    second = read("32-35_08_06_240613_VXSE52.xml")
    assert (second.magnitude, second.depth_km, second.max_intensity) == (6.3, 30.0, None)
    assert second.hypocenter == Hypocenter(name="岩手県沖", code="286", lat=39.6, lon=142.7)
    both = read("real_VXSE53_20210217_0710.xml")
    assert {a.code: a.max_intensity for a in both.areas}["0320100"] == "1"  # 盛岡市
    assert [a.code for a in both.areas].index("0320900") == 8  # eight districts before the first municipality
    assert (both.max_intensity, both.magnitude, both.depth_km) == ("2", 4.3, 50.0)
    assert len(both.observations) == 81


def test_early_warning_and_its_withdrawal() -> None:
    alarm = read("77_01_26_240613_VXSE45.xml")
    strongest = {a.code: a for a in alarm.areas}["752"]
    assert (strongest.kind_code, strongest.max_intensity, strongest.condition) == (
        "11",
        "5+",
        "既に主要動到達と推測",
    )
    gone = read("77_01_33_240613_VXSE45.xml")
    assert gone.cancels_event_id == alarm.event_id == "20240417231454" and gone.areas == ()


def test_tsunami() -> None:
    got = read("32-39_11_02_250206_VTSE41.xml")
    first = got.areas[0]
    assert (first.code, first.kind_code, first.condition, first.last_code) == ("210", "53", "津波到達中と推測", "00")
    assert got.magnitude is None and got.depth_km == 10.0


def test_volcanoes() -> None:
    asama = read("45_01_01_200522_VFVO50.xml")
    assert (asama.volcanic_alert_level, asama.volcanic_alert_level_last) == (3, 1)
    assert [a.kind_code for a in asama.areas] == ["13", *["02"] * 4, *["43"] * 4]
    survey = {a.code: a for a in read("44_01_01_151008_VFVO51.xml").areas}
    assert read("44_01_01_151008_VFVO51.xml").volcanic_alert_level is None  # of all volcanoes, so of none
    assert survey["207"].name == "岩手山" and survey["207"].kind_code == "11"
    assert read("43_02_01_200522_VFVO52.xml").info_type == "訂正"
