"""Quarters of an hour put together are the whole; and when a section counts as gone round."""

from __future__ import annotations

from random import Random

import pytest

from geo.plow.blocks import BLOCK_S, span, touched, worked
from geo.plow.rounds import own, passed_at
from geo.plow.work import Rules, work
from tests.geo.plow.making import START, made
from tests.geo.plow.streets import grid, network
from tests.geo.plow.test_passes import drive, noisy

TOWN = grid(4, 4)


@pytest.mark.parametrize("seed", range(4))
def test_the_quarters_of_a_night_are_the_night(seed: int) -> None:
    random, corners = Random(seed), [(0.0, 0.0)]
    for _ in range(60):  # two and a half hours through the streets
        x, y = corners[-1]
        step = random.choice([(100, 0), (-100, 0), (0, 100), (0, -100)])
        corners.append((min(400, max(0, x + step[0])), min(400, max(0, y + step[1]))))
    raw = made(noisy(drive(*corners, kmh=6), 4, seed))
    blocks = sorted({block for at in raw.at.tolist() for block in touched(at)})
    parts = [one for block in blocks for one in worked(raw, block, TOWN, Rules()).passes]
    whole = work(raw, TOWN, Rules()).passes
    assert [(one.segment, one.direction) for one in parts] == [(one.segment, one.direction) for one in whole]
    assert sum(one == other for one, other in zip(parts, whole, strict=True)) >= 0.9 * len(whole)


def test_a_fix_touches_the_quarters_whose_margins_it_lies_in() -> None:
    block = int(START // BLOCK_S * BLOCK_S)
    assert touched(block + 60) == [block - BLOCK_S, block]
    assert touched(block + 450) == [block - BLOCK_S, block, block + BLOCK_S]
    assert touched(block + 880) == [block, block + BLOCK_S]
    for at in range(block, block + BLOCK_S, 50):
        around = range(block - 4 * BLOCK_S, block + 4 * BLOCK_S, BLOCK_S)
        assert touched(at) == [one for one in around if span(one)[0] <= at < span(one)[1]]


STREETS = {"a": ((0, 0), (600, 0)), "b": ((600, 0), (900, 0)), "c": ((900, 0), (1000, 0)), "p": ((0, 50), (900, 50))}
FACTS = {name: {"section": "s", "administrator": "city"} for name in "abc"} | {
    "p": {"section": "s", "administrator": "prefecture"}
}


def test_a_section_is_gone_round_when_most_of_it_is_done() -> None:
    (mine,) = own(network(STREETS, **FACTS).segments).values()
    assert [one.id for one in mine] == ["a", "b", "c"], "the prefecture's road is no business of the city"
    assert passed_at(mine, {}) is None
    assert passed_at(mine, {"a": 100.0, "c": 300.0}) is None
    assert passed_at(mine, {"a": 100.0, "b": 200.0, "c": 300.0}) == 100.0, "snow on what was done first counts"
    assert passed_at(mine, {"a": 500.0, "b": 200.0, "c": 300.0}) == 200.0
