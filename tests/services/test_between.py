"""What falls between the writing out of an alert and its turn at the store: nothing stale is written, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from feeds.status import Status
from rules.alert import Act, Alert
from rules.redraft import Said
from rules.silence import Silence
from services.bell import Bell
from services.deliver import Deliver
from services.desks import review
from services.desks.review import ReviewError
from services.desks.writing import write
from services.evaluate import Evaluate
from services.store import silences
from services.store.codec import from_json
from services.store.engine import Store
from services.store.tables import outbox
from tests.services.between import Between, Happening, statements
from tests.services.making import NOW, SetClock, employ
from tests.services.test_evaluate import FEED, evaluating, flood, seen, warning, written
from tests.services.test_writing import CITY, ask, in_force

LATER = timedelta(hours=2)
WRONG = Said(wrong={"ja": "2.60メートル"}, right={"ja": "2.06メートル"})
QUIET = Silence(
    status=Status.EXERCISE,
    rule="official-warning",
    owner="sato",
    reason="訓練の点検",
    begins=NOW,
    ends=NOW + timedelta(hours=1),
)


def over(store: Store, clock: SetClock, *happenings: Happening) -> tuple[Evaluate, Between]:
    between = Between(store, *happenings)
    made = evaluating(store, clock)
    return Evaluate(between, Bell(), clock, made._city), between


async def revisions(store: Store) -> list[Alert]:
    return [from_json(Alert, row.body) for row in await written(store)]


async def approve_first(store: Store) -> None:
    (draft,) = await written(store)
    await employ(store, "sato")
    told = {"series": draft.series, "revision": draft.revision, "digest": draft.digest}
    await review.approve(store, **told, person="sato", now=NOW)


async def test_a_hazard_that_rises_meanwhile_is_told_as_it_is_and_once(store: Store) -> None:
    """The lower one would have left the house by itself; what it has become needs a person."""
    evaluate, between = over(store, SetClock(), lambda: seen(store, warning(level=4)))
    await seen(store, warning(level=3))
    assert await evaluate.step((Status.EXERCISE,))
    (one,) = await revisions(store)
    assert (one.revision, one.level) == (1, 4)
    assert between.turns == 2, "the first turn wrote nothing"
    async with store.read() as connection:
        assert not (await connection.scalars(select(outbox.c.id))).all()


async def silenced(store: Store) -> None:
    async with store.write() as connection:
        await silences.add(connection, QUIET)


@pytest.mark.parametrize("happens", [seen, silenced], ids=["it goes", "it is silenced"])
async def test_what_is_not_to_be_told_any_more_is_not(store: Store, happens: Callable[[Store], object]) -> None:
    evaluate, _ = over(store, SetClock(), lambda: happens(store))
    await seen(store, warning(level=3))
    assert not await evaluate.step((Status.EXERCISE,))
    assert await revisions(store) == []


async def test_an_approval_meanwhile_is_followed_by_an_update(store: Store) -> None:
    clock = SetClock()
    first, _ = over(store, clock)
    await seen(store, flood(level=3))
    await first.step((Status.EXERCISE,))
    clock.at += timedelta(minutes=5)
    await seen(store, flood(level=4))
    second, _ = over(store, clock, lambda: approve_first(store))
    assert await second.step((Status.EXERCISE,))
    one, two = [each for each in await revisions(store) if each.rule == "river-level"]
    assert (two.msg_type, two.references) == ("Update", (one.reference,)), "it knows that the first one is out"
    assert [row.state for row in await written(store) if row.rule == two.rule] == ["issued", "draft"]


async def test_a_hazard_heard_of_again_is_the_same_picture(store: Store) -> None:
    held = warning(level=3)
    fresher = warning(level=3, valid_until=held.valid_until + LATER)
    evaluate, between = over(store, SetClock(), lambda: seen(store, fresher))
    await seen(store, held)
    assert await evaluate.step((Status.EXERCISE,))
    assert between.turns == 1


async def test_a_picture_that_never_rests_is_told_all_the_same(store: Store) -> None:
    """After three tries it is made with the turn in hand, from what is there then."""
    evaluate, between = over(store, SetClock(), *(lambda n=n: seen(store, warning(level=n)) for n in (4, 3, 4, 3)))
    await seen(store, warning(level=3))
    assert await evaluate.step((Status.EXERCISE,))
    (one,) = await revisions(store)
    assert (one.level, between.turns) == (3, 4)


async def test_people_are_told_what_came_before_their_draft_was_written(store: Store) -> None:
    one = await in_force(store)

    async def another() -> None:
        await write(store, CITY, ask(Act.UPDATE, one, person="tanaka"))

    with pytest.raises(ReviewError, match="第2報の案が承認を待っています"):
        await write(Between(store, another), CITY, ask(Act.CORRECTION, one, WRONG))
    assert [each.revision for each in await revisions(store)] == [1, 2]


async def test_a_correction_knows_who_read_what_it_corrects_in_the_moment_it_is_written(store: Store) -> None:
    one = await in_force(store)
    line = outbox.c.channel == "line"

    async def say(state: str, *done: str) -> None:
        async with store.write() as connection:
            await connection.execute(update(outbox).where(line).values(state=state, done=list(done)))

    await say("waiting")
    draft = await write(Between(store, lambda: say("accepted", "1")), CITY, ask(Act.CORRECTION, one, WRONG))
    assert "誤：2.60メートル" in draft.payloads["line"].parts[0]


@pytest.mark.one_engine
async def test_a_second_in_which_nothing_happens_costs_nobody_a_turn(store: Store) -> None:
    """One question of each status and each queue where nothing is there; a handful where something stands."""
    clock = SetClock()
    evaluate, between = over(store, clock)
    with statements(store) as asked:
        assert not await evaluate.step()
        assert not await Deliver(between, Bell(), clock, FEED).step()
    assert len(asked) == len(Status) + 1 and between.turns == 0
    await seen(store, warning(level=3, valid_until=NOW + LATER), flood(valid_until=NOW + LATER))
    for _ in range(2):  # it is told; then, that it is told
        await evaluate.step()
    turns = between.turns
    clock.at += timedelta(seconds=1)
    with statements(store) as asked:
        assert not await evaluate.step((Status.EXERCISE,))
    assert len(asked) <= 11 and between.turns == turns
    assert not [one for one in asked if not one.startswith("SELECT")]
