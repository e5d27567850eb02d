"""The short form of ``make fuzz``: every target over its seeds, the kept corpus, and a hundred mutations of them."""

from __future__ import annotations

import gc
import sys
import time

import pytest

from feeds.registry import FEEDS
from tests.fuzz.corpus import FOLDER, start
from tests.fuzz.mutation import mutations
from tests.fuzz.targets import TARGETS, Target

MUTATIONS = 150
SLOWEST = 2.0  # seconds of CPU for one input
ROUNDS = 3
LEAK = 400  # blocks of memory that three more rounds over the same inputs may leave behind


@pytest.fixture(params=TARGETS.values(), ids=lambda target: target.name)
def target(request: pytest.FixtureRequest) -> Target:
    chosen: Target = request.param
    return chosen


@pytest.fixture(scope="module", autouse=True)
def by_themselves() -> None:
    """What earlier tests have left stays where it is: to go through it for each target costs more than the target."""
    gc.collect()
    gc.freeze()


def test_whatever_comes_is_taken_or_refused_in_time(target: Target) -> None:
    begun = start(target)
    for data in (*begun, *mutations(begun, MUTATIONS)):
        began = time.process_time()
        target.run(data)
        assert time.process_time() - began < SLOWEST, data[:200]


def test_nothing_is_left_behind_in_memory(target: Target) -> None:
    inputs = start(target)

    def blocks() -> int:
        for _ in range(ROUNDS):
            for data in inputs:
                target.run(data)
        gc.collect()
        return sys.getallocatedblocks()

    blocks()
    before = blocks()
    assert blocks() - before < LEAK


def test_every_feed_is_a_target_and_every_kept_corpus_has_one() -> None:
    assert {feed.name for feed in FEEDS} <= TARGETS.keys()
    assert {file.stem for file in FOLDER.glob("*")} <= TARGETS.keys()
