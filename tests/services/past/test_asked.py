"""``?at=`` of the console's collections: who may ask, for which instants, what it costs, and what is foreseen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from feeds.status import Status
from geo.verification.issued import Issued
from services.store import alerts, chronology, cursors, hazards, outlooks
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.users import Role
from tests.services.making import NOW, alert, hazard, payload
from tests.services.past.night import PICTURE
from tests.services.web_floor import Visitor, floor


async def test_how_much_is_read_does_not_grow_with_what_was_before_and_after(store: Store) -> None:
    async with floor(store) as web:
        officer = await web.person(Role.VIEWER)
        at = (NOW - timedelta(minutes=5)).isoformat()
        async with store.write() as connection:
            await cursors.put(connection, "past", 1)

        async def statements() -> int:
            count = 0

            def counted(_connection: object, _cursor: object, statement: str, *_: object) -> None:
                nonlocal count
                count += "_past" in statement  # the hub looks at the present meanwhile

            engine = store._reader.sync_engine
            event.listen(engine, "before_cursor_execute", counted)
            try:
                for path in PICTURE:
                    status, _ = await officer.get(f"/api/v1/{path}", params={"at": at})
                    assert status == 200, path
            finally:
                event.remove(engine, "before_cursor_execute", counted)
            return count

        before = await statements()
        for number in range(40):
            then = NOW - timedelta(minutes=100 - number)
            one = alert(series=f"s{number}", identifier=f"s{number}-1", sent=then, status=Status.ACTUAL)
            async with store.write() as connection:
                await alerts.add_draft(connection, one, {"log": payload()}, then)
                await alerts.mark_issued(connection, one, NOW - timedelta(minutes=number % 10))
        assert await statements() == before > 0


@pytest.mark.one_engine
async def test_only_staff_ask_for_another_time_and_only_for_one_that_is_kept(store: Store) -> None:
    async with floor(store) as web:
        stranger, officer = await web.visitor(), await web.person(Role.VIEWER)

        async def asked(visitor: Visitor, path: str, **shift: float) -> tuple[int, str]:
            params = {"at": (NOW + timedelta(**shift)).isoformat()}
            status, body = await visitor.get(f"/api/v1/{path}", params=params)
            return status, str(body.get("error", ""))

        assert await asked(stranger, "hazards", minutes=-1) == (400, "staff_only")
        assert await asked(officer, "hazards", minutes=-1) == (404, "not_known"), "before it was kept"
        assert await asked(officer, "hazards", minutes=0) == (200, "")
        assert await asked(officer, "hazards", hours=6) == (200, "")
        assert await asked(officer, "hazards", hours=6, minutes=1) == (400, "bad_at")
        assert await asked(officer, "chronology", minutes=1) == (400, "bad_at"), "nothing is foreseen of it"
        async with store.write() as connection:
            await cursors.put(connection, "past", 1)
        assert await asked(officer, "hazards", hours=-48) == (200, "")
        assert await asked(officer, "hazards", hours=-48, minutes=-1) == (404, "not_known")
        _, body = await officer.get("/api/v1/hazards?at=yesterday")
        assert body["error"] == "bad_at"


@pytest.mark.one_engine
async def test_what_is_foreseen_counts_from_when_it_is_expected_and_what_is_observed_lasts(store: Store) -> None:
    times = {"judgement_at": "2026-11-20T19:00+09:00", "danger_at": "2026-11-20T20:00+09:00"}
    ahead = hazard(observed=False, source="t:foreseen", level=3, facts={**times, "reached_at": times["danger_at"]})
    async with store.write() as connection:
        await hazards.replace_picture(connection, {}, [hazard(level=2), ahead], NOW)
    async with floor(store) as web:
        officer = await web.person(Role.VIEWER)

        async def levels(hours: float) -> list[tuple[bool, int]]:
            at = (NOW + timedelta(hours=hours)).isoformat().replace("+", "%2B")
            return sorted((one["observed"], one["level"]) for one in await officer.features(f"/api/v1/hazards?at={at}"))

        assert await levels(0) == [(False, 3), (True, 2)]
        assert await levels(0.5) == [(True, 2)]
        assert await levels(1.5) == [(False, 2), (True, 2)]
        assert await levels(2) == [(False, 3), (True, 2)]


@pytest.mark.one_engine
async def test_the_marks_of_the_slider_name_the_step_in_which_something_happened(store: Store) -> None:
    def said(kind: str, minutes: int, status: Status = Status.ACTUAL, **refs: str) -> Entry:
        return Entry(at=NOW + timedelta(minutes=minutes), status=status, kind=kind, who="x", text=kind, refs=refs)

    async with store.write() as connection:
        entries = [said("hazard", -3000, level="5"), said("hazard", -25, level="3"), said("issued", -21)]
        entries += [said("hazard", -1, Status.EXERCISE, level="5"), said("note", -1), said("hazard", 0, level="odd")]
        await chronology.append(connection, entries)
    async with floor(store) as web:
        officer = await web.person(Role.VIEWER)
        _, body = await officer.get("/api/v1/timeline")
        told = [(one["at"][11:16], one["issued"], one["moved"], one["level"], one["text"]) for one in body["items"]]
        assert told == [("08:40", 1, 1, 3, "issued"), ("09:00", 0, 1, 0, "hazard")]


@pytest.mark.one_engine
async def test_of_a_gauge_the_newest_outlook_for_the_nearest_hour_is_told(store: Store) -> None:
    def given(lead: int, minutes: int, q50: float) -> Issued:
        made = NOW - timedelta(minutes=minutes)
        return Issued(
            station="tatesakabashi",
            made_at=made,
            method="learned",
            lead=lead,
            level=2.0,
            q10=q50 - 0.2,
            q50=q50,
            q90=q50 + 0.4,
            extrapolated=2.0,
            moving=True,
            limits={},
            hour=made.replace(minute=0),
        )

    async with store.write() as connection:
        await outlooks.record(connection, [given(1, 70, 2.2), given(2, 70, 2.4), given(1, 10, 2.5), given(2, 10, 2.9)])
    async with floor(store) as web:
        officer = await web.person(Role.VIEWER)

        async def told(hours: float) -> list[tuple[float, float, float]]:
            at = (NOW + timedelta(hours=hours)).isoformat().replace("+", "%2B")
            found = await officer.features(f"/api/v1/readings/foretold?at={at}")
            return [(round(one["low"], 1), one["value"], round(one["high"], 1)) for one in found]

        assert await told(1) == [(2.3, 2.5, 2.9)]
        assert await told(2) == [(2.7, 2.9, 3.3)]
        assert await told(5) == []
        past = (NOW - timedelta(minutes=1)).isoformat().replace("+", "%2B")
        assert (await officer.get(f"/api/v1/readings/foretold?at={past}"))[0] == 400
