"""Without a store nothing can be written down, and people are told all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from feeds.status import Status
from services.callout.last_resort import LastResort
from tests.services.callout.scene import NOW, Phones, roster
from tests.services.making import SetClock


class Turned:
    """A watch whose store fails as long as the test says."""

    def __init__(self, own: Status = Status.ACTUAL) -> None:
        self.well, self.phones, self.clock = True, Phones(), SetClock()
        self.last = LastResort(self._look, self.clock, roster(), self.phones, own)

    async def _look(self) -> bool:
        if not self.well:
            raise OperationalError("INSERT …", {}, Exception("database or disk is full"))
        return False

    async def at(self, minutes: float) -> None:
        self.clock.at = NOW + timedelta(minutes=minutes)
        if self.well:
            await self.last.step()
            return
        with pytest.raises(OperationalError):  # the loop tells and tries again
            await self.last.step()


async def test_a_store_that_stays_away_is_told_to_the_first_group_every_half_hour() -> None:
    hub = Turned()
    await hub.at(0)
    hub.well = False
    for minute in (0.5, 0.9, 1.1, 5, 20, 30):
        await hub.at(minute)
    assert hub.phones.who == ["sato", "suzuki"]
    assert "データベース" in hub.phones.heard[0][1].subject
    await hub.at(32)
    assert len(hub.phones.who) == 4


async def test_a_clock_that_is_set_back_makes_nobody_wait_for_an_hour() -> None:
    hub = Turned()
    await hub.at(60)
    hub.well = False
    for minute in (62, 0, 2, 31):
        await hub.at(minute)
    assert len(hub.phones.who) == 4, "once by the wrong clock, and half an hour after it was right"


async def test_one_that_comes_back_within_a_minute_is_no_news() -> None:
    hub = Turned()
    for minute in range(10):
        hub.well = minute % 2 == 0
        await hub.at(minute * 0.5)
    assert hub.phones.who == []


async def test_in_an_exercise_it_is_marked() -> None:
    hub = Turned(Status.EXERCISE)
    hub.well = False
    await hub.at(2)
    message = hub.phones.heard[0][1]
    assert message.subject.startswith("【訓練】")
    assert message.body.startswith("【訓練】") and "【訓練】" in message.body.splitlines()[-1]


async def test_a_watch_that_breaks_over_anything_else_is_told_as_what_it_is() -> None:
    hub = Turned()
    hub.last = LastResort(_breaks, hub.clock, roster(), hub.phones, Status.ACTUAL)
    hub.clock.at = NOW + timedelta(minutes=2)
    with pytest.raises(KeyError):
        await hub.last.step()
    assert hub.phones.who == ["sato", "suzuki"]
    message = hub.phones.heard[0][1]
    assert "呼び出しが動いていません" in message.subject and "データベース" not in message.body


async def _breaks() -> bool:
    raise KeyError("level")
