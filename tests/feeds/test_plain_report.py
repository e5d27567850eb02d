"""Reports of what people saw."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feeds.finding import ANIMALS, Finding
from feeds.plain import Plain
from feeds.plain_report import KINDS
from feeds.records import Report
from feeds.status import Status
from tests.feeds.making import TIME, message, refusal

TOPIC = "hub/v1/police/report"
BEAR = {"v": 1, "id": "r-1", "kind": "bear", "time": TIME, "text": "クマ１頭、北へ移動", "place": "岩山公園付近"}


def test_a_report_in_full() -> None:
    body = BEAR | {"lon": 141.17, "lat": 39.7, "confirmed": True, "source": "盛岡東警察署", "status": "Exercise"}
    assert Plain().decode(message(body, TOPIC)).records == (
        Report(
            gateway="police",
            report_id="r-1",
            kind="bear",
            measured_at=datetime(2026, 1, 14, 21, 10, tzinfo=UTC),
            text="クマ１頭、北へ移動",
            place="岩山公園付近",
            lon=141.17,
            lat=39.7,
            confirmed=True,
            source="盛岡東警察署",
            status=Status.EXERCISE,
        ),
    )


def test_unconfirmed_actual_and_nowhere_unless_it_says_so() -> None:
    (report,) = Plain().decode(message(BEAR, TOPIC)).records
    assert isinstance(report, Report)
    assert (report.confirmed, report.status, report.lon, report.lat) == (False, Status.ACTUAL, None, None)
    assert report.key == "police/report/r-1"


def test_every_kind_is_taken() -> None:
    decoded = Plain().decode(message([BEAR | {"kind": kind} for kind in KINDS], TOPIC))
    assert [record.subject for record in decoded.records] == list(KINDS)


@pytest.mark.parametrize(
    ("change", "code", "at"),
    [
        ({"kind": "ufo"}, "unknown_kind", "/kind"),
        ({"kind": None}, "missing_member", "/kind"),
        ({"id": " "}, "missing_member", "/id"),
        ({"text": ""}, "missing_member", "/text"),
        ({"text": "あ" * 4001}, "bad_member", "/text"),
        ({"time": None}, "no_time", "/time"),
        ({"time": "2026-01-15T06:10:00"}, "bad_time", "/time"),
        ({"lon": 141.1}, "bad_position", "/lat"),
        ({"lat": 39.7}, "bad_position", "/lon"),
        ({"lon": 39.7, "lat": 141.1}, "bad_position", "/lat"),
        ({"lon": 181, "lat": 39}, "bad_position", "/lon"),
        ({"confirmed": "yes"}, "bad_member", "/confirmed"),
        ({"status": "Drill"}, "bad_status", "/status"),
        ({"v": 3}, "bad_version", "/v"),
        ({"finding": "photo"}, "bad_member", "/finding"),
        ({"finding": "trace", "kind": "theft"}, "bad_member", "/finding"),
    ],
)
def test_refusals_name_the_place(change: dict[str, object], code: str, at: str) -> None:
    rejected = refusal(Plain().decode(message(BEAR | change, TOPIC)))
    assert (rejected.code, rejected.at) == (code, at)


@pytest.mark.parametrize("kind", sorted(ANIMALS))
@pytest.mark.parametrize("finding", list(Finding))
def test_what_was_found_of_an_animal_is_told(kind: str, finding: Finding) -> None:
    body = BEAR | {"kind": kind, "finding": finding.value}
    (report,) = Plain().decode(message(body, TOPIC)).records
    assert isinstance(report, Report)
    assert report.finding is finding


def test_photos_are_named_and_never_brought() -> None:
    names = ["a" * 64, "0123456789abcdef" * 4]
    (report,) = Plain().decode(message(BEAR | {"photos": names}, TOPIC)).records
    assert isinstance(report, Report)
    assert report.photos == tuple(names)


@pytest.mark.parametrize("photos", ["a" * 64, ["a" * 63], ["A" * 64], [5], ["a" * 64] * 4, [None], {"0": "a" * 64}])
def test_a_photo_that_is_no_name_is_refused(photos: object) -> None:
    refused = refusal(Plain().decode(message(BEAR | {"photos": photos}, TOPIC)))
    assert (refused.code, refused.at) == ("bad_member", "/photos")
