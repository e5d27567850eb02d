"""Every telegram type that is read has a made telegram here, and each comes out with the keys of the contract."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from feeds.contract import record_line
from feeds.jma.danger import danger_series
from feeds.jma.early import early_notice
from feeds.jma.landslide import landslide_warning
from feeds.jma.notices import bulletin, notice, outlook, tagged
from feeds.jma.quake import earthquake
from feeds.jma.river import flood_forecast
from feeds.jma.tsunami import tsunami
from feeds.jma.types import TYPES, TelegramType
from feeds.jma.volcano import volcano
from feeds.jma.warnings import special_warning, weather_warnings
from feeds.status import Status
from tests.feeds.jma_making import (
    FORECAST_AREAS,
    MORIOKA,
    MUNICIPALITIES,
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

SECTION = ("北上川上流", "029900009900")
INLAND = ("内陸", "030010")
ALWAYS = {
    *("record", "telegram", "control_title", "control_status", "editorial_office", "publishing_office", "head_title"),
    *("report_datetime", "target_datetime", "valid_datetime", "event_id", "serial", "info_type", "info_kind"),
    *("info_kind_version", "headline", "status", "hazard", "areas", "areas_without_warning", "max_alert_level"),
    *("observations",),
}
SOMETIMES = {
    "earthquake": {"max_intensity", "magnitude", "depth_km", "hypocenter"},
    "tsunami": {"magnitude", "depth_km", "hypocenter"},
    "volcano": {"volcanic_alert_level", "volcanic_alert_level_last"},
}

CODE = {"heavy_rain": "03", "landslide": "09", "storm_surge": "08", "wind_storm": "05", "wave": "07"}
CODE |= {"heavy_snow": "06", "advisory": "14", "all": "03"}


def _warnings(row: TelegramType) -> bytes:
    return report(row.title, warning("気象警報・注意報（市町村等）", (issued("警報", CODE[row.hazard]), MORIOKA)))


def _headline(of_type: str, name: str, code: str, code_type: str, place: tuple[str, str]) -> Callable[..., bytes]:
    def make(row: TelegramType) -> bytes:
        return report(row.title, headline=information(of_type, kind(name, code), code_type, place), event="e")

    return make


def _seismic(body: str) -> Callable[..., bytes]:
    return lambda row: report(row.title, body, event="20261120175800", family="seismology")


_TAG = kind("情報タグ", more="<Condition>大雪</Condition>")
_RANK = (
    "<Kind><Property><Type>大雨の警報級の可能性</Type><PossibilityRankOfWarningPart>"
    '<jmx_eb:PossibilityRankOfWarning refID="1" type="大雨の警報級の可能性">高</jmx_eb:PossibilityRankOfWarning>'
    "</PossibilityRankOfWarningPart></Property></Kind>"
)
_OUTLOOK = (
    '<MeteorologicalInfos type="早期天候情報"><MeteorologicalInfo>'
    "<DateTime>2026-11-28T00:00:00+09:00</DateTime><Item><Kind><Name>要早期警戒</Name><Property>"
    '<Type>大雪</Type></Property></Kind><Areas codeType="全国・地方予報区等"><Area><Name>岩手県内陸</Name>'
    "<Code>030010</Code></Area></Areas></Item></MeteorologicalInfo></MeteorologicalInfos>"
)
_DISTRICT = "<Area><Name>岩手県内陸北部</Name><Code>212</Code><MaxInt>4</MaxInt></Area>"
_WAVE = (
    "<Tsunami><Forecast><Item><Area><Name>岩手県</Name><Code>210</Code></Area><Category><Kind><Name>津波警報</Name>"
    "<Code>51</Code></Kind></Category></Item></Forecast></Tsunami>"
)
# reader → (telegram, the first entry's code, kind_code, alert_level); None: a telegram of the type has no entries
MADE: dict[object, tuple[Callable[[TelegramType], bytes], tuple[str, str | None, int | None]]] = {
    weather_warnings: (_warnings, ("0320100", None, None)),
    special_warning: (
        _headline("気象特別警報報知（市町村等）", "大雨特別警報", "33", MUNICIPALITIES, MORIOKA),
        ("0320100", "33", 5),
    ),
    danger_series: (
        lambda row: report(row.title, series((danger("雪危険度", [("30", "警報級")]), MORIOKA))),
        ("0320100", "30", None),
    ),
    early_notice: (lambda row: report(row.title, series((_RANK, INLAND))), ("030010", None, 1)),
    landslide_warning: (
        lambda row: report(row.title, warning("土砂災害警戒情報", (issued("警戒", "3"), MORIOKA))),
        ("0320100", "3", 4),
    ),
    flood_forecast: (
        _headline(
            "指定河川洪水予報（予報区域）", "レベル４氾濫危険警報", "40", "指定河川洪水予報（予報区域）", SECTION
        ),
        ("029900009900", "40", 4),
    ),
    notice: (
        lambda row: report(row.title, warning(f"{row.title}（発表細分）", (issued(row.title, "1"), INLAND))),
        ("030010", "1", None),
    ),
    **dict.fromkeys(
        (tagged, bulletin),
        (
            lambda row: report(row.title, headline=information("情報タグ", _TAG, FORECAST_AREAS, INLAND)),
            ("030010", None, None),
        ),
    ),
    outlook: (lambda row: report(row.title, _OUTLOOK), ("030010", None, None)),
    earthquake: (_seismic(quake() + shaken(_DISTRICT)), ("212", None, None)),
    tsunami: (_seismic(_WAVE + quake()), ("210", "51", None)),
    volcano: (
        lambda row: report(
            row.title, volcano_info("対象火山", kind("x", "12"), "火山名", ("岩手山", "207")), family="volcanology"
        ),
        ("207", "12", None),
    ),
}


@pytest.mark.parametrize("row", TYPES, ids=lambda row: row.title)
def test_every_type_comes_out_with_the_keys_of_the_contract(row: TelegramType) -> None:
    make, (code, kind_code, level) = MADE[row.read]
    got = read(make(row))
    line = record_line(got)
    assert line.keys() >= ALWAYS | SOMETIMES.get(got.hazard, set())
    assert (got.telegram, got.control_title, got.status) == (row.code, row.title, Status.ACTUAL)
    first = got.areas[0]
    assert first.code == code and first.code_type
    if kind_code is not None:
        assert (first.kind_code, first.alert_level) == (kind_code, level)
    assert got.hazard not in {"all", "other"}, "the type or its content tells the hazard"


@pytest.mark.parametrize("row", TYPES, ids=lambda row: row.title)
@pytest.mark.parametrize(("word", "status"), [("訓練", Status.EXERCISE), ("試験", Status.TEST)])
def test_a_drill_of_every_type_is_one(row: TelegramType, word: str, status: Status) -> None:
    make, _ = MADE[row.read]
    got = read(make(row).replace("<Status>通常</Status>".encode(), f"<Status>{word}</Status>".encode()))
    assert (got.status, got.control_status) == (status, word)


@pytest.mark.parametrize("row", TYPES, ids=lambda row: row.title)
def test_a_withdrawal_of_every_type_has_only_a_text(row: TelegramType) -> None:
    family = (
        "seismology" if row.read in {earthquake, tsunami} else "volcanology" if row.read is volcano else "meteorology"
    )
    payload = report(row.title, "<Text>取り消します。</Text>", info_type="取消", event="20261120175800", family=family)
    got = read(payload)
    assert (got.info_type, got.cancels_event_id, got.areas) == ("取消", "20261120175800", ())
    assert record_line(got)["cancels_event_id"] == "20261120175800" and got.max_alert_level is None


@pytest.mark.parametrize("row", TYPES, ids=lambda row: row.title)
@pytest.mark.parametrize("word", ["訂正", "遅延"])
def test_a_correction_and_a_late_one_are_read_as_an_issue(row: TelegramType, word: str) -> None:
    make, _ = MADE[row.read]
    issue = read(make(row))
    other = read(make(row).replace("<InfoType>発表".encode(), f"<InfoType>{word}".encode()))
    assert (other.info_type, other.areas, other.subject) == (word, issue.areas, issue.subject)
    assert other.key != issue.key


@pytest.mark.parametrize("row", TYPES, ids=lambda row: row.title)
def test_whatever_element_is_lost_or_empty_there_is_a_telegram_or_a_named_refusal(row: TelegramType) -> None:
    make, _ = MADE[row.read]
    whole = make(row)
    for place in range(1, len(list(etree.fromstring(whole).iter()))):
        for harm in (_lose, _empty):
            root = etree.fromstring(whole)
            harm(list(root.iter())[place])
            got = decoded(etree.tostring(root, encoding="UTF-8", xml_declaration=True))
            assert len(got.records) + len(got.rejected) == 1
            assert all(one.code.startswith(("bad_", "unsupported_", "not_")) and one.at for one in got.rejected)


def _lose(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def _empty(element: etree._Element) -> None:
    for child in list(element):
        element.remove(child)
    element.text = None
    element.attrib.clear()


@pytest.mark.real
@pytest.mark.skipif(
    not os.environ.get("SHIRASE_REAL_DATA"), reason="SHIRASE_REAL_DATA does not say where the schemas are"
)
@pytest.mark.parametrize("row", TYPES, ids=lambda row: row.title)
def test_what_is_made_here_keeps_to_the_schemas(row: TelegramType) -> None:
    schemas = Path(os.environ["SHIRASE_REAL_DATA"]) / "jma" / "schema"
    report = etree.fromstring(MADE[row.read][0](row))
    for part in (report[1], report[2]):  # Head and Body
        namespace = etree.QName(part).namespace or ""
        names = {"informationBasis1": "ib", "meteorology1": "mete", "seismology1": "seis", "volcanology1": "volc"}
        schema = etree.XMLSchema(etree.parse(schemas / f"jmx_{names[namespace.split('/')[-2]]}.xsd"))
        assert schema.validate(part), schema.error_log
