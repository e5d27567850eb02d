"""From a press to somebody who goes: consent, groups in turn, answers, drills, repeats, restarts, danger at home."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from feeds.status import Status
from geo.gateway import GatewayState
from rules.alert import Place
from rules.watch.alarm import Answer, What
from rules.watch.ward import Fence, Passes, Purpose
from services.callout.outlet import Result
from services.keyring import Keyring
from services.lease import Leased
from services.store import alerts, calls, vitals, watch_wards
from services.store.call_sends import SendState
from services.store.engine import Store
from services.watch import loop
from services.watch.answering import answer, asked_by
from services.watch.loop import Means, Watchover
from services.watch.permission import WatchError
from services.watch.register import Register
from services.watch.taking import Taking
from services.watch.vault import Vault
from tests.rules.watch.making import consent, device, expected, ward
from tests.services.making import NOW, alert
from tests.services.watch.scene import FUKUSHI, TOLD, Hub
from tests.services.web_floor import ground

pytestmark = pytest.mark.one_engine
PRESS = {"kind": "button", "id": "p1", "time": "2026-11-20T18:00:00+09:00", "battery": 80}


@pytest.fixture
async def hub(store: Store) -> Hub:
    made = Hub(store)
    await made.open()
    return made


async def test_a_press_calls_one_group_after_the_other_until_somebody_goes(hub: Hub) -> None:
    await hub.add(ward())
    assert (await hub.came(PRESS))["kept"] == 1
    assert await hub.turn() == ["haha"], "the first group alone"
    assert "ゆうき" in hub.text() and "山田" not in hub.text() and "内丸" not in hub.text()
    assert (await hub.came(PRESS))["repeat"] == 1
    assert await hub.turn(minutes=4) == [], "a repeat changes nothing, and five minutes are not over"
    assert await hub.turn(minutes=2) == ["minsei", "tonari"]
    asked = await answer(hub.store, hub.vault, hub.link(), Answer.GOING, hub.clock.at)
    assert asked and asked.mine is Answer.GOING
    others = await hub.turn(minutes=1)
    assert len(others) == 2 and "様子を見に向かう" in hub.text()
    assert await hub.turn(minutes=30) == [], "somebody is on the way"
    await answer(hub.store, hub.vault, hub.link(), Answer.DONE, hub.clock.at)
    assert await hub.alarms() == [] and len(await hub.turn(minutes=1)) == 2
    with pytest.raises(WatchError, match="終わって"):
        await answer(hub.store, hub.vault, hub.link(), Answer.CANNOT, hub.clock.at)


async def test_who_cannot_lets_the_next_be_called_and_nobody_left_calls_the_desk(hub: Hub) -> None:
    await hub.add(ward())
    await hub.came(PRESS)
    await hub.turn()
    await answer(hub.store, hub.vault, hub.link(), Answer.CANNOT, hub.clock.at)
    assert len(await hub.turn(seconds=10)) == 2, "no need to wait"
    for _ in range(6):
        await hub.turn(minutes=6)
    called = [name for _, name in hub.called]
    assert called.count("haha") == 1 and called.count("tonari") == 3, "three rounds, then no more"
    async with hub.store.read() as connection:
        rung = await calls.still_open(connection)
    assert [one.event.value for one in rung] == ["watch"] and "ゆうき" not in f"{rung}"


async def test_without_a_consent_nothing_is_kept_and_nothing_is_sent(hub: Hub) -> None:
    outcomes = {}
    for name, given in {
        "no_consent": (consent(Purpose.DISASTER),),
        "consent_over": (consent(until=NOW - timedelta(days=1), since=NOW - timedelta(days=9)),),
        "withdrawn": (consent(withdrawn_at=NOW),),
    }.items():
        await hub.add(ward(consents=given, devices=(device(name),)))
        outcomes[name] = [*await hub.came(PRESS, f"hub/v1/watch1/watch/{name}")]
    assert outcomes == {"no_consent": ["no_consent"], "consent_over": ["consent_over"], "withdrawn": ["consent_over"]}
    await hub.add(ward(devices=(device("lost", ended_at=NOW),)))
    assert [*await hub.came(PRESS, "hub/v1/watch1/watch/lost")] == ["no_device"]
    assert [*await hub.came(PRESS, "hub/v1/gw07/watch/tag1")] == ["no_grant"]
    assert [*await hub.came(PRESS, "hub/v1/watch1/watch/nobody")] == ["no_device"]
    assert await hub.turn() == []
    async with hub.store.read() as connection:
        counted = await watch_wards.dropped_since(connection, "2026-11-20")
    assert ("watch1", "consent_over", 2) in counted and ("gw07", "no_grant", 1) in counted


async def test_a_consent_that_is_withdrawn_between_the_call_and_the_message_holds_it_back(hub: Hub) -> None:
    one = await hub.add(ward())
    await hub.came(PRESS)
    await hub.loop.step()
    withdrawn = (consent(withdrawn_at=NOW),)
    await hub.register.change(one.uid, lambda it: replace(it, consents=withdrawn), FUKUSHI)
    assert await hub.turn() == [] and await hub.alarms() == []


async def test_a_consent_that_is_withdrawn_ends_the_links_that_are_out(hub: Hub) -> None:
    one = await hub.add(ward())
    await hub.came(PRESS)
    await hub.turn()
    withdrawn = (consent(withdrawn_at=NOW),)
    await hub.register.change(one.uid, lambda it: replace(it, consents=withdrawn), FUKUSHI)
    assert await asked_by(hub.store, hub.vault, hub.link(), hub.clock.at) is None
    assert await hub.turn(minutes=6) == [] and await hub.alarms() == []


async def test_a_drill_reaches_only_who_agreed_and_is_marked(hub: Hub) -> None:
    await hub.add(ward(devices=(device(gateway="drill1"),)))
    await hub.came(PRESS, "hub/v1/drill1/watch/tag1")
    await hub.turn()
    assert hub.text().startswith("【訓練】") and "これは訓練です" in hub.text()
    assert await hub.turn(minutes=6) == ["tonari"], "the commissioner did not agree to drills"
    await hub.add(ward(consents=(consent(Purpose.SIGNALS),), devices=(device("t2", gateway="drill1"),)))
    assert [*await hub.came(PRESS, "hub/v1/drill1/watch/t2")] == ["no_drill"]


async def test_a_gate_is_told_to_the_mother_alone_and_once(hub: Hub) -> None:
    await hub.add(ward())
    gate = {"kind": "passed", "place": "school-gate", "direction": "in", "time": "2026-11-20T17:58:00+09:00"}
    await hub.came(gate)
    assert await hub.turn() == ["haha"] and "小学校の門に入りました" in hub.text()
    await hub.came(gate)
    late = {**gate, "time": "2026-11-20T08:00:00+09:00"}
    await hub.came(late)
    assert await hub.turn(minutes=1) == [], "a repeat, and one of this morning"


async def test_not_home_by_six_is_asked_once_and_settled_when_they_come(hub: Hub) -> None:
    await hub.add(ward(expected=(expected(),)))
    hub.clock.at = NOW - timedelta(minutes=5)
    assert await hub.turn() == []
    assert await hub.turn(minutes=6) == ["haha"] and "帰宅" in hub.text()
    home = {"kind": "passed", "place": "home", "direction": "in", "time": "2026-11-20T18:10:00+09:00"}
    hub.clock.at = NOW + timedelta(minutes=10)
    await hub.came(home)
    told = await hub.turn()
    assert told == ["haha"] * 2 and any("確認できました" in one.body for _, _, one in hub.phones.calls)
    assert await hub.alarms() == [] and await hub.turn(minutes=30) == [], "not asked again today"


async def in_force(store: Store, level: int, revision: int = 1, **changes: object) -> None:
    made = alert(status=Status.ACTUAL, level=level, levels=(level,), revision=revision, **changes)
    async with store.write() as connection:
        await alerts.add_draft(connection, made, {}, NOW)
        await alerts.mark_issued(connection, made, NOW)


async def test_a_danger_to_the_home_calls_for_help_and_keeps_who_is_safe(hub: Hub) -> None:
    one = await hub.add(ward())
    await hub.add(ward(alias="遠く", home=replace(ward().home, lon=141.13), devices=()))
    await hub.add(ward(alias="断る", consents=(consent(Purpose.SIGNALS),), devices=()))
    await in_force(hub.store, 2, series="low", hazards=("Actual/flood/flood/032010001/x",))
    assert await hub.turn() == [], "level 2"
    await in_force(hub.store, 3, series="high", hazards=("Actual/flood/flood/032010001/x",))
    assert await hub.turn() == ["haha"] and "避難の手助け" in hub.text() and "耳" not in hub.text()
    assert [alarm.ward for alarm in await hub.alarms()] == [one.uid]
    await answer(hub.store, hub.vault, hub.link(), Answer.CANNOT, hub.clock.at)
    assert len(await hub.turn(seconds=10)) == 2
    await in_force(hub.store, 4, series="higher", hazards=("Actual/flood/flood/032010001/x",))
    assert await hub.turn(seconds=10) == ["haha"], "the danger grew: all are asked anew"
    await answer(hub.store, hub.vault, hub.link(), Answer.DONE, hub.clock.at)
    await hub.turn(minutes=1)
    [alarm] = await hub.alarms()
    assert alarm.what is What.EVACUATE and alarm.level == 4, "the list keeps them"
    hub.clock.at = NOW + timedelta(hours=4)  # all alerts have run out
    over = await hub.turn()
    assert over and "解除" in hub.text() and await hub.alarms() == []


async def test_a_place_that_is_not_on_the_map_concerns_everybody_there_might_be(hub: Hub) -> None:
    await hub.add(ward())
    somewhere = (Place(code="nowhere", name="どこか"),)
    await in_force(hub.store, 3, places=somewhere, hazards=("Actual/flood/flood/nowhere/x",))
    assert await hub.turn() == ["haha"]


async def test_a_hub_that_dies_anywhere_sends_each_message_once(hub: Hub) -> None:
    await hub.add(ward())
    await hub.came(PRESS)
    await hub.loop.step()
    hub.restart()
    await hub.loop.step()
    hub.restart()
    assert await hub.turn() == ["haha"]
    hub.restart()
    assert await hub.turn(minutes=1) == []
    hub.phones.answers["json://chat.example/tonari%40example.jp-secret"] = Result(SendState.FAILED, "json")
    hub.phones.answers["json://chat.example/minsei%40example.jp-secret"] = Result(SendState.FAILED, "json")
    await hub.turn(minutes=6)
    assert await hub.turn(minutes=1) == [], "a new round never begins early"


async def test_a_sender_that_stood_still_between_claim_and_message_tells_nobody(hub: Hub) -> None:
    await hub.add(ward())
    await hub.came(PRESS)
    await hub.loop.step()
    assert await hub.sender.step(), "claimed, and nothing has left"
    hub.clock.at += timedelta(hours=1)
    await hub.sender.settle()
    assert hub.called == []
    assert await hub.turn() == ["minsei", "tonari"], "not in this step any more: the next group is asked"


async def test_a_stranger_s_link_and_one_of_a_supporter_who_left_answer_nothing(hub: Hub) -> None:
    one = await hub.add(ward())
    await hub.came(PRESS)
    await hub.turn()
    assert await asked_by(hub.store, hub.vault, "x" * 43, hub.clock.at) is None
    link = hub.link()
    gone = tuple(replace(each, ended_at=NOW) for each in ward().supporters)
    await hub.register.change(one.uid, lambda it: replace(it, supporters=gone), FUKUSHI)
    assert await asked_by(hub.store, hub.vault, link, hub.clock.at) is None
    assert await answer(hub.store, hub.vault, link, Answer.GOING, hub.clock.at) is None


async def test_who_left_the_fence_is_looked_for_until_they_are_back(hub: Hub) -> None:
    await hub.add(ward(fence=Fence(lon=141.105, lat=39.705, radius_m=300)))
    away = {"kind": "position", "id": "1", "lon": 141.115, "lat": 39.705, "accuracy_m": 10}
    await hub.came(away)
    assert await hub.turn() == ["haha"] and "範囲を出ました" in hub.text() and "141" not in hub.text()
    await hub.came({**away, "id": "2"})
    assert await hub.turn() == [], "still away"
    await hub.came({**away, "id": "3", "lon": 141.1051})
    assert await hub.turn() == ["haha"] and "確認できました" in hub.text() and await hub.alarms() == []


async def test_a_low_battery_and_a_silent_device_are_told_once_until_they_are_well(hub: Hub) -> None:
    await hub.add(ward(devices=(device(every_minutes=60),)))
    beat = {"kind": "heartbeat", "battery": 10}
    await hub.came({**beat, "id": "1"})
    assert await hub.turn() == ["haha"] and "電池" in hub.text()
    await hub.came({**beat, "id": "2"})
    assert await hub.turn(minutes=10) == []
    await hub.came({**beat, "id": "3", "battery": 90})
    assert await hub.turn() == [] and await hub.alarms() == []
    state = GatewayState(
        name="watch1", status=Status.ACTUAL, checked_at=NOW, watched_since=NOW - timedelta(days=1), seen_at=NOW
    )
    assert await hub.turn(hours=4) == [], "the gateway is silent too: that is no news of this device"
    async with hub.store.write() as connection:
        await vitals.put(connection, [replace(state, checked_at=hub.clock.at, seen_at=hub.clock.at)])
    assert await hub.turn() == ["haha"] and "信号が届いていません" in hub.text()
    assert await hub.turn(minutes=5) == []
    await hub.came({**beat, "id": "4", "battery": 90})
    assert await hub.turn() == [] and await hub.alarms() == []


async def test_a_beacon_s_every_minute_is_one_message(hub: Hub) -> None:
    await hub.add(ward())
    for number in range(4):
        await hub.came({"kind": "seen", "id": f"{number}", "place": "school-gate"})
        assert await hub.turn(minutes=1) == ([] if number else ["haha"])


async def test_quiet_hours_gather_what_was_passed_into_one_message(hub: Hub) -> None:
    one = ward()
    mother = replace(one.supporters[0], passes=Passes.EVENING)
    await hub.add(replace(one, supporters=(mother,)))
    for number, place in enumerate(("school-gate", "home")):
        await hub.came({"kind": "passed", "id": f"{number}", "place": place, "direction": "in"})
    assert await hub.turn() == []
    assert await hub.turn(minutes=31) == ["haha"], "one message at half past six"
    assert "お知らせ 2件" in hub.text() and "小学校の門" in hub.text()


async def test_a_position_without_a_consent_to_it_is_taken_off(hub: Hub) -> None:
    one = await hub.add(ward(consents=(consent(Purpose.SIGNALS),)))
    assert [*await hub.came({"kind": "position", "id": "1", "lon": 141.1, "lat": 39.7})] == ["no_position"]
    assert [*await hub.came({**PRESS, "lon": 141.1, "lat": 39.7})] == ["kept"]
    [kept] = (await hub.register.export(one.uid, FUKUSHI))["signals"]
    assert kept["kind"] == "button" and kept["lon"] is None


async def test_another_key_loses_nothing_sends_nothing_and_is_told(hub: Hub) -> None:
    await hub.add(ward())
    right = hub.vault
    hub.vault = Vault(Keyring("watch", SecretStr("another-key-" * 4)))
    hub.taking = Taking(hub.vault)
    assert [*await hub.came(PRESS)] == ["other_key"]
    means = Means(told=TOLD, vault=hub.vault, areas=ground().areas)
    hub.loop = Watchover(Leased(hub.store, "watch", "me"), hub.bell, hub.clock, means)
    assert await hub.turn() == [] and "鍵では開けません" in hub.loop.troubles[0]
    hub.vault = right
    hub.restart()
    assert [*await hub.came(PRESS)] == ["kept"] and await hub.turn() == ["haha"] and hub.loop.troubles == []


async def test_a_key_can_be_changed(store: Store) -> None:
    old, new = SecretStr("old-key-" * 5), SecretStr("new-key-" * 5)
    hub = Hub(store)
    await hub.open()
    before = Register(store, Vault(Keyring("watch", old)))
    one = await before.add(replace(ward(), uid=""), FUKUSHI)
    both = Register(store, Vault(Keyring("watch", new, [old])))
    assert (await both.reseal(FUKUSHI), await both.reseal(FUKUSHI)) == (1, 0)
    after = Register(store, Vault(Keyring("watch", new)))
    assert (await after.show(one.uid, FUKUSHI)).name == "山田ゆうき"


async def test_a_device_in_use_is_nobody_else_s(hub: Hub) -> None:
    one = await hub.add(ward())
    with pytest.raises(WatchError, match="使っています"):
        await hub.add(ward(name="別人"))
    lent_back = (device(ended_at=NOW),)
    await hub.register.change(one.uid, lambda it: replace(it, devices=lent_back), FUKUSHI)
    await hub.add(ward(name="別人", alias="別人"))
    await hub.came(PRESS)
    assert await hub.turn() == ["haha"] and "別人" in hub.text()


async def test_many_homes_at_once_go_in_turns_and_ring_staff_once(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "_AT_ONCE", 2)
    for number in range(5):
        await hub.add(ward(alias=f"{number}", supporters=ward().supporters[: number % 2], devices=()))
    await in_force(hub.store, 3, hazards=("Actual/flood/flood/032010001/x",))
    await hub.turn()
    await hub.turn()
    assert len(await hub.alarms()) == 5 and [name for _, name in hub.called] == ["haha"] * 2
    async with hub.store.read() as connection:
        assert len(await calls.still_open(connection)) == 1
    await in_force(hub.store, 4, series="worse", hazards=("Actual/flood/flood/032010001/x",))
    await hub.turn()
    await hub.turn()
    assert {one.level for one in await hub.alarms()} == {4} and [name for _, name in hub.called] == ["haha"] * 4
