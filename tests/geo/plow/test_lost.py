"""Who is asked after when nothing is heard: a machine at its work, not one that has gone home."""

from __future__ import annotations

import pytest

from geo.plow.lost import FORGOTTEN_S, SILENT_S, fell_silent
from geo.plow.spells import Doing, Spell

WORK, STANDS, YARD, HOME = Doing.WORK, Doing.STANDBY, Doing.YARD, Doing.TRANSFER
ORDERED = {"plow-1": 0.0}


def seen(*spells: tuple[Doing, int], section: str = "plow-1") -> list[Spell]:
    """One after the other, each so many seconds long, the first from 1000 on."""
    found, at = [], 1000
    for doing, seconds in spells:
        where = section if doing is WORK else ""
        found.append(Spell(began=at, ended=at + seconds, doing=doing, section=where))
        at += seconds
    return found


@pytest.mark.parametrize(
    ("spells", "told"),
    [
        ([(WORK, 300)], True),
        ([(WORK, 300), (STANDS, 200)], True),  # a short halt, and then nothing
        ([(WORK, 300), (STANDS, 1200)], False),  # parked, and then switched off
        ([(WORK, 300), (YARD, 10)], False),
        ([(WORK, 300), (HOME, 60)], False),
        ([(HOME, 60), (YARD, 60), (WORK, 20)], True),
        ([(STANDS, 60)], False),
        ([], False),
    ],
)
def test_only_at_work(spells: list[tuple[Doing, int]], told: bool) -> None:
    tail = seen(*spells)
    end = tail[-1].ended if tail else 1000
    assert (fell_silent(tail, ORDERED, end + SILENT_S) is not None) == told


def test_not_before_ten_minutes_nor_for_ever_nor_without_an_order() -> None:
    tail = seen((WORK, 300))
    end = tail[-1].ended
    assert [fell_silent(tail, ORDERED, end + after) is not None for after in (SILENT_S - 1, FORGOTTEN_S + 1)] == [
        False
    ] * 2
    assert fell_silent(tail, {"plow-2": 0.0}, end + SILENT_S) is None
    assert fell_silent(tail, {"plow-1": end + 1.0}, end + SILENT_S) is None, "it was ordered after that"
