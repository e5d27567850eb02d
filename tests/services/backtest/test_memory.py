"""Memory gives the models exactly what the live loop's queries give them, at every instant of a mixed-up stretch."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from feeds.lalert.read import Lalert
from feeds.records import Flag, Record, Report
from feeds.status import Status
from geo.model import Inputs, Wants
from geo.registry import MODELS
from services.backtest.memory import Memory
from services.backtest.stream import Stream
from services.bell import Bell
from services.predict import Predict, _Due
from services.store.engine import Store
from services.store.records import latest_seq
from tests.feeds.lalert_making import document
from tests.feeds.making import message
from tests.geo.official.telegrams import entry, telegram
from tests.services.backtest.making import gauge, keep
from tests.services.making import NOW, SetClock
from tests.services.web_floor import ground

MINUTE = timedelta(minutes=1)
RAIN = entry("heavy_rain", "03", "レベル３大雨警報", 3)


def mixed_up(chance: random.Random) -> list[tuple[datetime, Record]]:
    """Readings on time, late, ahead, twice with other values, held and borne out; telegrams and reports likewise."""
    came: list[tuple[datetime, Record]] = []
    for n in range(120):
        at = NOW + timedelta(minutes=25 * n) * chance.random()
        received = at + MINUTE * chance.choice([0, 0, 0, 1, -1, 90, 2000])
        flags = frozenset(chance.choice([(), (), (), (Flag.SPIKE,), (Flag.LATE,), (Flag.OUT_OF_RANGE,)]))
        one = gauge(at, round(chance.uniform(0.5, 3.0), 2), flags=flags, seq=n)
        came.append((received, one))
        if chance.random() < 0.1:
            came.append((received + 7 * MINUTE, replace(one, value=1.0)))
    for n in range(25):
        at = (NOW + timedelta(minutes=chance.randrange(0, 3000))).replace(second=0)
        received = at + MINUTE * chance.choice([0, 1, 60, -2])
        came.append((received, telegram(chance.choice(["VPWW55", "VPWW60"]), RAIN, at=at, serial=str(n))))
        sighting = Report(
            gateway="police",
            report_id=f"r{n % 9}",
            kind="bear",
            measured_at=at,
            text=f"{n}",
            place="",
            status=Status.ACTUAL,
        )
        came.append((received, sighting))
        (order,) = Lalert().decode(message(document(revision=str(chance.randrange(1, 9))), "")).records
        came.append((received, replace(order, status=Status.ACTUAL, measured_at=at)))
    return came


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.one_engine
async def test_at_every_instant_it_sees_what_predict_would_have_seen(store: Store, seed: int) -> None:
    came = sorted(mixed_up(random.Random(seed)), key=lambda one: one[0])
    live = Predict(store, Bell(), SetClock(), ground(), MODELS)
    instants = [NOW + timedelta(hours=5 * n, minutes=n) for n in range(-1, 13)]
    seen: list[Inputs] = []
    for before, now in zip([NOW - timedelta(days=9), *instants], instants, strict=False):
        await keep(store, [one for one in came if before < one[0] <= now])
        async with store.read() as connection:
            seen.append(
                await live._gather(connection, Status.ACTUAL, _Due(MODELS), (), await latest_seq(connection), now)
            )
    await keep(store, came)
    wants = Wants.of(MODELS)
    memory = Memory(Status.ACTUAL, wants)
    stream = Stream(
        store=store,
        subjects=[*wants.series(ground())],
        status=Status.ACTUAL,
        start=instants[0],
        end=instants[-1],
        windows=Memory.windows(wants),
    )
    for now, wanted in zip(instants, seen, strict=True):
        for arrival in await stream.upto(now):
            memory.tell(arrival)
        found = memory.inputs(now, wanted.season)
        assert found.series == {subject: samples for subject, samples in wanted.series.items() if samples}
        assert list(found.telegrams) == list(wanted.telegrams)
        assert list(found.reports) == list(wanted.reports)
        assert list(found.documents) == list(wanted.documents)
    assert any(one.series for one in seen) and any(one.telegrams for one in seen)
    assert any(one.documents for one in seen) and any(one.reports for one in seen)
