"""A call from its first ring to its end, over restarts: who is called when, and who is not called twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from feeds.status import Status
from services.callout.desk import CallError, acknowledge, break_glass
from services.callout.message import message
from services.callout.occasion import Event
from services.callout.outlet import Result
from services.store import call_sends
from services.store.call_sends import LEASE, SendState
from services.store.calls import CallState
from services.store.engine import Store
from services.store.tables import hold_offs
from services.under_way import LATE
from tests.services.callout.scene import BASE, NOW, Scene, real, roster


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


async def test_a_mandatory_channel_that_says_nothing_rings_within_ten_seconds(scene: Scene) -> None:
    await scene.issue(**real())
    await scene.deliver("cap_feed")
    await scene.at(seconds=3)
    assert await scene.open() == []
    await scene.at(seconds=6)
    (call,) = await scene.open()
    assert (call.event, call.state) == (Event.MANDATORY, CallState.CALLING)
    assert (call.opened_at - NOW).total_seconds() < 10
    assert scene.phones.who == ["sato", "suzuki"]
    (first, _) = (told for _, told in scene.phones.heard)
    assert "linkage" in first.body and "送っていない" in first.body
    assert "cap_feed" not in first.body, "what was confirmed is no news"
    assert "x：" not in first.body, "x is not mandatory"


@pytest.mark.parametrize("state", ["rejected", "unknown", "refused", "expired"])
async def test_what_cannot_come_right_by_waiting_rings_at_once(scene: Scene, state: str) -> None:
    await scene.issue(**real())
    await scene.deliver("cap_feed")
    await scene.deliver("linkage", state=state)
    await scene.at(seconds=0)
    assert [call.event for call in await scene.open()] == [Event.MANDATORY]


async def test_it_stops_by_itself_when_the_channel_confirms(scene: Scene) -> None:
    await scene.issue(**real())
    await scene.deliver("cap_feed")
    await scene.at(seconds=6)
    await scene.deliver("linkage", "x", state="duplicate")
    await scene.at(seconds=8)
    assert await scene.open() == []
    await scene.at(minutes=20)
    assert scene.phones.who == ["sato", "suzuki"], "nobody is called any more"
    assert "用が済んだ" in (await scene.told())[-1]


async def test_without_an_answer_the_next_group_is_called_and_then_the_first_again(scene: Scene) -> None:
    await scene.issue(**real())
    await scene.deliver("cap_feed")
    for second in (6, 60, 305, 306, 400, 607, 900):
        await scene.at(seconds=second)
    assert scene.phones.who == ["sato", "suzuki", "tanaka", "sato", "suzuki"]
    assert [(one.step, one.person) for one in await scene.sends()][2] == (1, "tanaka")
    for minute in (16, 21, 30, 44, 46):
        await scene.at(minutes=minute)
    assert scene.phones.who[5:] == ["tanaka", "sato", "suzuki"], "after all rounds it goes on, six times slower"


async def test_who_takes_the_call_ends_the_calling(scene: Scene) -> None:
    await scene.issue(**real())
    await scene.deliver("cap_feed")
    await scene.at(seconds=6)
    taken = await acknowledge(scene.store, 1, by="佐藤", how="link", now=scene.clock.at)
    assert (taken.state, taken.acknowledged_by) == (CallState.ACKNOWLEDGED, "佐藤")
    await scene.at(minutes=30)
    assert scene.phones.who == ["sato", "suzuki"]
    with pytest.raises(CallError, match="佐藤") as refused:
        await acknowledge(scene.store, 1, by="鈴木", how="desk", now=scene.clock.at)
    assert refused.value.code == "taken"
    await scene.deliver("linkage")
    await scene.at(minutes=31)
    call = await scene.call(1)
    assert (call.state, call.acknowledged_by) == (CallState.CLOSED, "佐藤")
    assert "呼び出し 1 を佐藤が引き受けた（連絡の中のリンクで）" in await scene.told()


async def test_a_restart_in_the_middle_sends_no_double_and_leaves_nothing_out(scene: Scene) -> None:
    await scene.issue(**real())
    await scene.deliver("cap_feed")
    scene.clock.at = NOW.replace(second=6)
    await scene.look()  # and then the process dies
    scene.restart()
    await scene.turn()
    assert scene.phones.who == ["sato", "suzuki"]
    for _ in range(3):
        scene.restart()
        await scene.turn()
    assert scene.phones.who == ["sato", "suzuki"]
    scene.restart()
    await scene.at(seconds=307)
    assert scene.phones.who == ["sato", "suzuki", "tanaka"]


async def test_a_message_cut_off_in_the_middle_is_not_sent_again_but_the_next_group_is_called(scene: Scene) -> None:
    await scene.issue(**real())
    await scene.deliver("cap_feed")
    scene.clock.at = NOW.replace(second=6)
    await scene.look()
    async with scene.store.hold() as connection:
        assert len(await call_sends.claim(connection, scene.clock.at, 8, 20)) == 2  # and then the process dies
    scene.restart()
    await scene.turn()
    assert scene.phones.who == [], "they may have been sent"
    await scene.at(seconds=6 + LEASE.total_seconds())
    await scene.at(seconds=7 + LEASE.total_seconds())
    assert [one.state for one in await scene.sends()][:2] == [SendState.UNKNOWN, SendState.UNKNOWN]
    assert scene.phones.who == ["tanaka"]


async def test_a_caller_that_stood_still_between_claim_and_call_calls_nobody(scene: Scene) -> None:
    await scene.issue(**real())
    await scene.deliver("cap_feed")
    scene.clock.at = NOW.replace(second=6)
    await scene.look()
    assert await scene.caller.step(), "claimed, and nothing has left"
    scene.clock.at += timedelta(hours=1)
    await scene.caller.settle()
    assert scene.phones.who == [], "an hour late, whoever would be rung has been told by others, or it is over"
    assert {(one.state, one.detail) for one in await scene.sends()} == {(SendState.FAILED, LATE)}
    await scene.look()
    await scene.turn()
    assert scene.phones.who == ["tanaka"], "the chain goes on"


async def test_where_nobody_of_a_group_could_be_reached_the_next_is_called_at_once_but_no_round_is_burned(
    scene: Scene,
) -> None:
    for person in ("sato", "suzuki", "tanaka"):
        scene.phones.answers[f"json://chat.example/{person}-secret"] = Result(SendState.FAILED, "json：送れません")
    await scene.draft(level=4)
    for second in range(0, 60, 2):
        await scene.at(seconds=second)
    assert scene.phones.who == ["sato", "suzuki", "tanaka"]
    await scene.at(seconds=303)
    assert scene.phones.who[3:] == ["sato", "suzuki"]


async def test_nobody_on_duty_is_passed_over_and_a_hole_in_the_roster_calls_everybody(store: Store) -> None:
    day = [{"days": ["fri"], "begins": "08:30", "ends": "17:15"}]  # NOW is Friday 18:00 in Japan
    people = {name: one.model_dump(mode="python") for name, one in roster().people.items()}
    half = roster(
        people={**people, "sato": {**people["sato"], "duty": day}, "suzuki": {**people["suzuki"], "duty": day}}
    )
    scene = Scene(store, half)
    await scene.draft(level=4)
    await scene.at(seconds=0)
    await scene.at(seconds=1)
    assert scene.phones.who == ["tanaka"]
    hole = roster(people={name: {**one, "duty": day} for name, one in people.items()})
    assert hole.called(hole.chains[0], 0, NOW) == ("night", ("sato", "suzuki"))
    assert len(hole.holes(hole.chains[0])) == 7 * 24 - 9


async def test_a_draft_rings_by_its_level_and_the_waiting_goes_on_over_its_revisions(scene: Scene) -> None:
    await scene.draft(level=3)
    await scene.at(minutes=9)
    await scene.draft(level=3, revision=2, sent=scene.clock.at.replace(microsecond=0))
    assert await scene.open() == []
    await scene.at(minutes=10)
    (call,) = await scene.open()
    assert (call.event, call.since) == (Event.DRAFT, NOW)
    await scene.draft(level=4, revision=3, sent=scene.clock.at)
    await scene.at(minutes=11)
    (urgent,) = await scene.open()
    assert (urgent.level, urgent.urgent) == (4, True), "the higher level rings anew, at once"


async def test_an_answered_draft_is_no_longer_called_for(scene: Scene) -> None:
    one = await scene.draft(level=5)
    await scene.at(seconds=0)
    assert len(await scene.open()) == 1
    await scene.end_draft(one)
    await scene.at(seconds=2)
    assert await scene.open() == []


async def test_a_drill_is_marked_first_thing_and_a_channel_that_refuses_it_is_no_fault(scene: Scene) -> None:
    await scene.issue("linkage")
    await scene.deliver("cap_feed")
    await scene.at(seconds=9)
    assert await scene.open() == [], "an account for the real thing refuses a drill, as it should"
    await scene.draft(series="Exercise-b", identifier="Exercise-b-1", level=4)
    await scene.draft(series="Test-b", identifier="Test-b-1", level=4, status=Status.TEST)
    await scene.turn()
    for mark in ("【訓練】", "【試験】"):
        first, _ = (told for _, told in scene.phones.heard if told.subject.startswith(mark))
        assert first.body.startswith(mark)
        assert mark in first.body.splitlines()[-1]


async def test_a_message_holds_one_link_for_one_person_and_no_text_that_was_not_approved(scene: Scene) -> None:
    await scene.draft(level=4, **real())
    await scene.at(seconds=0)
    first, second = (told for _, told in scene.phones.heard)
    links = [line for one in (first, second) for line in one.body.splitlines() if line.startswith(f"{BASE}/callout?t=")]
    assert len(set(links)) == 2
    assert "未発表" in first.subject and "避難判断水位" not in first.body
    assert "\n" not in first.subject


async def test_however_much_there_is_to_tell_the_link_is_whole(scene: Scene) -> None:
    scene.faults = [f"{letter * 195}が動いていません" for letter in "あいうえおかきくけこさしすせそ"]
    for minute in range(5):
        await scene.at(minutes=minute)
    call = next(one for one in await scene.open() if "同じ種類がほかに10件" in one.subject)
    told = message(call, 1, f"https://{'a' * 60}.example", "t" * 43, NOW)
    assert len(told.body) <= 1200 and f"/callout?t={'t' * 43}\n" in told.body and told.body.endswith("まで有効）")


async def test_faults_ring_when_they_last_and_once_for_all_their_figures(scene: Scene) -> None:
    for minute in range(5):
        scene.faults = [f"ディスクの空きが {90 - minute} MB です。なくなると受信が止まります"]
        await scene.at(minutes=minute)
    (call,) = await scene.open()
    assert call.event is Event.FAULT and "86 MB" in call.subject
    scene.faults = []
    await scene.at(minutes=5)
    assert len(await scene.open()) == 1, "it may only flicker"
    scene.restart()
    await scene.at(minutes=6)
    assert len(await scene.open()) == 1, "after a start it has to be seen first"
    await scene.at(minutes=12)
    assert await scene.open() == []


async def test_a_backlog_rings(scene: Scene) -> None:
    await scene.issue(level=1, **real(alert_level=False))
    await scene.at(minutes=9)
    assert await scene.open() == []
    await scene.at(minutes=10)
    assert [call.event for call in await scene.open()] == [Event.BACKLOG]


async def test_a_backlog_that_drains_is_written_down_when_it_says_something_else(scene: Scene) -> None:
    for number in range(5):
        told = real(series=f"Actual-s{number}", identifier=f"Actual-s{number}-1", alert_level=False)
        await scene.issue(level=1, **told)
    await scene.at(minutes=10)
    (call,) = await scene.open()
    assert "10件以上" in call.subject and "10 or more" in call.subject_en
    await scene.deliver("x")
    assert not await scene.watch.step(), "fifteen or ten, it is the same news"
    await scene.deliver("linkage")
    assert await scene.watch.step()
    (call,) = await scene.open()
    assert "10件未満" in call.subject and "fewer than 10" in call.subject_en


async def test_break_glass_calls_at_once_and_ends_with_who_takes_it(scene: Scene) -> None:
    for _ in range(2):
        async with scene.store.write() as connection:
            await break_glass(connection, key="a-1", status=Status.ACTUAL, level=5, who="tanaka", now=NOW)
    await scene.turn()
    (call,) = await scene.open()
    assert call.event is Event.BREAK_GLASS
    assert scene.phones.who == ["sato", "suzuki"]
    await acknowledge(scene.store, call.id, by="佐藤", how="command", now=NOW)
    assert await scene.open() == []


async def test_too_many_messages_are_withheld_and_half_are_kept_for_what_is_urgent(store: Store) -> None:
    scene = Scene(store, roster(per_hour=4, groups={"night": ["sato"], "chief": ["tanaka"]}, fault_minutes=0))
    scene.faults = [f"モデル {name} が失敗しています：だめ" for name in ("a", "b", "c", "d")]
    await scene.at(seconds=0)
    assert len(scene.phones.heard) == 2
    states = [one.state for number in (1, 2, 3, 4) for one in await scene.sends(number)]
    assert sorted(states) == ["sent", "sent", "withheld", "withheld"]
    await scene.draft(level=4, **real())
    await scene.at(seconds=1)
    assert len(scene.phones.heard) == 3


async def test_a_drill_uses_up_none_of_what_a_real_call_may_send(store: Store) -> None:
    scene = Scene(store, roster(per_hour=2, groups={"night": ["sato"], "chief": ["tanaka"]}))
    for number in range(4):
        await scene.draft(series=f"drill-{number}", identifier=f"drill-{number}-1", level=5)
    await scene.draft(level=4, **real())
    await scene.at(seconds=0)
    assert len(scene.phones.heard) == 3
    assert "訓練" not in scene.phones.heard[0][1].subject, "what is real goes first"


async def test_nothing_rings_while_an_exercise_hurries_through_its_past(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(scene.clock), "hurried", True)
    await scene.draft(level=5)
    await scene.at(minutes=30)
    assert await scene.open() == []


async def test_without_a_roster_nobody_is_called_and_it_rings_all_the_same(store: Store) -> None:
    from services.callout.roster import Callout

    scene = Scene(store, Callout())
    await scene.draft(level=4)
    await scene.at(seconds=0)
    assert [call.state for call in await scene.open()] == [CallState.CALLING]
    assert scene.phones.heard == []


async def test_a_draft_that_people_approved_and_that_waits_for_the_clock_calls_nobody(scene: Scene) -> None:
    one = await scene.draft(level=4)
    async with scene.store.write() as connection:
        row = {"series": one.series, "revision": one.revision, "leaves_at": NOW, "who": "佐藤"}
        await connection.execute(insert(hold_offs).values(row))
    await scene.at(minutes=5)
    assert await scene.open() == []


async def test_an_all_clear_that_does_not_arrive_rings_like_what_it_ends(scene: Scene) -> None:
    await scene.issue(**real(ends=True, msg_type="Cancel"))
    await scene.deliver("cap_feed", "x")
    await scene.at(seconds=6)
    assert [call.event for call in await scene.open()] == [Event.MANDATORY]


async def test_many_of_a_kind_ring_as_a_few_and_a_graver_one_among_them_rings_anew(scene: Scene) -> None:
    for number in range(12):
        await scene.draft(**real(series=f"Actual-{number}", identifier=f"Actual-{number}-1", level=4))
    await scene.at(seconds=0)
    opened = await scene.open()
    assert len(opened) == 6 and "ほかに7件" in opened[-1].subject
    await scene.at(seconds=2)
    assert len(scene.phones.heard) == 12
    await scene.draft(**real(series="Actual-x", identifier="Actual-x-1", level=5, sent=scene.clock.at))
    await scene.at(seconds=3)
    assert {one.person for one in await scene.sends(7)} == {"sato", "suzuki"}
    assert (await scene.call(7)).level == 5
