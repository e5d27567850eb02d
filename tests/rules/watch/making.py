"""A mother, a neighbour and a commissioner around one child, and what they agreed to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from feeds.watch import Sign, Signal
from rules.watch.ward import (
    Consent,
    Device,
    Expected,
    Home,
    Kind,
    Passes,
    Purpose,
    Relation,
    Supporter,
    Ward,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # Friday, 18:00 in Japan
BEGIN, END = NOW - timedelta(days=30), NOW + timedelta(days=300)
EVERY = tuple(Purpose)


def consent(*purposes: Purpose, **changes: Any) -> Consent:
    whole = Consent(
        purposes=purposes or EVERY, given_by="山田花子", relation="保護者", way="書面", since=BEGIN, until=END
    )
    return replace(whole, **changes)


def supporter(number: int, name: str, **changes: Any) -> Supporter:
    whole = Supporter(
        number=number,
        name=name,
        relation=Relation.FAMILY,
        address=f"mail:{name}@example.jp",
        since=BEGIN,
        until=END,
        drills=True,
    )
    return replace(whole, **changes)


def device(name: str = "tag1", **changes: Any) -> Device:
    whole = Device(gateway="watch1", device=name, what="ペンダント", since=BEGIN, until=END)
    return replace(whole, **changes)


def ward(**changes: Any) -> Ward:
    whole = Ward(
        uid="w-1",
        kind=Kind.CHILD,
        name="山田ゆうき",
        alias="ゆうき",
        home=Home(address="内丸1-2-3", lon=141.105, lat=39.705),
        notes="耳が聞こえにくい",
        consents=(consent(),),
        supporters=(
            supporter(1, "haha", passes=Passes.EACH, place=True, needs=True),
            supporter(2, "tonari", relation=Relation.COMMUNITY, group=2),
            supporter(3, "minsei", relation=Relation.COMMISSIONER, group=2, drills=False),
        ),
        devices=(device(),),
        places={"school-gate": "小学校の門"},
    )
    return replace(whole, **changes)


def expected(**changes: Any) -> Expected:
    whole = Expected(
        number=1, label="帰宅", days=(0, 1, 2, 3, 4), begins=time(14), by=time(18), places=("home", "school-gate")
    )
    return replace(whole, **changes)


def signal(kind: Sign = Sign.BUTTON, **changes: Any) -> Signal:
    return replace(Signal(gateway="watch1", device="tag1", kind=kind, at=NOW), **changes)
