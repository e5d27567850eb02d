"""Checks after decoding: flags, kept units, and what cannot be stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from feeds.checks import CLOCKS_BEGIN, checked
from feeds.plain import Plain
from feeds.quantities import QUANTITIES
from feeds.records import Decoded, Flag, Message, Reading
from feeds.registry import for_message
from feeds.senml import Senml
from feeds.units import conversion
from tests.feeds.making import NOW, READING, message, refusal


def reading(**change: object) -> dict[str, object]:
    return READING | {"time": NOW.isoformat()} | change


def check(body: object, *, topic: str = "hub/v1/gw07/batch", retained: bool = False) -> Decoded:
    came = message(body, topic, retained=retained)
    return checked(Plain().decode(came), came)


def one(decoded: Decoded) -> Reading:
    assert decoded.rejected == ()
    (record,) = decoded.records
    assert isinstance(record, Reading)
    return record


@pytest.mark.parametrize(
    ("age", "flags"),
    [
        (timedelta(seconds=-121), {Flag.CLOCK_AHEAD}),
        (timedelta(seconds=-120), set()),
        (timedelta(0), set()),
        (timedelta(minutes=10), set()),
        (timedelta(minutes=10, seconds=1), {Flag.LATE}),
        (timedelta(days=7), {Flag.LATE}),
    ],
)
def test_age(age: timedelta, flags: set[Flag]) -> None:
    assert one(check(reading(time=(NOW - age).isoformat()))).flags == flags


@pytest.mark.parametrize("time", [(NOW - timedelta(days=7, seconds=1)).isoformat(), "1970-01-01T00:00:12Z"])
def test_too_old_is_refused(time: str) -> None:
    rejected = refusal(check(reading(time=time)))
    assert (rejected.code, rejected.at, rejected.member) == ("too_old", "/time", "")


def test_late_may_be_used_but_a_clock_ahead_may_not() -> None:
    assert one(check(reading(time=(NOW - timedelta(hours=1)).isoformat()))).trusted
    assert not one(check(reading(time=(NOW + timedelta(hours=1)).isoformat()))).trusted


@pytest.mark.parametrize(("value", "out"), [(-0.1, True), (0, False), (600, False), (600.1, True)])
def test_physical_range(value: float, out: bool) -> None:
    assert (Flag.OUT_OF_RANGE in one(check(reading(value=value))).flags) is out


def test_units_are_converted_to_the_kept_one_before_the_range() -> None:
    snow = one(check(reading(value=345, unit="mm")))
    assert (snow.value, snow.unit, snow.flags) == (34.5, "cm", frozenset())
    gauge = one(check(reading(quantity="water_level", value=261, unit="cm")))
    assert (gauge.value, gauge.unit) == (2.61, "m")
    road = one(check(reading(quantity="road_temperature", value=271.35, unit="K")))
    assert (road.value, road.unit) == (-1.8, "Cel")


def test_unknown_unit_and_quantity_are_refused_with_the_cure() -> None:
    rejected = refusal(check(reading(unit="hPa")))
    assert rejected.code == "bad_unit" and "send cm" in rejected.message
    rejected = refusal(check(reading(quantity="phlogiston")))
    assert rejected.code == "unknown_quantity" and "snow_depth" in rejected.message


def test_retained_and_missing_never_alert() -> None:
    assert one(check(reading(), retained=True)).flags == {Flag.RETAINED}
    gone = one(check(reading(value=None, quality="missing")))
    assert gone.flags == {Flag.MISSING} and not gone.trusted


def test_in_a_batch_the_refused_member_is_kept_and_earlier_refusals_stay() -> None:
    decoded = check([reading(), reading(unit="hPa", id="x"), reading(value="?")])
    assert [record.subject for record in decoded.records] == ["st0123/snow_depth"]
    assert [r.code for r in decoded.rejected] == ["bad_value", "bad_unit"]
    assert json.loads(decoded.rejected[1].member)["id"] == "x"


@pytest.mark.parametrize("station", ["st0123", "urn:dev:mac:0024befffe804ff1"])
def test_a_refused_member_can_be_decoded_again_by_itself(station: str) -> None:
    pack = [{"n": f"{station}:snow_depth", "u": unit, "v": 34.5, "t": NOW.timestamp()} for unit in ("cm", "hPa")]
    came = message(pack, "hub/v1/gw07/batch")
    (bad,) = checked(Senml().decode(came), came).rejected
    again = message(bad.member.replace("hPa", "cm").encode(), "hub/v1/gw07/batch")
    feed = for_message(again)
    assert feed is not None
    assert checked(feed.decode(again), again).records == checked(Senml().decode(came), came).records


def report(time: str) -> Message:
    return message({"id": "r", "kind": "bear", "time": time, "text": "見た"}, "hub/v1/police/report")


def fix(time: str) -> Message:
    return message({"time": time, "lon": 141.15, "lat": 39.7}, "hub/v1/gw07/fix/plow-7")


@pytest.mark.parametrize("made", [report, fix])
def test_records_that_are_no_readings_may_be_old_but_not_of_a_clock_that_is_off(made: Callable[[str], Message]) -> None:
    for when in (CLOCKS_BEGIN, NOW + timedelta(hours=1)):
        came = made(when.isoformat())
        decoded = Plain().decode(came)
        assert decoded.records and checked(decoded, came) == decoded
    for time, code in (("2019-12-31T23:59:59Z", "too_old"), ("9999-01-01T00:00:00Z", "clock_ahead")):
        rejected = refusal(checked(Plain().decode(made(time)), made(time)))
        assert (rejected.code, rejected.at, rejected.member) == (code, "/time", "")


def test_a_message_full_of_faults_does_not_fill_the_quarantine() -> None:
    decoded = check([reading(), *[reading(value="?")] * 250])
    assert len(decoded.records) == 1 and len(decoded.rejected) == 101
    last = decoded.rejected[-1]
    assert (last.code, last.at, last.member) == ("too_many_faults", "/101/value", "")
    assert last.message.startswith("150 more")


def test_every_quantity_keeps_a_unit_it_converts_from_and_has_a_range() -> None:
    for name, quantity in QUANTITIES.items():
        assert conversion(quantity.unit or "1", quantity.unit) == (1, 0), name
        assert quantity.low < quantity.high, name


def test_a_marker_beyond_what_can_be_is_named_as_one() -> None:
    assert one(check(reading(value=65535, unit="mm"))).flags == {Flag.OUT_OF_RANGE, Flag.STUCK}
    assert one(check(reading(value=999, unit="hPa", quantity="pressure"))).flags == frozenset()
