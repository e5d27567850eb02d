"""CAP as a feed: the record, and the line that other programs read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feeds.cap.feed import CapFeed
from feeds.contract import record_line
from feeds.records import CapTelegram, Message
from feeds.status import Status
from tests.feeds.making import NOW, refusal

OURS = Path(__file__).parents[2] / "data" / "cap" / "flood-level4.xml"
CONTRACT = {"record", "feed", "identifier", "sender", "sent", "status", "msg_type", "scope", "references", "info"}
INFO = {"language", "event", "urgency", "severity", "certainty", "effective", "expires", "headline", "areas"}
AREA = {"area_desc", "polygons", "circles", "geocodes"}


def read(payload: bytes) -> CapTelegram:
    decoded = CapFeed().decode(Message(topic="", payload=payload, received_at=NOW))
    assert decoded.rejected == ()
    (record,) = decoded.records
    assert isinstance(record, CapTelegram)
    return record


def test_the_line() -> None:
    line = json.loads(json.dumps(record_line(read(OURS.read_bytes()))))
    assert line.keys() >= CONTRACT
    assert (line["record"], line["feed"], line["sent"]) == ("telegram", "cap", "2026-01-15T06:10:00+09:00")
    assert line["references"][0]["identifier"] == "morioka-20260115-0004-a1"
    (info, *_) = line["info"]
    assert info.keys() >= INFO and info["expires"] == "2026-01-15T12:00:00+09:00"
    assert all(area.keys() >= AREA for area in info["areas"])
    assert info["areas"][0]["geocodes"] == [{"name": "JIS_X0402", "value": "03201"}]
    lon, lat = info["areas"][1]["polygons"][0][0]
    assert 141 < lon < 142 and 39 < lat < 40


@pytest.mark.parametrize(
    ("word", "status"),
    [("Actual", "Actual"), ("Exercise", "Exercise"), ("Test", "Test"), ("System", "Test"), ("Draft", "Test")],
)
def test_only_actual_is_real(word: str, status: str) -> None:
    record = read(OURS.read_bytes().replace(b"<status>Actual<", f"<status>{word}<".encode()))
    assert record.status is Status(status)
    assert record_line(record)["status"] == word


def test_identity() -> None:
    record = read(OURS.read_bytes())
    assert record.key == "cap/bousai@city.example.jp,morioka-20260115-0007-b3@2026-01-15T06:10:00+09:00"
    assert record.measured_at == record.alert.sent


def test_a_refusal_names_the_place() -> None:
    decoded = CapFeed().decode(Message(topic="", payload=b"<alert", received_at=NOW))
    bad = refusal(decoded)
    assert (bad.code, bad.at) == ("not_xml", "line 1")


@pytest.mark.real
def test_real_alerts_are_read_whole_or_refused_by_name(real_data: Path) -> None:
    lines = {}
    for path in sorted((real_data / "cap").glob("*.xml")):
        decoded = CapFeed().decode(Message(topic="", payload=path.read_bytes(), received_at=NOW))
        assert len(decoded.records) + len(decoded.rejected) == 1
        for record in decoded.records:
            lines[path.name] = json.loads(json.dumps(record_line(record), allow_nan=False))
    assert "hostile-xxe-xinclude.xml" not in lines
    assert len(lines) >= 18
    assert all(info.keys() >= INFO for line in lines.values() for info in line["info"])
    assert [info["language"] for info in lines["il-flood-hebrew-english.xml"]["info"]] != []
