"""What no sample has and the format allows: nothing of it may make a warning vanish without a word."""

from __future__ import annotations

import pytest

from feeds.jma.codes import river_level
from feeds.jma.types import type_of_title
from feeds.records import Telegram
from tests.feeds.jma_making import (
    FORECAST_AREAS,
    MORIOKA,
    MUNICIPALITIES,
    TAKIZAWA,
    decoded,
    information,
    issued,
    kind,
    quake,
    read,
    report,
    shaken,
    warning,
)
from tests.feeds.making import refusal

RAIN, ALL, SLIDE = "気象警報・注意報（Ｒ０６）（大雨）", "気象特別警報・警報・注意報", "土砂災害警戒情報"
CITIES = "気象警報・注意報（市町村等）"
INLAND = ("内陸", "030010")
OLD = "2026-03-20T18:00:00+09:00"
FORECAST = "指定河川洪水予報（予報区域）"


def levels(telegram: Telegram) -> list[tuple[str, str, int | None]]:
    return [(area.code, area.hazard, area.alert_level) for area in telegram.areas]


class TestBlocks:
    def test_a_level_of_areas_shared_out_among_blocks_is_read_whole(self) -> None:
        body = warning(CITIES, (issued("レベル４", "43"), MORIOKA)) + warning(
            CITIES, (issued("レベル３", "03"), TAKIZAWA)
        )
        assert levels(read(report(RAIN, body))) == [("0320100", "heavy_rain", 4), ("0321600", "heavy_rain", 3)]

    def test_what_comes_twice_is_told_once(self) -> None:
        body = 2 * warning(CITIES, (issued("レベル４", "43"), MORIOKA))
        assert levels(read(report(RAIN, body))) == [("0320100", "heavy_rain", 4)]

    def test_an_item_that_does_not_say_what_holds_is_no_all_clear(self) -> None:
        assert "without a Kind" in refusal(decoded(report(RAIN, warning(CITIES, ("", MORIOKA))))).message

    def test_a_bulletin_without_areas_is_not_lost(self) -> None:
        assert refusal(decoded(report("府県気象防災速報"))).code == "bad_telegram"
        assert read(report("府県気象防災速報", info_type="取消")).areas == ()

    def test_comments_do_not_cut_texts_short(self) -> None:
        got = read(report(RAIN, warning(CITIES, (issued("レベル<!-- - -->５大雨特別警報", "3<?x?>3"), MORIOKA))))
        assert levels(got) == [("0320100", "heavy_rain", 5)]

    @pytest.mark.parametrize("encoding", ["shift_jis", "euc-jp", "utf-16", "utf-8-sig"])
    def test_who_passes_it_on_may_write_it_anew(self, encoding: str) -> None:
        text = report(RAIN, warning(CITIES, (issued("レベル４", "43"), MORIOKA))).decode()
        payload = text.replace('"UTF-8"', f'"{encoding.removesuffix("-sig")}"').encode(encoding)
        assert read(payload) == read(text.encode())


class TestCodesNobodyKnows:
    @pytest.mark.parametrize(
        ("name", "hazard", "level"),
        [
            ("レベル４氾濫危険警報", "flood", 4),
            ("大雨警報", "heavy_rain", 3),
            ("土砂災害危険警報", "landslide", 4),
            ("高潮注意報", "storm_surge", 2),
            ("大雪特別警報", "heavy_snow", None),
            ("暴風雪警報", "wind_storm", None),
        ],
    )
    def test_the_name_tells(self, name: str, hazard: str, level: int | None) -> None:
        got = read(report(ALL, warning(CITIES, (issued(name, "99"), MORIOKA))))
        assert levels(got) == [("0320100", hazard, level)]

    def test_a_level_that_is_written_counts_whatever_the_hazard(self) -> None:
        got = read(report(ALL, warning(CITIES, (issued("レベル３大雪警報", "06"), MORIOKA))))
        assert levels(got) == [("0320100", "heavy_snow", 3)]

    def test_old_and_new_levels_of_storm_surge(self) -> None:
        surge = warning(CITIES, (issued("高潮警報", "08"), MORIOKA))
        assert (read(report(ALL, surge, at=OLD)).max_alert_level, read(report(ALL, surge)).max_alert_level) == (4, 3)

    @pytest.mark.parametrize(
        ("name", "level"),
        [
            *(("氾濫発生情報", 5), ("氾濫危険情報", 4), ("氾濫警戒情報", 3), ("氾濫注意情報（警戒情報解除）", 2)),
            *(("氾濫注意情報解除", 0), ("レベル２氾濫注意報解除", 0), ("氾濫特別警報", 5), ("氾濫情報", None)),
        ],
    )
    def test_rivers(self, name: str, level: int | None) -> None:
        assert river_level("77", name) == river_level(None, name) == level

    def test_landslide(self) -> None:
        body = warning(SLIDE, (kind("警戒"), MORIOKA), (kind("レベル５土砂災害特別警報", "9"), TAKIZAWA))
        assert levels(read(report(SLIDE, body))) == [("0320100", "landslide", 4), ("0321600", "landslide", 5)]

    def test_a_river_known_by_its_prefecture_alone(self) -> None:
        headline = information(f"{FORECAST[:8]}（府県予報区等）", kind("x", "40"), FORECAST_AREAS, ("岩手県", "030000"))
        assert levels(read(report(FORECAST[:8], "", headline))) == [("030000", "flood", 4)]


class TestBodyWithoutAreas:
    def test_a_tsunami_warning_is_told_by_its_headline(self) -> None:
        title = "津波警報・注意報・予報a"
        headline = information("津波予報領域表現", kind("大津波警報", "52"), "津波予報区", ("東北", "291"))
        got = read(report(title, quake(), headline, family="seismology"))
        assert [(a.code, a.kind_code, a.hazard) for a in got.areas] == [("291", "52", "tsunami")]
        assert refusal(decoded(report(title, quake(), family="seismology"))).code == "bad_telegram"

    def test_intensities_by_the_headline_and_however_they_are_written(self) -> None:
        headline = information("震度速報", kind("震度５弱"), "地震情報／細分区域", ("岩手県内陸北部", "212"))
        got = read(report("震度速報", "", headline, family="seismology"))
        assert ([(a.code, a.max_intensity) for a in got.areas], got.max_intensity) == ([("212", "5-")], "5-")
        wide = shaken("<Area><Name>x</Name><Code>212</Code><MaxInt>６＋</MaxInt></Area>")
        assert read(report("震度速報", wide, family="seismology")).max_intensity == "6+"


class TestTypesNobodyKnows:
    @pytest.mark.parametrize(
        ("title", "code", "known"),
        [
            ("気象警報・注意報（Ｒ０６）（土砂災害・全域）", None, "VPWW56"),
            ("気象警報・注意報（Ｒ０６）（暴風雪）", None, "VPWW58"),
            ("気象警報・注意報（Ｒ０７）", "VPWW60", "VPWW60"),
            ("緊急地震速報（最終報）", "VXSE45", "VXSE45"),
            ("早期注意情報（明後日以降）", None, "VPFD61"),
        ],
    )
    def test_a_title_renamed_in_its_brackets(self, title: str, code: str | None, known: str) -> None:
        kind = type_of_title(title, code)
        assert kind is not None and kind.code == known

    @pytest.mark.parametrize(("title", "code"), [("気象警報・注意報（桜）", None), ("桜の開花", "VPWW55"), ("", None)])
    def test_nothing_is_guessed(self, title: str, code: str | None) -> None:
        assert type_of_title(title, code) is None

    def test_a_forecast_is_told_by_its_frame(self) -> None:
        headline = information("府県天気予報（一次細分区域等）", kind("晴れ", "1"), FORECAST_AREAS, INLAND)
        got = read(report("府県天気予報（Ｒ１）", "<X/>", headline))
        assert (got.telegram, got.hazard, [a.code for a in got.areas]) == (None, "other", ["030010"])

    def test_a_warning_is_told_and_kept_for_people_too(self) -> None:
        body = warning("全般海上警報（海域等）", (issued("海上暴風警報", "22"), ("三陸沖", "3020")))
        got = decoded(report("全般海上警報（定時）", body), "x_VPZU50.xml")
        (told,) = got.records
        assert isinstance(told, Telegram) and told.telegram == "VPZU50"
        assert [(a.code, a.kind_name, a.hazard) for a in told.areas] == [("3020", "海上暴風警報", "other")]
        assert [one.code for one in got.rejected] == ["unsupported_telegram"]

    def test_an_earthquake_by_another_name(self) -> None:
        got = decoded(report("南海トラフ地震臨時情報", quake(), family="seismology", status="訓練"))
        (told,) = got.records
        assert isinstance(told, Telegram) and (told.hazard, told.magnitude, told.status) == (
            "earthquake",
            5.4,
            "Exercise",
        )
        assert got.rejected

    def test_what_would_replace_another_type_is_refused(self) -> None:
        got = decoded(report("季節観測", warning(CITIES, (issued("開花", "1"), MORIOKA))), "x_VPWW55.xml")
        assert refusal(got).code == "unsupported_telegram"


def test_municipalities_are_known_by_their_digits() -> None:
    assert read(report(RAIN, warning(CITIES, (issued("x", "43"), MORIOKA)))).areas[0].code_type == MUNICIPALITIES
