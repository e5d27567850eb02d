"""Gateways of other makers, with the payloads that their makers document."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feeds.checks import checked
from feeds.chirpstack import Chirpstack
from feeds.feed import Feed
from feeds.names import Named, Words
from feeds.records import Flag, Message, Reading, Rejected
from feeds.sensorthings import SensorThings
from feeds.status import Status
from feeds.things_stack import ThingsStack
from feeds.thingsboard import ThingsBoard
from feeds.zigbee2mqtt import Zigbee2Mqtt
from tests.feeds.making import NOW, message, refusal

EUI = "24e124136b000001"
CHIRPSTACK = f"application/5d2a1c7e-0000-4000-8000-000000000001/device/{EUI}/event/"
UP: dict[str, Any] = {
    "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
    "time": "2026-01-14T21:10:00.775+00:00",
    "deviceInfo": {"deviceName": "snow-123", "devEui": EUI, "tags": {"station": "st0123"}},
    "fCnt": 482,
    "fPort": 85,
    "data": "AXVkA2fW/w==",
    "object": {"snow_depth_cm": 34.5, "battery": 100},
    "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -97, "snr": 6.2}],
}
TTN_TOPIC = "v3/morioka@ttn/devices/snow-123/up"
TTN: dict[str, Any] = {
    "end_device_ids": {
        "device_id": "snow-123",
        "application_ids": {"application_id": "morioka"},
        "dev_eui": EUI.upper(),
    },
    "correlation_ids": ["as:up:01JABC"],
    "received_at": "2026-01-14T21:10:00.912345678Z",
    "uplink_message": {
        "session_key_id": "AYcC",
        "f_port": 85,
        "f_cnt": 482,
        "frm_payload": "AXVkA2fW/w==",
        "decoded_payload": {"snow_depth_cm": 34.5},
        "rx_metadata": [{"gateway_ids": {"gateway_id": "roof-1"}, "rssi": -97, "snr": 6.2}],
        "received_at": "2026-01-14T21:10:00.704Z",
    },
}

GATEWAY = {
    "st0123": [{"ts": 1768425000000, "values": {"snow_depth": 34.5, "battery": 3.61}}],
    "st0124": [{"ts": 1768425000000, "values": {"snow_depth": 12}}],
}
PORCH = {"temperature": -4.2, "humidity": 71.4, "battery": 88, "linkquality": 120, "voltage": 2995}
OBSERVED = "v1.1/Datastreams(42)/Observations"
OBSERVATION = {"result": 34.5, "phenomenonTime": "2026-01-14T21:10:00Z", "resultTime": "2026-01-14T21:10:02Z"}


def readings(feed: Feed, body: object, topic: str) -> list[Reading]:
    decoded = feed.decode(message(body, topic))
    assert decoded.rejected == ()
    return [record for record in decoded.records if isinstance(record, Reading)]


def values(found: list[Reading]) -> list[tuple[str, str, float | None, str]]:
    return [(one.station, one.quantity, one.value, one.unit) for one in found]


def fault(feed: Feed, body: object, topic: str) -> Rejected:
    return refusal(feed.decode(message(body, topic)))


class TestChirpstack:
    def test_an_uplink(self) -> None:
        found = readings(Chirpstack(), UP, CHIRPSTACK + "up")
        assert values(found) == [(EUI, "snow_depth", 34.5, "cm"), (EUI, "battery", 100.0, "%")]
        assert {one.measured_at for one in found} == {datetime(2026, 1, 14, 21, 10, 0, 775000, tzinfo=UTC)}
        assert {one.gateway for one in found} == {"chirpstack"} and {one.seq for one in found} == {482}
        assert found[0].flags == frozenset() and found[1].flags == {Flag.UNIT_ASSUMED}
        assert len({one.key for one in found}) == 2, "one message id, two readings"

    def test_a_repeat_has_the_same_keys_and_another_uplink_has_others(self) -> None:
        first, again = (readings(Chirpstack(), UP, CHIRPSTACK + "up") for _ in range(2))
        other = readings(Chirpstack(), {**UP, "deduplicationId": "another"}, CHIRPSTACK + "up")
        assert [one.key for one in first] == [one.key for one in again]
        assert not {one.key for one in first} & {one.key for one in other}

    def test_default_members_are_absent(self) -> None:
        bare = {name: UP[name] for name in ("time", "deviceInfo", "object")}
        assert [one.seq for one in readings(Chirpstack(), bare, CHIRPSTACK + "up")] == [None, None]

    def test_cayenne_channels(self) -> None:
        body = {**UP, "object": {"temperatureSensor": {"1": 25}, "humiditySensor": {"2": 32, "3": 40}}}
        assert values(readings(Chirpstack(), body, CHIRPSTACK + "up")) == [
            (EUI, "air_temperature", 25.0, "Cel"),
            (f"{EUI}:2", "humidity", 32.0, "%"),
            (f"{EUI}:3", "humidity", 40.0, "%"),
        ]

    def test_without_a_codec_the_cure_is_told(self) -> None:
        body = {name: value for name, value in UP.items() if name != "object"}
        assert "codec" in fault(Chirpstack(), body, CHIRPSTACK + "up").message

    def test_events_that_measure_nothing(self) -> None:
        for event in ("join", "ack", "txack", "log", "location"):
            decoded = Chirpstack().decode(message({"time": "x"}, CHIRPSTACK + event))
            assert (decoded.records, decoded.rejected) == ((), ())

    def test_a_status_event_tells_the_battery(self) -> None:
        status = {**UP, "batteryLevel": 75.5, "margin": 10}
        (one,) = readings(Chirpstack(), status, CHIRPSTACK + "status")
        assert (one.quantity, one.value) == ("battery", 75.5)
        powered = Chirpstack().decode(message({**status, "externalPowerSource": True}, CHIRPSTACK + "status"))
        assert powered.records == ()

    def test_another_device_than_the_topic_says_is_refused(self) -> None:
        body = {**UP, "deviceInfo": {"devEui": "0" * 16}}
        assert fault(Chirpstack(), body, CHIRPSTACK + "up").code == "topic_mismatch"

    def test_the_gateway_that_was_given(self) -> None:
        came = Message(topic=CHIRPSTACK + "up", payload=json.dumps(UP).encode(), received_at=NOW, gateway="lora")
        assert {one.gateway for one in Chirpstack().decode(came).records} == {"lora"}


class TestThingsStack:
    def test_an_uplink(self) -> None:
        (one,) = readings(ThingsStack(), TTN, TTN_TOPIC)
        assert values([one]) == [("snow-123", "snow_depth", 34.5, "cm")]
        assert one.measured_at == datetime(2026, 1, 14, 21, 10, 0, 704000, tzinfo=UTC)
        assert one.status is Status.ACTUAL

    def test_the_first_uplink_has_no_counter(self) -> None:
        first = {**TTN, "uplink_message": {k: v for k, v in TTN["uplink_message"].items() if k != "f_cnt"}}
        keys = {readings(ThingsStack(), body, TTN_TOPIC)[0].key for body in (TTN, first)}
        assert len(keys) == 2

    def test_another_session_may_count_anew(self) -> None:
        other = {**TTN, "uplink_message": {**TTN["uplink_message"], "session_key_id": "BBBB"}}
        assert readings(ThingsStack(), TTN, TTN_TOPIC)[0].key != readings(ThingsStack(), other, TTN_TOPIC)[0].key

    def test_a_simulated_uplink_is_never_real(self) -> None:
        (one,) = readings(ThingsStack(), {**TTN, "simulated": True}, TTN_TOPIC)
        assert one.status is Status.TEST

    def test_joins_measure_nothing_and_bare_payloads_are_told(self) -> None:
        join = {name: value for name, value in TTN.items() if name != "uplink_message"} | {"join_accept": {}}
        assert ThingsStack().decode(message(join, TTN_TOPIC)).records == ()
        bare = {**TTN, "uplink_message": {"frm_payload": "AXVk"}}
        assert fault(ThingsStack(), bare, TTN_TOPIC).code == "not_decoded"

    def test_another_device_than_the_topic_says_is_refused(self) -> None:
        assert fault(ThingsStack(), TTN, "v3/a/devices/other/up").code == "topic_mismatch"


class TestThingsBoard:
    def test_a_gateway_of_several_devices(self) -> None:
        found = readings(ThingsBoard(), GATEWAY, "v1/gateway/telemetry")
        assert [(one.station, one.quantity, one.value) for one in found] == [
            ("st0123", "snow_depth", 34.5),
            ("st0123", "battery", 3.61),
            ("st0124", "snow_depth", 12.0),
        ]
        assert {one.measured_at for one in found} == {datetime(2026, 1, 14, 21, 10, tzinfo=UTC)}

    @pytest.mark.parametrize(
        ("body", "count", "assumed"),
        [
            ({"temperature": -4.2}, 1, True),
            ({"ts": 1768425000000, "values": {"temperature": -4.2}}, 1, False),
            (
                [
                    {"ts": 1768425000000, "values": {"temperature": 1}},
                    {"ts": 1768425060000, "values": {"temperature": 2}},
                ],
                2,
                False,
            ),
        ],
    )
    def test_a_device_of_its_own(self, body: object, count: int, assumed: bool) -> None:
        came = Message(
            topic="v1/devices/me/telemetry", payload=json.dumps(body).encode(), received_at=NOW, gateway="gw9"
        )
        found = [one for one in ThingsBoard().decode(came).records if isinstance(one, Reading)]
        assert len(found) == count and {one.station for one in found} == {"gw9"}
        assert {Flag.TIME_ASSUMED in one.flags for one in found} == {assumed}

    def test_bad_parts_are_refused_by_themselves(self) -> None:
        body = {
            **GATEWAY,
            "st0125": [{"ts": "soon", "values": {"snow_depth": 1}}],
            "st0126": [{"ts": 1e300, "values": {}}],
        }
        decoded = ThingsBoard().decode(message(body, "v1/gateway/telemetry"))
        assert len(decoded.records) == 3
        assert [(one.code, one.at) for one in decoded.rejected] == [
            ("bad_value", "/st0125/0/ts"),
            ("bad_time", "/st0126/0/ts"),
        ]


class TestZigbee2Mqtt:
    def test_a_device_with_slashes_in_its_name(self) -> None:
        body = {**PORCH, "last_seen": "2026-01-15T06:10:00+09:00", "update": {"installed": 3}, "contact": True}
        found = readings(Zigbee2Mqtt(), body, "zigbee2mqtt/house/porch")
        assert values(found) == [
            ("house/porch", "air_temperature", -4.2, "Cel"),
            ("house/porch", "humidity", 71.4, "%"),
            ("house/porch", "battery", 88.0, "%"),
            ("house/porch", "battery_voltage", 2995.0, "mV"),
        ]
        assert {one.measured_at for one in found} == {datetime(2026, 1, 14, 21, 10, tzinfo=UTC)}
        assert {one.flags for one in found} == {frozenset()}

    def test_last_seen_may_be_milliseconds_or_missing(self) -> None:
        (first, *_) = readings(Zigbee2Mqtt(), {**PORCH, "last_seen": 1768425000000}, "zigbee2mqtt/porch")
        assert first.measured_at == datetime(2026, 1, 14, 21, 10, tzinfo=UTC)
        (first, *_) = readings(Zigbee2Mqtt(), PORCH, "zigbee2mqtt/porch")
        assert (first.measured_at, first.flags) == (NOW, {Flag.TIME_ASSUMED})

    @pytest.mark.parametrize("rest", ["bridge/state", "bridge/devices", "porch/availability", "porch/set", "porch/get"])
    def test_what_is_no_state_of_a_device(self, rest: str) -> None:
        decoded = Zigbee2Mqtt().decode(message(b"online", f"zigbee2mqtt/{rest}"))
        assert (decoded.records, decoded.rejected) == ((), ())


class TestSensorThings:
    def test_a_mapping_names_the_datastream(self) -> None:
        feed = SensorThings(Words({("", "42"): Named("snow_depth", "cm")}))
        (one,) = readings(feed, OBSERVATION, OBSERVED)
        assert (one.station, one.quantity, one.value, one.unit) == ("42", "snow_depth", 34.5, "cm")
        assert one.measured_at == datetime(2026, 1, 14, 21, 10, tzinfo=UTC)

    def test_without_one_the_checks_ask_for_it(self) -> None:
        came = message(OBSERVATION, OBSERVED)
        decoded = SensorThings().decode(came)
        assert [one.quantity for one in decoded.records if isinstance(one, Reading)] == ["result"]
        (refused,) = checked(decoded, came).rejected
        assert refused.code == "unknown_quantity"

    def test_an_interval_counts_by_its_end(self) -> None:
        body = {**OBSERVATION, "phenomenonTime": "2026-01-14T20:10:00Z/2026-01-14T21:00:00Z"}
        (one,) = readings(SensorThings(), body, OBSERVED)
        assert one.measured_at == datetime(2026, 1, 14, 21, 0, tzinfo=UTC)

    def test_an_expanded_datastream_tells_all(self) -> None:
        stream = {
            "@iot.id": 42,
            "name": "Snow",
            "unitOfMeasurement": {"symbol": "mm"},
            "ObservedProperty": {"name": "Snow Depth"},
            "Thing": {"name": "st0123"},
        }
        (one,) = readings(SensorThings(), {**OBSERVATION, "Datastream": stream}, OBSERVED)
        assert (one.station, one.quantity, one.unit) == ("st0123", "snow_depth", "mm")

    def test_the_servers_echo_is_the_same_reading(self) -> None:
        feed = SensorThings()
        echo = {**OBSERVATION, "@iot.id": 977, "@iot.selfLink": "http://server/v1.1/Observations(977)"}
        assert {readings(feed, body, OBSERVED)[0].key for body in (OBSERVATION, echo)} == {
            readings(feed, OBSERVATION, OBSERVED)[0].key
        }


def test_a_word_nobody_knows_waits_for_a_name_and_an_ignored_one_does_not() -> None:
    body = {**UP, "object": {"Snow Hgt!": 345, "noise": 3, "rssi": -90, "state": "on"}}
    feed = Chirpstack(Words({("", "noise"): None}))
    assert values(readings(feed, body, CHIRPSTACK + "up")) == [(EUI, "snow_hgt", 345.0, "")]
    named = Chirpstack(Words({(EUI, "Snow Hgt!"): Named("snow_depth", "mm"), ("", "noise"): None}))
    came = message(body, CHIRPSTACK + "up", received_at=NOW + timedelta(seconds=1))
    (one,) = checked(named.decode(came), came).records
    assert isinstance(one, Reading) and (one.quantity, one.value, one.unit) == ("snow_depth", 34.5, "cm")


def test_two_words_for_one_quantity_are_not_both_believed() -> None:
    body = {**UP, "object": {"temp": 1.0, "temperature": 2.0}}
    decoded = Chirpstack().decode(message(body, CHIRPSTACK + "up"))
    assert len(decoded.records) == 1
    assert [(one.code, one.at) for one in decoded.rejected] == [("ambiguous", "/object/temperature")]


def test_text_where_a_number_should_be_is_refused() -> None:
    assert fault(Zigbee2Mqtt(), {"temperature": "cold"}, "zigbee2mqtt/porch").code == "bad_value"


def test_a_refused_reading_keeps_the_whole_message() -> None:
    came = message({**UP, "time": "2019-01-01T00:00:00Z"}, CHIRPSTACK + "up")
    refused = checked(Chirpstack().decode(came), came).rejected
    assert {one.code for one in refused} == {"too_old"} and {one.member for one in refused} == {""}
