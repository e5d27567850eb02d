"""Years go by: what should be gone is gone, what must stay stays, and the story of a kept alert is told as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Table, func, insert, select, update

from feeds.contact import Contact
from feeds.records import Report
from feeds.status import Status
from geo.hazard import Evidence, Hazard
from geo.official.volcanoes import WARNING
from rules.alert import Alert, State
from services.callout.occasion import Event, Occasion
from services.channels.channel import Outcome, Verdict
from services.channels.registry import renderer
from services.channels.unsent import Unsent, code_of
from services.configuration.reporters import Reporters
from services.configuration.retention import Retention as Days
from services.desks import review
from services.reporters.proving import faults
from services.retention.job import Retention, owed
from services.settings import load
from services.store import alerts, backups, calls, chronology, hazards, outages, outbox, records, spending, suppressions
from services.store.backups import Backup
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.shown import shown
from services.store.suppressions import Suppression
from services.store.tables import alerts as revisions
from services.store.tables import approvals, metadata, suppressed
from services.store.tables import chronology as log
from services.store.tables import hazards as pictures
from services.store.tables import outbox as sendings
from services.store.tables import records as arrived
from services.store.tables_reporters import reporters
from services.story.gather import gather
from services.story.steps import Kind
from tests.services.making import NOW, SetClock, alert, employ, hazard, reading
from tests.services.raw import raw
from tests.services.web_floor import at, floor

DAY, YEAR = timedelta(days=1), timedelta(days=366)
REAL: dict[str, Any] = {"status": Status.ACTUAL}
SETTINGS = load(environment={})


class Years:
    """A store and its job, with a clock that is set forward."""

    def __init__(self, store: Store, **days: int) -> None:
        self.store, self.clock = store, SetClock(NOW)
        self.job = Retention(store, self.clock, SETTINGS.model_copy(update={"retention": Days(**days)}))

    async def go_by(self, span: timedelta) -> None:
        """A year at a time."""
        until = self.clock.at + span
        while self.clock.at < until:
            self.clock.at = min(until, self.clock.at + YEAR)
            await self.job.run()

    async def many(self, table: Table, *where: Any) -> int:
        async with self.store.read() as connection:
            return int(await connection.scalar(select(func.count()).select_from(table).where(*where)) or 0)


async def told(store: Store, series: str, flood: Hazard, **changes: Any) -> Alert:
    """An alert of that series that two channels were given, one of which said yes."""
    one = alert(series=series, hazards=(flood.key,), channels=("log", "webhook"), **{**REAL, **changes})
    payloads = {name: renderer(name).render(one) for name in one.channels}
    refs = {"series": series, "revision": str(one.revision), "rule": one.rule}
    async with store.write() as connection:
        digest = await alerts.add_draft(connection, one, payloads, one.sent)
        draft = Entry(at=one.sent, status=one.status, kind="draft", who="evaluate", text="案を作った", refs=refs)
        await chronology.append(connection, [draft])
    await review.approve(store, series=series, revision=one.revision, digest=digest, person="hirata", now=one.sent)
    for channel in one.channels:
        async with store.write() as connection:
            sent = await outbox.claim(connection, channel, one.sent, one.sent + 40 * YEAR)
            assert sent is not None
            await outbox.finish(connection, sent, Outcome(verdict=Verdict.ACCEPTED, remote_id="R"), one.sent, one.sent)
    return one


async def over(store: Store, one: Alert, at: datetime) -> None:
    async with store.write() as connection:
        await alerts.give_way(connection, one.series, State.ENDED, at)


async def picture(store: Store, before: Sequence[Hazard], after: Sequence[Hazard], at: datetime) -> None:
    async with store.write() as connection:
        await hazards.replace_picture(connection, {one.key: one for one in before}, after, at)


async def test_a_story_is_told_for_as_long_as_its_alert_is_kept_and_then_nothing_is_left_of_it(store: Store) -> None:
    seen = reading(**REAL)
    first = hazard(**REAL, evidence=(Evidence(ref=seen.key, text="館坂橋 2.60 m"),))
    worse = replace(first, level=4)
    async with store.write() as connection:
        await records.save(connection, [seen], NOW)
    await employ(store, "hirata")
    await picture(store, [], [first], NOW - timedelta(minutes=20))
    await picture(store, [first], [worse], NOW - timedelta(minutes=1))
    ended = await told(store, "Actual-a-1", worse)
    stands = await told(store, "Actual-b-1", worse, sent=NOW + timedelta(minutes=1))
    await over(store, ended, NOW + timedelta(hours=1))
    await picture(store, [worse], [], NOW + DAY)

    years = Years(store)
    async with store.read() as connection:
        at_first = await gather(connection, ended.series)
    assert at_first is not None and len(at_first.steps) > 5
    await years.go_by(2 * YEAR)
    async with store.read() as connection:
        assert await gather(connection, ended.series) == at_first, "copies are gone, the story is not"
    assert await years.many(pictures, pictures.c.level == 3) == 0, "nothing spoke of the lower level"
    assert await years.many(pictures) == 2, "what was told, and its end: an open series speaks of it"

    await years.go_by(9 * YEAR)
    tables = (revisions, sendings, approvals)
    assert [await years.many(one, one.c.series == ended.series) for one in tables] == [0, 0, 0]
    assert [await years.many(one, one.c.series == stands.series) for one in tables] == [1, 2, 1], "an open series stays"
    async with store.read() as connection:
        story = await gather(connection, stands.series)
        chain = await chronology.verify(connection)
    without_reading = [one.kind for one in at_first.steps if one.kind is not Kind.READING]
    assert story is not None and [one.kind for one in story.steps] == without_reading
    assert (chain.broken, chain.cut) == (None, None), "as long as the open series is kept, so is its time"

    await over(store, stands, years.clock.at)
    await years.go_by(11 * YEAR)
    for table in (revisions, sendings, approvals, pictures, arrived):
        assert await years.many(table) == 0, table.name
    async with store.read() as connection:
        chain = await chronology.verify(connection)
        said = list(await connection.scalars(select(log.c.text).where(log.c.kind == "system")))
    assert chain.broken is None and chain.cut is not None and chain.first > chain.cut.upto
    assert said == [f"保存期間を過ぎた発表の記録を消した：{stands.series}"]


async def test_each_kind_has_its_time_and_what_is_open_unread_or_the_last_has_none(store: Store) -> None:
    await _some_of_all(store)
    years = Years(store, calls_days=100, spending_days=1100)
    async with store.read() as connection:
        due = {one.rule.name: one.count for one in await owed(connection, SETTINGS, NOW + 4 * YEAR)}
    expected = {"readings": 30, "fixes": 1, "telegrams": 3, "reports": 1, "reasons": 2, "calls": 1, "outages": 1}
    assert {name: due[name] for name in expected} == expected
    await years.go_by(4 * YEAR)
    kinds = {
        kind: await years.many(arrived, arrived.c.type == kind) for kind in ("reading", "fix", "telegram", "report")
    }
    assert kinds == {"reading": 0, "fix": 0, "telegram": 8, "report": 0}
    async with store.read() as connection:
        left = await connection.scalars(select(arrived.c.measured_at).order_by(arrived.c.measured_at))
        assert min(left.all()) == NOW + 2 * DAY, "the newest eight of the volcano's warnings"
        assert [one.key for one in await calls.still_open(connection)] == ["open"]
        assert [one.channel for one in await outages.since(connection)] == ["line"], "nobody has read it"
        assert await suppressions.at(connection, Status.ACTUAL, "k2", years.clock.at) != [], "it holds"
        assert {one.delivery for one in await spending.between(connection, NOW - YEAR, NOW + 50 * YEAR)} == {"new"}
    assert await years.many(suppressed) == 1
    assert await years.many(metadata.tables["calls"]) == 1


async def _some_of_all(store: Store) -> None:
    row = {"status": "Actual", "gateway": "g", "trusted": True, "held": False, "late": False, "body": {}}

    def came(kind: str, subject: str, number: int, days: int = 0) -> dict[str, Any]:
        key = f"{kind}{subject}{number}"
        at = NOW + days * DAY
        named = {"type": kind, "subject": subject, "key": key, "digest": key, "measured_at": at, "received_at": at}
        return {**row, **named, "value": 1.0 if kind == "reading" else None}

    rows = [came("reading", "st/q", number) for number in range(30)]
    rows += [came("telegram", f"{WARNING}|302", number, number) for number in range(10)]
    rows += [came("telegram", "VPWW54|x", 0), came("fix", "v", 0), came("report", "bear", 0)]
    async with store.write() as connection:
        await connection.execute(insert(arrived), rows)
        both = [Suppression("r", "s", "quiet", name, "夜", (key,)) for name, key in (("a", "k1"), ("b", "k2"))]
        await suppressions.replace_standing(connection, Status.ACTUAL, NOW, both)
        await suppressions.replace_standing(connection, Status.ACTUAL, NOW + DAY, both[1:])
        for name in ("open", "closed"):
            rung = Occasion(
                key=name, event=Event.DRAFT, status=Status.ACTUAL, level=4, subject="", subject_en="", detail="",
                path="/ops", since=NOW, lasting=True,
            )  # fmt: skip
            number = await calls.begin(connection, rung, NOW)
            if name == "closed" and number:
                await calls.close(connection, [number], NOW)
        for channel, read in (("x", True), ("x", True), ("line", False)):
            one = await outages.begin(connection, channel, Status.ACTUAL, NOW, NOW)
            await outages.close(connection, one, NOW + DAY, NOW + DAY)
            if read:
                await outages.see(connection, one, "sato", NOW + DAY)
        await _spent(connection)


async def _spent(connection: Any) -> None:
    row = {"part": 0, "channel": "x", "status": "Actual", "kind": "snow", "level": 1, "revision": 1, "currency": "USD"}
    used = {"calls": 1, "links": 0, "micros": 1, "messages": 0, "sure": True}
    wall = SetClock().at  # spending goes by the wall, which in this test stands
    rows = [{**row, **used, "delivery": name, "at": at} for name, at in (("old", wall - 5 * YEAR), ("new", wall))]
    await connection.execute(insert(metadata.tables["spent"]), rows)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_drills_go_much_earlier_and_what_still_has_to_leave_stays(store: Store) -> None:
    await employ(store, "hirata")
    drill = await told(store, "Exercise-a-1", hazard(), status=Status.EXERCISE)
    moves = await told(store, "Exercise-b-1", hazard(), status=Status.EXERCISE)
    real = await told(store, "Actual-a-1", hazard(**REAL))
    for one in (drill, moves, real):
        await over(store, one, NOW)
    async with store.write() as connection:
        stuck = (sendings.c.series == moves.series, sendings.c.channel == "log")
        await connection.execute(update(sendings).where(*stuck).values(state="unknown"))
    years = Years(store)
    await years.go_by(2 * YEAR)
    async with store.read() as connection:
        left = (await connection.scalars(select(revisions.c.series).order_by(revisions.c.series))).all()
    assert left == [real.series, moves.series]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_clock_that_leaps_stops_everything_until_a_person_has_looked(store: Store) -> None:
    await _some_of_all(store)
    years = Years(store)
    await years.job.step()
    years.clock.at = NOW + 5 * YEAR
    assert await years.job.step() is False
    assert "時計が1830日進みました" in years.job.troubles[0] and "shirase retention run" in years.job.troubles[0]
    assert await years.many(arrived) == 43
    gone = await years.job.run()
    assert (gone["readings"], gone["telegrams"]) == (30, 3)
    assert await years.job.step() is False and years.job.troubles == []


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_copy_goes_but_not_what_an_outlet_still_shows_nor_why_a_channel_refused(store: Store) -> None:
    await employ(store, "hirata")
    gone = await told(store, "Actual-a-1", hazard(**REAL))
    stands = await told(store, "Actual-b-1", hazard(**REAL), expires=NOW + 100 * DAY)
    async with store.write() as connection:
        no = replace(gone, series="Actual-c-1", identifier="Actual-c-1-1")
        await outbox.add(connection, no, {"x": Unsent.NOT_SET_UP.refusal()}, NOW, NOW)
    await Years(store, copies_days=60).go_by(70 * DAY)
    async with store.read() as connection:
        left = {row["series"]: row for row in (await connection.execute(select(sendings))).mappings()}
        shows = await shown(connection, "log", NOW + 70 * DAY)
    assert (left[gone.series]["payload"], [one.series for one in shows]) == (None, [stands.series])
    assert code_of(left["Actual-c-1"]) == Unsent.NOT_SET_UP


class Broken:
    """A way that fails as often as it is asked."""

    async def due(self, *_: Any) -> Any:
        raise RuntimeError("no such column")

    pick = drop = due


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_kind_that_cannot_go_keeps_no_other_from_going(store: Store) -> None:
    await _some_of_all(store)
    years = Years(store)
    years.clock.at = NOW + 4 * YEAR
    years.job._ways = [(years.job._ways[0][0], Broken()), *years.job._ways]
    with pytest.raises(RuntimeError):
        await years.job.step()
    while await years.many(arrived, arrived.c.type == "reading"):
        await years.job.step()


def test_durations_that_would_break_something_are_refused_with_the_reason() -> None:
    for wrong in ({"telegrams_days": 100}, {"chronology_days": 400}, {"alerts_days": 0}, {"spending_days": 365}):
        with pytest.raises(ValueError, match="days: at least"):
            Days(**wrong)
    assert Days(alerts_days=0, chronology_days=0).kept("alerts") is None


async def test_of_animals_the_squares_and_days_are_left_after_a_year_and_nothing_else_of_a_report(store: Store) -> None:
    secret, number = "ひみつ", "090-5555-4321"
    Reporters(key=SecretStr("a-key-of-senders-" * 3)).seals(store)

    def seen(name: str, **changes: Any) -> Report:
        fields = {
            "kind": "bear",
            "measured_at": NOW,
            "confirmed": True,
            "lon": 141.1123456,
            "lat": 39.7054321,
        } | changes
        contact = Contact(name=f"{secret}花子", phone=number, mail=f"{name}@example.jp")
        text = f"{secret} {number}"
        return Report(gateway=secret, report_id=f"{name}{secret}", text=text, place=secret, contact=contact, **fields)

    first, person = seen("first"), seen("person", kind="suspicious_person", lon=141.111)
    near = seen("near", lon=141.1101, measured_at=NOW + timedelta(minutes=5))
    unsure = seen("unsure", confirmed=False)
    async with store.write() as connection:
        await records.save(connection, [first, near, person, unsure, seen("drill", status=Status.EXERCISE)], NOW)
        await records.save(connection, [replace(first, text="again"), seen("far", lon=140.0)], NOW)
        copy = Backup(made_at=NOW, place="金庫", by="sato", destroy_by=NOW + 35 * DAY)
        await backups.add(connection, copy)
        assert (await connection.execute(select(func.count()).select_from(reporters))).scalar_one() == 6
    async with floor(store, **at(NOW + 15 * DAY)) as running:
        before = await (await running.visitor()).features("/api/v1/reports/season")
    expected = {"day": "2026-11-20", "kind": "bear", "square": "mesh-594140484", "place": "内丸付近", "count": 2}
    assert before == [expected], "what is listed no more is counted at once"
    years = Years(store)
    for _ in range(12):
        await years.go_by(YEAR / 12)
    async with store.read() as connection:
        whole = repr([(await connection.execute(select(table))).all() for table in metadata.sorted_tables])
    assert secret not in whole and "141.11" not in whole
    marks = (secret, number, "example.jp", "141.11", "39.7054")
    assert [mark for mark in marks for data in raw(store) if mark.encode() in data] == [], "not on free pages either"
    async with store.read() as connection:
        wrong = await faults(connection, SETTINGS, store.keyring, years.clock.at, years.clock.at)
        said = select(log.c.text).where(
            log.c.text.contains("連絡先を6件消した。照合：消した行の残り0件、期限を過ぎた残り0")
        )
        assert (await connection.scalars(said)).all(), "that it went is proved"
    assert [(one.table, one.what) for one in wrong] == [("backups", "copy_overdue")], "the copy is due, and only that"
    async with floor(store, **at(years.clock.at)) as running:
        stranger = await running.visitor()
        assert await stranger.features("/api/v1/reports/season") == [expected], "neither lost nor counted twice"
        assert await stranger.features("/api/v1/reports") == []
