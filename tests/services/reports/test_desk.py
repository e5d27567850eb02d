"""From a report to what people are told of it: nothing unjudged, one mark for one event, taken back everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from feeds.crime_types import Ended
from feeds.status import Status
from rules.reports.case import Act, CaseError, State
from rules.reports.reason import Reason
from services.reports import desk
from services.reports.desk import Deed
from services.store import records, report_cases, users
from services.store.engine import Store
from services.store.tables import chronology
from services.store.users import Role
from tests.services.making import NOW, officer
from tests.services.reports.desk_making import Desk, report
from tests.services.test_writing import CITY

pytestmark = pytest.mark.one_engine


async def test_nothing_is_proposed_before_a_person_confirms_and_then_it_goes_as_ever(store: Store) -> None:
    house = Desk(store)
    (case,) = await house.arrive(report("1"))
    (seen,) = await house.look()
    assert seen.held_back and await house.drafts() == [], "staff see it, and no rule speaks of it"
    await house.do(case, Act.TRIAGE, Act.CONFIRM)
    (seen,) = await house.look()
    assert not seen.held_back and seen.facts["confirmed"] is True
    (draft,) = await house.issue()
    assert draft.rule == "bear-sighting" and draft.status is Status.EXERCISE
    assert all("未確認" not in part for text in draft.texts.values() for part in (text.event, text.short))


async def test_signed_off_as_unconfirmed_every_text_says_so_and_only_an_approver_may(store: Store) -> None:
    house = Desk(store)
    (case,) = await house.arrive(report("1"))
    await house.do(case, Act.TRIAGE)
    async with store.write() as connection:
        await users.add(connection, officer("tanaka", role=Role.OPERATOR))
    deed = Deed(number=case.id, act=Act.SIGN_OFF, who="tanaka")
    with pytest.raises(CaseError, match="approver 以上") as refused:
        await desk.do(store, deed, house.clock.now())
    assert refused.value.code == "not_allowed"
    await house.do(case, Act.SIGN_OFF)
    await house.look()
    (draft,) = await house.drafts()
    ja, en = draft.texts["ja"], draft.texts["en"]
    assert all("未確認" in part for part in (ja.event, ja.headline, ja.description, ja.short))
    assert all("onfirmed" in part for part in (en.event, en.headline, en.description, en.short))


async def test_a_fake_photo_first_and_two_true_calls_300_m_away(store: Store) -> None:
    """Edge case 12: the true one is told, and nothing true is taken back with the fake."""
    house = Desk(store)
    fake, first, second = await house.arrive(
        report("photo", photos=("a" * 64,)),
        report("call-1", 10, lon=141.1135),
        report("call-2", 14, lon=141.1137),
    )
    house.clock.at += timedelta(minutes=15)
    await house.do(fake, Act.TRIAGE, Act.CONFIRM)
    await house.do(first, Act.MERGE, into=fake.id)
    await house.do(second, Act.MERGE, into=fake.id)
    await house.look()
    (fakes,) = await house.issue()
    await house.do(fake, Act.REJECT, reason=Reason.FAKE_PHOTO)
    split = [await house.case(one.id) for one in (first, second)]
    assert [one.same_as for one in split] == [None, None], "the true ones stand for themselves again"
    await house.do(first, Act.TRIAGE, Act.CONFIRM)
    await house.do(second, Act.MERGE, into=first.id)
    (seen,) = await house.look()
    assert seen.facts["reports"] == 2 and [one.ref for one in seen.evidence] == [first.key, second.key]
    (true,) = await house.issue()
    (end,) = await house.ends()
    assert true.msg_type == "Alert" and true.series != end.series == fakes.series
    assert set(end.channels) >= {"log", "line", "cap_feed"}, "wherever the fake had gone, and at once"
    await house.look()
    assert await house.drafts() == [] and len(await house.ends()) == 1, "once is enough, and nothing true is taken back"


async def test_five_callers_are_one_mark_with_the_number_five_and_can_be_told_apart_again(store: Store) -> None:
    """Edge case 13."""
    house = Desk(store)
    calls = await house.arrive(*(report(f"call-{n}", n) for n in range(5)))
    house.clock.at += timedelta(minutes=10)
    for other in calls[1:]:
        await house.do(other, Act.MERGE, into=calls[0].id)
    await house.do(calls[0], Act.TRIAGE, Act.CONFIRM)
    (mark,) = await house.look()
    assert mark.facts["reports"] == 5 and {one.ref for one in mark.evidence} == {one.key for one in calls}
    assert "通報5件" in mark.headline and len(await house.drafts()) == 1
    await house.do(calls[4], Act.SPLIT)
    marks = await house.look()
    assert sorted(one.facts["reports"] for one in marks) == [1, 4]
    async with store.read() as connection:
        assert len(await records.reports(connection, Status.EXERCISE, NOW, house.clock.now())) == 5, (
            "all evidence stays"
        )


async def test_a_correction_of_what_was_told_is_an_update_to_the_same_channels(store: Store) -> None:
    house = Desk(store)
    (case,) = await house.arrive(report("1"))
    await house.do(case, Act.TRIAGE, Act.CONFIRM)
    await house.look()
    (told,) = await house.issue()
    seen_at = (NOW - timedelta(minutes=30)).isoformat()
    await house.do(case, Act.CORRECT, reason=Reason.TIME, seen_at=seen_at)
    (seen,) = await house.look()
    assert seen.since < NOW and seen.facts["corrected"] is True
    (update,) = await house.drafts()
    assert (
        update.series == told.series and update.msg_type == "Update" and update.texts["ja"].short.startswith("【訂正】")
    )
    assert set(update.channels) >= set(told.channels)
    await house.issue()
    await house.look()
    assert await house.drafts() == []


async def test_what_was_found_is_lifted_and_not_called_an_error(store: Store) -> None:
    house = Desk(store)
    (case,) = await house.arrive(
        report("1", kind="suspicious_person", gateway="police", confirmed=True, source="警察署")
    )
    assert case.state is State.CONFIRMED and case.events[0].who == "警察署", (
        "confirmed by its issuer, and named as such"
    )
    await house.look()
    await house.issue()
    await house.do(case, Act.WITHDRAW, reason=Reason.FOUND)
    assert await house.look() == []
    (end,) = await house.ends()
    assert end.msg_type == "Update" and end.response == "AllClear" and "誤り" not in end.texts["ja"].short


async def test_where_a_rule_has_no_end_of_its_own_a_cancellation_is_drafted_once(store: Store) -> None:
    rules = tuple(replace(rule, all_clear={}) for rule in CITY.rules)
    house = Desk(store, city=replace(CITY, rules=rules))
    (case,) = await house.arrive(report("1"))
    await house.do(case, Act.TRIAGE, Act.CONFIRM)
    await house.look()
    (told,) = await house.issue()
    await house.do(case, Act.REJECT, reason=Reason.FALSE_ALARM)
    await house.look()
    (draft,) = await house.drafts()
    assert draft.msg_type == "Cancel" and draft.author == "sato" and set(draft.channels) >= set(told.channels)
    await house.issue()
    await house.look()
    assert await house.drafts() == []


async def test_two_officers_at_once_the_second_is_told_who_was_first(store: Store) -> None:
    house = Desk(store)
    (case,) = await house.arrive(report("1"))
    await house.do(case, Act.TRIAGE)
    late = Deed(number=case.id, act=Act.REJECT, who="sato", seen=case.version, reason=Reason.MISTAKEN)
    with pytest.raises(CaseError, match="sato が") as refused:
        await desk.do(store, late, house.clock.now())
    assert refused.value.code == "changed"
    assert (await house.case(case.id)).state is State.TRIAGED


async def test_a_drill_and_the_real_thing_are_never_one_and_the_surer_stands(store: Store) -> None:
    house = Desk(store)
    real, drill, sure = await house.arrive(
        report("real", status=Status.ACTUAL), report("drill"), report("sure", gateway="police", confirmed=True)
    )
    with pytest.raises(CaseError, match="本番と訓練"):
        await house.do(real, Act.MERGE, into=drill.id)
    with pytest.raises(CaseError) as refused:
        await house.do(sure, Act.MERGE, into=drill.id)
    assert refused.value.code == "other_way"
    first = await house.do(drill, Act.MERGE, into=sure.id)
    assert first.same_as == sure.id


async def test_what_is_sent_again_undoes_no_judgement(store: Store) -> None:
    house = Desk(store)
    (case,) = await house.arrive(report("1"))
    await house.do(case, Act.TRIAGE, Act.CONFIRM)
    async with store.write() as connection:
        await records.save(connection, [report("1")], house.clock.now())
        await records.save(connection, [report("1", text="やっぱり犬でした")], house.clock.now())
    after = await house.case(case.id)
    assert after.state is State.CONFIRMED and after.changed
    async with store.read() as connection:
        (stands,) = await records.reports(connection, Status.EXERCISE, NOW, house.clock.now())
        assert stands.confirmed and stands.text == "クマが1頭", "what was judged, until a person judges the new words"
        assert [one.id for one in await report_cases.to_do(connection, NOW, 10)] == [case.id]


async def test_who_takes_up_what_changed_has_not_settled_it(store: Store) -> None:
    house = Desk(store)
    (case,) = await house.arrive(report("1"))
    await house.do(case, Act.TRIAGE, Act.CONFIRM)
    async with store.write() as connection:
        await records.save(connection, [report("1", text="やっぱり犬でした")], house.clock.now())
    assert (await house.do(case, Act.CLAIM, Act.ASSIGN, Act.RELEASE, handler="鳥獣担当")).changed
    assert not (await house.do(case, Act.NOTE)).changed


async def test_a_flood_of_old_reports_hides_none_that_is_urgent_and_drills_hide_nothing_real(store: Store) -> None:
    house = Desk(store)
    await house.arrive(*(report(f"drill-{one}", one) for one in range(40)))
    await house.arrive(*(report(f"old-{one}", kind="other", status=Status.ACTUAL) for one in range(40)))
    house.clock.at += timedelta(minutes=5)
    (urgent,) = await house.arrive(report("urgent", kind="missing_person", status=Status.ACTUAL))
    now = house.clock.at + timedelta(minutes=4)
    async with store.read() as connection:
        first = await report_cases.to_do(connection, now, 10)
    assert first[0].id == urgent.id and first[0].version == 1
    assert {one.status for one in first} == {Status.ACTUAL}


async def test_time_ends_what_nobody_judged_and_no_word_of_a_report_is_in_the_chronology(store: Store) -> None:
    house = Desk(store)
    unseen, told = await house.arrive(report("1"), report("2"))
    await house.do(told, Act.TRIAGE, Act.CONFIRM)
    await house.look(minutes=25 * 60)
    last = [(await house.case(one.id)).events[-1] for one in (unseen, told)]
    assert (last[0].act, last[0].reason) == (Act.EXPIRE, Reason.NEVER_JUDGED)
    assert last[1].act is Act.CONFIRM, "what people were told stays on the map for its time"
    async with store.read() as connection:
        lines = list(await connection.scalars(select(chronology.c.text)))
    assert any("確認済みにした（警察に確認した）" in line for line in lines)
    assert not any("1頭" in line for line in lines)


async def test_an_issuer_that_ends_its_own_notice_takes_back_what_was_told(store: Store) -> None:
    """Edge case 14: the missing person is found, and the police say so."""
    house = Desk(store)
    lost = report("1", kind="suspicious_person", gateway="police", confirmed=True, source="警察署")
    (case,) = await house.arrive(lost)
    await house.look()
    await house.issue()
    async with store.write() as connection:
        await records.save(connection, [replace(lost, ended=Ended.SOLVED)], house.clock.now())
    assert (await house.case(case.id)).state is State.WITHDRAWN
    assert await house.look() == []
    assert len(await house.ends()) == 1
