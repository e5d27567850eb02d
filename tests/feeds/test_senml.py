"""SenML packs: what holds from record to record, what a name tells, and what is refused alone."""

from __future__ import annotations

import gc
import json
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import cbor2
import pytest

from feeds.checks import checked
from feeds.names import WORDS, Named, named
from feeds.quantities import QUANTITIES
from feeds.records import Decoded, Flag, Reading, Rejected
from feeds.senml import Senml, is_senml
from feeds.senml_cbor import read_cbor
from tests.feeds.making import NOW, READING, message, refusal

FEED = Senml()
DEVICE = "urn:dev:mac:0024befffe804ff1"
PACK = [
    {"bn": f"{DEVICE}:", "bt": 1768425000, "bu": "Cel", "n": "air", "v": -4.2},
    {"n": "road", "v": -1.8},
    {"n": "air", "v": -4.0, "t": -300},
    {"n": "depth", "u": "m", "v": 0.345},
]
MEASURED = datetime(2026, 1, 14, 21, 10, tzinfo=UTC)


def decode(pack: object, topic: str = "hub/v1/gw07/batch", **more: Any) -> Decoded:
    return FEED.decode(message(pack, topic, **more))


def readings(pack: object, topic: str = "hub/v1/gw07/batch") -> list[Reading]:
    decoded = decode(pack, topic)
    assert decoded.rejected == ()
    return [record for record in decoded.records if isinstance(record, Reading)]


def fault(pack: object, topic: str = "hub/v1/gw07/batch") -> Rejected:
    return refusal(decode(pack, topic))


def test_base_fields_hold_until_they_are_replaced() -> None:
    got = [(r.station, r.quantity, r.value, r.unit, r.measured_at, r.flags) for r in readings(PACK)]
    assert got == [
        (DEVICE, "air_temperature", -4.2, "Cel", MEASURED, frozenset()),
        (DEVICE, "road_temperature", -1.8, "Cel", MEASURED, frozenset()),
        (DEVICE, "air_temperature", -4.0, "Cel", MEASURED - timedelta(minutes=5), frozenset()),
        (DEVICE, "snow_depth", 0.345, "m", MEASURED, frozenset()),
    ]


def test_units_are_kept_ones_after_the_checks() -> None:
    incoming = message(PACK, "hub/v1/gw07/batch")
    kept = checked(FEED.decode(incoming), incoming)
    assert [(r.value, r.unit) for r in kept.records if isinstance(r, Reading)][3] == (34.5, "cm")
    percent = [{"n": "d:humidity", "u": "/", "v": 0.7, "t": 1768425000}]
    (humid,) = checked(decode(percent), incoming).records
    assert isinstance(humid, Reading) and (humid.value, humid.unit) == (70.0, "%")
    assert refusal(checked(decode([{"n": "d:air", "v": 1, "t": 1768425000}]), incoming)).code == "bad_unit"


def test_base_value_and_base_fields_alone() -> None:
    pack = [
        {"bn": "d:", "bv": 20, "bt": 1768425000, "bu": "Cel"},
        {"n": "air", "v": 0.5},
        {"bv": 0},
        {"n": "air", "v": 1},
    ]
    assert [r.value for r in readings(pack)] == [20.5, 1.0]


@pytest.mark.parametrize(
    ("pack", "seconds"),
    [
        ([{"n": "d:air", "v": 1}], 0),
        ([{"n": "d:air", "v": 1, "t": -60}], -60),
        ([{"bt": -3600, "n": "d:air", "v": 1, "t": 60}], -3540),
    ],
)
def test_a_time_below_2_28_counts_from_the_receipt_and_says_so(pack: object, seconds: int) -> None:
    (one,) = readings(pack)
    assert one.measured_at == NOW + timedelta(seconds=seconds)
    assert one.flags == {Flag.TIME_ASSUMED}


def test_the_border_between_relative_and_absolute() -> None:
    (one,) = readings([{"n": "d:air", "v": 1, "t": 2**28}])
    assert one.measured_at == datetime.fromtimestamp(2**28, UTC) and one.flags == frozenset()


@pytest.mark.parametrize(
    ("name", "topic", "station", "quantity", "unit"),
    [
        ("urn:dev:ow:10e2073a01080063_snow_depth", "hub/v1/gw/batch", "urn:dev:ow:10e2073a01080063", "snow_depth", ""),
        ("st0123/waterLevel", "hub/v1/gw/batch", "st0123", "water_level", ""),
        ("site/7:snow_depth_cm", "hub/v1/gw/batch", "site:7", "snow_depth", "cm"),
        ("air", "hub/v1/gw/st0123/air_temperature", "st0123", "air_temperature", ""),
        ("urn:dev:x:1", "hub/v1/gw/st0123/water_level", "st0123", "water_level", ""),
        ("d7:air", "hub/v1/gw/st0123/water_level", "d7", "air_temperature", ""),
    ],
)  # fmt: skip
def test_station_and_quantity(name: str, topic: str, station: str, quantity: str, unit: str) -> None:
    (one,) = readings([{"n": name, "v": 1}], topic)
    assert (one.station, one.quantity, one.unit, one.gateway) == (station, quantity, unit, "gw")


def test_the_topic_names_one_series_only() -> None:
    pack = [{"bn": "d:", "n": "x", "v": 1, "u": "m"}, {"n": "rssi", "v": -80, "u": "dBW"}]
    decoded = decode(pack, "hub/v1/gw/st0123/water_level")
    assert decoded.records == ()
    assert [bad.code for bad in decoded.rejected] == ["unknown_quantity"] * 2


@pytest.mark.parametrize(
    ("record", "code", "at"),
    [
        ({"n": "d:air", "v": "warm"}, "bad_value", "/0/v"),
        ({"n": "d:air", "v": True}, "bad_value", "/0/v"),
        ({"n": "d:air", "v": None}, "bad_value", "/0/v"),
        ({"n": "d:air", "vs": "warm"}, "bad_value", "/0/vs"),
        ({"n": "d:air", "vb": True}, "bad_value", "/0/vb"),
        ({"n": "d:air", "v": 1, "vs": "x"}, "bad_value", "/0/vs"),
        ({"n": "d:rain", "s": 12}, "bad_value", "/0/s"),
        ({"n": "d:air", "v": 1e308, "bv": 1.7e308}, "bad_value", "/0/v"),
        ({"n": "d:air", "v": 1, "t": "now"}, "bad_value", "/0/t"),
        ({"n": "d:air", "v": 1, "t": 1e300}, "bad_time", "/0/t"),
        ({"n": "d:air", "v": 1, "t": -1e300}, "bad_time", "/0/t"),
        ({"n": "d:air", "v": 1, "bt": "x"}, "bad_value", "/0/bt"),
        ({"n": "d:air", "v": 1, "bver": 11}, "bad_version", "/0/bver"),
        ({"n": "d:air", "v": 1, "must_": 1}, "bad_senml", "/0/must_"),
        ({"n": "d:colour", "v": 1}, "unknown_quantity", "/0/n"),
        ({"n": "雪", "v": 1}, "bad_name", "/0/n"),
        ({"v": 1}, "bad_name", "/0/n"),
        ({"n": "air", "v": 1}, "no_station", "/0/n"),
        ({"n": "d" * 65 + ":air", "v": 1}, "bad_name", "/0/n"),
        (7, "bad_json", "/0"),
    ],
)
def test_refusals(record: object, code: str, at: str) -> None:
    bad = fault([record])
    assert (bad.code, bad.at) == (code, at)


@pytest.mark.parametrize(("pack", "code"), [({}, "bad_senml"), ([], "empty"), ([{"bn": "d:"}], "empty")])
def test_no_pack(pack: object, code: str) -> None:
    assert fault(pack).code == code


def test_the_good_ones_stay_and_a_bad_one_can_be_decoded_again_by_itself() -> None:
    decoded = decode([*PACK[:1], {"n": "road", "v": -1.8, "new_": 1}, *PACK[2:]])
    assert len(decoded.records) == 3
    (bad,) = decoded.rejected
    again = json.loads(bad.member)
    del again[0]["new_"]
    assert readings(again) == readings(PACK)[1:2]


def test_a_base_that_cannot_be_read_spoils_what_stands_on_it() -> None:
    pack = [PACK[0], {"bt": "later", "n": "air", "v": 1}, {"n": "road", "v": 2}, {"bt": 1768425000, "n": "air", "v": 3}]
    decoded = decode(pack)
    assert [r.value for r in decoded.records if isinstance(r, Reading)] == [-4.2, 3.0]
    assert [(bad.code, bad.at) for bad in decoded.rejected] == [("bad_value", "/1/bt"), ("bad_base", "/2")]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (PACK, True),
        ([{"bn": "d:"}], True),
        ([{"n": "x", "v": "y"}], True),
        ([READING], False),
        ([{"v": 1, "station": "s", "quantity": "q"}], False),
        ([{"v": 1, "time": "now"}], False),
        (READING, False),
        ({"n": "x", "v": 1}, False),
        ([], False),
        ([1, 2], False),
        (b"[" * 100_000, False),
        (b'[{"a":' * 10_000, False),
        (b'[{"n":"\xff"}]', False),
        (b'\xef\xbb\xbf [ {"n":"x","v":1} ]', True),
    ],
)
def test_what_looks_like_senml(body: object, found: bool) -> None:
    assert is_senml(message(body).payload) is found


def test_the_table_of_names_speaks_of_known_quantities() -> None:
    assert set(WORDS.values()) == set(QUANTITIES)
    assert named("snowDepthCm") == Named("snow_depth", "cm")
    assert named("air-temperature") == Named("air_temperature")
    assert named("humidity_cm") is None and named("_cm") is None and named("") is None


CBOR_LABELS = {"bver": -1, "bn": -2, "bt": -3, "bu": -4, "bv": -5, "n": 0, "u": 1, "v": 2, "t": 6}


def cbor(pack: list[dict[str, Any]]) -> bytes:
    return cbor2.dumps([{CBOR_LABELS.get(name, name): value for name, value in one.items()} for one in pack])


def test_a_pack_in_cbor_is_the_same_pack() -> None:
    assert is_senml(cbor(PACK))
    assert decode(cbor(PACK)) == decode(PACK)
    exact = [{**PACK[0], "v": Decimal("-4.2")}]
    assert readings(cbor(exact))[0].value == -4.2


@pytest.mark.parametrize(
    "payload",
    [
        cbor2.dumps([{-2: "d:", 0: "air", 2: float("nan")}]),
        cbor2.dumps([{99: 1}]),
        cbor2.dumps([{0: "d:air", "n": "twice"}]),
        cbor2.dumps([{0: {1: 2}}]),
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",  # an array of 2^64 members
        b"\x81" * 60_000,
        b"\x81\xc4\x82\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x01",  # a decimal fraction beyond all numbers
        b"\x81\xd8\x23\x63(a+",  # a regular expression
        b"\x82\x01",
    ],
)
def test_hostile_cbor_is_refused_by_name(payload: bytes) -> None:
    assert fault(payload).code in {"bad_cbor", "bad_json"}
    assert fault(payload).message


@pytest.mark.parametrize("payload", [b"\x81\xa1\x00\x61\xff", b"\x81\xd8\x24\xff", b"\x82\xa1\x02\x01\xa1"])
def test_broken_packs_leave_nothing_behind_in_memory(payload: bytes) -> None:
    """Text that is no UTF-8 deep in a pack, a tag that fails, an end too early: a library has leaked with each."""

    def blocks() -> int:
        for _ in range(1_000):
            read_cbor(payload)
        gc.collect()
        return sys.getallocatedblocks()

    before = blocks()
    assert blocks() - before < 200
