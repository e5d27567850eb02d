"""The loop of a snow night: it proposes once, follows the snow, and sees what plows do; it never orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from feeds.status import Status
from rules.orders.decision import Kind
from rules.orders.life import Act, ActError, How, State
from services.orders import desk
from services.orders.desk import Person, Said, Wanted
from services.roads import Roads
from services.store import calls, chronology, decided, orders
from services.store.engine import Store
from services.store.users import Role, Scope
from tests.geo.plow.streets import network
from tests.rules.orders.nights import at, rising
from tests.services.orders.night import HOUR, LINES, MIDNIGHT, Night, roads

pytestmark = pytest.mark.one_engine
MINUTE = timedelta(minutes=1)


async def ordered(night: Night, minutes: float = 5) -> int:
    """Ten centimetres, proposed, and ordered by an approver; the number."""
    await night.snows(rising(10, 5), MIDNIGHT)
    (proposed,) = await night.look()
    who = Person(await night.person("suzuki"))
    given_at = MIDNIGHT + minutes * MINUTE
    await desk.do(night.store, proposed.id, Act.ORDER, who, Said(text="北建設"), given_at)
    return proposed.id


async def test_a_rule_that_fires_is_proposed_once_and_follows_the_snow(store: Store) -> None:
    night = Night(store)
    await night.snows(rising(10, 5), MIDNIGHT)
    (proposed,) = await night.look()
    assert (proposed.state, proposed.rule, proposed.section) == (State.PROPOSED, "all-roads", "sw")
    assert proposed.finish_by == at("07:00")
    night.restarted()
    assert [len(one.events) for one in await night.look(MIDNIGHT + 3 * MINUTE)] == [1]  # the same, after a restart
    await night.snows([*rising(10, 5)[1:], 12.5], MIDNIGHT + HOUR)
    night.restarted()
    (outrun,) = await night.look()
    assert outrun.id == proposed.id and outrun.state is State.PROPOSED
    assert [one.act for one in outrun.events] == [Act.PROPOSE, Act.UPDATE]
    assert outrun.events[-1].facts["have_cm"] == 12.5
    async with store.read() as connection:
        lines = await chronology.between(connection, Status.ACTUAL, ["order"], MIDNIGHT, MIDNIGHT + HOUR)
        recorded = await decided.recorded(connection, Status.ACTUAL, "sw", 10)
    assert [line.text for line in lines] == [
        f"sw地区 除雪（指示番号 {proposed.id}）提案：除雪の基準に達しました：新雪 10 cm（基準 10 cm）"
    ]
    assert [one.main.have_cm for one in recorded] == [12.5, 10.0], "the outcome is the same, the snow has moved"


async def test_what_melts_lapses_and_what_the_desk_declined_is_not_asked_again_for_the_same_snow(store: Store) -> None:
    night = Night(store)
    await night.snows(rising(10, 5), MIDNIGHT)
    (one,) = await night.look()
    who = Person(await night.person("suzuki"))
    await desk.do(store, one.id, Act.DECLINE, who, Said(text="朝には融ける"), MIDNIGHT + MINUTE)
    assert len(await night.look(MIDNIGHT + 10 * MINUTE)) == 1
    await night.snows([*rising(10, 5)[1:], 16.0], MIDNIGHT + HOUR)
    found = await night.look()
    assert [each.state for each in found] == [State.DECLINED, State.PROPOSED]  # six more than it said no to
    await night.snows([3.0] * 25, MIDNIGHT + 30 * HOUR)
    found = await night.look()
    assert [each.state for each in found] == [State.DECLINED, State.CANCELLED]
    assert found[1].events[-1].act is Act.LAPSE


async def test_plows_begin_and_finish_the_order_by_the_sections_own_streets(store: Store) -> None:
    night = Night(store)
    number = await ordered(night)
    await night.plows(MIDNIGHT - 30 * MINUTE, "a", "b", "c")  # before the order: that was the last round
    await night.plows(MIDNIGHT + 20 * MINUTE, "a", activity="deice")
    assert [one.state for one in await night.look(MIDNIGHT + 25 * MINUTE)] == [State.ORDERED]
    await night.plows(MIDNIGHT + 30 * MINUTE, "a")
    (begun,) = await night.look(MIDNIGHT + 40 * MINUTE)
    assert begun.state is State.WORKING and begun.when(Act.START) == MIDNIGHT + 30 * MINUTE
    await night.plows(MIDNIGHT + 50 * MINUTE, "b", "c")
    night.restarted()
    (done,) = await night.look(MIDNIGHT + 60 * MINUTE)
    assert (done.id, done.state) == (number, State.FINISHED)
    assert done.when(Act.FINISH) == MIDNIGHT + 52 * MINUTE
    assert {one.how for one in done.events if one.act in {Act.START, Act.FINISH}} == {How.PASSES}
    again = await night.look(MIDNIGHT + 70 * MINUTE)
    assert len(again) == 1  # what was plowed is not proposed again


async def test_a_drill_never_works_on_a_real_order_nor_a_real_plow_on_a_drill(store: Store) -> None:
    """Also not where the network itself is only good for drills."""
    night = Night(store, where=roads(frozenset({Status.EXERCISE})))
    await ordered(night)
    await night.snows(rising(12, 5), MIDNIGHT, Status.EXERCISE)
    drill = next(one for one in await night.look() if one.status is Status.EXERCISE)
    await desk.do(store, drill.id, Act.ORDER, Person("suzuki"), desk.NOTHING, MIDNIGHT + MINUTE)
    await night.plows(MIDNIGHT + 10 * MINUTE, "a", "b", "c", status=Status.EXERCISE)
    await night.plows(MIDNIGHT + 10 * MINUTE, "a", "b", "c")
    states = {one.status: one.state for one in await night.look(MIDNIGHT + 20 * MINUTE)}
    assert states == {Status.ACTUAL: State.ORDERED, Status.EXERCISE: State.FINISHED}
    async with store.read() as connection:
        lines = await chronology.between(connection, Status.EXERCISE, ["order"], MIDNIGHT, MIDNIGHT + HOUR)
    assert [line.refs["act"] for line in lines] == ["propose", "order", "start", "finish"]


async def test_an_order_without_an_answer_is_noted_once(store: Store) -> None:
    night = Night(store)
    await ordered(night)
    assert len((await night.look(MIDNIGHT + 19 * MINUTE))[0].events) == 2
    for minutes in (20, 21, 60):
        (late,) = await night.look(MIDNIGHT + minutes * MINUTE)
        assert [one.act for one in late.events] == [Act.PROPOSE, Act.ORDER, Act.OVERDUE]


async def test_only_who_may_orders_and_everybody_of_the_desk_may_note(store: Store) -> None:
    night = Night(store)
    await night.snows(rising(10, 5), MIDNIGHT)
    (one,) = await night.look()
    await night.person("op", Role.OPERATOR)
    await night.person("other", scope=Scope(areas=("ne",)))
    await night.person("salt", scope=Scope(kinds=("order_deicing",)))
    for who, told in (
        ("op", "approver 以上"),
        ("other", "工区 sw は担当外"),
        ("salt", "order_plow"),
        ("nobody", "operator"),
    ):
        with pytest.raises(ActError, match=told) as caught:
            await desk.do(store, one.id, Act.ORDER, Person(who), desk.NOTHING, MIDNIGHT)
        assert caught.value.code == "not_allowed"
    await desk.do(store, one.id, Act.NOTE, Person("op"), Said(text="現地確認中"), MIDNIGHT)
    wanted = Wanted(status=Status.ACTUAL, section="sw", section_name="sw地区", kind=Kind.DEICING)
    extra = await desk.give(store, wanted, Act.ORDER, Person("salt"), desk.NOTHING, MIDNIGHT)
    assert extra.state is State.ORDERED and extra.rule == ""
    with pytest.raises(ActError, match="出ています"):
        await desk.give(store, wanted, Act.ORDER, Person("salt"), desk.NOTHING, MIDNIGHT)


async def test_a_persons_own_order_answers_the_proposal_that_stands(store: Store) -> None:
    night = Night(store)
    await night.snows(rising(10, 5), MIDNIGHT)
    (proposed,) = await night.look()
    who = Person(await night.person("suzuki"))
    wanted = Wanted(status=Status.ACTUAL, section="sw", section_name="sw地区", kind=Kind.PLOW)
    with pytest.raises(ActError, match="of other classes"):  # never more roads than the person asked for
        await desk.give(store, replace(wanted, classes=(1,)), Act.ORDER, who, desk.NOTHING, MIDNIGHT + MINUTE)
    given = await desk.give(store, wanted, Act.ORDER, who, desk.NOTHING, MIDNIGHT + MINUTE)
    assert given.id == proposed.id and len(await night.look()) == 1


def staged() -> Roads:
    """Street ``a`` is of class 1, the others of class 2."""
    facts = {name: {"section": "sw", "administrator": "city", "route_class": 1 + (name != "a")} for name in LINES}
    return replace(roads(), carriageways=network(LINES, **facts))


async def test_two_stages_of_one_section_stand_side_by_side_each_by_its_own_roads(store: Store) -> None:
    night = Night(store, "azumino", staged())
    await night.snows(rising(12, 5), MIDNIGHT)
    (first,) = await night.look()
    who = Person(await night.person("suzuki"))
    await desk.do(store, first.id, Act.ORDER, who, desk.NOTHING, MIDNIGHT + MINUTE)
    wanted = Wanted(status=Status.ACTUAL, section="sw", section_name="sw地区", kind=Kind.PLOW, classes=(2,))
    second = await desk.give(store, wanted, Act.ORDER, who, desk.NOTHING, MIDNIGHT + 2 * MINUTE)
    assert (first.classes, second.classes, second.state) == ((1,), (2,), State.ORDERED)
    for again in ((2,), (), (1, 2)):  # whoever orders some of these roads twice is told
        with pytest.raises(ActError, match="出ています"):
            await desk.give(store, replace(wanted, classes=again), Act.ORDER, who, desk.NOTHING, MIDNIGHT + 3 * MINUTE)
    third = await desk.give(
        store, replace(wanted, classes=(3,)), Act.ORDER, who, desk.NOTHING, MIDNIGHT + 3 * MINUTE
    )  # two of a person's own
    assert len(await night.look(MIDNIGHT + 4 * MINUTE)) == 3
    await night.plows(MIDNIGHT + 20 * MINUTE, "b", "c")
    states = {one.id: one.state for one in await night.look(MIDNIGHT + 30 * MINUTE)}
    assert states == {first.id: State.ORDERED, second.id: State.FINISHED, third.id: State.ORDERED}
    await night.plows(MIDNIGHT + 40 * MINUTE, "a")
    await night.look(MIDNIGHT + 50 * MINUTE)
    async with store.read() as connection:
        rounds = (await decided.last_look(connection, Status.ACTUAL))["sw"].picture.finished
        assert (await orders.find(connection, first.id)).state is State.FINISHED  # type: ignore[union-attr]
    assert set(rounds) == {"second"}, "the person's own round is that of the rule for the same roads"


async def test_a_persons_order_for_some_roads_does_not_hide_what_the_rule_says_of_all(store: Store) -> None:
    night = Night(store)
    who = Person(await night.person("suzuki"))
    wanted = Wanted(status=Status.ACTUAL, section="sw", section_name="sw地区", kind=Kind.PLOW, classes=(1,))
    await desk.give(store, wanted, Act.ORDER, who, desk.NOTHING, MIDNIGHT - HOUR)
    await night.snows(rising(10, 5), MIDNIGHT)
    assert [(one.rule, one.state) for one in await night.look()] == [
        ("", State.ORDERED),
        ("all-roads", State.PROPOSED),
    ]


async def test_ruts_at_two_places_are_two_orders_and_pressing_twice_is_one(store: Store) -> None:
    night = Night(store)
    who = Person(await night.person("suzuki"))
    wanted = Wanted(status=Status.ACTUAL, section="sw", section_name="sw地区", kind=Kind.RUTS)
    for place in ("駅前の交差点", "学校の前"):
        await desk.give(store, wanted, Act.ORDER, who, Said(text=place), MIDNIGHT)
        with pytest.raises(ActError, match="出ています"):
            await desk.give(store, wanted, Act.ORDER, who, Said(text=f" {place}"), MIDNIGHT)
    assert len(await night.orders()) == 2


async def test_a_round_that_people_tell_of_counts_for_all_roads_but_not_one_for_some(store: Store) -> None:
    """No receiver in the plow: the desk notes that it is done, and what fell before is not proposed again."""
    night = Night(store)
    await night.snows(rising(10, 5), MIDNIGHT)
    await night.look()
    who = Person(await night.person("suzuki"))
    wanted = Wanted(status=Status.ACTUAL, section="sw", section_name="sw地区", kind=Kind.PLOW, classes=(1,))
    (proposed,) = await night.orders()
    await desk.do(store, proposed.id, Act.DECLINE, who, desk.NOTHING, MIDNIGHT)
    some = await desk.give(store, wanted, Act.ORDER, who, desk.NOTHING, MIDNIGHT + MINUTE)
    await desk.do(store, some.id, Act.FINISH, who, desk.NOTHING, MIDNIGHT + 2 * MINUTE)
    await night.look(MIDNIGHT + 3 * MINUTE)
    async with store.read() as connection:
        assert (await decided.last_look(connection, Status.ACTUAL))["sw"].main.have_cm == 10.0
    whole = await desk.give(store, replace(wanted, classes=()), Act.ORDER, who, desk.NOTHING, MIDNIGHT + 4 * MINUTE)
    await desk.do(store, whole.id, Act.FINISH, who, desk.NOTHING, MIDNIGHT + 5 * MINUTE)
    await night.look(MIDNIGHT + 6 * MINUTE)
    async with store.read() as connection:
        assert (await decided.last_look(connection, Status.ACTUAL))["sw"].main.have_cm == 0.0


async def test_a_contractor_that_cannot_come_rings_and_the_need_is_proposed_again(store: Store) -> None:
    night = Night(store)
    number = await ordered(night)
    contractor = Person("北建設", How.LINK)
    await desk.do(store, number, Act.REFUSE, contractor, Said(text="重機が故障"), MIDNIGHT + 9 * MINUTE)
    states = [one.state for one in await night.look(MIDNIGHT + 10 * MINUTE)]
    assert states == [State.DECLINED, State.PROPOSED]
    async with store.read() as connection:
        (call,) = await calls.still_open(connection)
    assert "受けられない" in call.subject and call.detail == "重機が故障"


async def test_standby_in_answer_to_a_proposal_is_an_answer_until_more_snow_comes(store: Store) -> None:
    night = Night(store)
    await night.snows(rising(10, 5), MIDNIGHT)
    (one,) = await night.look()
    await desk.do(store, one.id, Act.STAND_BY, Person(await night.person("suzuki")), desk.NOTHING, MIDNIGHT + MINUTE)
    assert [each.state for each in await night.look(MIDNIGHT + 10 * MINUTE)] == [State.STANDBY]
    await night.snows([*rising(10, 5)[1:], 16.0], MIDNIGHT + HOUR)
    assert [each.state for each in await night.look()] == [State.PROPOSED]


async def test_a_standby_becomes_the_proposal_and_stays_when_that_lapses(store: Store) -> None:
    night = Night(store)
    await night.snows(rising(8, 5), MIDNIGHT)
    who = Person(await night.person("suzuki"))
    assert await night.look() == []
    wanted = Wanted(status=Status.ACTUAL, section="sw", section_name="sw地区", kind=Kind.PLOW)
    await desk.give(store, wanted, Act.STAND_BY, who, desk.NOTHING, MIDNIGHT)
    await night.snows([*rising(8, 5)[1:], 11.0], MIDNIGHT + HOUR)
    assert [(one.state, one.rule) for one in await night.look()] == [(State.PROPOSED, "")]
    assert [len(one.events) for one in await night.look(MIDNIGHT + HOUR + MINUTE)] == [2]
    await night.snows([2.0] * 25, MIDNIGHT + 3 * HOUR)
    (still,) = await night.look()
    assert (still.state, still.events[-1].act) == (State.STANDBY, Act.LAPSE)
