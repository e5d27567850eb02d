"""A sensor that lies: its values stay, nothing rests on them, and what rested on it is looked at anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from feeds.distrust import Distrust
from feeds.records import Flag, Reading
from feeds.status import Status
from geo.hazard import Evidence
from rules.alert import Approval
from rules.floor import Floor
from services.desks import distrust as desk
from services.history import History
from services.store import chronology, distrusts, hazards, records, silences
from services.store.engine import Store
from services.store.tables import alerts, suppressions
from services.store.tables import records as rows
from services.store.users import Role
from services.why.ask import Law, ask
from tests.feeds.test_distrust import distrust
from tests.rules.test_silence import silence
from tests.services.making import NOW, SetClock, reading
from tests.services.test_evaluate import evaluating
from tests.services.test_predict import HIGH, LOW, measured, picture, predicting
from tests.services.web_floor import floor, ground

HOUR = timedelta(hours=1)
KEY = "Actual/flood/flood/032010001/tatesakabashi"
WORD = {"station": "tatesakabashi", "quantity": "water_level", "reason": "流木が当たった", "status": "Actual"}


async def came(store: Store, *some: Reading) -> None:
    """As the broker brings them."""
    history = History()
    draft = history.draft()
    async with store.write() as connection:
        judged = await history.judge(connection, some, draft)
        history.learn(draft, (await records.save(connection, judged, some[-1].measured_at)).new)


async def marked(store: Store, **changes: Any) -> Distrust:
    return await desk.begin(store, ground().stations, distrust(**changes))


async def test_it_is_kept_with_a_flag_and_nothing_rests_on_it(store: Store) -> None:
    """The danger goes at once, comes back with the first good reports after it is believed again, a drill's stays."""
    clock = SetClock(NOW)
    predict = predicting(store, clock)
    for status in (Status.ACTUAL, Status.EXERCISE):
        await measured(store, HIGH, status=status)
    assert await predict.step()
    await marked(store)
    assert await predict.step(), "within the same second, and though nothing came in"
    assert await picture(store, Status.ACTUAL) == []
    assert await picture(store, Status.EXERCISE)
    clock.at += timedelta(minutes=10)
    await came(
        store,
        reading(value=2.6, measured_at=clock.at),
        reading(value=HIGH, measured_at=clock.at, status=Status.EXERCISE),
    )
    assert await picture(store, Status.ACTUAL) == []
    async with store.read() as connection:
        kept = await connection.execute(select(rows).where(rows.c.measured_at == clock.at).order_by(rows.c.seq))
        real, drill = kept.mappings()
        (one,) = await distrusts.holding(connection, clock.at)
    assert (real["value"], real["trusted"], real["held"], real["body"]["flags"]) == (2.6, False, False, ["distrusted"])
    assert drill["trusted"] and Flag.DISTRUSTED not in drill["body"]["flags"]
    await desk.end(store, ground().stations, one.id, "鈴木", clock.at)
    again = predicting(store, clock)  # the hub may have been restarted
    await again.step()
    async with store.read() as connection:
        held = await hazards.current(connection, Status.ACTUAL)
    assert all("2.60" not in hazard.headline for hazard in held.values()), "what it said meanwhile stays unbelieved"


async def test_it_ends_by_itself(store: Store) -> None:
    clock = SetClock(NOW)
    predict = predicting(store, clock)
    await marked(store, ends=NOW + timedelta(seconds=5))
    await measured(store, HIGH)
    await predict.step()
    assert await picture(store, Status.ACTUAL) == []
    clock.at += timedelta(seconds=5)
    assert await predict.step() and await picture(store, Status.ACTUAL)


async def test_of_two_officers_the_second_is_told_of_the_first(store: Store) -> None:
    first = await marked(store)
    with pytest.raises(desk.ChangedError, match="佐藤"):
        await marked(store, owner="鈴木")
    longer = await desk.begin(
        store, ground().stations, distrust(owner="鈴木", ends=NOW + 3 * HOUR, begins=NOW + HOUR / 2), first.id
    )
    with pytest.raises(desk.ChangedError, match="終わって"):
        await desk.end(store, ground().stations, first.id, "佐藤", NOW + HOUR / 2)
    async with store.read() as connection:
        assert await distrusts.holding(connection, NOW + HOUR / 2) == [longer]
        assert [one.owner for one in await distrusts.holding(connection, NOW + HOUR / 4, NOW + HOUR / 4)] == ["佐藤"]


@pytest.mark.parametrize("lies", [True, False])
async def test_no_all_clear_goes_out_by_itself_because_a_sensor_is_not_believed(store: Store, lies: bool) -> None:
    """Of a rule that tells ends by itself: a gauge that is not believed does not say that it is over."""
    clock = SetClock(NOW)
    predict, evaluate = predicting(store, clock), evaluating(store, clock)
    rules = [
        replace(one, approval=((0, Approval.AUTO),), approval_of_end=Approval.AUTO) for one in evaluate._city.rules
    ]
    evaluate._city = replace(evaluate._city, rules=tuple(rules))
    await measured(store, HIGH)
    await predict.step()
    await evaluate.step()
    clock.at += timedelta(minutes=5)
    if lies:
        await marked(store, begins=clock.at, ends=clock.at + HOUR)
    else:
        await measured(store, LOW, until=clock.at)
        await measured(store, LOW, until=clock.at + timedelta(minutes=1))
    await predict.step()
    clock.at += timedelta(minutes=20)
    await evaluate.step()
    async with store.read() as connection:
        found = [row async for row in await connection.stream(select(alerts.c.state, alerts.c.ends, alerts.c.body))]
    end = next(row for row in found if row.ends)
    assert (end.state == "draft") is lies
    assert any("信用しない" in sentence for sentence in end.body["evidence"]) is lies


async def test_why_tells_who_did_not_believe_it(store: Store) -> None:
    clock = SetClock(NOW)
    predict = predicting(store, clock)
    await measured(store, HIGH)
    await predict.step()
    clock.at += timedelta(minutes=1)
    await marked(store, begins=clock.at)
    await predict.step()
    async with store.read() as connection:
        told = await ask(connection, KEY, clock.at, Law((), Floor()))
    assert told["code"] == "over" and "佐藤" in told["ja"] and "流木が当たった" in told["ja"]
    assert "does not trust" in told["en"]


async def test_a_silence_of_a_sensor_keeps_only_what_rests_on_it_alone(store: Store) -> None:
    """What something else bears out is told all the same."""
    clock = SetClock(NOW)
    await measured(store, HIGH)
    await predicting(store, clock).step()
    async with store.write() as connection:
        (here,) = (await hazards.current(connection, Status.ACTUAL)).values()
        other = replace(here, area="032010002", evidence=(*here.evidence, Evidence(ref="a-telegram", text="発表")))
        await hazards.replace_picture(connection, {here.key: here}, [here, other], NOW)
        quiet = silence(kind="", status=Status.ACTUAL, sensor="tatesakabashi", begins=NOW, ends=NOW + HOUR)
        await silences.add(connection, quiet)
    await evaluating(store, clock).step()
    async with store.read() as connection:
        drafts = list(await connection.scalars(select(alerts.c.body)))
        held = list(await connection.scalars(select(suppressions.c.reason).where(suppressions.c.current)))
    assert {place["code"] for one in drafts for place in one["places"]} == {"032010002"}
    assert held == ["sensor_muted"]


@pytest.mark.one_engine
async def test_at_the_desk_and_for_the_public(store: Store) -> None:
    stations = ground()
    async with floor(store, ground=stations) as served:
        officer, viewer = await served.person(Role.OPERATOR), await served.person(Role.VIEWER)
        anyone = await served.visitor()
        await measured(store, HIGH)
        assert await anyone.features("/api/v1/readings/latest")
        assert (await viewer.post("/api/v1/sensors/distrusts", WORD))[0] == 403
        status, made = await officer.post("/api/v1/sensors/distrusts", WORD)
        assert (status, made["owner"], made["station_name"]) == (200, "the-operator", "館坂橋")
        assert await anyone.features("/api/v1/readings/latest") == []
        _, page = await anyone.get("/")
        assert "2.50" not in page
        assert len(await viewer.features("/api/v1/readings/latest")) == 1, "staff go on seeing it"
        assert (await officer.post("/api/v1/sensors/distrusts", WORD))[0] == 409
        _, told = await viewer.get("/api/v1/sensors/distrusts")
        assert [one["reason"] for one in told["items"]] == ["流木が当たった"]
        assert (await anyone.get("/api/v1/sensors/distrusts"))[0] == 401
        for bad in ({"reason": ""}, {"station": "nowhere"}, {"minutes": 10**9}, {"quantity": "x"}, {"seen": "1"}):
            status, refused = await officer.post("/api/v1/sensors/distrusts", {**WORD, **bad})
            assert status == 400, refused
        assert (await officer.post("/api/v1/sensors/distrusts/end", {"id": made["id"]}))[0] == 200
        assert (await officer.post("/api/v1/sensors/distrusts/end", {"id": made["id"]}))[0] == 409
        assert len(await anyone.features("/api/v1/readings/latest")) == 1
    async with store.read() as connection:
        said = await chronology.between(connection, Status.ACTUAL, ("sensor",), NOW, NOW)
    assert [one.who for one in said] == ["the-operator"] * 2 and all("信用" in one.text for one in said)
