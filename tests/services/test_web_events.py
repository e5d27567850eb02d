"""The live stream: resuming over restarts, merging, and what the public hears."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from feeds.records import Flag, Report
from feeds.status import Status
from rules.alert import Approval
from services.store import alerts, hazards, records, users
from services.store.engine import Store
from services.store.users import Role
from services.web import events
from services.web.api.viewer import Viewer
from services.web.events import AUDIENCES, Audience, Picture
from tests.services.making import NOW, alert, hazard, payload, reading
from tests.services.web_floor import WELL, Floor, Visitor, floor


class Listening:
    """An open stream, read block by block."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.id = ""

    async def block(self) -> str:
        async with asyncio.timeout(8):
            raw = await self.response.content.readuntil(b"\n\n")
        return raw.decode()

    async def event(self) -> dict[str, Any]:
        """The data of the next event; remembers its id."""
        fields = dict(line.split(": ", 1) for line in (await self.block()).strip().splitlines())
        assert fields["event"] == "change"
        self.id = fields["id"]
        data: dict[str, Any] = json.loads(fields["data"])
        return data

    async def ended(self) -> bool:
        async with asyncio.timeout(8):
            return await self.response.content.read() == b""


@asynccontextmanager
async def listening(visitor: Visitor, after: str = "") -> AsyncIterator[Listening]:
    headers = {"Last-Event-ID": after} if after else {}
    async with visitor.http.get("/api/v1/events", headers=headers) as response:
        assert response.content_type == "text/event-stream"
        assert response.headers["Cache-Control"] == "no-store"
        stream = Listening(response)
        assert await stream.block() == "retry: 3000\n\n"
        yield stream


async def issue(running: Floor, **changes: Any) -> None:
    one = alert(status=Status.ACTUAL, **changes)
    async with running.store.write() as connection:
        await alerts.add_draft(connection, one, {"log": payload()}, NOW)
        await alerts.mark_issued(connection, one, NOW)
    running.bell.ring("alerts")


async def write_reading(running: Floor, **changes: Any) -> None:
    async with running.store.write() as connection:
        await records.save(connection, [reading(**changes)], NOW)
    running.bell.ring("records")


async def test_a_first_visit_is_told_to_read_everything_and_a_change_is_named(store: Store) -> None:
    async with floor(store) as running:
        async with listening(await running.visitor()) as stream:
            assert (await stream.event())["what"] == ["alerts", "hazards", "readings", "reports"]
            before = stream.id
            await issue(running, level=4)
            event = await stream.event()
        assert (event["what"], event["highest_level"], stream.id != before) == (["alerts"], 4, True)
        assert set(event) == {"what", "now", "highest_level"}


async def test_a_client_resumes_where_it_stopped_over_a_restart(store: Store) -> None:
    async with floor(store) as running, listening(await running.visitor()) as stream:
        await stream.event()
        seen = stream.id
        await write_reading(running)
        await stream.event()
        later = stream.id
    async with store.write() as connection:  # while the hub is away
        await hazards.replace_picture(connection, {}, [hazard(status=Status.ACTUAL)], NOW)
    async with floor(store) as running:
        visitor = await running.visitor()
        for after, missed in ((seen, ["hazards", "readings"]), (later, ["hazards"])):
            async with listening(visitor, after) as stream:
                assert (await stream.event())["what"] == missed
        async with listening(visitor, stream.id) as stream:
            assert (await stream.event())["what"] == []


@pytest.mark.parametrize("after", ["1", "....", "-", "alerts-", "x" * 5000, "readings-0.hazards"])
async def test_an_id_that_is_not_ours_means_everything(store: Store, after: str) -> None:
    async with floor(store) as running, listening(await running.visitor(), after) as stream:
        assert len((await stream.event())["what"]) == 4


async def test_many_changes_are_one_event_a_second(store: Store) -> None:
    async with floor(store) as running, listening(await running.visitor()) as stream:
        await stream.event()
        began = time.monotonic()
        await write_reading(running)
        await stream.event()
        for n in range(20):
            await write_reading(running, station=f"s{n}")
        await issue(running)
        told = [await stream.event()]
        while "alerts" not in told[-1]["what"]:  # a slow machine writes for more than the second of one event
            told.append(await stream.event())
        assert len(told) <= time.monotonic() - began


async def test_a_lost_bell_costs_seconds_not_the_news(store: Store) -> None:
    async with floor(store) as running, listening(await running.visitor()) as stream:
        await stream.event()
        async with store.write() as connection:
            await records.save(connection, [reading()], NOW)
        assert (await stream.event())["what"] == ["readings"]


async def test_the_public_hears_nothing_of_drafts_drills_and_unconfirmed_reports(store: Store) -> None:
    report = Report(gateway="g", report_id="1", kind="bear", measured_at=NOW, text="x", place="y")
    hidden = [reading(status=Status.TEST), reading(station="broken", flags=frozenset({Flag.SPIKE}))]
    async with floor(store) as running:
        desk = await running.person(Role.VIEWER)
        async with listening(await running.visitor()) as public, listening(desk) as staff:
            await public.event()
            told = await staff.event()
            assert told["drafts"] == 0
            async with store.write() as connection:
                await alerts.add_draft(connection, alert(status=Status.ACTUAL), {"log": payload()}, NOW)
                await hazards.replace_picture(connection, {}, [hazard()], NOW)
                await records.save(connection, [report, *hidden], NOW)
            running.bell.ring("alerts")
            event = await staff.event()
            assert {"alerts", "hazards", "readings", "reports"} <= set(event["what"])
            assert event["drafts"] == 1
            await issue(running, series="real")
            event = await public.event()
            assert event["what"] == ["alerts"], "the first thing the public hears of is the first public thing"
            assert "drafts" not in event


async def test_a_report_that_is_taken_back_is_news(store: Store) -> None:
    report = Report(gateway="g", report_id="1", kind="bear", measured_at=NOW, text="", place="", confirmed=True)
    async with floor(store) as running, listening(await running.visitor()) as stream:
        await stream.event()
        for confirmed in (True, False):
            async with store.write() as connection:
                one = Report(**{**{f: getattr(report, f) for f in report.__slots__}, "confirmed": confirmed})
                await records.save(connection, [one], NOW)
            running.bell.ring("records")
            assert (await stream.event())["what"] == ["reports"]


async def test_the_desk_hears_of_each_approval_and_of_what_follows(store: Store) -> None:
    async with store.write() as connection:
        digest = await alerts.add_draft(connection, alert(approval=Approval.TWO), {"log": payload()}, NOW)
    async with floor(store) as running:
        one, two = await running.person(Role.APPROVER, "one"), await running.person(Role.APPROVER, "two")
        path = f"/api/v1/alerts/{alert().series}/1/approve"
        async with listening(one) as stream:
            await stream.event()
            assert (await one.post(path, {"digest": digest}))[0] == 200
            assert {"alerts", "chronology"} <= set((await stream.event())["what"])
            assert (await two.post(path, {"digest": digest}))[0] == 200
            assert {"alerts", "chronology", "deliveries"} <= set((await stream.event())["what"])


async def test_a_stop_ends_open_streams_at_once(store: Store) -> None:
    async with floor(store) as running:
        visitors = [await running.visitor() for _ in range(3)]
        async with listening(visitors[0]) as one, listening(visitors[1]) as two, listening(visitors[2]) as three:
            for stream in (one, two, three):
                await stream.event()
            began = time.monotonic()
            await running.runner.cleanup()
            assert all([await stream.ended() for stream in (one, two, three)])
            assert time.monotonic() - began < 3


async def test_a_client_that_goes_away_is_forgotten(store: Store) -> None:
    async with floor(store) as running:
        audience = running.app[AUDIENCES].public
        async with listening(await running.visitor()) as stream:
            await stream.event()
            assert len(audience) == 1
            stream.response.close()
        async with asyncio.timeout(5):
            while len(audience):
                await asyncio.sleep(0.02)


async def test_silence_is_kept_alive_and_a_closed_account_stops_hearing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_BEAT", 0.2)
    async with floor(store) as running:
        desk = await running.person(Role.VIEWER, "sato")
        async with listening(desk) as stream:
            await stream.event()
            assert (await stream.block()).startswith(":")
            async with store.write() as connection:
                await users.revoke(connection, "sato")
            running.bell.ring("alerts")
            async with asyncio.timeout(5):
                await stream.response.content.read()
            assert stream.response.content.at_eof()
        async with listening(desk) as stream:
            assert "drafts" not in await stream.event()


async def test_one_who_does_not_keep_up_is_sent_away_not_stored_for() -> None:
    audience = Audience(Viewer(frozenset({"Actual"}), staff=False))
    queue = audience.join()
    for n in range(100):
        audience.show(Picture({"alerts": str(n)}, {}))
    assert len(audience) == 0
    assert queue.qsize() <= 64
    last = None
    while not queue.empty():
        last = queue.get_nowait()
    assert last is None


async def test_strangers_take_each_other_no_place_and_none_of_the_desk(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_MOST_OF_ONE", 1)
    async with floor(store) as running:
        one, officer = await running.visitor(), await running.person(Role.VIEWER)
        async with listening(one):
            status, refused = await (await running.visitor()).get("/api/v1/events")
            assert (status, refused["error"]) == (503, "too_many_streams")
            monkeypatch.setattr(events, "_MOST_STREAMS", 1)
            async with listening(officer) as desk:
                assert await desk.event()
        public = running.app[AUDIENCES].public
        async with asyncio.timeout(8):
            while public.networks:
                await asyncio.sleep(0.01)
        assert len(public) == 0


async def test_a_head_request_does_not_hang(store: Store) -> None:
    async with floor(store) as running:
        visitor = await running.visitor()
        async with asyncio.timeout(5), visitor.http.head("/api/v1/events") as response:
            assert response.status == 200


async def test_the_desk_hears_of_a_part_that_fails_and_the_public_does_not(store: Store) -> None:
    faults: list[str] = []
    async with floor(store, health=lambda: {**WELL, "reasons": list(faults)}) as running:
        officer, stranger = await running.person(Role.VIEWER), await running.visitor()
        async with listening(officer) as desk, listening(stranger) as public:
            await desk.event()
            before = await public.event()
            faults.append("predict がどこでも動いていません（no process runs predict）")
            running.bell.ring("records")
            assert "status" in (await desk.event())["what"]
            faults.clear()
            running.bell.ring("records")
            assert "status" in (await desk.event())["what"]
            assert "status" not in before["what"]
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await public.block()
