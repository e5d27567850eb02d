"""A channel, a line or the hub is down for a while: what goes out afterwards, what never does, what staff are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

import services.deliver
from feeds.status import Status
from rules.alert import Alert
from services.bell import Bell
from services.channels.budget.meter import Meter
from services.channels.budget.tariff import Measure, Own, Window, tariffs
from services.deliver import Deliver
from services.outage.fate import Fate, Item, Outage, counted
from services.outage.watch import Watch
from services.store import alerts, chronology, outages, outbox
from services.store.engine import Store
from services.store.tables import outbox as rows
from tests.fakes.rationed import WINDOW, Rationed
from tests.services.making import NOW, SetClock, alert

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@dataclass
class Scene:
    """One channel, its queue and the watch, on one clock."""

    store: Store
    clock: SetClock = field(default_factory=SetClock)

    def __post_init__(self) -> None:
        self.channel = Rationed(self.clock, limit=10)
        rate = Window(name="quarter_hour", title="", measure=Measure.CALLS, limit=Decimal(10), minutes=15)
        meter = Meter("x", tariffs({"x": Own(windows=(rate,))}, {"x": {}})["x"])
        self.deliver = Deliver(self.store, Bell(), self.clock, self.channel, meter=meter)
        self.watch = Watch(self.store, Bell(), self.clock)

    async def issue(self, series: str, revision: int = 1, **changes: Any) -> None:
        changes = {"status": Status.ACTUAL, "level": 3, "expires": self.clock.at + timedelta(hours=12), **changes}
        one: Alert = alert(series=series, revision=revision, channels=("x",), sent=self.clock.at, **changes)
        payloads = {"x": self.channel.render(one)}
        async with self.store.write() as connection:
            await alerts.add_draft(connection, one, payloads, self.clock.at)
            await alerts.mark_issued(connection, one, self.clock.at)
            await outbox.add(connection, one, payloads, self.clock.at, self.clock.at)

    async def run(self, minutes: float, every: float = 30.0, *, watched: bool = True) -> None:
        """Let time pass: the queue is worked off, the watch looks."""
        until = self.clock.at + timedelta(minutes=minutes)
        while self.clock.at < until:
            while await self.deliver.step():
                pass
            if watched:
                await self.watch.step()
            self.clock.at += timedelta(seconds=every)

    async def reports(self) -> list[tuple[Outage, list[Item]]]:
        async with self.store.read() as connection:
            return [(one, await outages.items(connection, one)) for one in await outages.since(connection)]

    async def told(self) -> list[str]:
        async with self.store.read() as connection:
            found = await chronology.between(connection, Status.ACTUAL, ["outage"], NOW, self.clock.at)
        return [entry.text for entry in found]

    def sent(self) -> list[str]:
        return [f"{one.series} {one.revision}" for _, one in self.channel.taken]


@pytest.fixture
def scene(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    made = Scene(store)
    monkeypatch.setattr(services.deliver, "wall", made.clock.now)
    yield made


async def test_hours_without_the_provider_and_thirty_revisions(scene: Scene) -> None:
    await scene.issue("reached")
    await scene.run(1)
    scene.channel.down = True
    await scene.issue("brief", expires=scene.clock.at + timedelta(hours=1))
    await scene.issue("unheard", level=2)
    for revision in range(1, 11):
        for series, level in (("snow", 2), ("river", 3), ("order", 5)):
            await scene.issue(series, revision, level=level)
        await scene.run(20, every=600)
    await scene.issue("unheard", 2, level=2, ends=True)
    await scene.issue("reached", 2, ends=True)
    await scene.run(5)
    scene.channel.down = False
    await scene.run(15)
    assert scene.sent() == ["reached 1", "order 10", "reached 2", "river 10", "snow 10"]
    (outage, items), *more = await scene.reports()
    assert not more and outage.ended and outage.channel == "x"
    assert counted(items) == {Fate.EXPIRED: 1, Fate.SUPERSEDED: 28, Fate.NEEDLESS: 1, Fate.LATE: 4}
    began, ended = await scene.told()
    assert "まだ送れていない" in began
    assert "期限切れで送らなかった 1件" in ended and "遅れて送った 4件（最大" in ended


async def test_the_report_says_how_late_and_stays_until_somebody_has_read_it(scene: Scene) -> None:
    scene.channel.down = True
    await scene.issue("river")
    await scene.run(30)
    scene.channel.down = False
    await scene.run(10)
    ((outage, (item,)),) = await scene.reports()
    assert item.fate is Fate.LATE and item.late_minutes is not None and 30 <= item.late_minutes <= 36
    async with scene.store.write() as connection:
        assert await outages.see(connection, outage.id, "sato", scene.clock.at)
        assert await outages.see(connection, outage.id, "kato", scene.clock.at) is None, "once is enough"
    assert await scene.reports() == []
    async with scene.store.read() as connection:
        (kept,) = await outages.since(connection, NOW)
    assert (kept.seen_by, kept.seen_at) == ("sato", scene.clock.at)


async def test_a_short_loss_of_the_line_is_no_outage(scene: Scene) -> None:
    scene.channel.down = True
    await scene.issue("river")
    await scene.run(1, every=5)
    scene.channel.down = False
    await scene.run(3, every=5)
    assert scene.sent() == ["river 1"] and await scene.reports() == [] and await scene.told() == []


async def test_a_line_that_comes_and_goes_is_one_outage(scene: Scene) -> None:
    for revision in range(1, 5):
        scene.channel.down = True
        await scene.issue("river", revision)
        await scene.run(6, every=90)
        scene.channel.down = False
        await scene.run(6, every=90)
    ((outage, items),) = await scene.reports()
    assert outage.ended and [item.fate for item in items] == [Fate.LATE] * 4
    assert scene.sent() == [f"river {revision}" for revision in range(1, 5)]


async def test_what_was_missed_while_no_process_ran_is_told_afterwards(scene: Scene) -> None:
    await scene.issue("river")
    scene.clock.at += timedelta(hours=2)
    await scene.run(1, watched=False)  # it is caught up before the watch first looks
    assert scene.sent() == ["river 1"]
    await scene.run(1)
    ((outage, (item,)),) = await scene.reports()
    assert outage.ended and item.late_minutes == 120
    await scene.run(30)
    assert len(await scene.reports()) == 1 and len(await scene.told()) == 1, "and it is told once"


async def test_what_may_have_arrived_is_called_unknown_and_its_all_clear_goes_out(scene: Scene) -> None:
    scene.channel.silent = True
    await scene.issue("river", expires=scene.clock.at + timedelta(minutes=20))
    await scene.run(25)
    scene.channel.silent = False
    await scene.issue("river", 2, ends=True)
    await scene.run(10)
    assert scene.sent() == ["river 2"]
    ((_, items),) = await scene.reports()
    assert Fate.UNKNOWN in counted(items) and Fate.EXPIRED not in counted(items)


@pytest.mark.parametrize(("level", "sent"), [(3, []), (4, ["river 2"])])
async def test_an_end_goes_where_people_can_know_what_it_ends(scene: Scene, level: int, sent: list[str]) -> None:
    scene.channel.down = True
    await scene.issue("river", level=level)
    await scene.run(5)
    await scene.issue("river", 2, level=level, ends=True)
    scene.channel.down = False
    await scene.run(10)
    assert scene.sent() == sent
    async with scene.store.read() as connection:
        states = (await connection.execute(select(rows.c.state, rows.c.reason).order_by(rows.c.revision))).all()
    if not sent:
        assert states[1] == ("refused", "この経路では前の報を伝えていないため、解除・取消を送らない")


async def test_afterwards_the_rate_is_kept_and_level_five_leads(scene: Scene) -> None:
    scene.channel.down = True
    for number in range(15):
        await scene.issue(f"s{number:03d}", level=5 if number == 14 else 2)
    await scene.run(6, every=120)
    scene.channel.down = False
    await scene.run(60, every=120)
    assert scene.sent()[0] == "s014 1" and len(scene.sent()) == 15
    times = [at for at, _ in scene.channel.taken]
    assert max(sum(since <= at < since + WINDOW for at in times) for since in times) <= scene.channel.limit
    assert scene.channel.refused == 0


async def test_a_queue_that_waits_for_its_window_is_told_of_too(scene: Scene) -> None:
    for number in range(9):
        await scene.issue(f"s{number:03d}", level=2, severity="Minor")
    await scene.run(20, every=120)
    ((_, items),) = await scene.reports()
    assert counted(items) == {Fate.LATE: 1, Fate.IN_TIME: 8}


async def test_staff_hear_that_the_queue_waits_and_that_what_is_urgent_went_beyond_the_limit(scene: Scene) -> None:
    for number in range(9):
        await scene.issue(f"s{number:03d}", level=2, severity="Minor")
    await scene.run(1)
    for number in range(3):
        await scene.issue(f"u{number:03d}", level=4)
    scene.channel.limit = 30  # the provider lets it through
    await scene.run(1)
    assert len(scene.sent()) == 11, "eight of the minor, all three urgent"
    async with scene.store.read() as connection:
        found = await chronology.between(connection, Status.ACTUAL, ["delivery"], NOW, scene.clock.at)
    told = "x：上限のため、急がない発表を待たせている（ 8／10）"
    beyond = "x：上限を超えたが、レベル4以上・解除・取消のため送った（ 11／10）"
    assert [entry.text for entry in found if "上限" in entry.text] == [told, beyond], (
        "each once, not with every delivery"
    )


async def test_a_fast_clock_makes_no_outages(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SetClock, "hurried", property(lambda self: True))
    scene.channel.down = True
    await scene.issue("river")
    await scene.run(10)
    assert await scene.reports() == []
