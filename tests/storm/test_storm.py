"""The short form: three hours of a storm on a clock that waits for the hub, and a witness who finds what is wrong.

`make storm` plays three days of it on a clock that does not wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from services.app import Hub
from services.clock import Clock, wall
from services.settings import load
from tests.exercise.telegrams import JST
from tests.storm.books import Books
from tests.storm.crowd import Crowd
from tests.storm.gauge import Sample, grown, lag, last_two_thirds, quantile, rise, slope
from tests.storm.oracle import judge
from tests.storm.play import Played, put_in, senders
from tests.storm.plot import Cue, Plot
from tests.storm.stage import OFFICERS, Stage, people, set_up, world
from tests.storm.storm import alongside, written

_HOURS, _SEED, _TICK = 3.0, 5, timedelta(minutes=10)
_PATIENCE = 120.0


@dataclass
class Waiting(Clock):
    """Hub time that goes on when the hub has done all there is to do; ``turned``: when (wall time), and to what."""

    at: datetime
    turned: list[tuple[datetime, datetime]] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def turn(self, to: datetime) -> None:
        self.at = to
        self.turned.append((wall(), to))

    def shown(self, at: datetime) -> datetime:
        """What it showed at a moment of wall time."""
        return [hub for moment, hub in self.turned if moment <= at][-1]


@pytest.mark.timeout(600)
async def test_three_hours_with_all_feeds(tmp_path: Path) -> None:
    clock = Waiting(_yesterday_morning())
    clock.turn(clock.at)
    async with AsyncExitStack() as stack:
        outside, push = await world(stack)
        settings = set_up(tmp_path, outside)
        stage = Stage(tmp_path, clock, outside, push)
        await people(stage.store_url)
        hub = await stack.enter_async_context(Hub.running(load([settings]), clock))
        stage.address = hub.address
        plot, chance = written(clock.at, _HOURS, _SEED, polled=False)
        crowd = Crowd(stage, plot, chance, look=1.0)
        officers = [crowd.officer(name, second=bool(number)) for number, name in enumerate(OFFICERS)]
        async with alongside([*officers, crowd.listener(0), crowd.listener(1)]):
            await crowd.join("hanako@example.jp")
            await crowd.browser("one")
            await _through(stage, plot, clock)
        books = Books.of(plot, clock.shown, 1.0, crowd)
        verdict = await judge(books, stage.store_url)
        assert verdict.faults == [] and crowd.faults == []
        assert verdict.counts["told to the partner"] >= 8 and verdict.counts["posts of drills"], verdict.counts
        await _the_witness_would_have_seen_it(books, stage.store_url)


async def _through(stage: Stage, plot: Plot, clock: Waiting) -> None:
    """Ten minutes after ten minutes: what is due is put in, and where something must come of it that is waited for."""
    async with senders(stage) as who:
        book = Played()
        for tick, due in groupby(plot.in_order(), key=lambda cue: (cue.at - plot.start) // _TICK + 1):
            clock.turn(plot.start + tick * _TICK)
            for cues in _by_sender(list(due)):
                for cue in cues:
                    await put_in(stage, who, cue, book)
            if any(clock.at - _TICK < step.at <= clock.at for tale in plot.tales for step in tale.steps):
                await _until_done(stage, plot)
        await _until_done(stage, plot)


def _by_sender(cues: Sequence[Cue]) -> list[list[Cue]]:
    return [[cue for cue in cues if cue.by == by] for by in dict.fromkeys(cue.by for cue in cues)]


async def _until_done(stage: Stage, plot: Plot) -> None:
    """Every word that is due stands with the partner or on the drills' account, and nothing is behind or open."""
    now, deadline = stage.clock.now(), monotonic() + _PATIENCE
    due = [tale.stem for tale in plot.tales for step in tale.steps if step.at <= now]
    real, drills = (sum(stem.startswith(status) for stem in due) for status in ("Actual", "Exercise"))
    while True:
        told, toots = len(stage.outside.partner.received), len(stage.outside.mastodon.posts)
        behind, open_, _ = lag(stage)
        if (behind, open_) == (0, 0) and told >= real and toots >= drills:
            return
        assert monotonic() < deadline, (
            f"{now}: {behind} behind, {open_} open, {told} of {real}, {toots} of {drills} told"
        )
        await asyncio.sleep(0.25)


async def _the_witness_would_have_seen_it(books: Books, url: str) -> None:
    """Each wrong that a storm must never show, made by hand in the books, is found."""
    some, first = list(books.received), books.posts[0]
    later = {name: _run_out(books, name) for name in some}
    wrongs = {
        "wanted": replace(books, received={name: books.received[name] for name in some[1:]}),
        "posted twice": replace(books, posts=[*books.posts, first]),
        "nobody queued": replace(books, posts=[*books.posts, replace(first, text="うわさ")]),
        "a drill on a real account": replace(books, posts=[replace(first, text=f"【訓練】{first.text}"), *books.posts]),
        "without its mark": replace(books, toots=[replace(books.toots[0], text="本物"), *books.toots[1:]]),
        "notified twice": replace(books, notified=[*books.notified, books.notified[0]]),
        "not notified": replace(books, notified=books.notified[1:]),
        "mailed twice": replace(books, mailed=[*books.mailed, books.mailed[0]]),
        "told after it had run out": replace(books, came=later, shown=_itself),
    }
    for words, wrong in wrongs.items():
        verdict = await judge(wrong, url)
        assert any(words in fault for fault in verdict.faults), (words, verdict.faults)


def _run_out(books: Books, name: str) -> datetime:
    return datetime.fromisoformat(books.received[name]["data"]["expires"]) + timedelta(seconds=1)


def _itself(at: datetime) -> datetime:
    return at


def _yesterday_morning() -> datetime:
    """Nine o'clock in Japan: minor things are told by day."""
    return datetime.combine(wall().astimezone(JST).date() - timedelta(days=1), time(9), JST).astimezone(UTC)


def test_the_same_seed_is_the_same_storm() -> None:
    start = datetime(2026, 11, 19, 0, 0, tzinfo=UTC)
    one, again, other = (written(start, 3, seed)[0] for seed in (1, 1, 2))
    same = [(cue.at, cue.by, cue.topic) for cue in one.in_order()]
    assert same == [(cue.at, cue.by, cue.topic) for cue in again.in_order()]
    assert same != [(cue.at, cue.by, cue.topic) for cue in other.in_order()]
    assert one.tales == again.tales and one.cues == sorted(one.cues, key=lambda cue: cue.number)


def test_a_slope_is_that_of_most_and_not_of_the_outliers() -> None:
    points = [(float(hour), 200 + 0.5 * hour + (80 if hour % 17 == 0 else 0)) for hour in range(72)]
    assert slope(points) == pytest.approx(0.5, abs=0.05)
    assert slope(last_two_thirds([(hour, 300.0 if hour > 24 else 10 * hour) for hour, _ in points])) == 0
    assert slope([(1.0, 5.0)]) == 0 and rise([]) == 0
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2 and quantile([], 0.5) == 0


def test_what_grows_is_named() -> None:
    def samples(**each: float) -> list[Sample]:
        """72 hours; of each name what it rises by in an hour."""
        return [
            Sample(
                hour=float(hour),
                memory={"hub": 300 + each.get("memory", 0) * hour},
                threads=10,
                files=int(40 + each.get("files", 0) * hour),
                databases=10,
                behind=int(each.get("behind", 0) * hour),
                open=0,
                oldest_s=0,
                store_mb=0,
            )
            for hour in range(73)
        ]

    still, more = _pulses(), _pulses(objects=500)
    assert grown(samples(memory=1.0), still) == [], "the store's pages may still fill"
    assert ["memory" in one for one in grown(samples(memory=3.0), still)] == [True]
    assert [one.split()[0] for one in grown(samples(files=1, behind=2), more)] == ["files", "behind", "objects"]
    assert [one.split()[:2] for one in grown(samples(), _pulses(held=0.3))] == [["held", "memory"]]
    assert grown(samples(), _pulses(until=26, objects=500, held=0.3)) == [], "what models look back on is still filling"
    assert grown(samples(files=1)[:12], more) == [], "too short to say"


def _pulses(until: int = 200, objects: float = 0, held: float = 0) -> list[dict[str, Any]]:
    """72 hours of what the hub says of itself; by what it rises in an hour, up to an hour."""
    begin = datetime(2026, 11, 19, tzinfo=UTC)
    return [
        {
            "at": (begin + timedelta(hours=hour)).isoformat(),
            "objects": 300_000 + objects * min(hour, until),
            "memory": {"held": 190 + held * min(hour, until)},
        }
        for hour in range(0, 73, 2)
    ]
