"""What the console showed at an instant is what it shows afterwards of that instant: a night through the stages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

import services.deliver
from services.requests.street import Streets
from services.store.engine import Store
from services.store.users import Role
from tests.services.making import SetClock, employ
from tests.services.past.night import PICTURE, STEP, Night, picture
from tests.services.past.winter import PLACES, Winter
from tests.services.test_open311 import ROADS
from tests.services.web_floor import floor


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetClock]:
    made = SetClock()
    monkeypatch.setattr(services.deliver, "wall", made.now)
    yield made


@pytest.mark.one_engine  # test_asked.py asks for the same pages of the past on both
async def test_any_instant_of_the_night_is_told_afterwards_as_it_was_told_then(store: Store, clock: SetClock) -> None:
    await employ(store, "kato", "suzuki")
    night = Night(store, clock, seed=20261122)
    async with floor(store, now=clock.now, exercise=True, public_exercise=True, channels=("log", "x")) as web:
        officer = await web.person(Role.APPROVER)
        shown: dict[datetime, dict[str, Any]] = {}
        for number in range(12):
            clock.at += STEP
            await night.step()
            clock.at += timedelta(seconds=1)
            if number % 3 == 2:
                shown[clock.at] = await picture(officer)
        for path in PICTURE:
            assert len({repr(one[path]) for one in shown.values()}) > 1, f"the night never moved {path}"
        clock.at += timedelta(hours=3)
        await night.step()
        for at, before in shown.items():
            after = await picture(officer, at)
            for path in PICTURE:
                assert after[path] == before[path], (path, at)


async def test_a_winter_night_is_told_afterwards_as_it_was_told_then(store: Store, clock: SetClock) -> None:
    """Orders, dumps, roads, sensors nobody knew, and what could not be read."""
    await employ(store, "kato")
    winter = Winter(store, clock, seed=20261123)
    told = {"ground": winter.city, "dumps": winter.dumps, "answers": Streets(ROADS)}
    async with floor(store, now=clock.now, **told) as web:
        officer = await web.person(Role.APPROVER)
        shown: dict[datetime, dict[str, Any]] = {}
        for number in range(12):
            clock.at += STEP
            await winter.step()
            clock.at += timedelta(seconds=1)
            if number % 3 == 2:
                shown[clock.at] = await picture(officer, paths=PLACES)
        for path in PLACES:
            assert len({repr(one[path]) for one in shown.values()}) > 1, f"the night never moved {path}"
        clock.at += timedelta(hours=3)
        await winter.step()
        for at, before in shown.items():
            after = await picture(officer, at, PLACES)
            for path in PLACES:
                assert after[path] == before[path], (path, at)
