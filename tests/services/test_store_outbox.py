"""The outbox: claimed once, in order, never stale, and honest about what is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from feeds.status import Status
from rules.alert import Alert, State
from services.channels.channel import Cause, Delivery, Outcome, Verdict
from services.store import alerts, outbox, standing, tables
from services.store.alerts import Refusal, digest_of
from services.store.delivery_state import DeliveryState
from services.store.engine import Store
from services.store.outbox import LEASE
from tests.services.making import NOW, alert, payload

WALL = NOW + timedelta(days=400)  # wall time has nothing to do with hub time


async def issued(store: Store, one: Alert) -> Alert:
    async with store.write() as connection:
        payloads = {name: payload(f"第{one.revision}報") for name in one.channels}
        await alerts.add_draft(connection, one, payloads, NOW)
        await alerts.mark_issued(connection, one, NOW)
        await outbox.add(connection, one, payloads, NOW, WALL)
    return one


async def claim(store: Store, now: datetime = NOW, wall: datetime = WALL) -> list[Delivery]:
    async with store.write() as connection:
        await outbox.sweep(connection, now, wall)
        found = await outbox.claim(connection, "log", now, wall)
    return [found] if found else []


async def finish(store: Store, delivery: Delivery, outcome: Outcome, wall: datetime = WALL) -> DeliveryState:
    async with store.write() as connection:
        state = await outbox.finish(connection, delivery, outcome, NOW, wall)
    assert state is not None, "nobody else had it"
    return state


async def state_of(store: Store, delivery_id: str) -> str:
    async with store.read() as connection:
        table = outbox.outbox
        return str(
            await connection.scalar(table.select().with_only_columns(table.c.state).where(table.c.id == delivery_id))
        )


async def test_a_delivery_is_claimed_by_one(store: Store) -> None:
    await issued(store, alert())
    (mine,) = await claim(store)
    assert await claim(store) == []
    assert mine.attempts == 1 and not mine.after_unknown and mine.payload.parts == ("第1報",)


async def test_each_channel_has_its_own_queue(store: Store) -> None:
    await issued(store, alert(channels=("x", "log")))
    assert [delivery.channel for delivery in await claim(store)] == ["log"]
    assert await claim(store) == []


async def test_a_lost_lease_comes_back_as_an_unknown_outcome(store: Store) -> None:
    await issued(store, alert())
    (first,) = await claim(store)
    assert await claim(store, wall=WALL + LEASE - timedelta(seconds=1)) == []
    (again,) = await claim(store, wall=WALL + LEASE)
    assert again.key == first.key and again.after_unknown and again.attempts == 2
    assert again.first_tried_at == WALL
    async with store.read() as connection:
        assert await connection.scalar(select(tables.outbox.c.cause)) == "no_answer", "told until it is known"
    await finish(store, again, Outcome(verdict=Verdict.ACCEPTED, cause=Cause.FAULT))
    async with store.read() as connection:
        assert await connection.scalar(select(tables.outbox.c.cause)) == ""


async def test_a_clock_that_is_set_back_holds_nothing_up(store: Store) -> None:
    """What was to wait for seconds, by a clock that was hours ahead, does not wait for these hours."""
    await issued(store, alert())
    earlier = WALL - timedelta(hours=3)
    (first,) = await claim(store, wall=earlier)
    assert first.attempts == 1
    await finish(store, first, Outcome(verdict=Verdict.LATER), WALL)  # the clock was wrong for the time of one attempt
    (again,) = await claim(store, wall=earlier)
    assert again.attempts == 2


async def test_a_sender_who_died_before_the_clock_was_set_back_has_one_lease_and_no_more(store: Store) -> None:
    await issued(store, alert())
    earlier = WALL - timedelta(hours=3)
    (mine,) = await claim(store)
    assert await claim(store, wall=earlier) == [], "it may be alive, and in the middle of it"
    assert await claim(store, wall=earlier + LEASE - timedelta(seconds=1)) == []
    (again,) = await claim(store, wall=earlier + LEASE)
    assert again.id == mine.id and again.after_unknown


async def test_a_hub_that_is_alone_need_not_wait_for_leases_of_the_dead(store: Store) -> None:
    await issued(store, alert())
    await claim(store)
    async with store.write() as connection:
        await outbox.release(connection, WALL)
    (again,) = await claim(store)
    assert again.after_unknown


async def test_unknown_stays_marked_until_it_is_known(store: Store) -> None:
    await issued(store, alert())
    (first,) = await claim(store)
    assert await finish(store, first, Outcome(verdict=Verdict.UNKNOWN)) is DeliveryState.UNKNOWN
    (second,) = await claim(store, wall=WALL + timedelta(minutes=1))
    assert second.after_unknown
    assert await finish(store, second, Outcome(verdict=Verdict.LATER), WALL) is DeliveryState.WAITING
    (third,) = await claim(store, wall=WALL + timedelta(minutes=2))
    assert third.after_unknown, "a refusal in between does not tell what became of the first attempt"


async def test_what_a_newer_revision_overtook_is_not_sent_even_before_the_sweep(store: Store) -> None:
    await issued(store, alert())
    (first,) = await claim(store)
    await issued(store, alert(revision=2))
    await finish(store, first, Outcome(verdict=Verdict.LATER))
    async with store.write() as connection:
        due = WALL + timedelta(hours=1)
        assert await outbox.claim(connection, "log", NOW, due) is None, "the first of the queue must not go any more"
    (second,) = await claim(store, wall=due)
    assert second.revision == 2


async def test_what_ran_out_is_not_sent(store: Store) -> None:
    one = await issued(store, alert())
    async with store.write() as connection:
        assert await outbox.claim(connection, "log", one.expires, WALL) is None, "not even before the sweep"
    assert await claim(store, now=one.expires) == []
    assert await state_of(store, f"{one.identifier}:log") == "expired"


async def test_a_newer_revision_takes_the_place_of_a_waiting_one(store: Store) -> None:
    first = await issued(store, alert(channels=("log", "x")))
    second = await issued(store, alert(revision=2, references=(first.reference,), msg_type="Update"))
    (only,) = await claim(store)
    assert only.revision == 2
    assert await state_of(store, f"{first.identifier}:log") == "superseded"
    assert await state_of(store, f"{first.identifier}:x") == "superseded", "though the newer does not go there"
    assert await state_of(store, f"{second.identifier}:log") == "sending"


async def test_a_revision_waits_while_the_older_is_being_sent_and_then_replies_to_it(store: Store) -> None:
    await issued(store, alert())
    (first,) = await claim(store)
    await issued(store, alert(revision=2))
    assert await claim(store) == []
    await finish(store, first, Outcome(verdict=Verdict.ACCEPTED, remote_id="42"))
    (second,) = await claim(store)
    assert (second.revision, second.reply_to) == (2, "42")


async def test_what_could_not_be_sent_never_follows_its_own_update_out(store: Store) -> None:
    one = await issued(store, alert())
    (first,) = await claim(store)
    await issued(store, alert(revision=2))
    await finish(store, first, Outcome(verdict=Verdict.LATER))
    (second,) = await claim(store)
    assert second.revision == 2
    await finish(store, second, Outcome(verdict=Verdict.ACCEPTED, remote_id="42"))
    assert await claim(store, wall=WALL + timedelta(hours=1)) == []
    assert await state_of(store, f"{one.identifier}:log") == "superseded"


async def test_a_lost_lease_never_follows_a_graver_update_out(store: Store) -> None:
    await issued(store, alert(level=2))
    await claim(store)
    await issued(store, alert(revision=2, level=5))
    sent = [delivery.revision for _ in range(3) for delivery in await claim(store, wall=WALL + LEASE)]
    assert sent == [2]


async def test_a_lost_lease_that_ran_out_is_closed(store: Store) -> None:
    one = await issued(store, alert())
    await claim(store)
    assert await claim(store, now=one.expires, wall=WALL + LEASE) == []
    assert await state_of(store, f"{one.identifier}:log") == "expired"


async def test_parts_already_out_are_remembered(store: Store) -> None:
    await issued(store, alert())
    (first,) = await claim(store)
    async with store.write() as connection:
        assert await outbox.part_done(connection, first, "a1", NOW)
    (again,) = await claim(store, wall=WALL + LEASE)
    assert again.done == ("a1",)


async def test_who_slept_through_its_lease_writes_nothing_over_who_tried_after_it(store: Store) -> None:
    one = await issued(store, alert())
    (sleeper,) = await claim(store)
    (other,) = await claim(store, wall=WALL + LEASE)
    async with store.write() as connection:
        assert not await outbox.is_ours(connection, sleeper) and await outbox.is_ours(connection, other)
        assert not await outbox.part_done(connection, sleeper, "doubled", NOW)
        unsure = Outcome(verdict=Verdict.UNKNOWN)
        assert await outbox.finish(connection, sleeper, unsure, NOW, WALL + LEASE) is None
    await finish(store, other, Outcome(verdict=Verdict.ACCEPTED, remote_id="R"))
    async with store.write() as connection:
        assert await outbox.finish(connection, sleeper, unsure, NOW, WALL + LEASE) is None
    assert await state_of(store, f"{one.identifier}:log") == "accepted"


async def test_who_comes_back_before_anybody_else_tried_still_has_the_word(store: Store) -> None:
    await issued(store, alert())
    (late,) = await claim(store)
    async with store.write() as connection:
        await outbox.sweep(connection, NOW, WALL + LEASE)
    assert await finish(store, late, Outcome(verdict=Verdict.ACCEPTED, remote_id="R")) is DeliveryState.ACCEPTED


async def test_the_most_urgent_goes_first(store: Store) -> None:
    await issued(store, alert(series="low", level=2))
    await issued(store, alert(series="high", level=5))
    await issued(store, alert(series="over", level=1, ends=True))
    order = [(await claim(store))[0].series for _ in range(3)]
    assert order == ["high", "over", "low"]


async def test_what_is_real_never_waits_behind_a_drill(store: Store) -> None:
    await issued(store, alert(series="drill", level=5))
    await issued(store, alert(series="real", level=1, status=Status.ACTUAL))
    assert [(await claim(store))[0].series for _ in range(2)] == ["real", "drill"]


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Verdict.ACCEPTED, "accepted"),
        (Verdict.DUPLICATE, "duplicate"),
        (Verdict.LATER, "waiting"),
        (Verdict.REJECTED, "rejected"),
        (Verdict.UNKNOWN, "unknown"),
    ],
)
async def test_each_verdict_has_its_state(store: Store, verdict: Verdict, state: str) -> None:
    await issued(store, alert())
    (mine,) = await claim(store)
    await finish(store, mine, Outcome(verdict=verdict, remote_id="r"))
    assert await state_of(store, mine.id) == state
    assert await claim(store, wall=WALL) == [], "nothing is tried again at once"


async def test_a_later_that_names_its_time_waits_until_then(store: Store) -> None:
    await issued(store, alert())
    (mine,) = await claim(store)
    reset = WALL + timedelta(minutes=15)
    await finish(store, mine, Outcome(verdict=Verdict.LATER, retry_at=reset))
    assert await claim(store, wall=reset - timedelta(seconds=1)) == []
    assert len(await claim(store, wall=reset)) == 1


async def test_a_refused_channel_is_shown_and_never_tried(store: Store) -> None:
    one = alert(channels=("x",))
    payloads = {"x": Refusal("この経路は訓練を受け付けない設定")}
    async with store.write() as connection:
        await alerts.add_draft(connection, one, payloads, NOW)
        await outbox.add(connection, one, payloads, NOW, WALL)
    assert await state_of(store, f"{one.identifier}:x") == "refused"
    assert await claim(store) == []


async def test_standing_knows_chain_and_next_number(store: Store) -> None:
    first = await issued(store, alert())
    async with store.write() as connection:
        await alerts.add_draft(connection, alert(revision=2), {}, NOW)
        await alerts.give_way(connection, first.series, State.WITHDRAWN, NOW)
        (standing,) = (await alerts.standing(connection, first.status, NOW)).values()
    assert standing.state is State.ISSUED and standing.alert.revision == 1
    assert standing.last_revision == 2 and standing.chain == (first,)


async def test_what_has_run_out_is_quoted_no_more_but_its_number_counts(store: Store) -> None:
    first = await issued(store, alert(expires=NOW + timedelta(hours=1)))
    await issued(store, alert(revision=2))
    later = NOW + timedelta(hours=2)
    async with store.write() as connection:
        third = alert(revision=3, sent=later, expires=later + timedelta(hours=3))
        await alerts.add_draft(connection, third, {}, later)
        (standing,) = (await alerts.standing(connection, first.status, later)).values()
    assert (standing.state, standing.issued_revision, standing.last_revision) == (State.DRAFT, 2, 3)
    assert [one.revision for one in standing.chain] == [2]


async def test_a_refused_revision_is_never_quoted(store: Store) -> None:
    first, second = alert(), alert(revision=2)
    async with store.write() as connection:
        await alerts.add_draft(connection, first, {}, NOW)
        await alerts.mark_rejected(connection, first, NOW)
        await alerts.add_draft(connection, second, {}, NOW)
        await alerts.mark_issued(connection, second, NOW)
        (standing,) = (await alerts.standing(connection, first.status, NOW)).values()
    assert standing.chain == (second,) and standing.issued_revision == 2


async def test_an_ended_series_stands_no_more(store: Store) -> None:
    await issued(store, alert())
    last = await issued(store, alert(revision=2, ends=True))
    async with store.read() as connection:
        assert await alerts.standing(connection, last.status, NOW) == {}


def test_any_edit_changes_the_digest() -> None:
    whole = {"x": payload("a"), "log": payload("b")}
    assert digest_of(whole) == digest_of(dict(reversed(whole.items())))
    assert digest_of(whole) != digest_of({**whole, "x": payload("a ")})
    assert digest_of(whole) != digest_of({**whole, "x": replace(payload("a"), media_type="text/html")})
    assert digest_of(whole) != digest_of({"log": payload("b")})


async def test_the_oldest_that_is_not_out_yet_has_an_age(store: Store) -> None:
    async def age(now: datetime) -> dict[str, float]:
        async with store.read() as connection:
            return {name: one.seconds for name, one in (await standing.queues(connection, now)).items()}

    assert await age(NOW) == {}
    await issued(store, alert())
    assert set((await age(NOW + timedelta(seconds=90))).values()) == {90.0}
    (delivery,) = await claim(store)
    await finish(store, delivery, Outcome(verdict=Verdict.ACCEPTED))
    assert await age(NOW + timedelta(seconds=90)) == {}
