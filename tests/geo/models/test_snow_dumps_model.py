"""Dumps that take no snow, and those that take it again; each for a time, and never because nobody said anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from feeds.status import Status
from geo.model import Inputs
from geo.models.snow_dumps import SnowDumps
from geo.plow.announced import Dumped
from tests.geo.models.worlds import noon_in_winter

WORLD = noon_in_winter()
NOW, GROUND = WORLD.inputs.now, WORLD.ground
HOUR = timedelta(hours=1)
FULL = Dumped(
    code="d1", name="太田", name_en="Ota", state="full", since=NOW - 2 * HOUR, confirmed_at=NOW - HOUR, instead="玉山"
)


def told(*dumps: Dumped) -> list[str]:
    return [one.kind for one in SnowDumps().run(Inputs(now=NOW, status=Status.ACTUAL, dumps=dumps), GROUND)]


def test_full_and_closed_are_told_for_a_day_since_somebody_confirmed_it() -> None:
    (one,) = SnowDumps().run(Inputs(now=NOW, status=Status.ACTUAL, dumps=[FULL]), GROUND)
    assert (one.kind, one.source, one.facts["instead"]) == ("snow_dump_closed", "dump:d1", "玉山")
    assert one.valid_until == NOW + 23 * HOUR and "職員の入力" in one.evidence[0].text
    old = NOW - 30 * HOUR
    assert told(replace(FULL, state="closed", since=old)) == ["snow_dump_closed"]
    assert told(replace(FULL, since=old, confirmed_at=old)) == []


def test_open_is_news_only_where_it_was_not() -> None:
    opened = replace(FULL, state="open")
    assert told(opened) == []
    assert told(replace(opened, reopened=True)) == ["snow_dump_reopened"]
    assert told(replace(opened, reopened=True, since=NOW - 7 * HOUR)) == []
