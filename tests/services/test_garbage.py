"""Once a hub is ready, cycles are looked for often and among few: while they are, no thread of it moves."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from services.cli.serve import settle

Told = tuple[int, dict[str, int]]


@pytest.fixture
def collections() -> Iterator[list[Told]]:
    """Generation, and what was found, of each collection; the process is as before afterwards."""
    found: list[Told] = []
    before = gc.get_threshold()

    def note(phase: str, told: dict[str, int]) -> None:
        if phase == "stop":
            found.append((told["generation"], dict(told)))

    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)
    gc.set_threshold(*before)
    gc.unfreeze()


def test_what_a_start_made_stays_out_of_it_and_few_are_looked_at_each_time(collections: list[Told]) -> None:
    gc.set_threshold(20_000)  # as while it starts
    start = [[number] for number in range(1_000)]
    settle()
    collections.clear()
    assert gc.get_freeze_count() > len(start)
    kept = [[number] for number in range(10_000)]
    assert len(collections) >= 3, "one for some thousands that came"
    looked_at = {id(one) for one in gc.get_objects()}
    assert not any(id(one) in looked_at for one in start)
    assert {generation for generation, _ in collections} == {0}, "what is old is looked through seldom"
    assert len(kept) == 10_000


def test_cycles_are_found_all_the_same(collections: list[Told]) -> None:
    settle()
    for _ in range(10_000):
        lone: list[object] = []
        lone.append(lone)
    assert sum(told["collected"] for _, told in collections) > 5_000
