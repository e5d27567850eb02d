"""Spellings of other gateways: times at the edge of a day, units in wide letters, older and wrapped messages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from feeds.chirpstack import Chirpstack
from feeds.instant import instant
from feeds.things_stack import ThingsStack
from feeds.units import conversion
from tests.feeds.making import message
from tests.feeds.test_devices import CHIRPSTACK, EUI, TTN, TTN_TOPIC, fault, readings, values

V3: dict[str, Any] = {
    "applicationID": "1",
    "deviceName": "snow-123",
    "devEUI": "JOEkE2sAAAE=",
    "rxInfo": [{"gatewayID": "x"}, {"gatewayID": "y", "time": "2026-01-14T21:10:00Z"}],
    "fCnt": 10,
    "data": "AXVk",
    "objectJSON": json.dumps({"snow_depth_cm": 34.5}),
}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-01-15T24:00:00+09:00", datetime(2026, 1, 15, 15, tzinfo=UTC)),
        ("2026-01-31 24:00Z", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2017-01-01T08:59:60.5+09:00", datetime(2017, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_the_end_of_a_day_and_a_leap_second(written: str, meant: datetime) -> None:
    assert instant(written) == meant


@pytest.mark.parametrize(
    "written", ["2026-01-15T24:01:00Z", "2026-01-15T24:00:01Z", "2026-01-15T06:10:60Z", "9999-12-31T24:00:00Z"]
)
def test_what_no_clock_shows(written: str) -> None:
    with pytest.raises(ValueError, match="calendar"):
        instant(written)


@pytest.mark.parametrize(
    ("unit", "kept", "factor"),
    [("㎝", "cm", 1.0), ("ｍ", "cm", 100.0), ("㎥/s", "m3/s", 1.0), ("％", "%", 1.0), ("㎞/h", "km/h", 1.0)],
)
def test_units_in_wide_letters(unit: str, kept: str, factor: float) -> None:
    assert conversion(unit, kept) == (pytest.approx(factor), 0.0)


def test_the_older_network_server() -> None:
    (one,) = readings(Chirpstack(), V3, CHIRPSTACK + "up")
    assert values([one]) == [(EUI, "snow_depth", 34.5, "cm")]
    assert one.measured_at == datetime(2026, 1, 14, 21, 10, tzinfo=UTC)
    assert fault(Chirpstack(), V3 | {"objectJSON": "{"}, CHIRPSTACK + "up").at == "/objectJSON"
    assert fault(Chirpstack(), V3 | {"devEUI": "AAAAAAAAAAE="}, CHIRPSTACK + "up").code == "topic_mismatch"
    assert fault(Chirpstack(), V3 | {"objectJSON": None}, CHIRPSTACK + "up").code == "not_decoded"


@pytest.mark.parametrize("wrapper", ["result", "data"])
def test_what_storage_and_event_stream_hand_out(wrapper: str) -> None:
    assert values(readings(ThingsStack(), {wrapper: TTN}, TTN_TOPIC)) == [("snow-123", "snow_depth", 34.5, "cm")]


def test_another_version_is_not_dropped_without_a_word() -> None:
    assert fault(ThingsStack(), {"dev_id": "d", "payload_fields": {"snow_depth": 3}}, TTN_TOPIC).code == "not_ttn"


@pytest.mark.parametrize(
    ("decoded", "read"),
    [
        ({"snow_depth": {"displayName": "Snow", "value": 34.5, "unit": "cm"}}, [("snow_depth", 34.5, "cm")]),
        ({"snow_depth": {"value": 345, "unit": "mm"}}, [("snow_depth", 345.0, "mm")]),
        ({"battery": 90, "data": {"snow_depth": 34.5}}, [("battery", 90.0, "%"), ("snow_depth", 34.5, "cm")]),
        ({"a": {"b": {"snow_depth": 34.5}}, "history": []}, [("snow_depth", 34.5, "cm")]),
    ],
)
def test_what_stands_a_step_deeper_is_not_lost(decoded: object, read: list[tuple[str, float, str]]) -> None:
    got = [
        values(readings(ThingsStack(), TTN | {"uplink_message": {"decoded_payload": decoded}}, TTN_TOPIC)),
        values(readings(Chirpstack(), {"object": decoded}, CHIRPSTACK + "up")),
    ]
    assert [[one[1:] for one in some] for some in got] == [read, read]


@pytest.mark.parametrize(
    ("decoded", "at", "code"),
    [
        ({"snow_depth": [34.5]}, "snow_depth", "bad_value"),
        ({"log": [{"snow_depth": 34.5}]}, "log", "bad_value"),
        ({"data": {"snow_depth": "deep"}}, "data/snow_depth", "bad_value"),
        ({"a": {"snow_depth": 1}, "b": {"snow_depth": 2}}, "b/snow_depth", "ambiguous"),
    ],
)
def test_what_cannot_be_read_a_step_deeper_is_told(decoded: object, at: str, code: str) -> None:
    found = Chirpstack().decode(message({"object": decoded}, CHIRPSTACK + "up")).rejected
    assert [(one.code, one.at) for one in found] == [(code, f"/object/{at}")]


@pytest.mark.parametrize("clock", ["time", "gwTime", "nsTime"])
def test_without_a_time_of_its_own_an_uplink_has_that_of_who_heard_it(clock: str) -> None:
    body = {"object": {"snow_depth": 3}, "rxInfo": [{"rssi": -97}, {clock: "2026-01-14T21:10:00Z"}]}
    (one,) = readings(Chirpstack(), body, CHIRPSTACK + "up")
    assert one.measured_at == datetime(2026, 1, 14, 21, 10, tzinfo=UTC)


def test_the_older_network_server_without_a_codec() -> None:
    assert fault(Chirpstack(), V3 | {"objectJSON": ""}, CHIRPSTACK + "up").code == "not_decoded"
    hexadecimal = {name: value for name, value in V3.items() if name != "devEUI"} | {"devEui": EUI}
    assert values(readings(Chirpstack(), hexadecimal, CHIRPSTACK + "up"))[0][0] == EUI
