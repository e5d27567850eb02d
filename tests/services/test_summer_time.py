"""A machine in a zone with summer time: the hour that is missing, or comes twice, changes neither what is due nor what
is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from rules.rule import CATALOG, load_rules
from rules.timers import due
from services.channels.channel import Outcome, Verdict
from services.store import hold_offs
from services.store.engine import Store
from services.store.outbox import LEASE
from tests.rules.making import World, hazard, situation
from tests.services.making import alert
from tests.services.test_store_outbox import claim, finish, issued

RULES = load_rules([CATALOG])
TEN, HOUR = timedelta(minutes=10), timedelta(hours=1)
CHANGES = [
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),  # 16:00 in Japan, when a digest is due
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Europe/London", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/London", datetime(2026, 10, 25, 1, tzinfo=UTC)),
]
Lives = Callable[[str], None]


@pytest.fixture
def lives_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lives]:
    def move(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_the_rules_say_the_same_at_the_same_instants(zone: str, change: datetime, lives_in: Lives) -> None:
    lives_in("UTC")
    expected = _told(change)
    assert any(alerts for _, alerts, *_ in expected), "or this shows nothing"
    lives_in(zone)
    before, after = (time.localtime((change + by).timestamp()).tm_isdst for by in (-HOUR, HOUR))
    assert before != after, "the clocks change, or this shows nothing"
    assert _told(change) == expected


@pytest.mark.parametrize(("zone", "change"), CHANGES)
async def test_leases_pauses_and_holds_last_as_long_as_ever(
    store: Store, zone: str, change: datetime, lives_in: Lives
) -> None:
    """Each begins half a minute before the change."""
    lives_in(zone)
    began, second = change - timedelta(seconds=30), timedelta(seconds=1)
    await issued(store, alert(hold_off_s=60))
    (first,) = await claim(store, wall=began)
    assert await claim(store, wall=began + LEASE - second) == []
    (again,) = await claim(store, wall=began + LEASE)
    assert again.id == first.id and again.after_unknown
    asked = Outcome(verdict=Verdict.LATER, retry_at=began + TEN)
    await finish(store, again, asked, began + LEASE)
    assert await claim(store, wall=began + TEN - second) == []
    assert len(await claim(store, wall=began + TEN)) == 1
    async with store.write() as connection:
        leaves_at = await hold_offs.begin(connection, alert(revision=2), began, TEN, "sato")
        held = await hold_offs.of(connection, alert().series, 2)
        assert held is not None and held.leaves_at == leaves_at == began + TEN


def _told(change: datetime) -> list[tuple[object, ...]]:
    """What every rule of the catalogue decides, step by step, about a river and a snowfall that come and go."""
    world, found = World(RULES), []
    for step in range(-12, 13):
        now = change + step * TEN
        there = [
            hazard(level=2 + step % 3, since=now - TEN, valid_until=now + HOUR),
            hazard("a2", kind="heavy_snow", level=1 + step % 2, alert_level=False, since=now, valid_until=now + HOUR),
        ]
        decision = world.step(now, *(there if step % 7 else ()))
        for one in decision.alerts:
            if one.series in world.standing(now) and world.families[one.series][-1][0] == "draft":
                world.issue(one.series)
        waits = due(situation(*there, now=now), RULES)
        found.append((now, decision.alerts, decision.withdrawn, decision.drops, waits))
    return found
