"""Strange JSON and CSV as readings, by a mapping file."""

from __future__ import annotations

from datetime import UTC, datetime
from textwrap import dedent

import pytest

from feeds.checks import checked
from feeds.mapping import MappingError, Mappings, Time, moment, read_mappings
from feeds.records import Decoded, Flag, Message, Reading
from feeds.registry import by_name, feeds_with, for_message, topic_filters
from tests.feeds.making import NOW

RIVER = """
[[message]]
name = "river-office"
topic = "city/+/river"
records = "data.stations"
station = "code"
time = { path = "obs", format = "%Y/%m/%d %H:%M" }
missing = [-999, "---"]
[message.values]
water_level = { path = "stage.now", unit = "cm" }
rain_1h = { path = "rain", unit = "mm" }
"""
BODY = """{"data": {"stations": [
  {"code": "a1", "obs": "2026/01/15 06:00", "stage": {"now": "１２３.５"}, "rain": 4},
  {"code": "a2", "obs": "2026/01/14 24:00", "stage": {"now": "---"}, "rain": -999},
  {"code": "a3", "obs": "yesterday", "stage": {"now": 1}},
  {"code": "a4", "obs": "2026/01/15 06:00", "stage": {"now": "high"}, "rain": 1}]}}"""


def mappings(text: str) -> Mappings:
    return read_mappings([("city.toml", dedent(text))])


def decode(text: str, payload: str | bytes, topic: str = "", gateway: str = "office") -> Decoded:
    known = mappings(text)
    feed = by_name(known.messages[0].name, feeds_with(known))
    assert feed is not None
    body = payload if isinstance(payload, bytes) else payload.encode()
    return feed.decode(Message(topic=topic, payload=body, received_at=NOW, gateway=gateway))


def told(decoded: Decoded) -> list[tuple[str, str, float | None, str, str]]:
    return [
        (one.station, one.quantity, one.value, one.unit, f"{one.measured_at:%d %H:%M}")
        for one in decoded.records
        if isinstance(one, Reading)
    ]


def test_records_deep_in_json() -> None:
    decoded = decode(RIVER, BODY)
    assert told(decoded) == [
        ("a1", "water_level", 123.5, "cm", "14 21:00"),
        ("a1", "rain_1h", 4.0, "mm", "14 21:00"),
        ("a2", "water_level", None, "cm", "14 15:00"),  # 24:00 is the end of the day
        ("a2", "rain_1h", None, "mm", "14 15:00"),
        ("a4", "rain_1h", 1.0, "mm", "14 21:00"),
    ]
    assert [Flag.MISSING in one.flags for one in decoded.records if isinstance(one, Reading)][2:4] == [True, True]
    assert [(one.code, one.at) for one in decoded.rejected] == [("bad_time", "/2/time"), ("bad_value", "/3/stage.now")]


def test_its_topic_is_asked_for_and_comes_before_the_built_in_ones() -> None:
    among = feeds_with(mappings(RIVER.replace("city/+/river", "zigbee2mqtt/roof")))
    assert "zigbee2mqtt/roof" not in topic_filters(among), "zigbee2mqtt/# brings it already"
    assert "city/+/river" in topic_filters(feeds_with(mappings(RIVER)))
    for topic, name in (("zigbee2mqtt/roof", "river-office"), ("zigbee2mqtt/porch", "zigbee2mqtt")):
        feed = for_message(Message(topic=topic, payload=b"{}", received_at=NOW), among)
        assert feed is not None and feed.name == name


def test_station_by_topic_or_once_for_all_and_values_of_the_whole_message() -> None:
    text = """
    [[message]]
    name = "dam"
    station = { topic = 1 }
    time = { path = "$.header.at", format = "epoch_ms" }
    records = "rows"
    [message.values]
    discharge = { path = "out", unit = "m3/s" }
    """
    body = '{"header": {"at": 1768425000000}, "rows": [{"out": 12.5}]}'
    assert told(decode(text, body, "dams/gosho/state")) == [("gosho", "discharge", 12.5, "m3/s", "14 21:10")]
    constant = text.replace("{ topic = 1 }", '{ value = "gosho" }')
    assert told(decode(constant, body)) == [("gosho", "discharge", 12.5, "m3/s", "14 21:10")]
    assert decode(text, body, "short").rejected[0].code == "no_station"


def test_long_records_name_what_they_measure() -> None:
    text = """
    [[message]]
    name = "road"
    station = "site"
    time = { path = "t", format = "iso", zone = "+00:00" }
    [message.long]
    word = "kind"
    value = "v"
    unit = "u"
    [[word]]
    word = "RT"
    quantity = "road_temperature"
    unit = "Cel"
    [[word]]
    word = "LQ"
    ignore = true
    """
    body = """[{"site": "r1", "t": "2026-01-14T21:00:00", "kind": "RT", "v": 28.4, "u": "°F"},
     {"site": "r1", "t": "2026-01-14T21:00:00", "kind": "airTemp", "v": -3},
     {"site": "r1", "t": "2026-01-14 21:00", "kind": "LQ", "v": 3}]"""
    decoded = decode(text, body)
    assert told(decoded) == [
        ("r1", "road_temperature", 28.4, "°F", "14 21:00"),
        ("r1", "air_temperature", -3.0, "Cel", "14 21:00"),
    ]
    assert [one.code for one in decoded.rejected] == ["no_value"]
    came = Message(topic="", payload=body.encode(), received_at=NOW)
    kept = [one.value for one in checked(decoded, came).records if isinstance(one, Reading)]
    assert kept == [pytest.approx(-2.0), -3.0]


def test_csv_with_japanese_columns() -> None:
    text = """
    [[message]]
    name = "snow-csv"
    format = "csv"
    encoding = "cp932"
    skip_lines = 1
    station = "観測所(番号)"
    time = { path = "日時", format = "%Y-%m-%d %H:%M" }
    missing = ["欠測"]
    [message.values]
    snow_depth = { path = "積雪深(cm)", unit = "cm" }
    """
    lines = ("33431,2026-01-15 06:00,34", "33441,2026-01-15 06:00,欠測", "", "33442,,5", "33443,2026-01-15 06:00", "")
    table = "\n".join(("積雪観測", "観測所(番号),日時,積雪深(cm)", *lines))
    decoded = decode(text, table.encode("cp932"))
    assert told(decoded) == [
        ("33431", "snow_depth", 34.0, "cm", "14 21:00"),
        ("33441", "snow_depth", None, "cm", "14 21:00"),
    ]
    assert [(one.code, one.at) for one in decoded.rejected] == [("no_time", "/line 6/time"), ("no_value", "/line 7")]
    assert decode(text, table).rejected[0].code == "bad_encoding"
    assert decode(text, b"x").rejected[0].code == "bad_csv"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"not json", "bad_json"),
        (b'{"data": {}}', "no_records"),
        (b'{"data": {"stations": []}}', "empty"),
        (b'{"data": {"stations": [1]}}', "no_station"),
        (b'{"data": {"stations": [{"code": true}]}}', "no_station"),
        (b'{"data": {"stations": [{"code": "a"}]}}', "no_time"),
        (b'{"data": {"stations": [{"code": "a", "obs": "2026/01/15 06:00"}]}}', "no_value"),
        (b'{"data": {"stations": [{"code": "a", "obs": "2026/01/15 06:00", "rain": "inf"}]}}', "bad_value"),
        (b'{"data": {"stations": [{"code": "a", "obs": "2026/01/15 06:00", "rain": "1_0"}]}}', "bad_value"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(payload: bytes, code: str) -> None:
    decoded = decode(RIVER, payload)
    assert decoded.records == () and [one.code for one in decoded.rejected] == [code]


def test_a_message_that_is_null_has_no_records() -> None:
    text = RIVER.replace('records = "data.stations"', "")
    assert text != RIVER
    (refused,) = decode(text, b"null").rejected
    assert refused.code == "no_records"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('name = "river-office"', 'name = "River Office"'), "message.0.name"),
        (('"city/+/river"', '"hub/v1/+/x"'), "hub/"),
        (('"city/+/river"', '"city/a+/river"'), "whole level"),
        (('"data.stations"', '"data.[stations"'), "jmespath.org"),
        (("water_level", "height_of_water"), "no quantity of the hub"),
        (('unit = "cm"', 'unit = "hPa"'), "no unit of water_level"),
        (("%Y/%m/%d %H:%M", "japanese"), "epoch_ms"),
        (("missing", "mising"), "mising"),
        (("[message.values]\nwater", "[message.vals]\nwater"), "message.0.vals"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_where(change: tuple[str, str], said: str) -> None:
    assert change[0] in RIVER
    with pytest.raises(MappingError, match=r"^city\.toml: ") as refused:
        mappings(RIVER.replace(*change))
    assert said in str(refused.value)


def test_words_and_names_stand_once() -> None:
    with pytest.raises(MappingError, match="twice"):
        read_mappings([("a.toml", RIVER), ("b.toml", RIVER)])
    with pytest.raises(MappingError, match="ignore = true"):
        mappings('[[word]]\nword = "x"')
    with pytest.raises(MappingError, match=r"city\.toml"):
        mappings("this is no TOML")


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2026-01-15T06:00:00+09:00", "iso", datetime(2026, 1, 14, 21, tzinfo=UTC)),
        ("2026-01-15 06:00", "iso", datetime(2026, 1, 14, 21, tzinfo=UTC)),
        ("2026-01-15T24:00:00", "iso", datetime(2026, 1, 15, 15, tzinfo=UTC)),
        ("202601152400", "%Y%m%d%H%M", None),  # no colon and no blank: only its pattern could tell
        (1768425000, "epoch_s", datetime(2026, 1, 14, 21, 10, tzinfo=UTC)),
        ("1768425000.5", "epoch_s", datetime(2026, 1, 14, 21, 10, 0, 500000, tzinfo=UTC)),
        (1e300, "epoch_s", None),
        ("1_768_425_000", "epoch_s", None),
        ("2026-01-15T06:00:00+09:00\0", "iso", None),
        (True, "iso", None),
        ("31/12/2026", "iso", None),
    ],
)
def test_times(text: object, form: str, expected: datetime | None) -> None:
    time = Time(path="t", format=form)
    if expected is None:
        with pytest.raises(ValueError, match=r"written|count|no time"):
            moment(text, time)
    else:
        assert moment(text, time) == expected
