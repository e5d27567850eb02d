"""Hub JSON v1: what is a reading, what is refused, and where it says the fault is."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from feeds.plain import Plain
from feeds.records import Flag, Reading
from feeds.status import Status
from tests.feeds.making import READING, TIME, message, refusal

FEED = Plain()


def without(name: str) -> dict[str, object]:
    return {key: value for key, value in READING.items() if key != name}


def test_one_reading_in_full() -> None:
    body = READING | {"sent": "2026-01-15T06:10:02+09:00", "seq": 918273, "firmware": "kept in raw, not refused"}
    decoded = FEED.decode(message(body))
    assert decoded.rejected == ()
    assert decoded.records == (
        Reading(
            gateway="gw07",
            station="st0123",
            quantity="snow_depth",
            value=34.5,
            unit="cm",
            measured_at=datetime(2026, 1, 14, 21, 10, tzinfo=UTC),
            message_id="gw07-1",
            seq=918273,
            sent_at=datetime(2026, 1, 14, 21, 10, 2, tzinfo=UTC),
        ),
    )
    assert decoded.records[0].key == "gw07#gw07-1"


def test_topic_tells_station_and_quantity_where_the_payload_does_not() -> None:
    body = {"value": 1, "unit": "cm", "time": "2026-01-14T21:10:00.5Z"}
    (reading,) = FEED.decode(message(body)).records
    assert isinstance(reading, Reading)
    assert (reading.station, reading.quantity, reading.message_id) == ("st0123", "snow_depth", None)
    assert reading.measured_at == datetime(2026, 1, 14, 21, 10, 0, 500_000, tzinfo=UTC)
    assert reading.key == "gw07/st0123/snow_depth@2026-01-14T21:10:00.500000+00:00/0"


def test_null_is_a_reading_only_when_it_says_missing() -> None:
    (reading,) = FEED.decode(message(READING | {"value": None, "quality": "missing"})).records
    assert isinstance(reading, Reading)
    assert reading.value is None and reading.flags == {Flag.MISSING} and not reading.trusted
    assert refusal(FEED.decode(message(READING | {"value": None}))).code == "no_value"
    assert refusal(FEED.decode(message(without("value")))).code == "no_value"


@pytest.mark.parametrize("word", ["Actual", "Exercise", "Test"])
def test_status_travels(word: str) -> None:
    (reading,) = FEED.decode(message(READING | {"status": word})).records
    assert reading.status is Status(word)


@pytest.mark.parametrize("word", ["exercise", "drill", "", 1, True, ["Exercise"], {"a": 1}])
def test_unknown_status_is_never_taken_for_real(word: object) -> None:
    rejected = refusal(FEED.decode(message(READING | {"status": word})))
    assert (rejected.code, rejected.at) == ("bad_status", "/status")


@pytest.mark.parametrize(
    ("body", "code", "at"),
    [
        (without("time"), "no_time", "/time"),
        (READING | {"time": "2026-01-15T06:10:00"}, "bad_time", "/time"),
        (READING | {"time": "yesterday"}, "bad_time", "/time"),
        (READING | {"time": 1768425000}, "bad_time", "/time"),
        (READING | {"time": "2026-02-30T06:10:00+09:00"}, "bad_time", "/time"),
        (READING | {"time": "0001-01-01T00:00:00+09:00"}, "bad_time", "/time"),
        (READING | {"time": "２０２６-01-15T06:10:00+09:00"}, "bad_time", "/time"),
        (READING | {"sent": "soon"}, "bad_time", "/sent"),
        (READING | {"value": "34.5"}, "bad_value", "/value"),
        (READING | {"value": True}, "bad_value", "/value"),
        (READING | {"value": 10**400}, "bad_value", "/value"),
        (READING | {"station": "st9999"}, "topic_mismatch", "/station"),
        (READING | {"quantity": "water_level"}, "topic_mismatch", "/quantity"),
        (READING | {"gateway": "gw08"}, "topic_mismatch", "/gateway"),
        (READING | {"v": 2}, "bad_version", "/v"),
        (READING | {"v": True}, "bad_version", "/v"),
        (READING | {"seq": -1}, "bad_member", "/seq"),
        (READING | {"seq": 1.5}, "bad_member", "/seq"),
        (READING | {"id": 7}, "bad_member", "/id"),
        (READING | {"id": "x" * 129}, "bad_member", "/id"),
        (READING | {"id": "a\x00b"}, "bad_member", "/id"),
        (without("unit"), "missing_member", "/unit"),
        (7, "bad_json", "/"),
        (None, "bad_json", "/"),
        ([], "empty", "/"),
    ],
)
def test_refusals_name_the_place(body: object, code: str, at: str) -> None:
    rejected = refusal(FEED.decode(message(body)))
    assert (rejected.code, rejected.at) == (code, at)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "bad_json"),
        (b"{", "bad_json"),
        (b"[" * 100_000, "too_large"),
        (b"[" * 60_000, "bad_json"),
        (b'{"a":' * 9_000 + b"1" + b"}" * 9_000, "bad_json"),
        (b'{"value":NaN}', "bad_json"),
        (b'{"value":-Infinity}', "bad_json"),
        (b'{"value":1e999}', "bad_json"),
        (b'{"value":' + b"9" * 5000 + b"}", "bad_json"),
        (b'{"value":1,"value":2}', "bad_json"),
        (b"\xff" * 200, "bad_encoding"),
        ('{"station":"雪"}'.encode("cp932"), "bad_encoding"),
        (b'{"unit":"\\ud800"}', "bad_encoding"),
        (b'"' + b"x" * 65_535 + b'"', "too_large"),
    ],
)
def test_hostile_bytes_are_refused_by_name(payload: bytes, code: str) -> None:
    assert refusal(FEED.decode(message(payload))).code == code


def test_place_of_broken_json_counts_bytes_not_characters() -> None:
    assert refusal(FEED.decode(message('{"雪":1,}'.encode()))).at == "byte 9"


def test_brackets_in_strings_are_not_nesting() -> None:
    (reading,) = FEED.decode(message(READING | {"note": '"' + "[{" * 40 + "\\"})).records
    assert reading.status is Status.ACTUAL


def test_sixteen_levels_are_taken_and_seventeen_are_not() -> None:
    def nested(depth: int) -> bytes:
        return json.dumps(READING)[:-1].encode() + b',"raw":' + b"[" * depth + b"]" * depth + b"}"

    assert len(FEED.decode(message(nested(15))).records) == 1
    assert refusal(FEED.decode(message(nested(16)))).code == "bad_json"


def test_batch_keeps_the_good_and_names_the_bad() -> None:
    other = {"station": "st0124", "quantity": "water_level", "value": 2.1, "unit": "m", "time": TIME}
    decoded = FEED.decode(message([READING, without("time"), other, "雪", without("station")], "hub/v1/gw07/batch"))
    assert [record.subject for record in decoded.records] == ["st0123/snow_depth", "st0124/water_level"]
    assert [(r.code, r.at) for r in decoded.rejected] == [
        ("no_time", "/1/time"),
        ("bad_json", "/3"),
        ("missing_member", "/4/station"),
    ]
    assert json.loads(decoded.rejected[0].member) == without("time")
    assert decoded.rejected[1].member == '"雪"'


def test_an_array_on_a_station_topic_must_be_of_that_station() -> None:
    decoded = FEED.decode(message([READING, READING | {"station": "st0124"}]))
    assert len(decoded.records) == 1
    assert [(r.code, r.at) for r in decoded.rejected] == [("topic_mismatch", "/1/station")]


@pytest.mark.parametrize(
    "topic",
    [
        "hub/v1/gw07",
        "hub/v1/gw07/st0123",
        "hub/v1/gw07/st0123/snow_depth/more",
        "hub/v1/GW07/st0123/snow_depth",
        "hub/v1/gw.7/st0123/snow_depth",
        "hub/v1/gw07/st 1/snow_depth",
        "hub/v1/gw07/雪/snow_depth",
        "hub/v1/gw07//snow_depth",
        "hub/v1/gw07/" + "s" * 65 + "/snow_depth",
        "hub/v1/gw07/st0123/snow_depth\n",
        *(
            f"hub/v1/gw07/{word}/snow_depth"
            for word in ("status", "heartbeat", "batch", "report", "telegram", "rejects")
        ),
    ],
)
def test_topics_that_are_not_ours_are_refused_by_name(topic: str) -> None:
    assert FEED.accepts(topic)
    assert refusal(FEED.decode(message(READING, topic))).code == "bad_topic"


def test_a_reserved_word_is_no_station_in_a_batch_either() -> None:
    rejected = refusal(FEED.decode(message(READING | {"station": "status"}, "hub/v1/gw07/batch")))
    assert (rejected.code, rejected.at) == ("bad_member", "/station")


def test_public_is_no_gateway_and_other_doors_are_not_this_feed() -> None:
    for topic in (
        "hub/v1/public/st0123/snow_depth",
        "hub/v1/public/alerts/1",
        "hub/v1/gw07/telegram",
        "hub/v1/gw07/status",
        "hub/v1/gw07/heartbeat",
        "owntracks/a/b",
    ):
        assert not FEED.accepts(topic), topic
    assert refusal(FEED.decode(message(READING, "hub/v1/public/st0123/snow_depth"))).code == "bad_topic"


def test_a_file_without_topic_needs_the_gateway() -> None:
    assert refusal(FEED.decode(message(READING, ""))).code == "no_gateway"
    (reading,) = FEED.decode(message(READING, "", gateway="gw07")).records
    assert isinstance(reading, Reading)
    assert (reading.gateway, reading.station) == ("gw07", "st0123")
