"""Silences at work: set by an officer, told as the reason, over by themselves, and then the alert comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from feeds.status import Status
from rules.silence import Silence
from services.desks import silence as desk
from services.store import silences
from services.store.engine import Store
from services.store.tables import alerts, chronology, suppressions
from services.store.users import Role
from tests.services.making import NOW, SetClock
from tests.services.test_evaluate import evaluating, seen, warning, written
from tests.services.web_floor import floor

HOUR = timedelta(hours=1)
WANTED = {"kind": "heavy_rain", "minutes": 60, "reason": "雨量計の点検"}


def rain(**changes: object) -> Silence:
    told = {"status": Status.EXERCISE, "kind": "heavy_rain", "owner": "佐藤", "reason": "点検", "begins": NOW}
    return Silence(**{**told, "ends": NOW + HOUR, **changes})  # type: ignore[arg-type]


async def reasons(store: Store) -> list[tuple[str, str]]:
    async with store.read() as connection:
        rows = await connection.execute(
            select(suppressions.c.reason, suppressions.c.detail).where(suppressions.c.current)
        )
        return [(row.reason, row.detail) for row in rows]


async def test_nothing_is_said_until_it_ends_and_then_it_is(store: Store) -> None:
    """The hub may restart meanwhile: what holds stands in the store."""
    await desk.begin(store, rain())
    await seen(store, warning(level=3, valid_until=NOW + 5 * HOUR))
    assert not await evaluating(store).step()
    assert await written(store) == []
    (held,) = await reasons(store)
    assert held[0] == "muted" and "佐藤" in held[1] and "点検" in held[1]
    after = SetClock(NOW + HOUR)
    assert await evaluating(store, after).step()
    assert [row.state for row in await written(store)] == ["issued"]
    assert all(reason != "muted" for reason, _ in await reasons(store))


async def test_a_drill_is_silenced_apart_from_the_real_thing(store: Store) -> None:
    await desk.begin(store, rain())
    await seen(store, warning(), warning(status=Status.ACTUAL))
    await evaluating(store).step()
    assert [row.status for row in await written(store)] == ["Actual"]


async def test_what_was_issued_before_is_updated_all_the_same(store: Store) -> None:
    clock = SetClock(NOW)
    await seen(store, warning())
    await evaluating(store, clock).step()
    before = len(await written(store))
    await desk.begin(store, rain())
    await seen(store, warning(), warning(area="032010002"))
    await evaluating(store, clock).step()
    assert (before, len(await written(store))) == (1, 2)


async def test_ending_it_twice_is_told(store: Store) -> None:
    made = await desk.begin(store, rain())
    await desk.end(store, made.id, "鈴木", NOW + timedelta(minutes=5))
    with pytest.raises(ValueError, match="もう終わって"):
        await desk.end(store, made.id, "鈴木", NOW + timedelta(minutes=6))
    async with store.read() as connection:
        assert await silences.holding(connection, NOW + timedelta(minutes=5)) == []
        rows = (await connection.execute(select(chronology).order_by(chronology.c.seq))).mappings().all()
    assert [(row["kind"], row["who"]) for row in rows] == [("silence", "佐藤"), ("silence", "鈴木")]
    assert "点検" in rows[0]["text"]


async def test_an_officer_sets_and_ends_one_and_a_viewer_only_sees_it(store: Store) -> None:
    async with floor(store) as running:
        officer, viewer = await running.person(Role.OPERATOR), await running.person(Role.VIEWER)
        assert (await viewer.post("/api/v1/silences", WANTED))[0] == 403
        assert (await (await running.visitor()).get("/api/v1/silences"))[0] == 401
        status, made = await officer.post("/api/v1/silences", WANTED)
        assert (status, made["owner"], made["status"]) == (200, "the-operator", "Actual")
        _, listed = await viewer.get("/api/v1/silences")
        assert listed["items"] == [made]
        assert (await viewer.post("/api/v1/silences/end", {"id": made["id"]}))[0] == 403
        assert (await officer.post("/api/v1/silences/end", {"id": made["id"]}))[0] == 200
        assert (await officer.post("/api/v1/silences/end", {"id": made["id"]}))[0] == 409
        assert (await viewer.get("/api/v1/silences"))[1]["items"] == []


async def test_a_hub_in_an_exercise_silences_the_exercise(store: Store) -> None:
    async with floor(store, exercise=True) as running:
        _, made = await (await running.person(Role.OPERATOR)).post("/api/v1/silences", WANTED)
        assert made["status"] == "Exercise"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"minutes": 0}, "bad_minutes"),
        ({"minutes": 721}, "bad_minutes"),
        ({"minutes": True}, "bad_minutes"),
        ({"minutes": "60"}, "bad_minutes"),
        ({"kind": ""}, "bad_silence"),
        ({"status": "Real"}, "bad_status"),
        ({"reason": "x" * 301}, None),
        ({"kind": "x" * 101}, None),
        ({"reason": 5}, None),
    ],
)
async def test_bad_wishes_are_refused_with_a_name(store: Store, fault: dict[str, object], code: str | None) -> None:
    async with floor(store) as running:
        status, told = await (await running.person(Role.OPERATOR)).post("/api/v1/silences", {**WANTED, **fault})
        assert status == 400 and (code is None or told["error"] == code)
    async with store.read() as connection:
        assert (await connection.execute(select(alerts))).all() == []
        assert await silences.holding(connection, NOW) == []
