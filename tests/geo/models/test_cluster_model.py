"""Gatherings of sightings: where they are shown, what they hold, and that nobody can be found in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.crime_types import Crime
from feeds.records import Report
from feeds.status import Status
from geo.area import Area, Areas
from geo.hazard import Hazard
from geo.mesh import cell_at
from geo.model import Inputs
from geo.models.cluster import KINDS, Cluster
from geo.models.sighting import Sighting
from tests.geo.making import NOW, ground

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MIDNIGHT = datetime(2026, 7, 31, 15, tzinfo=NOW.tzinfo)  # in Japan, before NOW of 1 August 18:00
SECRETS = ("田中", "090-1234", "1234-5678", "上田3-4-5", "ひみつ")
GROUND = ground()
LON, LAT = 141.07123, 39.66321
CELL = cell_at(LON, LAT, 4)


def report(days_ago: float, kind: str = "bear", **changes: object) -> Report:
    whole = Report(
        gateway=SECRETS[0],
        report_id=f"{SECRETS[1]}-{days_ago}-{kind}",
        kind=kind,
        measured_at=MIDNIGHT - days_ago * DAY,
        text="ひみつ 田中宅の裏 090-1234-5678",
        place="上田3-4-5",
        lon=LON,
        lat=LAT,
        confirmed=True,
        source="ひみつ警察署",
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def run(reports: Sequence[Report], now: datetime = NOW) -> list[Hazard]:
    return Cluster().run(Inputs(now=now, status=Status.ACTUAL, reports=reports), GROUND)


THREE = [report(0.5), report(1.5), report(2.5)]


def test_what_a_gathering_tells() -> None:
    (one,) = run(THREE)
    assert (one.kind, one.area, one.level, one.alert_level, one.source) == (
        *("bear_cluster", f"mesh-{CELL.code}", 1, False, ""),
    )
    assert one.headline == "クマの目撃が集まっている（sw地区付近、500 mメッシュ、14日間に3〜5件）"
    assert one.facts == {"confirmed": True, "what": "クマの目撃", "at_least": 3, "count": "3〜5件", "days": 14}
    assert (one.since, one.valid_until) == (MIDNIGHT, MIDNIGHT + 25 * HOUR)
    (fresh,) = run([report(0.1), report(0.4), report(0.7)])
    assert fresh.level == 2


def test_fewer_than_three_and_what_nobody_confirmed_are_no_gathering() -> None:
    assert run(THREE[:2]) == []
    assert run([*THREE[:2], replace(THREE[2], confirmed=False)]) == []
    assert run([*THREE, replace(THREE[2], confirmed=False)]) == [], "taken back by a later word"
    assert run([*THREE[:2], THREE[1], THREE[0]]) == [], "the same report again"


def test_today_counts_from_tomorrow_on_and_the_picture_is_the_same_all_day() -> None:
    today = [*THREE[:2], report(-0.1)]
    assert run(today) == [] and len(run(today, now=MIDNIGHT + DAY)) == 1
    assert run(THREE, now=MIDNIGHT) == run(THREE) == run(THREE, now=MIDNIGHT + 23 * HOUR)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_its_days(kind: str) -> None:
    days = KINDS[kind].days
    old = [report(days - back, kind) for back in (0.1, 0.5, 0.9)]
    assert [one.kind for one in run(old)] == [f"{kind}_cluster"]
    assert run([replace(old[0], measured_at=MIDNIGHT - (days + 0.1) * DAY), *old[1:]]) == []
    assert Cluster.window >= days * DAY and kind in Sighting.reports


def test_fraud_and_missing_people_gather_nowhere() -> None:
    for kind in ("fraud", "missing_person", "damage"):
        assert run([report(back, kind) for back in (0.1, 1.1, 2.1, 3.1)]) == []


def test_outside_the_city_nothing_is_counted_and_at_its_border_the_cell_is() -> None:
    assert run([replace(one, lon=140.0, lat=39.0) for one in THREE]) == []
    assert run([replace(one, lon=10.0, lat=50.0) for one in THREE]) == []
    border = shapely.box(141.00, 39.602, 141.20, 39.80)  # through a cell from 39.600 to 39.604
    city = Area(code="03201", name="試験市", kind="city", geometry=border)
    reports = [replace(one, lat=lat) for one, lat in zip(THREE, (39.601, 39.603, 39.601), strict=True)]
    there = replace(GROUND, areas=Areas([city]))
    assert len(Cluster().run(Inputs(now=NOW, status=Status.ACTUAL, reports=reports), there)) == 1


def test_what_happens_to_people_is_placed_by_the_district_and_no_finer() -> None:
    """Else a gathering that appears the day after a report would tell where in its district the report was."""
    for kind in ("suspicious_person", "crime", "theft"):
        corner = [report(back, kind, lon=141.0501, lat=39.6501) for back in (0.1, 1.1, 2.1)]
        middle = [replace(one, lon=141.075, lat=39.675) for one in corner]
        nowhere = [replace(one, lon=None, lat=None, crime=named) for one in corner for named in [_in("sw地区")]]
        (told,) = run(corner)
        assert run(middle) == run(nowhere) == [told]
        assert (told.area, told.area_name) == ("sw", "sw地区"), "a large district stands for itself"
        assert "メッシュ" not in told.headline
    assert run([report(back, "theft", lon=None, lat=None, crime=_in("")) for back in (0.1, 1.1, 2.1)]) == []


def _in(town: str) -> Crime:
    return Crime(what="自転車盗", precision="day", municipality="試験市", town=town)


def test_one_bear_on_its_way_is_one() -> None:
    walk = [report(0.5 + minutes / 1440) for minutes in (0, 30, 60, 90)]
    assert run(walk) == [] and run([*walk, report(2)]) == []
    assert len(run([*walk, report(2), report(3)])) == 1


BACK = st.floats(0.01, 13.9)
WITHIN = st.tuples(st.floats(0.001, 0.999), st.floats(0.001, 0.999))


@settings(max_examples=60)
@given(st.lists(st.tuples(BACK, WITHIN, WITHIN), min_size=3, max_size=12))
def test_moving_reports_inside_their_cell_changes_nothing(
    moves: list[tuple[float, tuple[float, float], tuple[float, float]]],
) -> None:
    west, south, east, north = CELL.bounds

    def placed(which: int) -> list[Report]:
        return [
            report(one[0], report_id=str(i), lon=west + at[0] * (east - west), lat=south + at[1] * (north - south))
            for i, one in enumerate(moves)
            for at in [one[which]]  # type: ignore[list-item]
        ]

    assert run(placed(1)) == run(placed(2))


@settings(max_examples=60)
@given(
    st.lists(st.tuples(BACK, st.sampled_from(sorted(KINDS)), st.text(max_size=8)), max_size=30),
    st.sampled_from(SECRETS),
)
def test_who_reported_and_in_which_words_is_in_no_field(reports: list[tuple[float, str, str]], secret: str) -> None:
    made = [
        report(back, kind, report_id=f"{secret}{i}{text}", text=f"{text}{secret}", place=secret, source=secret)
        for i, (back, kind, text) in enumerate(reports)
    ]
    bare = [replace(one, gateway="g", report_id=str(i), text="", place="", source="") for i, one in enumerate(made)]
    found = run(made)
    assert found == run(bare), "nothing of the reports but kind, day and place goes into it"
    assert not any(mark in repr(found) for mark in (secret, "report/", f"{LON}", f"{LAT}"))
    for one in found:
        assert {evidence.ref for evidence in one.evidence} <= {"layer:mesh-3", "layer:mesh-4"}
        assert one.since == MIDNIGHT, "no report's hour"
