"""The filters of GET requests, and how answers are written."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from feeds.open311.catalog import read_catalog
from feeds.open311.fault import RefusedError
from feeds.open311.moments import moment, said
from feeds.open311.wanted import SPAN, wanted
from feeds.open311.writing import written

CATALOG = read_catalog(Path("config/morioka/services.toml"))
NOW = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)


def test_without_dates_it_is_the_last_90_days() -> None:
    one = wanted({"service_code": "", "status": ""}, CATALOG, NOW)
    assert (one.since, one.until, one.services, one.statuses) == (NOW - SPAN, NOW, frozenset(), frozenset())


def test_ids_outweigh_everything_even_what_is_wrong() -> None:
    one = wanted({"service_request_id": "7, 8,,7", "status": "nope", "start_date": "x"}, CATALOG, NOW)
    assert one.ids == ("7", "8")


def test_one_date_brings_the_other() -> None:
    begin = wanted({"start_date": "2025-12-01T00:00:00+09:00"}, CATALOG, NOW)
    assert begin.since == datetime(2025, 11, 30, 15, tzinfo=UTC) and begin.until == NOW
    long_ago = wanted({"start_date": "2025-01-01T00:00:00Z"}, CATALOG, NOW)
    assert long_ago.until - long_ago.since == SPAN
    end = wanted({"end_date": "2026-01-01T00:00:00Z"}, CATALOG, NOW)
    assert end.since == end.until - SPAN


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"start_date": "2026-01-01T00:00:00"}, 400, "zone"),
        ({"start_date": "2026-02-31T00:00:00Z"}, 400, "no day"),
        ({"start_date": "2025-10-01T00:00:00Z", "end_date": "2025-12-31T00:00:00Z"}, 400, "90 days"),
        ({"start_date": "2026-01-02T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"}, 400, "behind"),
        ({"end_date": "0001-01-01T00:00:00Z"}, 400, "outside of all years"),
        ({"status": "open,nope"}, 400, "nope"),
        ({"service_code": "SNOW_RUT,NOPE"}, 404, "NOPE"),
        ({"page": "0"}, 400, "page"),
        ({"page": "１"}, 400, "page"),
        ({"page_size": "-1"}, 400, "page_size"),
        ({"service_request_id": ",".join(map(str, range(201)))}, 400, "200"),
    ],
)
def test_bad_filters_are_told(query: dict[str, str], status: int, words: str) -> None:
    with pytest.raises(RefusedError) as caught:
        wanted(query, CATALOG, NOW)
    assert caught.value.status == status and words in str(caught.value)


def test_a_page_is_never_larger_than_a_thousand() -> None:
    assert wanted({"page_size": "5000", "page": "3"}, CATALOG, NOW).page_size == 1000


def test_times_are_read_with_any_zone_and_said_in_japanese_time() -> None:
    at = moment("2026-01-15T06:30:00.25+09:00")
    assert at == datetime(2026, 1, 14, 21, 30, 0, 250_000, tzinfo=UTC) and moment("2026-01-15T06:30:00.25 09:00") == at
    assert said(at + timedelta(0)) == "2026-01-15T06:30:00+09:00"


def test_xml_and_json_say_the_same() -> None:
    value = [
        {
            "service_code": "001",
            "name": "<雪> & \x0b\ufffe😀",
            "metadata": True,
            "group": "",
            "attributes": [{"code": "A"}],
        }
    ]
    parsed = etree.fromstring(written("services", value, "xml"))
    assert [child.tag for child in parsed] == ["service"]
    assert (
        parsed.findtext("service/name") == "<雪> & 😀" and parsed.findtext("service/attributes/attribute/code") == "A"
    )
    assert parsed.findtext("service/metadata") == "true" and parsed.find("service/group").text is None
    told = json.loads(written("services", value, "json"))
    assert told[0]["service_code"] == "001" and told[0]["group"] is None and told[0]["attributes"] == [{"code": "A"}]


def test_one_member_is_a_list_still() -> None:
    assert json.loads(written("errors", [{"code": "403", "description": "x"}], "json")) == [
        {"code": "403", "description": "x"}
    ]
    assert written("errors", [], "xml").startswith(b"<?xml version='1.0' encoding='utf-8'?>")
