"""The file of the river model: the hub takes it up while it runs, and goes on with what it has where it is broken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from feeds.records import Reading
from feeds.status import Status
from geo.models.flood import Flood
from geo.river.model_file import told
from services.bell import Bell
from services.predict import Predict
from services.river_model import RiverFile, read_file
from services.store import hazards, records
from services.store.engine import Store
from tests.geo.making import ground
from tests.geo.river.making import reported, rivers, small_model, stations
from tests.services.making import SetClock

TEXT = told(small_model())


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tmp_path / "models" / "river.json"


async def test_the_hubs_own_file_goes_before_that_of_the_profile(own: Path, tmp_path: Path) -> None:
    brought = tmp_path / "brought.json"
    river = RiverFile([own, brought])
    assert not await river.look() and river.model is None
    brought.write_text(TEXT)
    assert await river.look() and river.model is not None and not await river.look()
    first = river.model
    own.write_text(TEXT)
    assert await river.look() and river.model is not first
    own.unlink()
    assert await river.look(), "back to that of the profile"
    brought.unlink()
    assert await river.look() and river.model is None and river.trouble == ""


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", TEXT.encode()[:-9]])
async def test_a_broken_file_leaves_the_last_good_model_and_is_named(own: Path, content: bytes) -> None:
    own.write_text(TEXT)
    river = RiverFile([own])
    await river.look()
    good = river.model
    own.write_bytes(content)
    assert not await river.look() and river.model is good
    assert str(own) in river.trouble
    own.write_text(TEXT + " ")
    assert await river.look() and river.trouble == ""


def test_a_file_that_is_far_too_large_is_not_read(own: Path) -> None:
    with own.open("wb") as file:
        file.truncate(2**27)
    with pytest.raises(ValueError, match="larger than 64 MB"):
        read_file(own)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_running_hub_takes_up_a_new_file(store: Store, own: Path) -> None:
    levels = rivers("ab", days=8)
    place = 100 * 6
    batch = [
        Reading(
            gateway="gw1",
            message_id=sample.ref,
            station=code,
            quantity=quantity,
            value=sample.value,
            unit="m",
            measured_at=sample.at,
        )
        for (code, quantity), samples in reported(levels, place, place - 140).items()
        for sample in samples
    ]
    async with store.write() as connection:
        await records.save(connection, batch, levels.time(place))
    clock = SetClock(levels.time(place))
    low = [replace(one, thresholds={"caution": -1.0, **one.thresholds}) for one in stations(levels)]
    predict = Predict(store, Bell(), clock, ground(*low), [Flood()], RiverFile([own]))

    async def methods() -> set[object]:
        await predict.step()
        async with store.read() as connection:
            return {one.facts["method"] for one in (await hazards.current(connection, Status.ACTUAL)).values()}

    assert await methods() == {"extrapolated"}
    own.write_text(TEXT)
    clock.at = levels.time(place + 1)
    assert await methods() == {"learned"}
