"""The variants within the types: what real telegrams do that the plain case does not."""

from __future__ import annotations

import pytest

from feeds.contract import record_line
from feeds.records import Hypocenter, Period
from tests.feeds.jma_making import (
    FORECAST_AREAS,
    MORIOKA,
    MUNICIPALITIES,
    TAKIZAWA,
    area,
    danger,
    decoded,
    information,
    issued,
    kind,
    quake,
    read,
    report,
    series,
    shaken,
    volcano_info,
    warning,
)
from tests.feeds.making import refusal

RAIN = "気象警報・注意報（Ｒ０６）（大雨）"
CITIES = "気象警報・注意報（市町村等）"
DISTRICT = "<Area><Name>岩手県内陸北部</Name><Code>212</Code>"


class TestWeather:
    def test_a_release_inside_an_issue_keeps_its_code_in_the_body_and_is_00_in_the_headline(self) -> None:
        headline = information(CITIES, kind("解除", "00"), MUNICIPALITIES, MORIOKA)
        both = read(
            report(RAIN, warning(CITIES, (issued("レベル２大雨注意報", "10", "解除", "10"), MORIOKA)), headline)
        )
        assert [(a.kind_code, a.status, a.alert_level) for a in both.areas] == [("10", "解除", 0)]
        headline_only = read(report(RAIN, "", headline))
        assert [(a.kind_code, a.status, a.alert_level) for a in headline_only.areas] == [("00", "解除", 0)]

    def test_full_width_digits_tell_the_level(self) -> None:
        got = read(report(RAIN, warning(CITIES, (issued("レベル５大雨特別警報", "33"), MORIOKA))))
        assert got.max_alert_level == 5

    def test_the_parts_of_a_split_municipality_stay_apart(self) -> None:
        parts = (("盛岡市（都南）", "0320101"), ("盛岡市（玉山）", "0320102"))
        items = ((issued("レベル３大雨警報", "03"), parts[0]), (issued("レベル２大雨注意報", "10"), parts[1]))
        got = read(report(RAIN, warning(CITIES, *items)))
        assert [(a.code, a.alert_level) for a in got.areas] == [("0320101", 3), ("0320102", 2)]

    def test_vpww54_has_a_time_series_beside_the_warnings(self) -> None:
        body = warning(CITIES, (issued("雷注意報", "14") + issued("大雨警報", "03"), MORIOKA))
        amounts = series((kind("雨"), MORIOKA))
        got = read(report("気象警報・注意報（Ｈ２７）", body + amounts))
        assert [(a.kind_code, a.hazard) for a in got.areas] == [("14", "advisory"), ("03", "heavy_rain")]
        assert (got.telegram, got.hazard, got.observations) == ("VPWW54", "heavy_rain", ())

    def test_vpno50_switched_back_is_level_zero_of_no_named_hazard(self) -> None:
        headline = information(
            "気象特別警報報知（府県予報区等）", kind("解除", "00"), FORECAST_AREAS, ("岩手県", "030000")
        )
        got = read(report("気象特別警報報知", "", headline))
        assert [(a.code, a.status, a.alert_level) for a in got.areas] == [("030000", "解除", 0)]
        assert (got.max_alert_level, got.hazard) == (0, "other")

    def test_a_bulletin_of_two_tags_gives_each_area_its_own_hazard(self) -> None:
        tag = '<Kind><Name>情報タグ</Name><Condition>{}</Condition></Kind><Areas codeType="x">{}</Areas>'
        items = "".join(
            f"<Item>{tag.format(words, area(place))}</Item>"
            for words, place in (("強い冬型 大雪", ("内陸", "030010")), ("高波", ("沿岸北部", "030020")))
        )
        got = read(report("府県気象解説情報", "", f'<Information type="情報タグ">{items}</Information>'))
        assert [(a.code, a.hazard) for a in got.areas] == [("030010", "heavy_snow"), ("030020", "wave")]
        assert got.hazard == "heavy_snow"

    def test_a_sighted_tornado_names_the_districts_even_with_a_block_nobody_knows(self) -> None:
        seen = warning("竜巻注意情報（目撃情報）", (kind("目撃"), ("盛岡地域", "030011")))
        body = seen + warning("竜巻注意情報（一次細分区域等）", (issued("竜巻注意情報", "1"), ("内陸", "030010")))
        got = read(report("竜巻注意情報（目撃情報付き）", body, valid="2026-11-20T19:00:00+09:00"))
        assert [a.code for a in got.areas] == ["030010"]
        assert (got.telegram, got.hazard, got.valid_datetime) == ("VPHW51", "tornado", "2026-11-20T19:00:00+09:00")


class TestDangerSeries:
    TITLE = "気象警報・注意報時系列情報（Ｒ０６）"

    def test_what_reaches_an_advisory_stands_with_the_hours_in_which_it_does(self) -> None:
        rain = danger("大雨浸水危険度", [("11", "警戒レベル２未満"), ("31", "警戒レベル３相当")])
        snow = danger("雪危険度", [("20", "注意報級"), ("30", "警報級")])
        calm = danger("雷危険度", [("01", "注意報級未満"), ("01", "注意報級未満")])
        got = read(report(self.TITLE, series((rain + snow + calm, MORIOKA), (calm, TAKIZAWA))))
        heavy, deep = got.areas
        assert (heavy.hazard, heavy.kind_name, heavy.kind_code, heavy.condition, heavy.alert_level) == (
            *("heavy_rain", "大雨浸水危険度", "31", "警戒レベル３相当", 3),
        )
        assert heavy.periods == (Period("2026-11-20T21:00:00+09:00", "PT3H", "31", "警戒レベル３相当", 3),)
        assert (deep.hazard, deep.condition, deep.alert_level, len(deep.periods)) == ("heavy_snow", "警報級", None, 2)
        assert got.areas_without_warning == ("0320100", "0321600")[1:]
        assert (got.telegram, got.hazard, got.max_alert_level) == ("VPWP50", "heavy_rain", 3)
        assert record_line(got)["areas"][0]["periods"][0]["duration"] == "PT3H"

    def test_of_the_parts_of_an_area_the_worst_counts(self) -> None:
        land, sea = danger("風危険度", [("20", "注意報級")], "陸上"), danger("風危険度", [("50", "特別警報級")], "海上")
        got = read(report(self.TITLE, series((land + sea, MORIOKA))))
        assert [(a.hazard, a.condition, len(a.periods)) for a in got.areas] == [("wind_storm", "特別警報級", 1)]

    @pytest.mark.parametrize(
        ("of_type", "hazard"),
        [
            *(("大雨浸水危険度", "heavy_rain"), ("土砂災害危険度", "landslide"), ("高潮危険度", "storm_surge")),
            *(("波危険度", "wave"), ("風危険度", "wind_storm"), ("雪危険度", "heavy_snow"), ("洪水害危険度", "flood")),
            *(
                (f"{word}危険度", "advisory")
                for word in ("雷", "融雪", "濃霧", "乾燥", "なだれ", "低温", "霜", "着氷", "着雪")
            ),
        ],
    )
    def test_hazards(self, of_type: str, hazard: str) -> None:
        got = read(report(self.TITLE, series((danger(of_type, [("20", "注意報級")]), MORIOKA))))
        assert got.hazard == got.areas[0].hazard == hazard

    def test_an_empty_body_is_no_all_clear(self) -> None:
        assert refusal(decoded(report(self.TITLE))).at == "/Report/Body"


class TestEarthquakes:
    def test_intensities_without_a_hypocentre(self) -> None:
        got = read(report("震度速報", shaken(f"{DISTRICT}<MaxInt>5+</MaxInt></Area>"), family="seismology"))
        assert [(a.code, a.max_intensity) for a in got.areas] == [("212", "5+")]
        assert (got.hypocenter, got.magnitude, got.depth_km) == (None, None, None)

    def test_a_city_and_a_station_that_were_not_received(self) -> None:
        city = (
            "<MaxInt>4</MaxInt><City><Name>盛岡市</Name><Code>0320100</Code><Condition>震度５弱以上未入電</Condition>"
            "<IntensityStation><Name>盛岡市馬場町＊</Name><Code>0320120</Code><Int>震度５弱以上未入電</Int>"
            "</IntensityStation></City></Area>"
        )
        got = read(report("震源・震度に関する情報", quake() + shaken(DISTRICT + city), family="seismology"))
        assert [(a.code, a.max_intensity, a.condition) for a in got.areas] == [
            ("212", "4", None),
            ("0320100", None, "震度５弱以上未入電"),
        ]
        assert got.observations == ()

    @pytest.mark.parametrize(
        ("coordinate", "described", "place", "depth"),
        [
            ("+39.8+141.0-10000/", "深さ　１０ｋｍ", (39.8, 141.0), 10.0),
            ("+39.8+141.0+0/", "ごく浅い", (39.8, 141.0), 0.0),
            ("+39.8+141.0/", "ごく浅い", (39.8, 141.0), 0.0),
            ("+39.8+141.0/", "深さ不明", (39.8, 141.0), None),
            ("-15.0-173.0/", "南緯１５．０度　西経１７３．０度　深さ不明", (-15.0, -173.0), None),
            ("+46.0+143.0-700000/", "深さは７００ｋｍ以上", (46.0, 143.0), 700.0),
            ("", "震源要素不明", (None, None), None),
        ],
    )
    def test_where_and_how_deep(
        self, coordinate: str, described: str, place: tuple[float | None, float | None], depth: float | None
    ) -> None:
        got = read(report("震源に関する情報", quake(coordinate, described, "NaN"), family="seismology"))
        assert got.hypocenter == Hypocenter(name="岩手県内陸北部", code="212", lat=place[0], lon=place[1])
        assert (got.depth_km, got.magnitude) == (depth, None)

    def test_the_corrected_hypocentre_in_degrees_and_minutes_is_not_read_as_degrees(self) -> None:
        minutes = '/</jmx_eb:Coordinate><jmx_eb:Coordinate type="震源位置（度分）">+3948.7+14052.8-8000/<'
        payload = report("顕著な地震の震源要素更新のお知らせ", quake(), family="seismology")
        got = read(payload.replace(b"/</jmx_eb:Coordinate>", minutes.encode() + b"/jmx_eb:Coordinate>"))
        assert got.hypocenter is not None and (got.hypocenter.lat, got.depth_km) == (39.8, 10.0)

    def test_long_period_motion_is_measured_beside_the_intensity(self) -> None:
        station = (
            "<MaxInt>4</MaxInt><MaxLgInt>3</MaxLgInt><IntensityStation><Name>雫石町西根上駒木野</Name>"
            '<Code>0330102</Code><Int>4</Int><LgInt>3</LgInt><Sva unit="cm/s">50.5</Sva></IntensityStation></Area>'
        )
        got = read(report("長周期地震動に関する観測情報", quake() + shaken(DISTRICT + station), family="seismology"))
        assert [(o.element, o.value, o.unit) for o in got.observations] == [
            ("震度", "4", ""),
            ("長周期地震動階級", 3.0, ""),
            ("絶対速度応答", 50.5, "cm/s"),
        ]
        assert got.areas[0].max_intensity == "4"

    @pytest.mark.parametrize(
        ("low", "high", "told"), [("5-", "6-", "6-"), ("6-", "over", "6-"), ("不明", "不明", None)]
    )
    def test_what_an_early_warning_foresees(self, low: str, high: str, told: str | None) -> None:
        foreseen = (
            f"<ForecastInt><From>{low}</From><To>{high}</To></ForecastInt><Condition>ＰＬＵＭ法で推定</Condition>"
        )
        body = quake(magnitude="1.0") + shaken(f"{DISTRICT}{foreseen}</Area>", "Forecast")
        got = read(report("緊急地震速報（地震動予報）", body, family="seismology", serial="3"))
        assert [(a.code, a.max_intensity, a.condition) for a in got.areas] == [("212", told, "ＰＬＵＭ法で推定")]

    def test_the_last_report_of_an_early_warning_is_read_like_the_others(self) -> None:
        body = quake() + "<NextAdvisory>この情報をもって、緊急地震速報：最終報とします。</NextAdvisory>"
        assert read(report("緊急地震速報（予報）", body, family="seismology")).magnitude == 5.4


class TestTsunami:
    ITEM = (
        "<Item><Area><Name>岩手県</Name><Code>210</Code></Area><Category><Kind><Name>{}</Name><Code>{}</Code></Kind>"
        "<LastKind><Name>津波警報</Name><Code>51</Code></LastKind></Category></Item>"
    )

    @pytest.mark.parametrize(
        ("name", "code", "areas"),
        [
            ("警報解除", "50", 1),
            ("津波注意報解除", "60", 1),
            ("津波予報（若干の海面変動）", "72", 1),
            ("津波なし", "00", 0),
        ],
    )
    def test_the_end_of_a_warning(self, name: str, code: str, areas: int) -> None:
        body = f"<Tsunami><Forecast>{self.ITEM.format(name, code)}</Forecast></Tsunami>" + quake()
        got = read(report("津波警報・注意報・予報a", body, family="seismology"))
        assert len(got.areas) == areas and got.areas_without_warning == (() if areas else ("210",))
        assert all((a.kind_code, a.last_code, a.alert_level) == (code, "51", None) for a in got.areas)

    def test_offshore_gauges_and_the_coast_they_are_reckoned_for(self) -> None:
        body = (
            "<Tsunami><Observation><Item><Area><Name/><Code/></Area><Station><Name>岩手釜石沖</Name><Code>21090</Code>"
            "<FirstHeight><Initial>押し</Initial></FirstHeight><MaxHeight><DateTime>2026-11-20T18:05:00+09:00</DateTime>"
            '<jmx_eb:TsunamiHeight type="これまでの最大波の高さ" unit="m">0.6</jmx_eb:TsunamiHeight></MaxHeight>'
            "</Station></Item></Observation><Estimation><Item><Area><Name>岩手県</Name><Code>210</Code></Area><FirstHeight>"
            "<Condition>早いところでは既に津波到達と推定</Condition></FirstHeight></Item></Estimation></Tsunami>"
        )
        got = read(report("沖合の津波観測に関する情報", body + quake(), family="seismology"))
        assert [(a.code, a.code_type, a.condition, a.kind_code) for a in got.areas] == [
            ("210", "沿岸地域", "早いところでは既に津波到達と推定", None)
        ]
        assert [(o.station, o.value, o.unit) for o in got.observations] == [("岩手釜石沖", 0.6, "m")]


class TestVolcanoes:
    @pytest.mark.parametrize(
        ("code", "last", "condition", "levels"),
        [("13", "11", "引上げ", (3, 1)), ("11", "12", "引下げ", (1, 2)), ("22", "21", "引上げ", (None, None))],
    )
    def test_up_and_down(self, code: str, last: str, condition: str, levels: tuple[int | None, int | None]) -> None:
        kinds = (
            kind("x", code, f"<Condition>{condition}</Condition>")
            + f"<LastKind><Name>x</Name><Code>{last}</Code></LastKind>"
        )
        body = volcano_info("噴火警報・予報（対象火山）", kinds, "火山名", ("岩手山", "207"))
        got = read(report("噴火警報・予報", body, family="volcanology"))
        assert (got.volcanic_alert_level, got.volcanic_alert_level_last) == levels
        assert (got.areas[0].condition, got.areas[0].last_code) == (condition, last)

    def test_how_high_a_plume_was_seen(self) -> None:
        event = "<EventTime><EventDateTime>2026-11-20T17:43:00+09:00</EventDateTime></EventTime>"
        plume = (
            '<VolcanoObservation><ColorPlume><jmx_eb:PlumeHeightAboveCrater type="火口上噴煙高度" unit="m">1500'
            '</jmx_eb:PlumeHeightAboveCrater><jmx_eb:PlumeHeightAboveSeaLevel type="海抜噴煙高度" unit="FT" '
            'condition="不明"/><jmx_eb:PlumeDirection type="噴煙の流向">東</jmx_eb:PlumeDirection></ColorPlume>'
            "</VolcanoObservation>"
        )
        body = (
            volcano_info("噴火に関する火山観測報", kind("噴火", "52"), "火山名", ("岩手山", "207"), event=event) + plume
        )
        got = read(report("噴火に関する火山観測報", body, family="volcanology"))
        (seen,) = got.observations
        assert (seen.station, seen.station_code, seen.element, seen.value, seen.unit, seen.time) == (
            *("岩手山", "207", "火口上噴煙高度", 1500.0, "m", "2026-11-20T17:43:00+09:00"),
        )
        assert got.volcanic_alert_level is None

    def test_ash_falls_on_one_city_in_several_strengths(self) -> None:
        cities = "降灰予報（対象市町村等）"
        body = (
            volcano_info("降灰予報（対象火山）", kind("降灰予報（速報）", "07"), "火山名", ("岩手山", "207"))
            + volcano_info(cities, kind("やや多量の降灰", "72"), MUNICIPALITIES, MORIOKA)
            + volcano_info(cities, kind("小さな噴石の落下", "75"), MUNICIPALITIES, MORIOKA)
            + '<AshInfos type="降灰予報（速報）"><AshInfo type="予報　１時間後">'
            + "<StartTime>2026-11-20T18:00:00+09:00</StartTime>"
            + f"<EndTime>2026-11-20T19:00:00+09:00</EndTime><Item>{kind('やや多量の降灰', '72')}"
            + f'<Areas codeType="{MUNICIPALITIES}">{area(MORIOKA)}</Areas></Item></AshInfo></AshInfos>'
        )
        got = read(report("降灰予報（速報）", body, family="volcanology"))
        assert [(a.code, a.kind_code) for a in got.areas] == [("207", "07"), ("0320100", "72"), ("0320100", "75")]
        hour = Period("2026-11-20T18:00:00+09:00", "PT60M", "72", "やや多量の降灰")
        assert [a.periods for a in got.areas] == [(), (hour,), ()]

    def test_ash_that_only_the_forecast_by_time_names(self) -> None:
        def step(start: str, end: str, code: str) -> str:
            times = f"<StartTime>2026-11-20T{start}:00+09:00</StartTime><EndTime>2026-11-20T{end}:00+09:00</EndTime>"
            areas = f'<Areas codeType="{MUNICIPALITIES}">{area(MORIOKA)}</Areas>'
            return f'<AshInfo type="予報">{times}<Item>{kind("降灰", code)}{areas}</Item></AshInfo>'

        steps = step("18:00", "19:00", "72") + step("19:00", "20:00", "72") + step("20:00", "18:00", "71")
        body = (
            volcano_info("降灰予報", kind("噴火", "52"), "火山名", ("岩手山", "207"))
            + f'<AshInfos type="降灰予報（詳細）">{steps}</AshInfos>'
        )
        got = read(report("降灰予報（詳細）", body, family="volcanology"))
        told = [(a.code, a.kind_code, [(p.start[11:16], p.duration) for p in a.periods]) for a in got.areas]
        assert told == [
            ("207", "52", []),
            ("0320100", "72", [("18:00", "PT60M"), ("19:00", "PT60M")]),
            ("0320100", "71", [("20:00", None)]),
        ]


class TestRivers:
    def test_where_no_section_is_told_the_river_stands_for_it(self) -> None:
        headline = information("指定河川洪水予報（河川）", kind("氾濫警戒情報", "30"), "河川", ("北上川", "8202030001"))
        got = read(report("指定河川洪水予報", "", headline, event="820203000100"))
        assert [(a.code, a.alert_level) for a in got.areas] == [("8202030001", 3)]
        assert got.observations == () and got.municipalities == ()
