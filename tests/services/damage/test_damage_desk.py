"""The damage desk over the store: acts, versions, records out of reports, drills apart."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from feeds.records import Report
from feeds.status import Status
from rules.damage.disaster import Disaster
from rules.damage.record import Act, Certainty, Content, DamageError, Reason
from rules.damage.sums import Sum
from rules.reports.case import Case
from services.damage import board, desk
from services.damage.desk import Deed
from services.store import damages, records, report_cases
from services.store.engine import Store
from services.store.tables import chronology
from services.store.tables_reports import report_cases as cases
from tests.services.making import NOW

RAIN = Disaster(id=0, status=Status.ACTUAL, name="11月20日からの大雨", began=NOW - timedelta(hours=6))
SAID = Content(certainty=Certainty.CONFIRMED, source="消防", place="内丸", figures={"flooded_below_buildings": 3})
WHERE = ("032010001", "内丸")


async def confirmed_report(store: Store, status: Status = Status.ACTUAL) -> Case:
    told = {"kind": "damage", "measured_at": NOW, "text": "塀が倒れた", "place": "内丸", "lon": 141.11, "lat": 39.71}
    one = Report(gateway="@desk", report_id="r1", confirmed=True, status=status, **told)  # type: ignore[arg-type]
    async with store.write() as connection:
        await records.save(connection, [one], NOW, by="sato")
        return (await report_cases.of_keys(connection, [one.key]))[one.key]


async def refusal(work: object) -> str:
    with pytest.raises(DamageError) as refused:
        await work  # type: ignore[misc]
    return refused.value.code


async def test_records_come_to_sums_and_every_act_is_kept(store: Store) -> None:
    rain = await desk.begin(store, RAIN, "sato", NOW)
    assert await refusal(desk.begin(store, RAIN, "suzuki", NOW)) == "known"
    one = await desk.enter(store, rain.id, SAID, "sato", NOW)
    other = await desk.enter(store, rain.id, replace(SAID, certainty=Certainty.UNCONFIRMED), "suzuki", NOW)
    more = replace(SAID, figures={"flooded_below_buildings": 5, "dead": None})
    deed = Deed(number=one.id, seen=1, act=Act.UPDATE, who="suzuki", content=more)
    await desk.do(store, deed, NOW)
    assert await refusal(desk.do(store, replace(deed, content=SAID), NOW)) == "changed"
    gone = Deed(number=other.id, seen=1, act=Act.WITHDRAW, who="sato", reason=Reason.DOUBLE)
    assert (await desk.do(store, gone, NOW)).withdrawn
    async with store.read() as connection:
        seen = await board.look(connection, rain.id, NOW)
        kept = await damages.find(connection, one.id)
        told = list((await connection.execute(select(chronology.c.text).order_by(chronology.c.seq))).scalars())
    assert seen is not None and seen.totals == {"dead": Sum(counting=1), "flooded_below_buildings": Sum(confirmed=5)}
    assert seen.changes == {"flooded_below_buildings": 5}
    assert kept is not None and [event.who for event in kept.events] == ["sato", "suzuki"]
    assert len(told) == 5 and "内丸" not in "".join(told), "places are kept with the record alone"


async def test_of_two_officers_at_once_one_is_told_of_the_other(store: Store) -> None:
    rain = await desk.begin(store, RAIN, "sato", NOW)
    one = await desk.enter(store, rain.id, SAID, "sato", NOW)
    deeds = [
        Deed(number=one.id, seen=1, act=Act.UPDATE, who=who, content=replace(SAID, note=who)) for who in ("a", "b")
    ]
    done = await asyncio.gather(*(desk.do(store, deed, NOW) for deed in deeds), return_exceptions=True)
    failed = [error for error in done if isinstance(error, DamageError)]
    assert len(failed) == 1 and failed[0].code == "changed"


@pytest.mark.one_engine
async def test_a_confirmed_report_becomes_one_record_and_its_end_is_seen(store: Store) -> None:
    rain = await desk.begin(store, RAIN, "sato", NOW)
    case = await confirmed_report(store)
    async with store.read() as connection:
        before = await board.look(connection, rain.id, NOW)
    assert before is not None and [one.id for one in before.waiting] == [case.id]
    made = await desk.enter_report(store, rain.id, case, WHERE, "sato", NOW)
    assert made.report == case.id and made.content.area == "032010001" and made.content.figures == {}
    assert await refusal(desk.enter_report(store, rain.id, case, WHERE, "suzuki", NOW)) == "already"
    async with store.write() as connection:
        await connection.execute(update(cases).values(state="withdrawn"))
    async with store.read() as connection:
        after = await board.look(connection, rain.id, NOW)
    assert after is not None and not after.waiting
    assert [(one.code, one.records) for one in after.contradictions] == [("report_gone", (made.id,))]


@pytest.mark.one_engine
async def test_a_drill_shares_nothing_with_the_real_thing(store: Store) -> None:
    rain = await desk.begin(store, RAIN, "sato", NOW)
    drill = await desk.begin(store, replace(RAIN, status=Status.EXERCISE), "sato", NOW)
    assert rain.id != drill.id
    await desk.enter(store, drill.id, SAID, "sato", NOW)
    played = await confirmed_report(store, Status.EXERCISE)
    assert await refusal(desk.enter_report(store, rain.id, played, WHERE, "sato", NOW)) == "other_status"
    async with store.read() as connection:
        real = await board.look(connection, rain.id, NOW)
        assert [one.id for one in await damages.of_status(connection, Status.ACTUAL)] == [rain.id]
    assert real is not None and real.totals == {} and not real.waiting


@pytest.mark.one_engine
async def test_a_closed_disaster_takes_nothing_until_it_is_opened_again(store: Store) -> None:
    rain = await desk.begin(store, RAIN, "sato", NOW)
    closed = await desk.rewrite(store, replace(rain, ended=NOW, name="別の名"), "sato", NOW)
    assert closed.name == RAIN.name and closed.version == 2
    assert await refusal(desk.enter(store, rain.id, SAID, "sato", NOW)) == "closed"
    assert await refusal(desk.rewrite(store, replace(rain, ended=None), "suzuki", NOW)) == "changed"
    await desk.rewrite(store, replace(closed, ended=None), "suzuki", NOW)
    assert (await desk.enter(store, rain.id, SAID, "sato", NOW)).version == 1
    assert await refusal(desk.enter(store, 999, SAID, "sato", NOW)) == "not_found"
