"""Which lines somebody asks for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from feeds.status import Status
from rules.chronology.groups import KNOWN, OF, Group, group_of
from rules.chronology.line import Line, Sieve

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


def line(**told: Any) -> Line:
    plain = {"seq": 1, "at": NOW, "status": Status.ACTUAL, "kind": "matter", "who": "suzuki", "text": "内丸で冠水"}
    return Line(**{**plain, **told})


def test_every_kind_has_one_group() -> None:
    assert len(KNOWN) == sum(len(kinds) for kinds in OF.values())
    assert group_of("something new") is Group.SYSTEM


@pytest.mark.parametrize(
    ("sieve", "passes"),
    [
        (Sieve(), True),
        (Sieve(groups=frozenset({Group.MANUAL, Group.SENT})), True),
        (Sieve(groups=frozenset({Group.SENT})), False),
        (Sieve(statuses=frozenset({Status.EXERCISE})), False),
        (Sieve(who="SUZU"), True),
        (Sieve(who="tanaka"), False),
        (Sieve(words=("ＰＵＭＰ", "内丸")), True),
        (Sieve(words=("内丸", "大通")), False),
        (Sieve(district="内丸"), True),
        (Sieve(level=3), True),
        (Sieve(level=5), False),
        (Sieve(important=True), True),
    ],
)
def test_the_sieve(sieve: Sieve, passes: bool) -> None:
    assert sieve.passes(line(text="内丸でpumpが要る（警戒レベル４）")) is passes


def test_the_level_and_the_time_of_entry() -> None:
    assert line(refs={"level": "0"}, text="レベル4が終わった").level is None, "its writer knows better than its words"
    assert line(text="レベル2からレベル3へ").level == 3 and line().level is None
    assert line(refs={"entered": "2026-11-21T18:30:00Z"}).entered > NOW
    assert line(refs={"entered": "soon"}).entered == line().entered == NOW


def test_what_is_important() -> None:
    assert line(kind="issued").important and line(refs={"priority": "urgent"}).important
    assert line(kind="delivery", refs={"state": "failed"}).important
    assert not line().important and not line(kind="delivery", refs={"state": "delivered"}).important
    assert line(kind="damage", refs={"number": "1"}).important and not line(kind="damage").important
