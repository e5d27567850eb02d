"""Telegrams for Iwate, written for these tests: the traps of the format, one by one."""

from __future__ import annotations

import pytest

from feeds.jma.blocks import FORECAST_AREAS, MUNICIPALITIES
from feeds.jma.feed import Jma, telegram_code
from feeds.jma.frame import plain
from feeds.jma.types import TYPES, type_of_title
from feeds.records import Hypocenter, Observation
from feeds.status import Status
from tests.feeds.making import JMA, iwate, message, refusal, telegram

VPWW53 = "20260918085015_0_VPWW53_030000.xml"
VPWW55 = "20260720031000_0_VPWW55_030000.xml"
MORIOKA, TAKIZAWA, HACHIMANTAI, SHIZUKUISHI, KUZUMAKI, IWATEMACHI = (
    "0320100",
    "0321600",
    "0321400",
    "0330100",
    "0330200",
    "0330300",
)


def rows(decoded: object) -> list[tuple[object, ...]]:
    areas = telegram(decoded).areas  # type: ignore[arg-type]
    return [(a.code, a.kind_code, a.status, a.last_code, a.alert_level, a.hazard) for a in areas]


class TestFrame:
    def test_texts_as_given_and_empty_is_none(self) -> None:
        got = telegram(iwate(VPWW53))
        assert got.control_title == "気象特別警報・警報・注意報"
        assert got.report_datetime == "2026-09-18T17:50:00+09:00"
        assert got.measured_at.isoformat() == "2026-09-18T08:50:00+00:00"
        assert (got.event_id, got.serial, got.valid_datetime) == (None, None, None)
        assert (got.info_type, got.info_kind_version, got.gateway) == ("発表", "1.1_0", "jma")
        assert got.headline == "内陸では、１８日夜遅くまで土砂災害に警戒してください。\n落雷に注意してください。"

    @pytest.mark.parametrize(("word", "status"), [("訓練", Status.EXERCISE), ("試験", Status.TEST)])
    def test_drills_are_marked(self, word: str, status: Status) -> None:
        got = telegram(iwate(VPWW55, ("<Status>通常<", f"<Status>{word}<")))
        assert (got.control_status, got.status) == (word, status)

    @pytest.mark.parametrize("word", ["", "本番", "通常 訓練", "Actual"])
    def test_an_unknown_status_is_never_taken_for_real(self, word: str) -> None:
        rejected = refusal(iwate(VPWW55, ("<Status>通常<", f"<Status>{word}<")))
        assert rejected.at == "/Report/Control/Status"

    @pytest.mark.parametrize("word", ["訂正", "遅延"])
    def test_a_correction_is_another_telegram_of_the_same_series(self, word: str) -> None:
        first, second = telegram(iwate(VPWW55)), telegram(iwate(VPWW55, (">発表</InfoType>", f">{word}</InfoType>")))
        assert second.info_type == word and second.areas == first.areas
        assert first.subject == second.subject and first.key != second.key

    def test_a_full_width_space_belongs_to_the_text(self) -> None:
        got = telegram(iwate(VPWW55, ("<Text>内陸", "<Text>\n　内陸")))
        assert got.headline is not None and got.headline.startswith("　内陸")

    def test_a_withdrawal_names_the_event_and_lists_nothing(self) -> None:
        body = JMA.joinpath("VXSE53_morioka.xml").read_text(encoding="utf-8")
        inside = body[body.index("<Earthquake>") : body.index("\n</Body>")]
        got = telegram(
            iwate("VXSE53_morioka.xml", (inside, "<Text>取り消します。</Text>"), ("<InfoType>発表", "<InfoType>取消"))
        )
        assert (got.info_type, got.cancels_event_id, got.areas) == ("取消", "20261120031233", ())

    def test_what_no_store_could_hold_is_refused(self) -> None:
        long = iwate(VPWW55, ("<EditorialOffice>", f"<EditorialOffice>{'盛' * 300}"))
        assert (refusal(long).code, refusal(long).at) == ("bad_telegram", "/Report/Head")

    def test_elements_nobody_knows_are_skipped(self) -> None:
        plain = rows(iwate(VPWW55))
        extra = '<Item><New xmlns="urn:x"><Kind/></New><!-- new --><?pi?><Kind><Name>レベル４'
        assert rows(iwate(VPWW55, ("<Item><Kind><Name>レベル４", extra))) == plain

    def test_names_of_another_namespace_are_not_ours(self) -> None:
        spoof = ("<Control>", '<Control><Status xmlns="urn:x">訓練</Status>')
        assert telegram(iwate(VPWW55, spoof)).status is Status.ACTUAL

    def test_prefixes_are_free(self) -> None:
        text = JMA.joinpath(VPWW55).read_text(encoding="utf-8")
        head = text[text.index("<Control>") : text.index("<Head")]
        prefixed = head.replace("</", "</jmx:").replace("<C", "<jmx:C").replace("<T", "<jmx:T").replace("<D", "<jmx:D")
        prefixed = prefixed.replace("<S", "<jmx:S").replace("<E", "<jmx:E").replace("<P", "<jmx:P")
        assert rows(iwate(VPWW55, (head, prefixed))) == rows(iwate(VPWW55))

    @pytest.mark.parametrize(
        ("change", "code", "at"),
        [
            (("気象警報・注意報（Ｒ０６）（大雨）", ""), "bad_telegram", "/Report/Control/Title"),
            (("00+09:00</ReportDateTime>", "00</ReportDateTime>"), "bad_time", "/Report/Head/ReportDateTime"),
            (("<InfoType>発表</InfoType>", ""), "bad_telegram", "/Report/Head/InfoType"),
            (('xmlns="http://xml.kishou.go.jp/jmaxml1/" ', 'xmlns="urn:x" '), "not_jma", "/Report"),
            (("<Code>0320100</Code>", ""), "bad_telegram", "/Report/Body/Warning[4]/Item[1]/Area"),
        ],
    )  # fmt: skip
    def test_what_is_no_telegram_says_where(self, change: tuple[str, str], code: str, at: str) -> None:
        text = JMA.joinpath(VPWW55).read_text(encoding="utf-8")
        text = text[: text.index("<Headline>")] + "<Headline/>" + text[text.index("</Headline>") + 11 :]
        assert change[0] in text
        rejected = refusal(Jma().decode(message(text.replace(*change).encode(), "")))
        assert (rejected.code, rejected.at) == (code, at)


class TestWarnings:
    def test_the_old_all_in_one(self) -> None:
        got = telegram(iwate(VPWW53))
        assert rows(iwate(VPWW53)) == [
            (MORIOKA, "03", "発表", "10", 3, "heavy_rain"),
            (MORIOKA, "18", "発表", None, 2, "flood"),
            (MORIOKA, "14", "継続", "14", None, "advisory"),
            (HACHIMANTAI, "10", "解除", "10", 0, "heavy_rain"),
            (HACHIMANTAI, "14", "継続", "14", None, "advisory"),
            (SHIZUKUISHI, "13", "発表", None, None, "wind_storm"),
            (SHIZUKUISHI, "12", "解除", "12", None, "heavy_snow"),
        ]
        assert got.areas_without_warning == (TAKIZAWA,)
        assert got.areas[0].condition == "土砂災害"
        assert {a.code_type for a in got.areas} == {MUNICIPALITIES}
        assert (got.telegram, got.hazard, got.max_alert_level) == ("VPWW53", "heavy_rain", 3)

    def test_the_new_heavy_rain_levels_and_steps_down(self) -> None:
        got = telegram(iwate(VPWW55))
        assert rows(iwate(VPWW55)) == [
            (MORIOKA, "43", "発表", "03", 4, "heavy_rain"),
            (TAKIZAWA, "03", "継続", "03", 3, "heavy_rain"),
            (SHIZUKUISHI, "10", "解除", "10", 0, "heavy_rain"),  # the name still says レベル２
            (KUZUMAKI, "10", "警報から注意報", "03", 2, "heavy_rain"),
        ]
        assert got.areas_without_warning == (IWATEMACHI,)
        assert (got.telegram, got.hazard, got.max_alert_level) == ("VPWW55", "heavy_rain", 4)

    def test_all_released_is_level_zero_and_not_nothing(self) -> None:
        body = JMA.joinpath(VPWW55).read_text(encoding="utf-8")
        assert body.count("レベル４大雨危険警報</Name><Code>43</Code><Status>発表") == 4
        got = telegram(
            iwate(
                VPWW55,
                ("<Status>発表</Status>", "<Status>解除</Status>"),
                ("<Status>継続</Status>", "<Status>解除</Status>"),
                ("<Status>警報から注意報</Status>", "<Status>解除</Status>"),
            )
        )
        assert got.info_type == "発表"
        assert [a.alert_level for a in got.areas] == [0, 0, 0, 0] and got.max_alert_level == 0

    def test_level_by_name_else_by_code(self) -> None:
        by_code = iwate(VPWW55, ("レベル４", ""), ("レベル３", ""), ("レベル２", ""))
        assert [a.alert_level for a in telegram(by_code).areas] == [4, 3, 0, 2]
        by_name = iwate(VPWW55, ("<Code>43</Code>", "<Code>99</Code>"))
        assert telegram(by_name).areas[0].alert_level == 4
        half_width = iwate(VPWW55, ("レベル４", "レベル4"))
        assert telegram(half_width).areas[0].alert_level == 4

    def test_the_name_outranks_the_code(self) -> None:
        assert telegram(iwate(VPWW55, ("<Code>43</Code>", "<Code>03</Code>"))).areas[0].alert_level == 4

    def test_what_is_released_is_not_the_main_hazard(self) -> None:
        got = telegram(iwate(VPWW53, ("<Status>発表</Status>", "<Status>解除</Status>")))
        assert got.hazard == "advisory" and got.areas[0].hazard == "heavy_rain"
        gone = telegram(
            iwate(VPWW53, *((f"<Status>{word}</Status>", "<Status>解除</Status>") for word in ("発表", "継続")))
        )
        assert gone.hazard == "other"

    def test_an_item_without_area_is_refused(self) -> None:
        area = "<Area><Name>葛巻町</Name><Code>0330200</Code></Area>"
        assert refusal(iwate(VPWW55, (area, ""))).at == "/Report/Body/Warning[4]/Item[4]"

    def test_snow_has_no_level_even_released_and_groups_count_where_nothing_finer_is_listed(self) -> None:
        got = telegram(iwate("VPWW60_groups_only.xml"))
        assert rows(iwate("VPWW60_groups_only.xml")) == [
            ("030011", "06", "発表", "12", None, "heavy_snow"),
            ("030012", "12", "解除", "12", None, "heavy_snow"),
        ]
        assert got.max_alert_level is None and got.areas[0].code_type == FORECAST_AREAS

    def test_the_nationwide_collection_has_the_same_lists(self) -> None:
        got = telegram(iwate(VPWW55, ("（大雨）", "（集約通報）")))
        assert (got.telegram, got.hazard, got.max_alert_level) == ("VPWS50", "heavy_rain", 4)
        assert rows(iwate(VPWW55, ("（大雨）", "（集約通報）"))) == rows(iwate(VPWW55))

    def test_one_line_and_several_kinds_in_one_area(self) -> None:
        got = telegram(iwate("VPWW61_one_line.xml"))
        assert [(a.code, a.kind_name) for a in got.areas] == [(MORIOKA, "なだれ注意報"), (MORIOKA, "融雪注意報")]
        assert (got.areas_without_warning, got.hazard) == ((TAKIZAWA,), "advisory")

    def test_storm_surge_warning_stood_for_four_until_may_2026(self) -> None:
        rename = [("レベル４大雨危険警報</Name><Code>43", "高潮警報</Name><Code>08"), ("（大雨）", "（高潮）")]
        new = telegram(iwate(VPWW55, *rename))
        old = telegram(iwate(VPWW55, *rename, ("2026-07-20T12:10:00+09:00", "2025-07-20T12:10:00+09:00")))
        assert (new.telegram, new.hazard) == ("VPWW57", "storm_surge")
        assert (new.areas[0].alert_level, old.areas[0].alert_level) == (3, 4)

    def test_headline_serves_where_the_body_has_no_list(self) -> None:
        text = JMA.joinpath(VPWW55).read_text(encoding="utf-8")
        inside = text[text.index("<Warning") : text.rindex("</Warning>") + 10]
        assert rows(iwate(VPWW55, (inside, ""))) == [
            (MORIOKA, "43", None, None, 4, "heavy_rain"),
            (SHIZUKUISHI, "00", "解除", None, 0, "heavy_rain"),
        ]

    def test_a_telegram_that_lists_nothing_is_not_an_all_clear(self) -> None:
        text = JMA.joinpath("VPWW60_groups_only.xml").read_text(encoding="utf-8")
        inside = text[text.index("<Warning") : text.rindex("</Warning>") + 10]
        assert refusal(iwate("VPWW60_groups_only.xml", (inside, ""))).code == "bad_telegram"
        hollow = '<Warning type="気象警報・注意報（市町村等）"/>'
        assert refusal(iwate("VPWW60_groups_only.xml", (inside, hollow))).code == "bad_telegram"


class TestEarlyNotice:
    def test_likely_and_possible_are_level_one_where_there_are_levels(self) -> None:
        got = telegram(iwate("VPFD61_iwate.xml"))
        assert [(a.code, a.kind_name, a.condition, a.alert_level, a.hazard) for a in got.areas] == [
            ("030010", "大雨の警報級の可能性", "高", 1, "heavy_rain"),
            ("030010", "風（風雪）の警報級の可能性", "中", None, "wind_storm"),
        ]
        assert got.areas_without_warning == ("030020",)
        assert (got.telegram, got.hazard, got.max_alert_level) == ("VPFD61", "heavy_rain", 1)

    def test_an_empty_body_is_refused(self) -> None:
        text = JMA.joinpath("VPFD61_iwate.xml").read_text(encoding="utf-8")
        inside = text[text.index("<MeteorologicalInfos") : text.index("</Body>")]
        assert refusal(iwate("VPFD61_iwate.xml", (inside, ""))).at == "/Report/Body"


class TestLandslide:
    def test_warned_released_and_nothing(self) -> None:
        got = telegram(iwate("VXWW50_iwate.xml"))
        assert rows(iwate("VXWW50_iwate.xml")) == [
            (MORIOKA, "3", "継続", None, 4, "landslide"),
            (HACHIMANTAI, "3", "発表", None, 4, "landslide"),
            (SHIZUKUISHI, "1", "解除", None, 0, "landslide"),
        ]
        assert got.areas_without_warning == (TAKIZAWA,)
        assert (got.event_id, got.serial, got.hazard) == ("岩手県土砂災害警戒情報", "3", "landslide")

    def test_headline_groups_serve_where_the_body_is_empty(self) -> None:
        text = JMA.joinpath("VXWW50_iwate.xml").read_text(encoding="utf-8")
        inside = text[text.index("<TargetArea>") : text.index("</Warning>") + 10]
        groups = "".join(
            f"<Item><Kind><Name>{name}</Name><Code>{code}</Code><Condition>{change}</Condition></Kind>"
            f'<Areas codeType="{MUNICIPALITIES}"><Area><Name>x</Name><Code>{area}</Code></Area></Areas></Item>'
            for name, code, change, area in (("警戒", "3", "継続", MORIOKA), ("解除", "1", "解除", TAKIZAWA))
        )
        information = f'<Information type="土砂災害警戒情報">{groups}</Information></Headline>'
        decoded = iwate("VXWW50_iwate.xml", (inside, ""), ("</Headline>", information))
        assert rows(decoded) == [
            (MORIOKA, "3", "継続", None, 4, "landslide"),
            (TAKIZAWA, "1", "解除", None, 0, "landslide"),
        ]

    def test_a_kind_that_is_not_known_is_refused(self) -> None:
        rejected = refusal(iwate("VXWW50_iwate.xml", ("<Name>警戒</Name><Code>3<", "<Name>特別</Name><Code>5<")))
        assert rejected.code == "bad_telegram"


class TestRivers:
    def test_level_municipalities_gauges_and_thresholds(self) -> None:
        got = telegram(iwate("VXKO_kitakami_level4.xml"))
        assert [(a.code, a.kind_code, a.alert_level, a.code_type) for a in got.areas] == [
            ("029900009900", "40", 4, "指定河川洪水予報（予報区域）")
        ]
        assert got.municipalities == ("0320100", "0332200")
        assert got.observations == (  # the forecast is no observation; 明治橋 is 欠測
            Observation(
                station="館坂橋",
                station_code="02990000990000001",
                element="水位",
                value=2.61,
                unit="m",
                time="2026-09-18T17:40:00+09:00",
            ),
        )
        assert [(c.name, c.level, c.value) for c in got.criteria] == [
            ("レベル３避難判断水位", 3, 2.5),
            ("レベル４氾濫危険水位", 4, 2.8),
        ]
        assert got.telegram is None and got.headline is None

    def test_a_release_named_level_two_is_level_zero(self) -> None:
        got = telegram(iwate("VXKO_kitakami_released.xml"))
        assert got.areas[0].kind_name == "レベル２氾濫注意報解除"
        assert got.areas[0].alert_level == got.max_alert_level == 0

    @pytest.mark.parametrize(
        ("code", "level"), [("20", 2), ("21", 2), ("22", 2), ("30", 3), ("31", 3), ("41", 4), ("51", 5), ("53", 5)]
    )
    def test_every_code(self, code: str, level: int) -> None:
        got = telegram(iwate("VXKO_kitakami_level4.xml", ("<Code>40</Code>", f"<Code>{code}</Code>")))
        assert got.max_alert_level == level

    def test_without_section_or_level_it_is_refused(self) -> None:
        nowhere = (("<Headline>", "<Nothing>"), ("</Headline>", "</Nothing>"))
        assert refusal(iwate("VXKO_kitakami_level4.xml", *nowhere)).code == "bad_telegram"
        unnamed = ("レベル４氾濫危険警報</Name><Code>40", "氾濫情報</Name><Code>77")
        assert refusal(iwate("VXKO_kitakami_level4.xml", unnamed)).code == "bad_telegram"


class TestEarthquakes:
    def test_districts_then_municipalities_and_what_has_not_come_in(self) -> None:
        got = telegram(iwate("VXSE53_morioka.xml"))
        assert [(a.code, a.max_intensity, a.condition) for a in got.areas] == [
            ("212", "5-", None),
            (MORIOKA, "5-", None),
            (TAKIZAWA, None, "震度５弱以上未入電"),
        ]
        assert [a.code_type for a in got.areas] == ["地震情報／細分区域", MUNICIPALITIES, MUNICIPALITIES]
        assert (got.max_intensity, got.magnitude, got.depth_km) == ("5-", 5.4, 0.0)  # ごく浅い
        assert got.hypocenter == Hypocenter(name="岩手県内陸北部", code="212", lat=39.8, lon=141.0)
        assert [(o.station_code, o.value) for o in got.observations] == [("0320100", "4"), ("0320120", "5-")]
        assert got.max_alert_level is None

    def test_figures_that_are_not_known(self) -> None:
        unknown = ("+39.8+141.0+0/", ""), (">5.4<", ">NaN<")
        got = telegram(iwate("VXSE53_morioka.xml", *unknown))
        assert (got.magnitude, got.depth_km) == (None, None)
        assert got.hypocenter == Hypocenter(name="岩手県内陸北部", code="212", lat=None, lon=None)
        minutes = '<jmx_eb:Coordinate type="震源位置（度分）">+3948+14100+0/</jmx_eb:Coordinate><jmx_eb:Coordinate desc'
        twice = telegram(iwate("VXSE53_morioka.xml", ("<jmx_eb:Coordinate desc", minutes)))
        assert twice.hypocenter is not None and twice.hypocenter.lat == 39.8
        absent = telegram(iwate("VXSE53_morioka.xml", ("+0/", "/")))
        assert absent.depth_km == 0.0  # absent, and the description says very shallow


class TestTsunamiAndVolcano:
    def test_a_drill_with_unknown_magnitude_and_depth(self) -> None:
        got = telegram(iwate("VTSE41_drill.xml"))
        assert got.status is Status.EXERCISE
        assert [(a.code, a.code_type, a.kind_code, a.condition, a.alert_level) for a in got.areas] == [
            ("210", "津波予報区", "51", "津波到達中と推測", None)
        ]
        assert got.areas_without_warning == ("200",)
        assert (got.magnitude, got.depth_km) == (None, None)

    def test_observed_wave_heights(self) -> None:
        stations = (
            "<Observation><Item><Area><Name>岩手県</Name><Code>210</Code></Area>"
            "<Station><Name>宮古</Name><Code>21001</Code><MaxHeight><DateTime>2026-11-05T10:40:00+09:00</DateTime>"
            '<jmx_eb:TsunamiHeight type="これまでの最大波の高さ" unit="m">0.8</jmx_eb:TsunamiHeight>'
            "</MaxHeight></Station>"
            "<Station><Name>大船渡</Name><Code>21002</Code><MaxHeight><Condition>観測中</Condition></MaxHeight></Station>"
            "</Item></Observation></Tsunami>"
        )
        got = telegram(iwate("VTSE41_drill.xml", ("</Tsunami>", stations)))
        assert [(o.station, o.value, o.unit, o.time) for o in got.observations] == [
            ("宮古", 0.8, "m", "2026-11-05T10:40:00+09:00")
        ]

    def test_volcano_first_and_its_level_is_no_alert_level(self) -> None:
        got = telegram(iwate("VFVO50_iwatesan.xml"))
        assert [(a.code, a.code_type, a.kind_code, a.last_code) for a in got.areas] == [
            ("207", "火山名", "12", "11"),
            (MORIOKA, MUNICIPALITIES, "02", "05"),
            (TAKIZAWA, MUNICIPALITIES, "02", "05"),
        ]
        assert (got.volcanic_alert_level, got.volcanic_alert_level_last) == (2, 1)
        assert got.max_alert_level is None and all(a.alert_level is None for a in got.areas)


class TestHostileBytes:
    @pytest.mark.parametrize(
        ("payload", "code"),
        [
            (b"", "bad_xml"),
            (b"  \n ", "bad_xml"),
            (b"\x00\xff", "bad_encoding"),
            (b"\x00", "bad_xml"),
            (b"not xml", "bad_xml"),
            (b"<Report", "bad_xml"),
            (b"<a>" * 20_000, "bad_xml"),
            (b"<a>" * 100 + b"</a>" * 100, "too_deep"),
            (b"<html><body>503</body></html>", "not_jma"),
            (b'<!DOCTYPE html>\n<html lang="ja"><body>503</body></html>', "doctype"),
            (b'<?xml version="1.0"?>\n<!-- x --><!DOCTYPE l [<!ENTITY a "b">]><Report>&a;</Report>', "doctype"),
            (b"<Report>&undefined;</Report>", "bad_xml"),
            ('<?xml version="1.0" encoding="UTF-16"?><Report/>'.encode("utf-16"), "not_jma"),
            ('<!DOCTYPE l [<!ENTITY a "b">]><Report>&a;</Report>'.encode("utf-16"), "doctype"),
            (b"\xff\xfe<", "bad_encoding"),
            (b'<?xml version="1.0" encoding="Shift_JIS"?><Report>\x81</Report>', "bad_encoding"),
            (b'<?xml version="1.0" encoding="UTF-7"?><Report/>', "bad_encoding"),
            (
                b'<Report xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></Report>',
                "not_jma",
            ),
            (b"<Report/><Report/>", "bad_xml"),
            (b'{"v":1}', "bad_xml"),
            (b"<!" + b"x" * (8 * 1024 * 1024), "too_large"),
        ],
    )
    def test_refused_by_name(self, payload: bytes, code: str) -> None:
        assert refusal(Jma().decode(message(payload, "hub/v1/jma/telegram"))).code == code

    def test_the_line_is_told(self) -> None:
        assert refusal(Jma().decode(message(b"<Report>\n<a>\n</b></Report>", ""))).at == "line 3"

    def test_a_byte_order_mark_is_no_fault(self) -> None:
        payload = b"\xef\xbb\xbf" + JMA.joinpath(VPWW55).read_bytes()
        assert telegram(Jma().decode(message(payload, ""))).telegram == "VPWW55"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("20260918175015_0_VPWW53_030000.xml", "VPWW53"),
        ("15_16_01_241031_VPWW56.xml", "VPWW56"),
        ("91_01_01_241031_VXSUii.xml", "VXSUii"),
        ("real_VXKO70_kozagawa_20260603_0535.xml", "VXKO70"),
        ("jma/VPBS50", "VPBS50"),
        ("hub/v1/jma/telegram", None),
        ("XVPWW53.xml", None),
        ("VPWW5.xml", None),
        ("", None),
    ],
)
def test_type_code_of_a_name(name: str, code: str | None) -> None:
    assert telegram_code(name) == code


def test_every_title_is_one_row() -> None:
    titles = [plain(row.title) for row in TYPES]
    assert len(set(titles)) == len(titles)
    assert all(type_of_title(row.title) is row for row in TYPES)
    assert type_of_title("気象警報・注意報(R06)(大雨)") is type_of_title("気象警報・注意報（Ｒ０６）（大雨）")


def test_the_name_outranks_the_title_but_the_title_chooses_the_reader() -> None:
    got = telegram(iwate("VXKO_kitakami_level4.xml", topic="20260918085000_0_VXKO53_030000.xml"))
    assert (got.telegram, got.hazard, got.gateway) == ("VXKO53", "flood", "")
    assert telegram(Jma().decode(message(JMA.joinpath(VPWW55).read_bytes(), "", gateway="poller"))).gateway == "poller"
