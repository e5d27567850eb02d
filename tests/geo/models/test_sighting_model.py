"""Sightings: where they are shown, how long, and what is never told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from feeds.crime_types import Crime, Ended, Follows
from feeds.finding import Finding
from feeds.records import Report
from feeds.status import Status
from geo.hazard import Hazard
from geo.model import Inputs
from geo.models.sighting import Sighting
from geo.sighted.telling import floored, standard
from tests.geo.making import NOW, ground

BEAR = Report(
    gateway="gw",
    report_id="r1",
    kind="bear",
    measured_at=NOW - timedelta(minutes=20),
    text="試験町3-4の田中さん宅の裏にクマ",
    place="試験町3-4",
    lon=141.07123,
    lat=39.66321,
    confirmed=True,
    source="試験警察署",
)


def run(*reports: Report, now: datetime = NOW) -> list[Hazard]:
    return Sighting().run(Inputs(now=now, status=Status.ACTUAL, reports=reports), ground())


def test_what_a_hazard_tells() -> None:
    (one,) = run(BEAR)
    assert (one.kind, one.area, one.level, one.alert_level) == ("bear", "mesh-594130954", 3, False)
    assert one.facts["confirmed"] is True
    assert one.headline == "クマの目撃（sw地区付近、8月1日17:40、確認済み）"
    assert one.valid_until == BEAR.measured_at + timedelta(hours=24)


@pytest.mark.parametrize(
    ("finding", "confirmed", "level", "what"),
    [
        (None, True, 3, "クマの目撃"),
        (Finding.SIGHTING, True, 3, "クマの目撃"),
        (Finding.INJURY, True, 3, "クマによる人身被害"),
        (Finding.INJURY, False, 2, "クマによる人身被害"),
        (Finding.TRACE, True, 2, "クマの痕跡"),
        (Finding.TRACE, False, 1, "クマの痕跡"),
    ],
)
def test_an_animal_a_wound_and_a_trace_are_told_apart(
    finding: Finding | None, confirmed: bool, level: int, what: str
) -> None:
    (one,) = run(replace(BEAR, finding=finding, confirmed=confirmed))
    assert (one.level, one.facts["what"], one.facts.get("finding")) == (level, what, finding)
    assert one.headline.startswith(f"{what}（")


def test_what_was_found_means_nothing_once_it_was_no_animal() -> None:
    (one,) = run(replace(BEAR, kind="suspicious_person", finding=Finding.TRACE))
    assert "finding" not in one.facts and "痕跡" not in one.headline


def test_who_reported_is_in_no_field_but_the_reference_of_the_evidence() -> None:
    marked = replace(BEAR, gateway="田中", report_id="090-1234-5678", text="田中", place="田中")
    (one,) = run(marked)
    assert [evidence.ref for evidence in one.evidence] == [marked.key], "which the desk alone is shown"
    told = repr(replace(one, evidence=tuple(replace(evidence, ref="") for evidence in one.evidence)))
    assert not any(secret in told for secret in ("田中", "090", "5678"))
    assert one.source == run(marked)[0].source != run(replace(marked, report_id="another"))[0].source


def test_nothing_finer_than_the_square_is_told() -> None:
    told = repr(run(BEAR))
    for secret in ("3-4", "田中", "141.07", "39.66"):
        assert secret not in told
    moved = replace(BEAR, lon=141.071, lat=39.6631)
    assert run(moved) == run(BEAR)


def test_what_is_not_confirmed_says_so_and_stands_lower() -> None:
    (one,) = run(replace(BEAR, confirmed=False))
    assert (one.level, one.facts["confirmed"]) == (2, False)
    assert "未確認" in one.headline
    (deer,) = run(replace(BEAR, kind="deer", confirmed=False))
    assert deer.level == 1


@pytest.mark.parametrize("kind", sorted(Sighting.reports))
def test_every_kind_lives_its_time_from_the_beginning_of_what_is_told(kind: str) -> None:
    telling = standard()[kind]
    begins = floored(BEAR.measured_at, telling.time)
    issued = replace(BEAR, kind=kind, crime=Crime(what="声かけ", precision="minute"))
    (one,) = run(issued, now=begins + telling.lasts - timedelta(seconds=1))
    assert (one.since, one.valid_until) == (begins, begins + telling.lasts), "neither tells the minute"
    assert run(issued, now=begins + telling.lasts) == []
    assert telling.lasts <= Sighting.window


def test_kinds_that_are_no_sighting_and_reports_of_the_future_are_left_out() -> None:
    assert run(replace(BEAR, kind="damage")) == []
    assert run(replace(BEAR, measured_at=NOW + timedelta(seconds=1))) == []
    assert run() == []


@pytest.mark.parametrize(
    ("lon", "lat", "area"),
    [
        (141.10, 39.70, "ne"),  # the corner of all four: the first by code, always the same
        (141.10, 39.66, "se"),
        (141.01, 39.61, "03201"),  # in the city, in no district
        (141.00, 39.60, "03201"),  # on the city's border
        (None, None, "03201"),
        (140.0, 39.0, None),
    ],
)
def test_the_place_of_what_happens_to_people(lon: float | None, lat: float | None, area: str | None) -> None:
    found = run(replace(BEAR, kind="suspicious_person", lon=lon, lat=lat))
    assert [h.area for h in found] == ([area] if area else [])


def test_an_animal_without_a_point_is_somewhere_in_the_city() -> None:
    assert [one.area for one in run(replace(BEAR, lon=None, lat=None))] == ["03201"]
    assert run(replace(BEAR, lon=140.0, lat=39.0)) == []


def test_what_ended_or_only_follows_another_is_no_danger() -> None:
    assert run(replace(BEAR, ended=Ended.WITHDRAWN)) == []
    assert run(replace(BEAR, crime=Crime(what="発見", precision="day", follows=Follows.FOUND))) == []


def test_a_later_word_on_the_same_report_replaces_the_first() -> None:
    assert [h.facts["confirmed"] for h in run(replace(BEAR, confirmed=False), BEAR)] == [True]
    assert len(run(BEAR, replace(BEAR, report_id="r2"))) == 2


def notice(municipality: str, place: str, town: str = "") -> Report:
    crime = Crime(what="声かけ", precision="minute", municipality=municipality, town=town)
    return replace(BEAR, kind="suspicious_person", lon=None, lat=None, place=place, crime=crime)


def test_no_hour_is_told_that_nobody_told() -> None:
    (hour,) = run(replace(BEAR, crime=Crime(what="x", precision="hour")))
    assert "8月1日17時ごろ" in hour.headline
    (day,) = run(replace(BEAR, crime=Crime(what="x", precision="day")))
    assert "8月1日、" in day.headline and "seen_at" not in day.facts


def test_a_notice_stands_where_its_words_say_and_another_city_is_not_ours() -> None:
    assert [one.area for one in run(notice("", "公園付近"))] == ["03201"]
    assert [one.area for one in run(notice("試験市", "試験市内"))] == ["03201"]
    assert [one.area for one in run(notice("試験市", "試験市sw地区付近"))] == ["sw"]
    assert [one.area for one in run(notice("試験市", "試験市", town="sw地区"))] == ["sw"]
    assert run(notice("滝沢市", "滝沢市sw地区")) == []
