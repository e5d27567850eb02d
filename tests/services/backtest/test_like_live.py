"""The proof: what the live loops wrote down, the back-test says of the same records, to the minute and to the word."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from feeds.records import Record, Report
from feeds.status import Status
from geo.registry import MODELS
from services.bell import Bell
from services.city import City
from services.desks import review
from services.evaluate import Evaluate
from services.predict import Predict
from services.store.engine import Store
from services.store.tables import alerts
from tests.geo.official.telegrams import entry, telegram
from tests.services.backtest.making import RULES, SENDER, asked, keep, lines, of, only, small_world, wave
from tests.services.making import NOW, SetClock, employ

EVERY = timedelta(minutes=5)
TICK, AFTER = timedelta(minutes=2), timedelta(seconds=2)  # the gauge's own seconds
END = NOW + timedelta(hours=2, minutes=40)
THINKS = timedelta(minutes=4)
RAIN = entry("heavy_rain", "03", "レベル３大雨警報", 3)
OVER = entry("heavy_rain", "03", "レベル３大雨警報", 3, status="解除")
STORM = entry("wind_storm", "05", "暴風警報", 3)


def evening() -> list[tuple[datetime, Record]]:
    """A flood of which some readings come late, a warning and its end, one that was issued in error, a sighting that is
    confirmed."""
    came: list[tuple[datetime, Record]] = list(wave(every=EVERY))
    came[9] = (came[9][0] + timedelta(minutes=17), came[9][1])
    for minutes, what in ((41, RAIN), (120, OVER)):
        at = NOW + timedelta(minutes=minutes)
        came.append((at + timedelta(seconds=5), telegram("VPWW55", what, at=at)))
    for minutes, what in ((61, "発表"), (75, "取消")):
        at = NOW + timedelta(minutes=minutes)
        areas = (STORM,) if what == "発表" else ()
        came.append((at + timedelta(seconds=5), telegram("VPWW58", *areas, at=at, info_type=what)))
    for minutes, confirmed in ((20, False), (50, True)):
        bear = Report(
            gateway="police",
            report_id="bear-1",
            kind="bear",
            measured_at=NOW + timedelta(minutes=19),
            text="クマ1頭",
            place="内丸",
            lon=141.11,
            lat=39.71,
            confirmed=confirmed,
        )
        came.append((NOW + timedelta(minutes=minutes, seconds=3), bear))
    return sorted(came, key=lambda one: one[0])


class Night:
    """The live loops and an officer who thinks for four minutes, then agrees to all but the evacuation."""

    def __init__(self, store: Store) -> None:
        world = small_world(store)
        self.store, self.clock = store, SetClock()
        city = City(ground=world.ground, rules=RULES, channels={}, sender=SENDER, place=world.place)
        self.predict = Predict(store, Bell(), self.clock, world.ground, MODELS)
        self.evaluate = Evaluate(store, Bell(), self.clock, city)

    async def live(self) -> None:
        came = evening()
        await employ(self.store, "班長")
        ticks = {NOW + AFTER + n * TICK for n in range(int((END - NOW) / TICK) + 1)}
        for now in sorted({*ticks, *(at for at, _ in came)}):
            self.clock.at = now
            await keep(self.store, [one for one in came if one[0] == now])
            await self.predict.step()
            await self.evaluate.step([Status.ACTUAL])
            if now in ticks:
                await self._decide(now)

    async def _decide(self, now: datetime) -> None:
        columns = (alerts.c.series, alerts.c.revision, alerts.c.digest, alerts.c.rule)
        waiting = select(*columns).where(alerts.c.state == "draft", alerts.c.sent <= now - THINKS)
        async with self.store.read() as connection:
            found = (await connection.execute(waiting)).all()
        for series, revision, digest, rule in found:
            draft = {"series": series, "revision": revision, "digest": digest, "person": "班長", "now": now}
            if rule == "evacuation-proposal":
                await review.reject(self.store, **draft, reason="現地は無事")
            else:
                await review.approve(self.store, **draft)


@pytest.mark.one_engine
async def test_live_and_back_test_are_one(store: Store) -> None:
    await Night(store).live()
    found = await lines(store, asked(end=END, recorded=True, compare_sent=True))
    assert of(found, "difference") == []
    assert found[-1] == {"line": "compared", "same": 10, "differs": 0, "only_stored": 0, "only_backtest": 0}
    acts = [(one["rule"], one["act"]) for one in of(found, "alert")]
    assert ("evacuation-proposal", "rejected") in acts and ("river-level", "issued") in acts
    storm = [(one["stage"], one["headline"]) for one in of(found, "alert") if one["kind"] == "wind_storm"]
    assert [stage for stage, _ in storm] == ["begin", "cancel"] and "誤り" in storm[-1][1], storm
    other = await lines(store, asked(end=END, rules=[only("bear-sighting")], recorded=True, compare_sent=True))
    assert other[-1]["only_stored"] == 9, "and where the rules are others, it says so"
