"""What is made, made again, and taken back: decided from rows alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from services.archive.known import Known
from services.archive.period import Period
from services.archive.plan import Plan, Work, content_of, withheld
from services.archive.registry import KINDS
from services.configuration.open_data import OpenData
from services.configuration.retention import Retention
from services.store.archives import Archived
from tests.services.archive.making import NOON, YESTERDAY, city
from tests.services.making import NOW

DAY = timedelta(days=1)
READINGS, ANIMALS = KINDS["readings"], KINDS["animals"]


def archived(name: str, **changes: Any) -> Archived:
    period = Period(name)
    whole = Archived(
        kind="readings",
        period=name,
        begins=period.begins,
        ends=period.ends,
        sha256="ab" * 32,
        content="cd" * 32,
        bytes=100,
        rows=1,
        head=20,
        version=1,
        before="",
        made_at=NOW,
        looked_at=NOW,
        withheld=withheld(READINGS, Known(ground=city())),
    )
    return replace(whole, **changes)


def plan(*rows: Archived, **changes: Any) -> Plan:
    there = {one.kind: {f"{each.period}.{each.sha256}" for each in rows} for one in rows}
    named = {(one.kind, one.period): one for one in rows}
    whole = {"kinds": [READINGS], "known": Known(ground=city()), "kept": Retention(), "begin": YESTERDAY.first}
    return Plan(**{**whole, "rows": named, "there": there, "now": NOW, **changes})


def days(of: Plan) -> list[tuple[str, bool]]:
    return [(one.period.name, one.withdraw) for one in of.days()]


def test_a_day_is_made_some_hours_after_it_ended_and_once() -> None:
    assert days(plan(now=YESTERDAY.ends + timedelta(hours=2))) == []
    assert days(plan(now=YESTERDAY.ends + timedelta(hours=3))) == [("2026-11-19", False)]
    assert days(plan(archived("2026-11-19"))) == []
    assert days(plan(begin=date(2026, 11, 17))) == [(f"2026-11-{day}", False) for day in (19, 18, 17)], "newest first"


def test_sightings_wait_until_nobody_lists_them() -> None:
    waits = ANIMALS.late(Known(ground=city()))
    assert waits >= 14 * DAY
    assert days(plan(kinds=[ANIMALS], now=YESTERDAY.ends + waits - DAY)) == []
    assert ("2026-11-19", False) in days(plan(kinds=[ANIMALS], now=YESTERDAY.ends + waits))


def test_a_day_is_made_again_where_something_moved() -> None:
    assert days(plan(archived("2026-11-19", stale=True))) == [("2026-11-19", False)]
    assert days(plan(archived("2026-11-19"), there={})) == [("2026-11-19", False)]
    settled = plan(archived("2026-11-19"), now=NOW + 8 * DAY)
    assert ("2026-11-19", False) in days(settled)
    ahead = archived("2026-11-19", looked_at=NOW + 400 * DAY)
    assert days(plan(ahead)) == [("2026-11-19", False)], "the clock was wrong: what it made says nothing"
    looked = plan(archived("2026-11-19", looked_at=NOW + 8 * DAY), now=NOW + 9 * DAY)
    assert "2026-11-19" not in dict(days(looked))


def test_what_is_withheld_now_is_made_anew_or_taken_back() -> None:
    narrower = Known(ground=city(), terms=OpenData(kept_back_gateways=("gw1",)))
    assert days(plan(archived("2026-11-19"), known=narrower)) == [("2026-11-19", False)]
    far = {"now": NOW + 500 * DAY, "kept": Retention(readings_days=400, archives_days=0)}
    told = dict(days(plan(archived("2026-11-19"), known=narrower, **far)))
    assert told["2026-11-19"] is True, "the store cannot give it any more"
    assert "2026-11-19" not in dict(days(plan(archived("2026-11-19", looked_at=NOW + 499 * DAY), **far)))
    assert "2026-11-19" not in dict(days(plan(archived("2026-11-19", sha256=""), known=narrower, **far)))


def test_nothing_is_made_that_retention_would_take_at_once() -> None:
    late = plan(now=NOW + 402 * DAY, kept=Retention(archives_days=400), begin=date(2026, 11, 1))
    assert min(days(late))[0] == "2026-11-22"


def test_a_month_is_made_of_all_its_days_and_again_when_one_moved() -> None:
    october = {"begin": date(2026, 10, 30), "now": Period("2026-11-01").begins + DAY}
    some = [archived("2026-10-30"), archived("2026-10-31")]
    assert list(plan(some[0], **october).months()) == [], "a day is missing"
    wanted = [Work(READINGS, Period("2026-10"))]
    assert list(plan(*some, **october).months()) == wanted
    month = archived("2026-10", content=content_of(some))
    assert list(plan(*some, month, **october).months()) == []
    moved = replace(some[0], content="ef" * 32)
    assert list(plan(moved, some[1], month, **october).months()) == wanted
    gone = [replace(one, sha256="", content="") for one in some]
    assert list(plan(*gone, month, **october).months()) == [Work(READINGS, Period("2026-10"), withdraw=True)]
    assert list(plan(*gone, **october).months()) == []
    assert list(plan(*some, begin=date(2026, 10, 30), now=Period("2026-10-31").ends - DAY / 2).months()) == []


def test_days_are_japans() -> None:
    assert Period("2026-11-19").begins.isoformat() == "2026-11-18T15:00:00+00:00"
    assert NOON.isoformat() == "2026-11-19T03:00:00+00:00"
    assert [len(Period(one).days) for one in ("2028-02", "2026-02", "2026-12", "2026-12-31")] == [29, 28, 31, 1]
    assert Period("2026-12").ends == Period("2027-01-01").begins
