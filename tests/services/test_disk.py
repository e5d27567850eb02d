"""The watch on the disk: it tells in time, and starts the broker again where a full disk has made it useless."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from services.broker.embedded import EmbeddedBroker
from services.disk import Disk
from tests.services.conftest import until
from tests.services.test_ingest import gateway, reading

USAGE = type(shutil.disk_usage("/"))


class Played:
    """A disk of 10 GB with as much room as a test says, and a clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free, self.now = 5_000_000_000, 0.0
        monkeypatch.setattr(shutil, "disk_usage", lambda _: USAGE(10_000_000_000, 0, self.free))


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    return Played(monkeypatch)


async def test_it_tells_while_there_is_still_room(played: Played, tmp_path: Path) -> None:
    disk = Disk(tmp_path, None, lambda: played.now)
    await disk.step()
    assert disk.trouble == ""
    played.free = 150_000_000
    await disk.step()
    assert "150 MB" in disk.trouble and "disk nearly full" in disk.trouble
    played.free = 300_000_000
    assert not await disk.step(), "nothing to mend"
    assert disk.trouble == ""


async def test_a_broker_whose_disk_was_full_is_started_again_once_there_is_room(
    played: Played, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    disk = Disk(tmp_path, broker, lambda: played.now)
    assert not await disk.step()
    played.free = 0
    assert not await disk.step(), "there is no room yet"
    played.free = 100_000_000
    first = broker.pid
    assert await disk.step()
    await until(lambda: broker.state.up and broker.pid not in (None, first))
    assert not await disk.step(), "it is mended"
    with gateway(broker) as gw07:
        gw07.send_and_wait("st1/snow_depth", reading(1))


async def test_what_the_broker_says_in_its_log_counts_too_and_not_every_second(
    played: Played, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    disk, log = Disk(tmp_path, broker, lambda: played.now), tmp_path / "broker" / "nats-server.log"

    async def starve() -> None:
        with log.open("a") as file:  # a quota, which no free room shows
            file.write("[1] [ERR] JetStream failed to store a msg on stream: write 2.blk: disk quota exceeded\n")
        await until(lambda: broker.starved)

    await starve()
    assert await disk.step()
    await until(lambda: broker.state.up)
    await starve()
    assert not await disk.step()
    played.now = 31
    assert await disk.step()
