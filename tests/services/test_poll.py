"""The poller against a server that plays JMA: once each, in the right order, and nothing lost whatever goes wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from feeds.status import Status
from geo.model import Inputs
from geo.models.weather import Weather
from services import poll as poll_module
from services.bell import Bell
from services.clock import Clock
from services.configuration.sources import Poll as PollSettings
from services.desks.quarantine import QuarantineError, Reader, replay
from services.fetch import Fetcher
from services.poll import Poll
from services.store import records as records_store
from services.store.engine import Store
from services.store.tables import polled_feeds, quarantine, records
from tests.fakes.jma import FakeJma, Trouble
from tests.feeds.making import JMA
from tests.geo.making import ground
from tests.geo.official.telegrams import decoded

pytestmark = pytest.mark.one_engine

WARNING = (JMA / "20260720031000_0_VPWW55_030000.xml").read_text(encoding="utf-8")
ISSUED = "2026-07-20T12:10:00+09:00"


def warning(at: datetime, level: int = 4) -> bytes:
    """Heavy rain for Morioka, issued at that moment; level 0 releases it."""
    assert ISSUED in WARNING
    text = WARNING.replace(ISSUED, at.astimezone(UTC).isoformat())
    if level == 0:
        text = text.replace("<Status>発表</Status>", "<Status>解除</Status>")
    return text.encode()


class At(Clock):
    """Hub time is the played server's."""

    def __init__(self, jma: FakeJma) -> None:
        self._jma = jma

    def now(self) -> datetime:
        return self._jma.now


class Desk:
    """A poller whose time passes with the played server's."""

    def __init__(self, store: Store, jma: FakeJma, **settings: Any) -> None:
        self.store, self.jma, self.bell = store, jma, Bell()
        self.fetcher = Fetcher("shirase (test)", settings.pop("timeout_s", 5))
        self._settings = PollSettings(base=jma.base, feeds=[jma.feed], **settings)
        self.began = jma.now
        self.restart()

    def restart(self) -> None:
        """Another process: only the store remembers."""
        self.poll = Poll(self.store, self.bell, At(self.jma), self._settings, self.fetcher, timer=self._timer)

    def _timer(self) -> float:
        return (self.jma.now - self.began).total_seconds()

    async def step(self, minutes: float = 0) -> bool:
        self.jma.pass_time(minutes)
        return await self.poll.step()

    async def until_quiet(self, steps: int = 20) -> None:
        for _ in range(steps):
            await self.step(1.5)

    async def codes(self) -> list[str]:
        async with self.store.read() as connection:
            rows = (await connection.execute(select(records.c.body).order_by(records.c.seq))).scalars()
            return [body["telegram"] for body in rows]

    async def refused(self) -> list[tuple[str, bytes]]:
        async with self.store.read() as connection:
            return [tuple(row) for row in await connection.execute(select(quarantine.c.code, quarantine.c.payload))]

    async def levels(self) -> list[int]:
        """What the warning model would make of the store now."""
        now = self.jma.now
        async with self.store.read() as connection:
            standing = await records_store.standing_telegrams(connection, Status.ACTUAL, now - timedelta(days=3), now)
        inputs = Inputs(now=now, status=Status.ACTUAL, telegrams=standing)
        return [hazard.level for hazard in Weather().run(inputs, ground())]


@pytest.fixture
async def jma() -> AsyncIterator[FakeJma]:
    server = FakeJma()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def desk(store: Store, jma: FakeJma) -> AsyncIterator[Desk]:
    made = Desk(store, jma, areas=["030000"])
    yield made
    await made.fetcher.close()


async def test_a_telegram_is_fetched_once_and_rings(desk: Desk, jma: FakeJma) -> None:
    name = jma.publish("VPWW55", warning(jma.now))
    with desk.bell.listen("records") as bell:
        assert await desk.step()
        assert await bell.wait(1)
    for _ in range(3):
        assert not await desk.step(2)
    desk.restart()
    assert not await desk.step(2)
    assert (jma.asked(name), await desk.codes(), await desk.refused()) == (1, ["VPWW55"], [])


async def test_what_did_not_change_is_not_sent_again(desk: Desk, jma: FakeJma) -> None:
    jma.publish("VPWW55", warning(jma.now))
    await desk.step()
    await desk.step(2)
    await desk.step(2)
    assert jma.not_modified == 2
    desk.restart()
    await desk.step(2)
    assert jma.not_modified == 4  # also after a restart, and the long file too


async def test_only_chosen_offices_known_types_and_this_server(desk: Desk, jma: FakeJma) -> None:
    jma.publish("VPWW55", warning(jma.now), area="050000")
    jma.publish("VPFG50", b"<a/>")
    jma.publish("VPWW55", warning(jma.now), number=1)
    jma.foreign = [
        "http://elsewhere.example/20260918090000_0_VPWW55_030000.xml",
        f"{jma.base}nothing.txt",
        f"{jma.base}20269918090000_0_VPWW55_030000.xml",
    ]
    await desk.step()
    assert await desk.codes() == ["VPWW55"]
    assert len([path for path in jma.requests if "/data/" in path]) == 1


async def test_a_volcano_is_heard_of_whichever_office_speaks(desk: Desk, jma: FakeJma) -> None:
    jma.publish("VFVO50", (JMA / "VFVO50_iwatesan.xml").read_bytes(), area="040000")
    await desk.step()
    assert await desk.codes() == ["VFVO50"]


async def test_an_outage_is_caught_up_with_from_the_long_file(desk: Desk, jma: FakeJma) -> None:
    await desk.step()
    for hour in range(5):
        jma.pass_time(60)
        jma.publish("VPWW55", warning(jma.now), number=hour)
    jma.write_long()
    jma.pass_time(30)
    assert await desk.step()
    assert len(await desk.codes()) == 5
    jma.publish("VPWW55", warning(jma.now), number=9)  # written after the long file, and too old for the quick one
    jma.pass_time(20)
    await desk.step()
    assert len(await desk.codes()) == 5
    jma.write_long()
    await desk.step(21)
    assert len(await desk.codes()) == 6


async def test_old_news_never_stands_alone(desk: Desk, jma: FakeJma, monkeypatch: pytest.MonkeyPatch) -> None:
    """Yesterday's warning was released: whatever the order and the cuts, it is never taken for one in force."""
    monkeypatch.setattr(poll_module, "_AT_ONCE", 1)  # every telegram in a transaction of its own
    jma.publish("VPWW55", warning(jma.now))
    jma.pass_time(300)
    jma.publish("VPWW55", warning(jma.now, 0))
    jma.write_long()
    jma.pass_time(20)
    seen = []
    for _ in range(6):
        await desk.step(0.01)
        seen.append(await desk.levels())
    assert len(await desk.codes()) == 2
    assert seen == [[]] * 6


async def test_the_older_waits_for_a_newer_that_cannot_be_had(desk: Desk, jma: FakeJma) -> None:
    jma.publish("VPWW55", warning(jma.now))
    jma.publish("VPWW61", (JMA / "VPWW61_one_line.xml").read_bytes())
    jma.pass_time(300)
    release = jma.publish("VPWW55", warning(jma.now, 0))
    jma.write_long()
    jma.go_wrong(release, Trouble(status=503), times=3)
    await desk.step()
    assert (await desk.codes(), await desk.levels()) == (["VPWW61"], [])
    await desk.until_quiet()
    assert sorted(await desk.codes()) == ["VPWW55", "VPWW55", "VPWW61"]
    assert await desk.levels() == []


async def test_another_series_does_not_wait(desk: Desk, jma: FakeJma) -> None:
    late = jma.publish("VPWW55", warning(jma.now))
    jma.publish("VPWW61", (JMA / "VPWW61_one_line.xml").read_bytes())
    jma.go_wrong(late, Trouble(hang_s=0), times=2)
    await desk.step()
    assert await desk.codes() == ["VPWW61"]
    await desk.step(2)
    await desk.step(2)
    assert await desk.codes() == ["VPWW61", "VPWW55"]


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(status=500),
        Trouble(status=404),
        Trouble(status=302),
        Trouble(cut=True),
        Trouble(body=b"<!DOCTYPE html><html><body>503</body></html>"),
        Trouble(body=b"<feed xmlns='http://www.w3.org/2005/Atom'><entry>"),
    ],
    ids=["500", "404", "302", "cut", "a page", "half"],
)
async def test_a_feed_that_fails_is_tried_again_and_loses_nothing(desk: Desk, jma: FakeJma, trouble: Trouble) -> None:
    jma.publish("VPWW55", warning(jma.now))
    jma.go_wrong("extra.xml", trouble)
    assert not await desk.step()
    assert not await desk.step(0.5)
    assert jma.asked("extra.xml") == 1 and jma.asked("extra_l.xml") == 0  # it waits
    assert await desk.step(1)
    assert await desk.codes() == ["VPWW55"]
    assert desk.poll.troubles == []


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(status=404),
        Trouble(cut=True),
        Trouble(body=b"<!DOCTYPE html><html/>"),
        Trouble(body=b"<html/>"),
        Trouble(body=b"<Report"),
    ],
)
async def test_a_telegram_that_does_not_come_whole_is_tried_again(desk: Desk, jma: FakeJma, trouble: Trouble) -> None:
    name = jma.publish("VPWW55", warning(jma.now))
    jma.go_wrong(name, trouble, times=2)
    await desk.step()
    await desk.step(1.5)
    await desk.step(1.5)
    assert (await desk.codes(), await desk.refused(), jma.asked(name)) == (["VPWW55"], [], 3)


async def test_what_never_comes_is_kept_as_a_refusal(desk: Desk, jma: FakeJma) -> None:
    gone = jma.publish("VPWW55", warning(jma.now))
    page = jma.publish("VPWW56", b"<html/>")
    jma.write_long()
    jma.go_wrong(gone, Trouble(status=404), times=50)
    await desk.until_quiet(60)
    assert sorted(await desk.refused()) == [("not_fetched", b""), ("not_jma", b"<html/>")]
    assert jma.asked(gone) == jma.asked(page) == 8


async def test_a_server_that_is_down_is_never_given_up(desk: Desk, jma: FakeJma) -> None:
    name = jma.publish("VPWW55", warning(jma.now))
    jma.write_long()
    jma.go_wrong(name, Trouble(status=503), times=12)
    await desk.until_quiet(60)
    assert desk.poll.troubles and name in desk.poll.troubles[0]
    await desk.until_quiet(60)
    assert (await desk.codes(), await desk.refused(), desk.poll.troubles) == (["VPWW55"], [], [])


async def test_a_telegram_nobody_reads_is_quarantined_once(desk: Desk, jma: FakeJma) -> None:
    odd = warning(jma.now).replace("気象警報・注意報（Ｒ０６）（大雨）".encode(), "季節観測（桜の開花）".encode())
    name = jma.publish("VPWW55", odd)
    await desk.until_quiet(4)
    assert (await desk.refused(), jma.asked(name)) == ([("unsupported_telegram", odd)], 1)
    with pytest.raises(QuarantineError, match="桜の開花"):  # read again by its reader: a newer program may know it
        await replay(desk.store, Reader(), 1, "officer", jma.now)


async def test_pauses_grow_and_the_server_is_obeyed(desk: Desk, jma: FakeJma) -> None:
    jma.go_wrong("extra.xml", Trouble(status=503), times=4)
    for _ in range(4):
        await desk.step(8)
    assert desk.poll.pace() == 60  # of at least six minutes of pause, as far as a loop sleeps
    assert len(desk.poll.troubles) == 1 and "HTTP 503" in desk.poll.troubles[0]
    await desk.step(11)
    assert desk.poll.troubles == []
    jma.go_wrong("extra.xml", Trouble(status=429, retry_after="600"))
    await desk.step(2)
    asked = jma.asked("extra.xml")
    await desk.step(9.9)
    assert jma.asked("extra.xml") == asked
    await desk.step(0.2)
    assert jma.asked("extra.xml") == asked + 1


async def test_a_slow_server_is_cut_off(store: Store, jma: FakeJma) -> None:
    desk = Desk(store, jma, timeout_s=0.2)
    jma.go_wrong("extra.xml", Trouble(hang_s=1))
    assert not await desk.step()
    assert not await desk.step(0.1)
    jma.publish("VPWW55", warning(jma.now))
    assert await desk.step(2)
    await desk.fetcher.close()


async def test_size_is_bounded(desk: Desk, jma: FakeJma, monkeypatch: pytest.MonkeyPatch) -> None:
    big = jma.publish("VPWW55", warning(jma.now))
    jma.publish("VPWW61", (JMA / "VPWW61_one_line.xml").read_bytes())
    monkeypatch.setattr(poll_module, "TELEGRAM_LIMIT", 3000)
    await desk.step()
    await desk.step(2)
    assert (await desk.codes(), await desk.refused(), jma.asked(big)) == (["VPWW61"], [("not_fetched", b"")], 1)


async def test_nothing_is_known_before_it_is_stored(desk: Desk, jma: FakeJma, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed, or a full disk, between fetching and storing: the next life fetches again."""
    name = jma.publish("VPWW55", warning(jma.now))

    async def fails(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(poll_module.polled, "remember", fails)
        with pytest.raises(OSError, match="disk full"):
            await desk.step()
    assert await desk.codes() == []
    async with desk.store.read() as connection:
        assert (await connection.execute(select(polled_feeds))).all() == []
    assert await desk.step(2)
    assert (await desk.codes(), jma.asked(name)) == (["VPWW55"], 2)


async def test_the_same_telegram_by_relay_and_poller_is_one(desk: Desk, jma: FakeJma) -> None:
    payload = warning(jma.now)
    relayed = replace(decoded(payload), gateway="jma-relay")
    async with desk.store.write() as connection:
        await records_store.save(connection, [relayed], jma.now)
    jma.publish("VPWW55", payload)
    assert not await desk.step()
    assert await desk.codes() == ["VPWW55"]


async def test_a_warning_in_force_is_known_at_once_after_an_outage(desk: Desk, jma: FakeJma) -> None:
    jma.publish("VPWW55", warning(jma.now))
    jma.write_long()
    jma.pass_time(400)
    await desk.step()
    assert await desk.levels() == [4]


@pytest.mark.parametrize(
    "wrong",
    [{"base": "ftp://x/"}, {"base": "https://user@x/"}, {"base": "https://x/feed"}, {"feeds": ["all"]}, {"every_s": 1}],
)
def test_settings_that_cannot_be_meant(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PollSettings(**wrong)
