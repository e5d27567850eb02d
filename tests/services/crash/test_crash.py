"""Death at every await between an approval and the last receipt: nothing lost, nothing doubled, nothing guessed.

The short form dies some sixty times; ``make drill`` dies at every single await (SHIRASE_DRILL=full).
"""

from __future__ import annotations

import itertools
import logging
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from services.channels.registry import CHANNELS
from tests.conftest import plain_logs
from tests.services.crash.books import BOOKS
from tests.services.crash.hub import OFFICERS, Disk
from tests.services.crash.scenes import SCENES, Scene, play
from tests.services.crash.trap import Way
from tests.services.making import employ
from tests.services.test_channel_contract import FAKES

FULL = os.environ.get("SHIRASE_DRILL") == "full"
_STRIDE = {"new": 1}  # of the long form; the scenes that differ from the first in one thing skip some awaits
_OTHERS = 31
_SHORT = 41  # awaits between two deaths of the short form
BY_PERSON = {"mail", "push"}  # keep a book of who has been told; tried where that book is
_LIMIT = 5_000  # awaits of a life: more would be one that never ends


@pytest.fixture
async def disk(tmp_path: Path, migrated: Path) -> AsyncIterator[Disk]:
    shutil.copy(migrated, tmp_path / "shirase.db")
    one = Disk(tmp_path / "shirase.db")
    await employ(one.open(), *OFFICERS)
    yield one
    await one.cut()


@pytest.fixture(scope="module", autouse=True)
def _cries_of_the_dying() -> Iterator[None]:
    """Each failure that is ordered here would stand in the log with all its frames."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()
    plain_logs()


def test_every_channel_that_speaks_to_somebody_has_a_book() -> None:
    assert BOOKS.keys() == FAKES.keys() - BY_PERSON
    assert FAKES.keys() <= CHANNELS.keys()


@pytest.mark.timeout(1800 if FULL else 60)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
@pytest.mark.parametrize("channel", sorted(BOOKS))
async def test_who_dies_anywhere_loses_nothing_doubles_nothing_and_guesses_nothing(
    disk: Disk, channel: str, scene: Scene
) -> None:
    deaths = 0
    for way, awaits in _ways(channel, scene):
        for at in awaits:
            if not await play(disk, channel, scene, at, way):
                break
            deaths += 1
    assert deaths
    if FULL:
        print(f"{channel:9} {scene.name:28} {deaths:5} deaths")


def _ways(channel: str, scene: Scene) -> Iterator[tuple[Way, range]]:
    if FULL:
        yield from ((way, range(1, _LIMIT, _STRIDE.get(scene.name, _OTHERS))) for way in Way)
        return
    turn = sorted(BOOKS).index(channel) * len(SCENES) + SCENES.index(scene)
    way = next(itertools.islice(itertools.cycle(Way), turn, None))
    first = 3 + 7 * turn % _SHORT
    yield way, range(first, first + 1)
