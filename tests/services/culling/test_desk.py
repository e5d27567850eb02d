"""From the confirmed bear to the all-clear: people issue both, and the one goes wherever the other went."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from feeds.status import Status
from geo.sighted.cordon import around_point
from rules.alert import Alert
from rules.culling.case import Act, Case, Condition, Office, Outcome, Plan, Stage, Told
from rules.culling.life import CullingError
from rules.reports.case import Act as Judge
from services.callout.culling import culling_occasions
from services.callout.occasion import Occasion
from services.culling import desk
from services.culling.desk import Deed
from services.desks.review import approve, reject
from services.store import alerts, cullings, users
from services.store.engine import Store
from services.store.tables import chronology, outbox
from services.store.users import Role
from tests.services.making import officer
from tests.services.reports.desk_making import Desk, report
from tests.services.test_writing import CITY, GROUND

pytestmark = pytest.mark.one_engine
SQUARES = around_point(141.11, 39.71, 300, GROUND.areas)
SIX = replace(CITY.sender, languages=("ja", "ja-x-easy", "en", "zh-Hans", "ko", "vi"))


class Hunt(Desk):
    """The desk, with a confirmed bear, sato the approver and suzuki the operator."""

    number = 0

    async def open(self) -> Case:
        self.city = replace(CITY, sender=SIX)
        (seen,) = await self.arrive(report("1"))
        await Desk.do(self, seen, Judge.TRIAGE, Judge.CONFIRM)
        async with self.store.write() as connection:
            await users.add(connection, officer("suzuki", role=Role.OPERATOR))
        told: dict[str, Any] = {"status": Status.EXERCISE, "animal": "bear", "sighting": seen.id}
        case = await desk.begin(self.store, **told, who="sato", now=self.clock.now())
        self.number = case.id
        return case

    async def act(self, act: Act, who: str = "suzuki", **more: Any) -> Case:
        self.clock.at += timedelta(seconds=2)
        return await desk.do(
            self.store, self.city, Deed(number=self.number, act=act, who=who, **more), self.clock.now()
        )

    async def plan(self, minutes: float = 60, areas: tuple[str, ...] = SQUARES) -> Case:
        until = self.clock.now() + timedelta(minutes=minutes)
        return await self.act(Act.PLAN, plan=Plan(areas=areas, roads="県道36号 中ノ橋～上ノ橋", until=until))

    async def warned(self) -> Alert:
        """Up to where people know."""
        await self.open()
        for one in (Condition.ENTERED, Condition.URGENT, Condition.NO_OTHER):
            await self.act(Act.TICK, condition=one)
        await self.plan()
        await self.act(Act.WARN)
        (told,) = await self.issue()
        return told

    async def under_way(self) -> Alert:
        told = await self.warned()
        await self.act(Act.TICK, condition=Condition.SAFE)
        await self.act(Act.ORDER, who="sato", office=Office.MAYOR)
        await self.act(Act.BEGIN)
        return told

    async def told(self) -> Told:
        async with self.store.read() as connection:
            case = await cullings.find(connection, self.number)
            assert case is not None
            return (await cullings.told(connection, [case], self.clock.now())).get(case.id, Told())

    async def rings(self, minutes: float = 0) -> list[Occasion]:
        self.clock.at += timedelta(minutes=minutes)
        async with self.store.read() as connection:
            return list(culling_occasions(await cullings.with_told(connection, self.clock.now()), self.clock.now()))


async def test_from_the_order_to_the_all_clear(store: Store) -> None:
    hunt = Hunt(store)
    told = await hunt.under_way()
    assert told.status is Status.EXERCISE and told.response == "Shelter" and told.level == 4 and told.author == "suzuki"
    assert list(told.texts) == list(SIX.languages) and "屋内にいてください" in told.texts["ja"].headline
    assert all(place.name != "盛岡市" for place in told.places), "nor to receivers of CAP"
    assert "盛岡市" not in told.texts["ja"].short and "内丸付近" in told.texts["ja"].short, "a part, and not all of it"
    assert "県道36号" in told.texts["ja"].short and "県道36号" in told.texts["vi"].short
    assert {place.code for place in told.places} == set(SQUARES) and all(place.polygons for place in told.places)
    assert await hunt.rings() == []
    await hunt.act(Act.FINISH, outcome=Outcome.TAKEN)
    (ringing,) = await hunt.rings()
    assert ringing.urgent and "解除がまだ" in ringing.subject and ringing.path.endswith("status=Exercise")
    with pytest.raises(CullingError) as early:
        await hunt.act(Act.CLOSE)
    assert early.value.code == "not_lifted"
    (clear,) = await hunt.issue()
    assert clear.ends and clear.series == told.series and clear.response == "AllClear"
    assert set(clear.channels) >= set(told.channels) and clear.places == told.places
    assert (
        all(clear.texts[tag].short != told.texts[tag].short for tag in told.texts)
        and "終わりました" in clear.texts["ja"].short
    )
    assert await hunt.rings() == [] and (await hunt.told()).stage is Stage.OVER
    closed = await hunt.act(Act.CLOSE)
    assert closed.closed and closed.version == 11
    async with store.read() as connection:
        lines = list(await connection.scalars(select(chronology.c.text).where(chronology.c.kind == "culling")))
    assert len(lines) == 11 and any("市長" in line for line in lines) and not any("141.1" in line for line in lines)


async def test_it_rings_when_it_lasts_until_a_later_hour_was_told(store: Store) -> None:
    hunt = Hunt(store)
    told = await hunt.under_way()
    assert [one.key for one in await hunt.rings(54)] == []
    (late,) = await hunt.rings(2)
    assert "解除も延長も" in late.subject
    await hunt.plan(90)
    await hunt.act(Act.WARN)
    (longer,) = await hunt.issue()
    assert longer.msg_type == "Update" and longer.series == told.series and longer.expires > told.expires
    assert await hunt.rings() == [], "and what was begun goes on"
    async with store.read() as connection:
        case = await cullings.find(connection, hunt.number)
    assert case is not None and case.under_way


async def test_called_off_before_anybody_was_told_and_after(store: Store) -> None:
    hunt = Hunt(store)
    await hunt.open()
    for one in (Condition.ENTERED, Condition.URGENT, Condition.NO_OTHER):
        await hunt.act(Act.TICK, condition=one)
    await hunt.plan()
    await hunt.act(Act.WARN)
    assert (await hunt.told()).stage is Stage.WAITING
    await hunt.act(Act.CALL_OFF)
    assert await hunt.drafts() == [] and (await hunt.told()).stage is Stage.NOTHING, "the draft is nobody's any more"
    await hunt.act(Act.CLOSE)


async def test_called_off_when_people_know_says_that_it_will_not_take_place(store: Store) -> None:
    hunt = Hunt(store)
    told = await hunt.warned()
    await hunt.act(Act.CALL_OFF)
    (clear,) = await hunt.issue()
    assert "行いません" in clear.texts["ja"].short and set(clear.channels) >= set(told.channels)


async def test_a_refused_warning_and_a_refused_all_clear_can_be_drafted_again(store: Store) -> None:
    hunt = Hunt(store)
    await hunt.open()
    for one in (Condition.ENTERED, Condition.URGENT, Condition.NO_OTHER):
        await hunt.act(Act.TICK, condition=one)
    await hunt.plan()
    await hunt.act(Act.WARN)
    await refuse(hunt)
    assert (await hunt.told()).stage is Stage.NOTHING
    await hunt.act(Act.WARN)
    await hunt.act(Act.WARN)
    (told,) = await hunt.issue()
    assert told.revision == 2, "the second draft took the place of the first"
    await hunt.act(Act.CALL_OFF)
    await refuse(hunt)
    (ringing,) = await hunt.rings()
    assert "解除がまだ" in ringing.subject
    await hunt.act(Act.CLEAR)
    (clear,) = await hunt.issue()
    assert clear.ends and await hunt.rings() == []


async def test_what_runs_out_without_an_all_clear_goes_on_ringing_until_somebody_closes_it(store: Store) -> None:
    hunt = Hunt(store)
    await hunt.warned()
    (ringing,) = await hunt.rings(26 * 60)
    assert (await hunt.told()).stage is Stage.RUN_OUT and ringing.event == "culling"
    await hunt.act(Act.CALL_OFF)
    assert len(await hunt.rings()) == 1
    await hunt.act(Act.CLOSE)
    assert await hunt.rings() == []


async def test_who_wrote_the_warning_does_not_agree_to_it_alone(store: Store) -> None:
    hunt = Hunt(store)
    await hunt.open()
    for one in (Condition.ENTERED, Condition.URGENT, Condition.NO_OTHER):
        await hunt.act(Act.TICK, who="sato", condition=one)
    await hunt.plan()
    await hunt.act(Act.WARN, who="sato")
    (draft,) = await hunt.drafts()
    async with store.read() as connection:
        found = await alerts.get(connection, draft.series, 1)
    assert found is not None
    told: dict[str, Any] = {"series": draft.series, "revision": 1, "digest": found.digest, "now": hunt.clock.now()}
    assert not (await approve(store, **told, person="sato")).issued
    async with store.write() as connection:
        await users.add(connection, officer("tanaka"))
    assert (await approve(store, **told, person="tanaka")).issued


async def test_who_may_what_and_two_officers_at_once(store: Store) -> None:
    hunt = Hunt(store)
    case = await hunt.open()
    with pytest.raises(CullingError) as twice:
        await desk.begin(
            store, status=Status.EXERCISE, animal="bear", sighting=case.sighting, who="sato", now=hunt.clock.now()
        )
    assert twice.value.code == "open_already"
    for wrong in ({"sighting": 999}, {"sighting": case.sighting, "status": Status.ACTUAL}, {"animal": "deer"}):
        told: dict[str, Any] = {"status": Status.EXERCISE, "animal": "bear", "sighting": None, **wrong}
        with pytest.raises(CullingError):
            await desk.begin(store, **told, who="sato", now=hunt.clock.now())
    await hunt.act(Act.TICK, condition=Condition.ENTERED, seen=1)
    for who, act, seen, code in (
        ("suzuki", Act.ORDER, None, "not_allowed"),
        ("nobody", Act.TICK, None, "not_allowed"),
        ("sato", Act.ORDER, None, "conditions"),
        ("suzuki", Act.TICK, 1, "changed"),
    ):
        with pytest.raises(CullingError) as refused:
            await hunt.act(act, who=who, seen=seen, condition=Condition.URGENT)
        assert refused.value.code == code
    with pytest.raises(CullingError, match="狭すぎ"):
        await hunt.plan(areas=SQUARES[:2])
    with pytest.raises(CullingError, match="999"):
        await desk.do(store, CITY, Deed(number=999, act=Act.TICK, who="sato"), hunt.clock.now())


async def refuse(hunt: Hunt) -> None:
    """Sato says no to the draft that waits."""
    (draft,) = await hunt.drafts()
    async with hunt.store.write() as connection:
        await connection.execute(update(outbox).values(state="accepted", done=["1"]))
    async with hunt.store.read() as connection:
        found = await alerts.get(connection, draft.series, draft.revision)
    assert found is not None
    told: dict[str, Any] = {"series": draft.series, "revision": draft.revision, "digest": found.digest}
    await reject(hunt.store, **told, person="sato", reason="", now=hunt.clock.now())
