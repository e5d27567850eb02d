"""Snow dumps: what staff say stands everywhere at once, and trucks are counted by their positions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from feeds.japan import JAPAN
from feeds.status import Status
from geo.plow.fences import Fences
from geo.plow.work import Rules
from rules.dumps.life import Act, DumpError, Event
from services.city import StartError
from services.configuration.plow import Dump, Plow
from services.dumps import desk
from services.dumps.desk import Aim
from services.dumps.picture import Dumps
from services.dumps.sites import sites_of
from services.store import chronology
from services.store.engine import Store
from services.store.users import Role
from services.web.dumps.told import DUMP
from tests.geo.plow.test_dumps import fence
from tests.services.test_open311 import ROADS
from tests.services.test_plow import BEGAN, Desk, driven
from tests.services.web_floor import Visitor, floor

pytestmark = pytest.mark.one_engine
FENCES = Fences([fence("d1", 0, 200), fence("d2", 1000, 1200), fence("d3", 5000, 5200), fence("yard", 300, 400)])
HERE = replace(ROADS, rules=Rules(fences=FENCES))
TERMS = Plow(
    dumps={
        "d1": Dump(name_en="Ota", capacity_m3=20_000, hours="09:00-16:00"),
        "d3": Dump(capacity_m3=50_000),
        "yard": Dump(public=False),
    }
)
NOON = datetime(2027, 1, 25, 12, tzinfo=JAPAN)


def known() -> Dumps:
    return Dumps(sites_of(HERE, TERMS))


async def listed(visitor: Visitor) -> dict[str, dict[str, Any]]:
    status, body = await visitor.get("/api/v1/snow/dumps")
    assert status == 200, body
    return {one["id"]: one["properties"] for one in body["features"]}


async def press(officer: Visitor, dump: str, act: str, seen: int, **more: Any) -> tuple[int, Any]:
    return await officer.post("/api/v1/snow/dumps/act", {"dump": dump, "act": act, "seen": seen, **more})


def at(running: list[datetime], store: Store) -> Any:
    return floor(store, dumps=known(), now=lambda: running[0])


async def test_full_at_noon_is_full_everywhere_and_opens_again_when_a_person_says_so(store: Store) -> None:
    now = [NOON - timedelta(hours=3)]
    async with at(now, store) as hub, at(now, store) as other:  # two processes' worth of pages over one store
        officer, resident = await hub.person(Role.OPERATOR), await other.visitor()
        assert (await listed(resident))["d1"]["state"] is None, "nobody has said, and that is not open"
        for dump in ("d1", "d2", "d3"):
            assert (await press(officer, dump, "open", 0))[0] == 200
        now[0] = NOON
        until = (NOON + timedelta(hours=21)).isoformat()
        assert (await press(officer, "d1", "full", 1, text="午後は太田へ", until=until))[0] == 200
        now[0] += timedelta(seconds=1)
        found = (await listed(resident))["d1"]
        assert (found["state"], found["instead"], found["note"]) == ("full", "d2", "午後は太田へ")
        assert set(found) == set(DUMP)
        assert found["reopens_at"] == "2027-01-26T00:00:00Z" and found["outlook_ja"] == "" and found["crowd"] is None
        page = (await resident.get("/snow"))[1]
        assert "満杯" in page and "代わりに" in page and "the-operator" not in page
        assert (await press(officer, "d2", "close", 1))[0] == 200
        assert (await listed(resident))["d1"]["instead"] == "d3", "what closes is not where trucks are sent"

        now[0] = NOON + timedelta(hours=22)
        assert (await listed(resident))["d1"]["state"] == "full", "nothing opens by itself"
        assert (await press(officer, "d1", "open", 2))[0] == 200
        assert (await listed(resident))["d1"]["state"] == "open"
        assert [one["act"] for one in (await officer.get("/api/v1/snow/dumps/d1/record"))[1]["items"]] == [
            *("open", "full", "open")
        ]
    async with store.read() as connection:
        lines = await chronology.between(connection, Status.ACTUAL, ["dump"], NOON - timedelta(days=1), now[0])
    assert [one.text for one in lines][3] == "雪捨て場 d1 満杯（再開の見込み 1月26日09:00）：午後は太田へ"
    assert len(lines) == 6 and {one.who for one in lines} == {"the-operator"}


async def test_whoever_has_not_seen_the_last_act_is_told_and_changes_nothing(store: Store) -> None:
    async with at([NOON], store) as hub:
        officer = await hub.person(Role.OPERATOR)
        assert (await press(officer, "d1", "full", 0))[0] == 200
        status, body = await press(officer, "d1", "open", 0)
        assert (status, body["error"]) == (409, "seen")
        form = {"csrf": officer.csrf, "dump": "d1", "act": "open", "seen": "0", "status": "Actual"}
        async with officer.http.post("/ops/dumps", data=form) as response:
            assert response.status == 409 and "ほかの人が先に更新しました" in await response.text()
        async with officer.http.post("/ops/dumps", data=form | {"seen": "1"}, allow_redirects=False) as response:
            assert response.status == 303
        assert (await listed(officer))["d1"]["state"] == "open"
        assert "<h2" in (await officer.get("/ops/dumps"))[1]


async def test_what_is_no_act_is_refused_and_whoever_may_not_does_nothing(store: Store) -> None:
    async with at([NOON], store) as hub:
        officer, viewer, resident = await hub.person(Role.OPERATOR), await hub.person(Role.VIEWER), await hub.visitor()
        assert (await press(viewer, "d1", "full", 0))[0] == 403
        assert (await press(resident, "d1", "full", 0))[0] == 401
        for dump, act, seen, more, code in (
            ("nowhere", "full", 0, {}, "not_found"),
            ("d1", "explode", 0, {}, "bad_act"),
            ("d1", "full", -1, {}, "bad_seen"),
            ("d1", "full", True, {}, "bad_seen"),
            ("d1", "measure", 0, {}, "volume"),
            ("d1", "measure", 0, {"volume_m3": "NaN"}, "volume"),
            ("d1", "measure", 0, {"volume_m3": 10**400}, "bad_volume"),
            ("d1", "open", 0, {"volume_m3": 5}, "volume"),
            ("d1", "note", 0, {}, "empty"),
            ("d1", "open", 0, {"until": "2027-01-26T09:00:00+09:00"}, "until"),
            ("d1", "full", 0, {"until": "2027-01-24T09:00:00+09:00"}, "until"),
            ("d1", "full", 0, {"until": "tomorrow"}, "bad_until"),
            ("d1", "full", 0, {"text": "長" * 201}, "bad_text"),
        ):
            status, body = await press(officer, dump, act, seen, **more)  # type: ignore[arg-type]
            assert (status, body["error"]) == (404 if code == "not_found" else 400, code), (act, more)
        assert set(await listed(resident)) == {"d1", "d2", "d3"}, "contractors' own are nobody else's business"
        assert "yard" in await listed(officer)


async def test_trucks_are_counted_by_their_positions(store: Store) -> None:
    loop = Desk(store, HERE)
    for number in range(4):  # in and out, twelve minutes each; the last one is still there
        begin = number * 1500.0
        stay = [
            replace(one, measured_at=BEGAN + timedelta(seconds=begin + 60 + 10 * step), lat=lat, lon=lon, vehicle="t1")
            for step, (one, lat, lon) in enumerate((driven((0, 0), (20, 0))[0], *_inside(step)) for step in range(72))
        ]
        out = (
            [] if number == 3 else [replace(one, vehicle="t1") for one in driven((100, 0), (400, 0), start=begin + 800)]
        )
        await loop.hear([*stay, *out], BEGAN + timedelta(hours=2))
    now = BEGAN + timedelta(seconds=3 * 1500 + 800)
    async with store.read() as connection:
        first = (await known().look(connection, Status.ACTUAL, now))[0]
        drill = (await known().look(connection, Status.EXERCISE, now))[0]
    assert (first.site.code, first.visits_today, first.queue.inside) == ("d1", 2, 1), "two before midnight"
    assert first.outlook.volume_m3 == 4 * 6 and 600 < (first.queue.stay_s or 0) < 840
    assert drill.visits_today == 0
    after = await desk.do(store, known(), Aim(Status.ACTUAL, "d1", 0), measured(now, 500))
    assert after.measured[0].visits == 2
    async with store.read() as connection:
        assert (await known().look(connection, Status.ACTUAL, now))[0].outlook.volume_m3 == 500


def _inside(step: int) -> tuple[float, float]:
    """Latitude and longitude of a truck that waits in d1."""
    middle = FENCES.fences[0].geometry.centroid
    return middle.y + step % 3 * 1e-6, middle.x


def measured(now: datetime, volume: float) -> Event:
    return Event(act=Act.MEASURE, at=now, who="sato", volume_m3=volume)


async def test_a_dump_of_no_fence_is_an_error_with_its_cure(store: Store) -> None:
    with pytest.raises(StartError, match=r"plow\.dumps\.dx.*d1, d2"):
        sites_of(HERE, Plow(dumps={"dx": Dump()}))
    with pytest.raises(DumpError, match="ありません"):
        await desk.do(store, Dumps(), Aim(Status.ACTUAL, "d1", 0), measured(NOON, 5))
    drawn = replace(HERE, statuses=frozenset({Status.EXERCISE}))
    assert sites_of(drawn, TERMS).of(Status.ACTUAL) == (), "what was drawn for drills is no real place"
