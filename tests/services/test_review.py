"""The review desk: exactly what was seen is sent, by as many different people as the rule wants."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from rules.alert import Alert, Approval, State
from rules.floor import Floor
from services.desks.review import BECAME, ReviewError, approve, reject
from services.store import alerts, chronology, users
from services.store.codec import to_json
from services.store.engine import Store
from services.store.tables import chronology as log
from services.store.tables import outbox
from services.store.users import Role, Scope
from tests.services.making import NOW, alert, employ, payload


@pytest.fixture(autouse=True)
async def officers(store: Store) -> None:
    await employ(store, "sato", "suzuki")


async def draft(store: Store, one: Alert) -> str:
    async with store.write() as connection:
        return await alerts.add_draft(connection, one, {"log": payload()}, NOW)


async def test_one_person_issues_and_every_step_is_in_the_log(store: Store) -> None:
    one = alert()
    digest = await draft(store, one)
    done = await approve(store, series=one.series, revision=1, digest=digest, person="sato", now=NOW)
    assert done.issued and done.approved_by == ("sato",)
    async with store.read() as connection:
        assert (await connection.scalars(select(outbox.c.state))).all() == ["waiting"]
        assert (await connection.scalars(select(log.c.kind).order_by(log.c.seq))).all() == ["approved", "issued"]
        assert await chronology.first_broken(connection) is None


async def test_two_different_people_are_needed_where_the_rule_says_two(store: Store) -> None:
    one = alert(approval=Approval.TWO)
    digest = await draft(store, one)
    first = await approve(store, series=one.series, revision=1, digest=digest, person="sato", now=NOW)
    assert (first.issued, first.needs) == (False, 1)
    with pytest.raises(ReviewError, match="別の人") as same:
        await approve(store, series=one.series, revision=1, digest=digest, person="sato", now=NOW)
    assert same.value.code == "same_person"
    second = await approve(store, series=one.series, revision=1, digest=digest, person="suzuki", now=NOW)
    assert second.issued


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"digest": "0" * 64}, "digest_mismatch"),
        ({"revision": 9}, "not_found"),
        ({"now": NOW + timedelta(hours=3)}, "expired"),
    ],
)
async def test_nothing_else_than_what_was_seen_can_be_approved(store: Store, change: dict, code: str) -> None:
    one = alert()
    asked = {"series": one.series, "revision": 1, "digest": await draft(store, one), "person": "sato", "now": NOW}
    with pytest.raises(ReviewError) as refused:
        await approve(store, **{**asked, **change})
    assert refused.value.code == code
    async with store.read() as connection:
        assert (await connection.execute(select(outbox))).all() == []


async def test_a_draft_that_a_newer_one_replaced_cannot_be_approved(store: Store) -> None:
    digest = await draft(store, alert())
    newer = await draft(store, alert(revision=2))
    asked = {"series": alert().series, "person": "sato", "now": NOW}
    with pytest.raises(ReviewError) as refused:
        await approve(store, **asked, revision=1, digest=digest)
    assert refused.value.code == "not_waiting"
    assert (await approve(store, **asked, revision=2, digest=newer)).issued


async def test_an_agreement_to_other_words_counts_for_nothing(store: Store) -> None:
    one = alert(approval=Approval.TWO)
    asked = {"series": one.series, "revision": 1, "now": NOW}
    await approve(store, **asked, digest=await draft(store, one), person="sato")
    changed = replace(payload(), parts=("ほかの文面",))
    digest = alerts.digest_of({"log": changed})
    async with store.write() as connection:
        body = {"log": to_json(changed)}
        await connection.execute(update(alerts.alerts).values(payloads=body, digest=digest))
    second = await approve(store, **asked, digest=digest, person="suzuki")
    assert (second.issued, second.needs) == (False, 1)


async def test_what_was_changed_in_the_store_behind_our_back_is_not_approved(store: Store) -> None:
    one = alert()
    digest = await draft(store, one)
    async with store.write() as connection:
        await connection.execute(
            update(alerts.alerts).values(payloads={"log": to_json(replace(payload(), parts=("…",)))})
        )
    with pytest.raises(ReviewError, match="管理者"):
        await approve(store, series=one.series, revision=1, digest=digest, person="sato", now=NOW)


async def test_from_level_four_on_a_no_takes_somebody_who_could_say_yes(store: Store) -> None:
    await employ(store, "tanto", role=Role.OPERATOR)
    for level, allowed in ((3, True), (4, False)):
        one = alert(level=level, series=f"Exercise-river-level-{level}")
        asked = {"series": one.series, "revision": 1, "digest": await draft(store, one), "now": NOW, "reason": "誤検知"}
        if allowed:
            await reject(store, person="tanto", **asked)
            continue
        with pytest.raises(ReviewError) as refused:
            await reject(store, person="tanto", **asked)
        assert refused.value.code == "not_permitted"
        await reject(store, person="sato", **asked)


async def test_a_decision_is_taken_once(store: Store) -> None:
    one = alert()
    digest = await draft(store, one)
    await reject(store, series=one.series, revision=1, digest=digest, person="sato", reason="誤検知", now=NOW)
    with pytest.raises(ReviewError) as late:
        await approve(store, series=one.series, revision=1, digest=digest, person="suzuki", now=NOW)
    assert (late.value.code, "差し戻されました" in str(late.value)) == ("not_waiting", True)


def test_whatever_became_of_a_draft_is_said_in_words() -> None:
    assert BECAME.keys() == set(State) - {State.DRAFT}


async def test_the_log_shows_where_it_was_changed(store: Store) -> None:
    one = alert()
    digest = await draft(store, one)
    await approve(store, series=one.series, revision=1, digest=digest, person="sato", now=NOW)
    async with store.write() as connection:
        await connection.execute(update(log).where(log.c.seq == 1).values(who="someone else"))
        assert await chronology.first_broken(connection) == 1


async def test_who_may_not_is_told_why_and_who_may_and_the_store_s_word_of_this_moment_counts(store: Store) -> None:
    one = alert()
    await employ(store, "yuki", scope=Scope(kinds=("snow_depth",)))
    await employ(store, "miru", role=Role.VIEWER)
    asked = {"series": one.series, "revision": 1, "digest": await draft(store, one), "now": NOW}
    for person in ("yuki", "miru", "nobody"):
        with pytest.raises(ReviewError, match="承認できる人：sato、suzuki") as refused:
            await approve(store, **asked, person=person)
        assert refused.value.code == "not_permitted"
    async with store.write() as connection:
        await users.set_scope(connection, "yuki", Scope(kinds=("flood",)))
        await users.revoke(connection, "sato")
    with pytest.raises(ReviewError, match="登録がありません"):
        await approve(store, **asked, person="sato")
    assert (await approve(store, **asked, person="yuki")).issued


async def test_the_word_of_an_account_that_was_closed_since_does_not_count(store: Store) -> None:
    await employ(store, "yuki")
    one = alert(approval=Approval.TWO)
    asked = {"series": one.series, "revision": 1, "digest": await draft(store, one), "now": NOW}
    await approve(store, **asked, person="sato")
    async with store.write() as connection:
        await users.revoke(connection, "sato")
    second = await approve(store, **asked, person="suzuki")
    assert (second.issued, second.approved_by, second.needs) == (False, ("suzuki",), 1)
    assert (await approve(store, **asked, person="yuki")).approved_by == ("suzuki", "yuki")


async def test_the_city_s_floor_asks_for_a_second_person_whatever_the_rule_says(store: Store) -> None:
    one = alert(level=4)
    asked = {"series": one.series, "revision": 1, "digest": await draft(store, one), "now": NOW}
    floor = Floor(levels={4: Approval.TWO})
    assert (await approve(store, **asked, person="sato", floor=floor)).needs == 1
    assert (await approve(store, **asked, person="suzuki", floor=floor)).issued
