"""Breaking the glass: one person issues alone, with a reason and a password, and all know until it is reviewed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from feeds.status import Status
from rules.alert import Approval
from rules.floor import Floor
from services.desks import review
from services.desks.break_glass import BROKEN, Emergency, break_glass, sign_off
from services.desks.review import ReviewError
from services.store import alerts, calls, glass, users
from services.store.engine import Store
from services.store.tables import chronology, outbox
from services.store.users import SPENT, Role, Scope
from tests.services import web_floor
from tests.services.making import NOW, alert, employ, payload
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine

PASSWORD = "kitakami-nakatsu"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
FULL = Scope(evacuation=True, break_glass=True)
REASON = "課長と係長に10分間電話したが出ない"
TWO = alert(approval=Approval.TWO)


@pytest.fixture(autouse=True)
async def people(store: Store) -> None:
    await employ(store, "buchou", scope=FULL, password=HASH)
    await employ(store, "sato", password=HASH)
    await employ(store, "kanri", "kanri2", role=Role.ADMIN)


async def emergency(store: Store, one: Any = TWO, **changes: Any) -> Emergency:
    async with store.write() as connection:
        known = await alerts.get(connection, one.series, one.revision)
        digest = known.digest if known else await alerts.add_draft(connection, one, {"log": payload()}, NOW)
    whole = Emergency(
        series=one.series, revision=one.revision, digest=digest, person="buchou", reason=REASON, password=PASSWORD
    )
    return replace(whole, **changes)


async def told(store: Store) -> list[tuple[str, str]]:
    async with store.read() as connection:
        rows = await connection.execute(select(chronology.c.kind, chronology.c.text).order_by(chronology.c.seq))
        return [(row.kind, row.text) for row in rows]


async def test_one_issues_at_once_and_it_is_told_called_out_counted_and_listed(store: Store) -> None:
    before = BROKEN.labels("Exercise")._value.get()
    await break_glass(store, await emergency(store), Floor(), NOW)
    (deed, text), call, issued = await told(store)
    assert (deed, call[0], issued[0]) == ("break_glass", "callout", "issued")
    assert "緊急発表" in text and "承認 1/2" in text and REASON in text
    async with store.read() as connection:
        assert (await connection.scalars(select(outbox.c.state))).all() == ["waiting"]
        (one,) = await glass.unsigned(connection)
        (ringing,) = await calls.still_open(connection)
    assert (one.person, one.needed, one.agreed, one.status) == ("buchou", 2, (), Status.EXERCISE)
    assert (ringing.event, ringing.status) == ("break_glass", Status.EXERCISE), "in a drill the same, and marked"
    assert BROKEN.labels("Exercise")._value.get() == before + 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": "  急ぎ  "}, "bad_reason"),
        ({"password": "guess"}, "wrong_password"),
        ({"person": "nobody"}, "wrong_password"),
        ({"person": "sato"}, "no_right"),
        ({"digest": "0" * 64}, "digest_mismatch"),
    ],
)
async def test_it_takes_a_reason_the_password_the_right_and_what_was_seen(
    store: Store, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(ReviewError) as refused:
        await break_glass(store, await emergency(store, **change), Floor(), NOW)
    assert refused.value.code == code
    async with store.read() as connection:
        assert (await connection.execute(select(outbox))).all() == []
        assert await glass.unsigned(connection) == []


async def test_it_replaces_another_person_and_not_the_limits_of_one_s_own(store: Store) -> None:
    snow = Scope(kinds=("snow_depth",), break_glass=True)
    await employ(store, "yuki", scope=snow, password=HASH)
    await employ(store, "ichido", scope=FULL, password=SPENT, one_time=True)
    for person, code in (("yuki", "not_permitted"), ("ichido", "wrong_password")):
        with pytest.raises(ReviewError) as refused:
            await break_glass(store, await emergency(store, person=person), Floor(), NOW)
        assert refused.value.code == code
    with pytest.raises(ReviewError) as needless:
        await break_glass(store, await emergency(store, alert(series="one")), Floor(), NOW)
    assert needless.value.code == "not_needed"


async def test_who_agreed_and_waits_in_vain_for_the_second_may_break_it(store: Store) -> None:
    wanted = await emergency(store)
    draft: dict[str, Any] = {"series": wanted.series, "revision": 1, "digest": wanted.digest, "now": NOW}
    assert (await review.approve(store, **draft, person="buchou")).needs == 1
    broken = await break_glass(store, wanted, Floor(), NOW)
    assert (broken.agreed, broken.needed) == (("buchou",), 2)


async def test_the_lone_author_of_grave_words_breaks_it_and_may_not_agree_to_them_alone(store: Store) -> None:
    wanted = await emergency(store, alert(series="own", level=4, author="buchou"))
    draft: dict[str, Any] = {"series": "own", "revision": 1, "digest": wanted.digest, "now": NOW}
    done = await review.approve(store, **draft, person="buchou")
    assert (done.issued, done.needs) == (False, 1)
    broken = await break_glass(store, wanted, Floor(), NOW)
    assert (broken.agreed, broken.needed) == (("buchou",), 2)


async def test_the_page_counts_as_the_decision_does(store: Store) -> None:
    """Somebody who agreed and whose account was closed since is not among those who agreed."""
    wanted = await emergency(store)
    async with floor(store) as running:
        officer = await running.person(Role.APPROVER, "kakari")
        await review.approve(store, series=wanted.series, revision=1, digest=wanted.digest, person="sato", now=NOW)
        (before,) = await officer.features("/api/v1/alerts?state=draft")
        async with store.write() as connection:
            await users.revoke(connection, "sato")
        (after,) = await officer.features("/api/v1/alerts?state=draft")
        assert [(one["needs"], one["needs_after"]) for one in (before, after)] == [(1, 0), (2, 1)]
        assert [[by["person"] for by in one["approvals"]] for one in (before, after)] == [["sato"], []]


async def test_an_admin_who_did_not_do_it_signs_it_off_once(store: Store) -> None:
    wanted = await emergency(store)
    await break_glass(store, wanted, Floor(), NOW)
    named: dict[str, Any] = {"series": wanted.series, "revision": 1, "note": "電話の記録を確認", "now": NOW}
    with pytest.raises(ReviewError) as low:
        await sign_off(store, **named, person="sato")
    await sign_off(store, **named, person="kanri")
    with pytest.raises(ReviewError) as twice:
        await sign_off(store, **named, person="kanri2")
    assert (low.value.code, twice.value.code) == ("not_permitted", "signed")
    async with store.read() as connection:
        assert await glass.unsigned(connection) == []
    assert (await told(store))[-1][1].endswith("を点検した：電話の記録を確認")


async def test_nobody_signs_off_their_own(store: Store) -> None:
    await employ(store, "both", role=Role.ADMIN, scope=FULL, password=HASH)
    wanted = await emergency(store, person="both")
    await break_glass(store, wanted, Floor(), NOW)
    with pytest.raises(ReviewError) as own:
        await sign_off(store, series=wanted.series, revision=1, person="both", note="", now=NOW)
    assert own.value.code == "same_person"


async def test_over_the_web_it_takes_a_session_and_guessing_ends_soon(store: Store) -> None:
    wanted = await emergency(store)
    path = f"/api/v1/alerts/{wanted.series}/1/break-glass"
    body = {"digest": wanted.digest, "reason": REASON, "password": "guess"}
    async with floor(store) as running:
        officer, stranger = await running.person(Role.APPROVER, "kakari"), await running.visitor()
        async with store.write() as connection:
            await users.set_scope(connection, "kakari", FULL)
        assert (await stranger.post(path, body))[0] == 401
        (draft,) = await officer.features("/api/v1/alerts?state=draft")
        assert draft["alone"] is True
        assert (await officer.post(path, {**body, "reason": "急ぐ"}))[0] == 400
        answers = [await officer.post(path, body) for _ in range(5)]
        assert [status for status, _ in answers] == [403] * 4 + [429], "and no short reason begins the count anew"
        assert {answer["error"] for _, answer in answers} == {"wrong_password", "too_many"}


async def test_every_page_of_the_desk_knows_and_an_admin_signs_off(store: Store) -> None:
    wanted = await emergency(store)
    path = f"/api/v1/alerts/{wanted.series}/1/break-glass"
    async with floor(store) as running:
        officer, admin = await running.person(Role.APPROVER, "kakari"), await running.person(Role.ADMIN, "shunin")
        async with store.write() as connection:
            await users.set_scope(connection, "kakari", FULL)
        body = {"digest": wanted.digest, "reason": REASON, "password": web_floor.PASSWORD}
        assert await officer.post(path, body) == (200, {"issued": True, "agreed": [], "needed": 2})
        (alert_now,) = await admin.features("/api/v1/alerts?state=issued")
        assert alert_now["break_glass"]["reason"] == REASON
        _, status = await admin.get("/api/v1/status")
        assert [one["person"] for one in status["break_glass"]] == ["kakari"]
        sign = f"/api/v1/break-glass/{wanted.series}/1/sign-off"
        assert (await officer.post(sign, {}))[0] == 403
        assert await admin.post(sign, {}) == (200, {"signed": True})
        assert (await admin.get("/api/v1/status"))[1]["break_glass"] == []
        _, listed = await officer.get("/api/v1/break-glass")
        assert [one["signed_by"] for one in listed["items"]] == ["shunin"]
