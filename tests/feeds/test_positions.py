"""Where vehicles were: our own fixes and OwnTracks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feeds.owntracks import OwnTracks
from feeds.plain import Plain
from feeds.records import Fix
from feeds.status import Status
from tests.feeds.making import TIME, message, refusal

AT = datetime(2026, 1, 14, 21, 10, tzinfo=UTC)
OURS = {"v": 1, "time": TIME, "lon": 141.1527, "lat": 39.7036, "accuracy_m": 12, "speed_kmh": 18, "heading_deg": 274}
PHONE = {
    "_type": "location",
    "tid": "P7",
    "lat": 39.7036,
    "lon": 141.1527,
    "acc": 12,
    "vel": 18,
    "cog": 274,
    "batt": 81,
    "tst": 1768425000,
    "created_at": 1768425001,
    "t": "u",
}
TOPIC = "owntracks/plows/p7"


def one(decoded: object) -> Fix:
    (record,) = decoded.records  # type: ignore[attr-defined]
    assert isinstance(record, Fix)
    return record


def test_our_own() -> None:
    fix = one(Plain().decode(message(OURS | {"status": "Exercise"}, "hub/v1/gw07/fix/plow-7")))
    assert (fix.gateway, fix.vehicle, fix.measured_at) == ("gw07", "plow-7", AT)
    assert (fix.lon, fix.lat, fix.accuracy_m, fix.speed_kmh, fix.heading_deg) == (141.1527, 39.7036, 12, 18, 274)
    assert fix.status is Status.EXERCISE


def test_a_burst_after_a_tunnel_is_an_array() -> None:
    decoded = Plain().decode(
        message([OURS, OURS | {"lat": 91}, {"v": 1, "lon": 1, "lat": 1}], "hub/v1/gw07/fix/plow-7")
    )
    assert len(decoded.records) == 1
    assert [(one.code, one.at) for one in decoded.rejected] == [("bad_position", "/1/lat"), ("no_time", "/2/time")]


def test_a_phone() -> None:
    fix = one(OwnTracks().decode(message(PHONE, TOPIC)))
    assert (fix.gateway, fix.vehicle, fix.measured_at) == ("plows", "p7", AT)
    assert (fix.lon, fix.lat, fix.accuracy_m, fix.speed_kmh, fix.heading_deg) == (141.1527, 39.7036, 12, 18, 274)


def test_only_place_and_time_are_certain() -> None:
    fix = one(OwnTracks().decode(message({k: PHONE[k] for k in ("_type", "lat", "lon", "tst")}, TOPIC)))
    assert (fix.accuracy_m, fix.speed_kmh, fix.heading_deg) == (None, None, None)
    unknown = one(OwnTracks().decode(message(PHONE | {"vel": -1, "cog": 361, "acc": -1}, TOPIC)))
    assert (unknown.accuracy_m, unknown.speed_kmh, unknown.heading_deg) == (None, None, None)


def test_work_is_told_by_a_tag_or_by_a_region_that_is_called_like_work() -> None:
    depot = {"inregions": ["北車庫", "除雪"]}
    told = [one(OwnTracks().decode(message(PHONE | more, TOPIC))) for more in ({}, depot, depot | {"tag": "回送"})]
    assert [fix.activity for fix in told] == [None, "plow", "none"]
    assert [fix.activity_name for fix in told] == ["", "除雪", "回送"], "where it is does not tell what it does"


def test_a_phone_that_sends_nought_for_everything_is_not_heading_north() -> None:
    noughts = dict.fromkeys(("acc", "alt", "cog", "vel"), 0)
    for change in (noughts, {"cog": 0, "vel": None}):
        assert one(OwnTracks().decode(message(PHONE | change, TOPIC))).heading_deg is None


@pytest.mark.parametrize("kind", ["lwt", "transition", "waypoint", "card", "status", "cmd"])
def test_other_messages_of_the_app_hold_no_fix(kind: str) -> None:
    decoded = OwnTracks().decode(message({"_type": kind, "tst": 1768425000, "lat": 1, "lon": 1}, TOPIC))
    assert (decoded.records, decoded.rejected) == ((), ())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"_type": "encrypted", "data": "xyz"}, "encrypted"),
        ({"tst": None}, "no_time"),
        ({"tst": 1e300}, "bad_time"),
        ({"lat": None}, "no_position"),
        ({"lat": "39.7"}, "bad_value"),
        ({"lon": 181}, "bad_position"),
    ],
)
def test_what_is_refused(change: dict[str, object], code: str) -> None:
    assert refusal(OwnTracks().decode(message(PHONE | change, TOPIC))).code == code
