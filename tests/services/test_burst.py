"""A thousand alerts at once, on a channel that takes a hundred posts in a quarter of an hour: on a test's own clock."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

import services.deliver
from rules.alert import Alert
from services.bell import Bell
from services.channels.budget.meter import Meter
from services.channels.budget.tariff import tariffs
from services.deliver import Deliver
from services.store import outbox
from services.store.codec import to_json
from services.store.engine import Store
from services.store.tables import alerts
from services.store.tables import outbox as outbox_rows
from tests.fakes.rationed import LIMIT, WINDOW, Rationed
from tests.services.making import NOW, SetClock, alert, payload


async def flood(store: Store, some: list[Alert]) -> None:
    """All of them issued, in one go."""
    async with store.write() as connection:
        for one in some:
            row = {name: getattr(one, name) for name in ("series", "revision", "identifier", "rule", "kind", "level")}
            row |= {"ends": one.ends, "sent": one.sent, "expires": one.expires, "status": one.status.value}
            row |= {"state": "issued", "changed_at": NOW, "digest": "", "payloads": {}, "body": to_json(one)}
            await connection.execute(alerts.insert(), row)
        rows = [outbox.row(one, "x", payload(one.identifier), NOW, NOW) for one in some]
        await connection.execute(outbox_rows.insert(), rows)


def thousand(dice: random.Random) -> list[Alert]:
    """Some hundred series of every level, with up to fourteen revisions each, half a day to live."""
    found: list[Alert] = []
    while len(found) < 1000:
        level = dice.choices((1, 2, 3, 4, 5), (30, 30, 25, 10, 5))[0]
        last = dice.randint(3, 14)
        for revision in range(1, last + 1):
            one = alert(
                series=f"s{len(found) - revision:04d}",
                revision=revision,
                level=level,
                channels=("x",),
                severity="Minor" if level == 1 else "Severe",
                expires=NOW + timedelta(hours=12),
                ends=revision == last and level == 4,
            )
            found.append(one)
    return found[:1000]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_burst_keeps_the_rate_and_the_order_and_sends_level_five_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SetClock()
    monkeypatch.setattr(services.deliver, "wall", clock.now)
    some, channel = thousand(random.Random(6)), Rationed(clock)
    newest = {one.series: one.revision for one in some}
    await flood(store, some)
    deliver = Deliver(store, Bell(), clock, channel, meter=Meter("x", tariffs({}, {"x": {}})["x"]))
    while len(channel.taken) < len(newest) and clock.at < NOW + timedelta(hours=12):
        clock.at += timedelta(seconds=1) if await deliver.step() else timedelta(minutes=2)
    sent = [delivery for _, delivery in channel.taken]
    assert {one.series: one.revision for one in sent} == newest and len(sent) == len(newest), "the newest, each once"
    times = [at for at, _ in channel.taken]
    crowd = max(sum(since <= at < since + WINDOW for at in times) for since in times)
    assert crowd <= LIMIT and channel.refused == 0, "no quarter of an hour held more, so nobody had to refuse"
    levels = [int(one.context["level"]) for one in sent]
    assert levels == sorted(levels, reverse=True)
    assert clock.at - NOW < timedelta(minutes=15) * (len(newest) / 80 + 1), "it drains as fast as the limit allows"
