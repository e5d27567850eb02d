"""The hold-off: what is free to leave waits in the store for the clock, where a person stops it or sends it at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from feeds.status import Status
from rules.alert import Alert, Approval
from rules.floor import Floor
from rules.rule import CATALOG, load_rules
from services.bell import Bell
from services.callout.occasions import Picture, occasions
from services.callout.roster import Callout
from services.channels.log import Config, Log
from services.desks import hold_off, review
from services.desks.hold_off import Present
from services.desks.review import ReviewError
from services.evaluate import Evaluate
from services.store import alerts, hold_offs, ringing, users
from services.store.codec import to_json
from services.store.engine import Store
from services.store.tables import alerts as stored
from services.store.tables import chronology, outbox
from services.store.users import Role, Scope
from tests.services.making import NOW, SetClock, alert, employ, hazard, payload
from tests.services.test_evaluate import deliveries, evaluating, seen, warning, written

pytestmark = pytest.mark.one_engine

FIVE = timedelta(minutes=5)
HELD = alert(hold_off_s=60)
FLOOD = hazard(valid_until=NOW + timedelta(hours=3))
PRESENT = Present(floor=Floor(), channels={"log": Log(Config())}, hazards={HELD.hazards[0]: FLOOD})
MINUTE = timedelta(minutes=1)
WARNING = next(rule for rule in load_rules([CATALOG]) if rule.id == "official-warning")
WAITS = replace(WARNING, hold_off=((0, FIVE),))
STORM = warning(status=Status.ACTUAL, valid_until=NOW + timedelta(hours=6))


def hub(store: Store, at: datetime = NOW) -> Evaluate:
    """The loop as after a start: it knows nothing but the store."""
    evaluate = evaluating(store, SetClock(at), Bell())
    evaluate._city = replace(evaluate._city, rules=(WAITS,))
    return evaluate


async def log(store: Store) -> Sequence[str]:
    async with store.read() as connection:
        return (await connection.scalars(select(chronology.c.kind).order_by(chronology.c.seq))).all()


async def named(store: Store) -> dict[str, Any]:
    """The draft that waits, as a decision about it names it."""
    row = next(row for row in await written(store) if row.state == "draft")
    return {"series": row.series, "revision": row.revision, "digest": row.digest}


async def test_it_leaves_by_the_clock_also_when_the_hub_was_started_anew(store: Store) -> None:
    await seen(store, STORM)
    assert await hub(store).step()
    assert (await deliveries(store), await log(store)) == ({}, ["held"])
    assert not await hub(store, NOW + FIVE - MINUTE).step()
    assert await hub(store, NOW + FIVE).step()
    assert (await deliveries(store))["log"] == "waiting"
    assert await log(store) == ["held", "issued"]
    assert not await hub(store, NOW + FIVE + MINUTE).step(), "once is enough"


async def test_a_person_sends_it_now_where_they_could_approve_it(store: Store) -> None:
    await employ(store, "sato")
    await employ(store, "yuki", scope=Scope(kinds=("snow_depth",)))
    await seen(store, STORM)
    await hub(store).step()
    draft = await named(store)
    with pytest.raises(ReviewError) as barred:
        await hold_off.send_now(store, **draft, person="yuki", now=NOW)
    with pytest.raises(ReviewError) as held:
        await review.approve(store, **draft, person="sato", now=NOW)
    assert (barred.value.code, held.value.code) == ("not_permitted", "held")
    await hold_off.send_now(store, **draft, person="sato", now=NOW + MINUTE)
    assert (await deliveries(store))["log"] == "waiting"
    assert await log(store) == ["held", "sent_now", "issued"]


async def test_whoever_stops_it_says_why_and_it_does_not_leave(store: Store) -> None:
    await seen(store, STORM)
    await hub(store).step()
    await review.reject(store, **await named(store), person="tanto", reason="観測の誤り", now=NOW + MINUTE)
    await hub(store, NOW + FIVE).step()
    assert (await deliveries(store), await log(store)) == ({}, ["held", "rejected"])
    async with store.read() as connection:
        said = await connection.scalar(select(chronology.c.text).where(chronology.c.kind == "rejected"))
    assert str(said).endswith("の送信を止めた：観測の誤り")


async def test_what_is_over_by_then_does_not_leave(store: Store) -> None:
    await seen(store, STORM)
    await hub(store).step()
    await seen(store)
    await hub(store, NOW + FIVE).step()
    assert await deliveries(store) == {}
    async with store.read() as connection:
        assert await hold_offs.waiting(connection) == {}


async def test_a_series_that_keeps_changing_leaves_in_its_newest_words_when_the_first_would_have(store: Store) -> None:
    await seen(store, STORM)
    await hub(store).step()
    await seen(store, STORM, replace(STORM, area="032010002", area_name="青山"))
    await hub(store, NOW + 4 * MINUTE).step()
    await hub(store, NOW + FIVE).step()
    assert [row.state for row in await written(store)] == ["withdrawn", "issued"]


async def test_it_leaves_also_where_what_stood_before_runs_out_meanwhile(store: Store) -> None:
    await seen(store, STORM)
    await hub(store).step()
    await hub(store, NOW + FIVE).step()
    runs_out = (await written(store))[0].expires
    longer = replace(STORM, valid_until=runs_out + timedelta(hours=3))
    await seen(store, longer, replace(longer, area="032010002", area_name="青山"))
    for at in (runs_out - MINUTE, runs_out, runs_out + 4 * MINUTE):
        await hub(store, at).step()
    assert [row.state for row in await written(store)] == ["expired", "issued"]


async def test_people_may_be_asked_first_and_it_waits_when_they_have_agreed(store: Store) -> None:
    await employ(store, "sato")
    await employ(store, "miru", role=Role.OPERATOR)
    one = alert(approval=Approval.ONE, hold_off_s=30)
    async with store.write() as connection:
        digest = await alerts.add_draft(connection, one, {}, NOW)
    asked = {"series": one.series, "revision": 1, "digest": digest, "now": NOW}
    with pytest.raises(ReviewError) as early:
        await hold_off.send_now(store, **asked, person="sato")
    assert early.value.code == "not_held"
    done = await review.approve(store, **asked, person="sato")
    assert (done.issued, done.leaves_at) == (False, NOW + timedelta(seconds=30))
    async with store.write() as connection:
        assert not await hold_off.leave(connection, Status.ACTUAL, NOW + MINUTE, PRESENT), "drills leave with drills"
        assert await hold_off.leave(connection, one.status, NOW + MINUTE, PRESENT)


async def agreed(store: Store, one: Alert) -> dict[str, Any]:
    """A draft to which sato has agreed, and that waits for the clock; the decision about it."""
    await employ(store, "sato", "suzuki")
    async with store.write() as connection:
        digest = await alerts.add_draft(connection, one, {"log": payload()}, NOW)
    asked = {"series": one.series, "revision": 1, "digest": digest}
    assert (await review.approve(store, **asked, person="sato", now=NOW)).leaves_at
    return asked


async def left(store: Store, present: Present, at: datetime = NOW + FIVE) -> str:
    """Why it stayed when its time had come; empty where it left."""
    async with store.write() as connection:
        await hold_off.leave(connection, Status.EXERCISE, at, present)
        rows = await connection.execute(select(chronology.c.kind, chronology.c.refs).order_by(chronology.c.seq))
        found = rows.all()
    kinds = [row.kind for row in found]
    assert ("issued" in kinds) is (await outgoing(store) > 0)
    return "" if kinds[-1] == "issued" else str(found[-1].refs["reason"])


async def outgoing(store: Store) -> int:
    async with store.read() as connection:
        return len((await connection.execute(select(outbox.c.id))).all())


async def test_it_stays_and_rings_where_who_agreed_may_not_any_more(
    store: Store,
) -> None:
    asked = await agreed(store, HELD)
    async with store.write() as connection:
        await users.revoke(connection, "sato")
    assert await left(store, PRESENT) == await left(store, PRESENT) == "approvers"
    assert (await log(store)).count("stayed") == 1, "said once"
    async with store.read() as connection:
        (one,) = await ringing.waiting_drafts(connection, NOW + FIVE)
    (rings,) = occasions(Picture(drafts=[one]), Callout(draft_minutes={0: 600}), NOW + FIVE).values()
    assert "承認した人が、もう承認できません" in rings.subject and rings.status is Status.EXERCISE
    with pytest.raises(ReviewError) as spent:
        await hold_off.send_now(store, **asked, person="sato", now=NOW + FIVE)
    assert spent.value.code == "not_permitted"
    assert (await review.approve(store, **asked, person="suzuki", now=NOW + FIVE)).issued, "it has waited once"


@pytest.mark.parametrize(
    ("present", "why"),
    [
        (replace(PRESENT, channels={}), "channels"),
        (replace(PRESENT, hazards={}), "hazard_over"),
        (replace(PRESENT, floor=Floor(levels={3: Approval.TWO})), "approvers"),
    ],
)
async def test_what_changed_around_it_is_seen_when_its_time_comes(store: Store, present: Present, why: str) -> None:
    asked = await agreed(store, HELD)
    assert await left(store, present) == why
    if why == "approvers":
        with pytest.raises(ReviewError) as short:
            await hold_off.send_now(
                store, **asked, person="sato", now=NOW + FIVE, floor=Floor(levels={3: Approval.TWO})
            )
        assert short.value.code == "needs_approval"
    assert await left(store, PRESENT) == "", "it leaves when nothing speaks against it any more"


async def test_what_was_changed_in_the_store_does_not_leave(store: Store) -> None:
    await agreed(store, HELD)
    async with store.write() as connection:
        await connection.execute(update(stored).values(payloads={"log": to_json(payload("別の文"))}))
    assert await left(store, PRESENT) == "changed"
    async with store.read() as connection:
        assert await outgoing(store) == 0


async def test_the_clock_of_a_revision_that_gave_way_long_ago_counts_for_nothing(store: Store) -> None:
    one = alert(hold_off_s=30)
    async with store.write() as connection:
        first = await hold_offs.begin(connection, one, NOW, FIVE, "sato")
        second = await hold_offs.begin(connection, replace(one, revision=2), NOW + MINUTE, FIVE, "sato")
        third = await hold_offs.begin(connection, replace(one, revision=3), NOW + 2 * FIVE, FIVE, "sato")
    assert (first, second, third) == (NOW + FIVE, NOW + FIVE, NOW + 3 * FIVE)


async def test_what_began_to_wait_by_a_clock_that_ran_ahead_waits_as_long_from_now(store: Store) -> None:
    """Neither an hour more, nor not at all: somebody may want to stop it."""
    await agreed(store, HELD)
    ahead = NOW + timedelta(hours=1)
    async with store.write() as connection:
        await hold_offs.end(connection, HELD.series, ahead)
        await hold_offs.begin(connection, HELD, ahead, MINUTE, "sato")
        assert await hold_off.leave(connection, Status.EXERCISE, NOW, PRESENT)
        held = await hold_offs.of(connection, HELD.series, 1)
        assert held is not None and held.leaves_at == NOW + MINUTE
        assert not await hold_offs.due(connection, Status.EXERCISE, NOW)
    assert await left(store, PRESENT, NOW + MINUTE) == ""
