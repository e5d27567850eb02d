"""A muster from the telegram to its end, over restarts and kills: who is asked when, and who is not asked twice."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from feeds.status import Status
from rules.muster.tally import counted
from rules.muster.want import Want
from services.channels.people.fanout import Pace
from services.muster import desk
from services.muster.desk import Deed, MusterError, Plan
from services.store import calls
from services.store.engine import Store
from services.store.muster_sends import LEASE, SendState
from services.store.musters import MusterState
from services.store.tables_muster import muster_people
from tests.services.making import NOW
from tests.services.muster.scene import Scene, person


@pytest.fixture
async def scene(store: Store) -> Scene:
    made = Scene(store)
    await made.hire()
    return made


async def test_an_earthquake_asks_by_itself_and_reminds_those_without_an_answer(scene: Scene) -> None:
    await scene.quake("5-")
    await scene.at(seconds=1)
    (muster,) = await scene.musters()
    assert (muster.state, muster.opened_by, muster.asks) == (MusterState.OPEN, "参集の規則", {"1": "come", "2": "come"})
    assert sorted(scene.outside.who) == ["a", "b", "b", "c"], "each address once"
    await scene.answer("a", coming="comes", minutes="30")
    for minute in (5, 14.9, 15.1, 20, 31, 46, 62, 120):
        await scene.at(minutes=minute)
    assert scene.outside.who.count("a") == 1, "who has answered is not reminded"
    assert scene.outside.who.count("c") == 4, "asked once, reminded three times, then called by people"
    assert [one.code for one in (await scene.board()).people if one.open] == ["b", "c"]
    async with scene.store.read() as connection:
        assert [call.key for call in await calls.still_open(connection)] == ["muster:1:begun"], "the duty is told"


async def test_a_stronger_aftershock_widens_it_and_asks_only_who_was_not_asked(scene: Scene) -> None:
    await scene.quake("4")
    await scene.at(seconds=1)
    assert sorted(set(scene.outside.who)) == ["a", "b"]
    assert "回答は要りません" in scene.outside.told[0][2].body and "/muster?t=" not in scene.outside.told[0][2].body
    scene.outside.told.clear()
    await scene.quake("5-", "20261120180500")
    await scene.at(minutes=5)
    assert sorted(set(scene.outside.who)) == ["a", "b", "c"], "who was only told is asked now"
    await scene.answer("a")
    scene.outside.told.clear()
    await scene.quake("6-", "20261120181000")
    await scene.at(minutes=10)
    assert scene.outside.who == ["d"]
    assert len(await scene.musters()) == 1


async def test_a_drill_asks_only_those_who_take_part_and_says_so_everywhere(scene: Scene) -> None:
    await scene.quake("6-", status=Status.EXERCISE)
    await scene.quake("6-", "20261120180000", status=Status.TEST)
    await scene.at(seconds=1)
    (muster,) = await scene.musters()
    assert muster.status is Status.EXERCISE
    assert sorted(scene.outside.who) == ["a", "d"]
    for _, _, told in scene.outside.told:
        assert (
            told.subject.startswith("【訓練】") and told.body.startswith("【訓練】") and "これは訓練です" in told.body
        )
        assert told.body.splitlines()[-1].startswith("【訓練】")


async def test_a_drill_without_anybody_who_takes_part_begins_nothing(store: Store) -> None:
    scene = Scene(store)
    await scene.hire(person("b"))
    await scene.quake("6-", status=Status.EXERCISE)
    await scene.at(seconds=1)
    await scene.at(seconds=3)
    assert [one.state for one in await scene.musters()] == [MusterState.LAPSED] and not scene.outside.told


async def test_an_earthquake_that_is_taken_back_ends_it_and_everybody_hears(scene: Scene) -> None:
    await scene.quake("5-")
    await scene.at(seconds=1)
    scene.outside.told.clear()
    await scene.take_back()
    await scene.at(minutes=2)
    (muster,) = await scene.musters()
    assert (muster.state, muster.closed_by) == (MusterState.CLOSED, "取消")
    assert sorted(scene.outside.who) == ["a", "b", "b", "c"]
    assert all("取り消され" in told.body and "/muster?t=" not in told.body for _, _, told in scene.outside.told)
    await scene.at(minutes=40)
    assert len(scene.outside.told) == 4, "nobody is reminded"
    await scene.quake("5-")
    await scene.at(minutes=41)
    assert [one.state for one in await scene.musters()] == [MusterState.CLOSED, MusterState.OPEN], (
        "told anew, asked anew"
    )


async def test_a_kill_before_anything_was_sent_loses_nobody(scene: Scene) -> None:
    await scene.quake("5-")
    await scene.look()
    scene.restart()
    await scene.at(seconds=5)
    assert sorted(scene.outside.who) == ["a", "b", "b", "c"]


async def test_a_kill_in_the_middle_leaves_in_doubt_what_was_on_the_wire_and_asks_again_a_round_later(
    scene: Scene,
) -> None:
    await scene.quake("5-")
    await scene.look()
    scene.outside.hang = True
    step = asyncio.create_task(scene.sender.step())
    while len(scene.outside.told) < 4:
        await asyncio.sleep(0.01)
    step.cancel()
    with suppress(asyncio.CancelledError):
        await step
    scene.sender._under_way.cut()  # the process is dead, and its tasks with it
    scene.outside.hang = False
    scene.restart()
    await scene.at(minutes=1)
    assert len(scene.outside.told) == 4, "it may have left: not again in this round"
    await scene.at(seconds=LEASE.total_seconds() + 1)
    assert {state for _, _, state in await scene.states()} == {SendState.UNKNOWN.value}
    assert {one.reached for one in (await scene.board()).people} == {"unknown"}
    await scene.at(minutes=16)
    assert len(scene.outside.told) == 8
    assert len({(round_, who) for round_, who, _ in await scene.states()}) == 6


async def test_a_sender_that_stood_still_in_its_turn_asks_nobody(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stand_still(_pace: Pace) -> None:
        scene.clock.at = NOW + timedelta(hours=1)

    await scene.quake("5-")
    await scene.look()
    monkeypatch.setattr(Pace, "turn", stand_still)
    await scene.sender.step()
    await scene.sender.settle()
    assert scene.outside.told == []
    assert {state for _, _, state in await scene.states()} == {SendState.FAILED.value}


async def test_a_link_of_an_earlier_message_still_answers_and_is_kept_as_a_hash(scene: Scene) -> None:
    await scene.quake("5-")
    await scene.at(seconds=1)
    token = scene.outside.link("c")
    async with scene.store.read() as connection:
        rows = (await connection.execute(select(muster_people))).all()
        dump = repr(rows) + repr(await scene.states())
    assert token not in dump and "氏名" not in dump and "chat.example" not in dump


async def test_what_people_answer_is_in_no_column_log_or_chronology(scene: Scene) -> None:
    await scene.quake("5-")
    await scene.at(seconds=1)
    await scene.answer("c", safety="hurt", family="hurt", note="足を骨折した")
    board = await scene.board()
    assert next(one.answer.note for one in board.people if one.code == "c" and one.answer) == "足を骨折した"
    async with scene.store.read() as connection:
        dump = repr((await connection.execute(select(muster_people))).all())
    assert "hurt" not in dump and "骨折" not in dump
    number = Deed(number=1, version=board.muster.version, who="課長", reason="落ち着いた")
    await desk.close(scene.store, number, tell=True, numbers=counted(board.people), now=scene.clock.at)
    await scene.at(minutes=1)
    told = "\n".join(await scene.told())
    assert "骨折" not in told and "氏名" not in told and "対象3人、回答1人" in told
    assert scene.outside.told[-1][2].subject.startswith("安否確認・参集の終了")


async def test_people_begin_widen_and_end_one(scene: Scene) -> None:
    plan = Plan(
        family="earthquake", status=Status.ACTUAL, title="余震", asks={"1": Want.SAFETY}, who="課長", reason="念のため"
    )
    first = await desk.start(scene.store, scene.rules, plan, NOW)
    with pytest.raises(MusterError, match="続いています"):
        await desk.start(scene.store, scene.rules, plan, NOW)
    seen = Deed(number=first.id, version=first.version, who="課長", reason="人手")
    wider = await desk.widen(scene.store, scene.rules, seen, {"2": Want.COME}, NOW)
    with pytest.raises(MusterError, match="変わりました"):
        await desk.widen(scene.store, scene.rules, seen, {"3": Want.COME}, NOW)
    await scene.quake("5+")
    await scene.at(seconds=1)
    assert len(await scene.musters()) == 1, "the telegram widens what people began"
    now = (await scene.musters())[0]
    assert now.version > wider.version and now.asks == {"1": "come", "2": "come", "3": "come"}
    await scene.take_back()
    await scene.at(minutes=1)
    assert (await scene.musters())[0].state is MusterState.OPEN, "a person began it, a person ends it"


async def test_a_stale_telegram_is_proposed_and_a_person_decides(scene: Scene) -> None:
    await scene.quake("5-", since=NOW - timedelta(hours=3))
    await scene.at(seconds=1)
    (muster,) = await scene.musters()
    assert muster.state is MusterState.PROPOSED and not scene.outside.told
    deed = Deed(number=muster.id, version=muster.version, who="課長")
    await desk.approve(scene.store, scene.rules, deed, scene.clock.at)
    await scene.at(minutes=1)
    assert sorted(set(scene.outside.who)) == ["a", "b", "c"]


async def test_one_that_was_declined_stays_declined(scene: Scene) -> None:
    await scene.quake("5-", since=NOW - timedelta(hours=3))
    await scene.at(seconds=1)
    deed = Deed(number=1, version=1, who="課長", reason="平日の日中で全員いる")
    await desk.decline(scene.store, deed, scene.clock.at)
    scene.restart()
    await scene.at(minutes=1)
    assert [one.state for one in await scene.musters()] == [MusterState.DECLINED] and not scene.outside.told


async def test_nobody_closed_it_and_it_ends_by_itself(scene: Scene) -> None:
    await scene.quake("5-")
    await scene.at(seconds=1)
    await scene.at(hours=73)
    assert [one.state for one in await scene.musters()] == [MusterState.CLOSED]


async def test_who_left_the_staff_is_asked_no_more_and_forgotten(scene: Scene) -> None:
    from services.store import staff

    await scene.quake("5-")
    await scene.look()
    async with scene.store.write() as connection:
        assert await staff.remove(connection, ["b"]) == 1
    await scene.at(seconds=1)
    assert sorted(scene.outside.who) == ["a", "c"]
    assert [one.code for one in (await scene.board()).people] == ["a", "c"]
