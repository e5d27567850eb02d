"""Forecasts of snow that a provider sends: hub JSON, and anybody's JSON or CSV by a mapping."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from feeds.checks import checked
from feeds.contract import record_line
from feeds.mapping import MappingError, read_mappings
from feeds.plain import Plain
from feeds.records import Message
from feeds.registry import by_name, feeds_with
from feeds.snow_ahead import SnowForecast
from feeds.status import Status
from tests.feeds.making import NOW, message, refusal

TOPIC = "hub/v1/tenki/forecast"
EIGHT = {
    "v": 1,
    "issued": "2026-01-15T17:00:00+09:00",
    "place": "plow-chuo",
    "from": "2026-01-15T18:00:00+09:00",
    "until": "2026-01-16T06:00:00+09:00",
    "snow_cm": 8,
}
HOURLY = {key: value for key, value in EIGHT.items() if key not in {"until", "snow_cm"}} | {
    "hourly_cm": [0, 1.5, [2, 3]]
}


def forecast(body: dict[str, object]) -> SnowForecast:
    (one,) = Plain().decode(message(body, TOPIC)).records
    assert isinstance(one, SnowForecast)
    return one


def test_an_amount_for_a_stretch_of_time() -> None:
    one = forecast(EIGHT | {"source": "○○気象", "status": "Exercise"})
    assert (one.gateway, one.place, one.source, one.status) == ("tenki", "plow-chuo", "○○気象", Status.EXERCISE)
    assert one.measured_at == datetime(2026, 1, 15, 8, tzinfo=UTC)
    assert record_line(one)["spans"] == [
        {"from": "2026-01-15T09:00:00Z", "until": "2026-01-15T21:00:00Z", "low_cm": 8, "high_cm": 8, "over_h": 12}
    ]


def test_amounts_by_the_hour_and_a_range() -> None:
    spans = forecast(HOURLY).spans
    assert [(one.start.hour, one.low_cm, one.high_cm, one.over_h) for one in spans] == [
        (9, 0, 0, 1),
        (10, 1.5, 1.5, 1),
        (11, 2, 3, 1),
    ]


@pytest.mark.parametrize(
    ("change", "code", "at"),
    [
        ({"snow_cm": 1_000_000}, "bad_value", "/snow_cm"),
        ({"snow_cm": -1}, "bad_value", "/snow_cm"),
        ({"snow_cm": [9, 3]}, "bad_value", "/snow_cm"),
        ({"snow_cm": "8"}, "bad_value", "/snow_cm"),
        ({"snow_cm": None}, "no_value", "/snow_cm"),
        ({"until": "2026-01-15T18:00:00+09:00"}, "bad_value", "/snow_cm"),
        ({"until": "2026-01-25T18:00:00+09:00"}, "bad_value", "/snow_cm"),
        ({"until": None}, "no_time", "/until"),
        ({"issued": None}, "no_time", "/issued"),
        ({"place": None}, "missing_member", "/place"),
        ({"place": "中央"}, "bad_member", "/place"),
        ({"lon": 141.1}, "bad_position", "/lat"),
        ({"hourly_cm": [1]}, "bad_member", "/hourly_cm"),
        ({"status": "real"}, "bad_status", "/status"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(change: dict[str, object], code: str, at: str) -> None:
    one = refusal(Plain().decode(message(EIGHT | change, TOPIC)))
    assert (one.code, one.at) == (code, at)


def test_one_issued_in_the_future_is_refused() -> None:
    for hour, code in ((6, "clock_ahead"), (9, None)):
        came = datetime(2026, 1, 15, hour, 30, tzinfo=UTC)
        one = Message(topic=TOPIC, payload=message(EIGHT, TOPIC).payload, received_at=came)
        assert next((each.code for each in checked(Plain().decode(one), one).rejected), None) == code


MAPPING = """
[[message]]
name = "tenki"
records = "forecasts"
station = "mesh"
time = { path = "$.issued" }
[message.forecast]
from = "begins"
hours = 1
snow = "mm"
unit = "mm"
source = "○○気象"

[[message]]
name = "table"
format = "csv"
station = "point"
time = { path = "issued" }
[message.forecast]
until = "ends"
hours = 3
low = "low"
high = "high"
lon = "lon"
lat = "lat"
"""


def mapped(name: str, payload: bytes) -> list[object]:
    feed = by_name(name, feeds_with(read_mappings([("city.toml", MAPPING)])))
    assert feed is not None
    decoded = feed.decode(Message(topic=f"source:{name}/Test", payload=payload, received_at=NOW))
    return [*decoded.records, *decoded.rejected]


def test_a_provider_s_own_json_by_the_hour() -> None:
    body = {
        "issued": "2026-01-15T17:00+09:00",
        "forecasts": [{"mesh": "59414125", "begins": "2026-01-15T18:00", "mm": [10, 25]}],
    }
    (one,) = mapped("tenki", json.dumps(body).encode())
    assert isinstance(one, SnowForecast)
    assert (one.place, one.source, one.status) == ("59414125", "○○気象", Status.TEST)
    assert [each.high_cm for each in one.spans] == [1.0, 2.5] and one.spans[1].start.hour == 10


def test_a_table_of_points_with_ranges_and_a_bad_line_by_itself() -> None:
    rows = "issued,point,ends,low,high,lon,lat\n2026-01-15T17:00,yabukawa,2026-01-15T21:00,2,5,141.3,39.8\n"
    good, bad = mapped("table", (rows + "2026-01-15T17:00,yabukawa,2026-01-16T00:00,x,5,141.3,39.8\n").encode())
    assert isinstance(good, SnowForecast)
    assert (good.lon, good.spans[0].low_cm, good.spans[0].high_cm, good.spans[0].start.hour) == (141.3, 2.0, 5.0, 9)
    assert getattr(bad, "code", "") == "bad_value"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('from = "a"\nsnow = "b"', "two of from, until and hours"),
        ('from = "a"\nhours = 1', "snow, or low and high"),
        ('from = "a"\nhours = 1\nlow = "b"', "snow, or low and high"),
        ('from = "a"\nhours = 1\nsnow = "b"\nlon = "c"', "lon and lat"),
    ],
)
def test_a_mapping_that_does_not_say_when_or_how_much_is_refused(text: str, what: str) -> None:
    whole = f'[[message]]\nname = "x"\nstation = "s"\ntime = {{ path = "t" }}\n[message.forecast]\n{text}\n'
    with pytest.raises(MappingError, match=what):
        read_mappings([("city.toml", whole)])
