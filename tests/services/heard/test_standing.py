"""Where a thing told stands, and taking it back: on every engine, from the door to the desk and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from feeds.open311.asked import Asked as Asking
from feeds.open311.asked import asked as read
from feeds.records import Report
from feeds.status import Status
from rules.reports.case import Act, Case, CaseError, Event, How, State
from rules.reports.life import REASONS, apply
from rules.reports.reason import Reason
from rules.requests.state import State as Asked
from services.heard.door import By, Door, Sighting, token_of
from services.heard.standing import Stand, stand
from services.heard.withdraw import withdraw
from services.heard.words import table
from services.photos import clean
from services.reports import desk
from services.requests.desk import Requests
from services.requests.street import Streets
from services.retention.rules import RULES
from services.store import heard, photos, report_cases, requests, users
from services.store.engine import Store
from services.store.tables import chronology as log
from services.store.users import Account, Role
from tests.services.making import NOW
from tests.services.pictures import png
from tests.services.requests.making import CATALOG

LATER = NOW + timedelta(minutes=5)
SEEN = Sighting(kind="bear", text="クマ", place="内丸", lon=141.11, lat=39.71, seen_at=NOW)
DOOR = Door(Requests(Streets(None)), photo_days=30)
BY = By(way="page", status=Status.EXERCISE, at=NOW)


def asked() -> Asking:
    return read([("service_code", "SNOW_NOT_PLOWED"), ("address_string", "内丸1")], CATALOG)


async def told(store: Store, token: str, what: object = SEEN) -> bool:
    async with store.write() as connection:
        names = await DOOR.photos(connection, [clean(png())])
        return (await DOOR.take(connection, what, names, token, BY)).again  # type: ignore[arg-type]


async def standing(store: Store, token: str) -> Stand:
    async with store.read() as connection:
        one = await heard.find(connection, token)
        assert one is not None
        found = await stand(connection, one)
    assert found is not None
    return found


async def take_back(store: Store, token: str) -> bool:
    async with store.write() as connection:
        one = await heard.find(connection, token)
        assert one is not None
        return await withdraw(connection, one, LATER)


async def case_of(store: Store, number: int) -> Case:
    async with store.read() as connection:
        found = await report_cases.find(connection, number)
    assert found is not None
    return found


async def judged(store: Store, number: int, *acts: Act, **more: object) -> None:
    async with store.write() as connection:
        if await users.find(connection, "sato") is None:
            one = Account(name="sato", role=Role.APPROVER, password="", one_time=False, revoked=False, created_at=NOW)
            await users.add(connection, one)
    for act in acts:
        deed = desk.Deed(number=number, act=act, who="sato", reason=REASONS[act][0], **more)  # type: ignore[arg-type]
        await desk.do(store, deed, LATER)


async def test_the_same_told_twice_is_one_report_with_its_photo(store: Store) -> None:
    assert not await told(store, "a")
    assert await told(store, "a") and not await told(store, "b")
    found = await standing(store, "a")
    assert (found.word, found.joined, found.may_withdraw, found.taken_back) == ("received", False, True, False)
    case = await case_of(store, found.number)
    assert case.status is Status.EXERCISE and case.events[0].who == "@public"
    async with store.read() as connection:
        report = (await desk.report_revisions.newest(connection, [case.key]))[case.key]
        assert isinstance(report, Report) and not report.confirmed
        assert await photos.find(connection, report.photos[0], NOW)
        assert await heard.find(connection, "c") is None


async def test_its_state_is_told_in_plain_words_until_it_is_judged_and_after(store: Store) -> None:
    await told(store, "a")
    number = (await standing(store, "a")).number
    await judged(store, number, Act.TRIAGE)
    assert (await standing(store, "a")).word == "looking"
    await judged(store, number, Act.REJECT)
    found = await standing(store, "a")
    assert (found.word, found.may_withdraw) == ("rejected", False)
    assert [step.word for step in found.steps] == ["received", "looking", "rejected"]
    assert all(not step.text for step in found.steps), "no word of the desk is told"
    assert not await take_back(store, "a")


async def test_a_mistake_is_taken_back_once_and_the_queue_knows_by_whom(store: Store) -> None:
    await told(store, "a")
    assert await take_back(store, "a") and not await take_back(store, "a")
    found = await standing(store, "a")
    assert (found.word, found.may_withdraw, found.taken_back) == ("withdrawn", False, True)
    case = await case_of(store, found.number)
    last = case.events[-1]
    assert case.state is State.WITHDRAWN
    assert (last.act, last.how, last.reason) == (Act.WITHDRAW, How.SENDER, Reason.SENDER_WITHDREW)
    async with store.read() as connection:
        lines = list(await connection.execute(select(log.c.who, log.c.text).where(log.c.kind == "report")))
    assert [(one.who, "通報者が取り下げた" in one.text) for one in lines] == [("@public", True)]


async def test_what_people_have_confirmed_stands_and_waits_for_them_again(store: Store) -> None:
    await told(store, "a")
    number = (await standing(store, "a")).number
    await judged(store, number, Act.TRIAGE, Act.CONFIRM)
    assert await take_back(store, "a") and not await take_back(store, "a")
    found, case = await standing(store, "a"), await case_of(store, number)
    assert (found.word, found.taken_back) == ("confirmed", True)
    assert case.state is State.CONFIRMED and case.changed, "no stranger calls off a bear that the police have seen"
    with pytest.raises(CaseError):
        apply(case, Event(act=Act.WITHDRAW, at=LATER, how=How.SENDER, who="x", reason=Reason.SENDER_WITHDREW))


async def test_one_that_was_merged_tells_how_the_first_stands(store: Store) -> None:
    await told(store, "a")
    await told(store, "b")
    first, second = (await standing(store, "a")).number, (await standing(store, "b")).number
    await judged(store, second, Act.MERGE, facts={"into": first})
    await judged(store, first, Act.TRIAGE, Act.CONFIRM)
    found = await standing(store, "b")
    assert (found.number, found.word, found.joined) == (second, "confirmed", True)
    assert await take_back(store, "b")
    assert (await case_of(store, first)).state is State.CONFIRMED


async def test_a_request_has_the_same_answer_as_by_any_other_door_and_is_closed_by_its_sender(store: Store) -> None:
    await told(store, "a", asked())
    found = await standing(store, "a")
    assert found.word == "open" and found.steps[0].text.startswith("【訓練】 [EXERCISE] 受け付けました")
    async with store.read() as connection:
        (one,) = await requests.by_ids(connection, [str(found.number)], ["Exercise"])
    assert one.client == "@public" and len(one.photos) == 1
    assert await take_back(store, "a") and not await take_back(store, "a")
    found = await standing(store, "a")
    assert (found.word, found.may_withdraw) == ("withdrawn", False) and "訓練" in found.steps[-1].text


async def test_a_link_goes_with_what_it_follows(store: Store) -> None:
    await told(store, "a")
    await told(store, "b", asked())
    await take_back(store, "b")
    for name, kept in (("reports", ["b"]), ("requests", [])):
        rule = next(one for one in RULES if one.name == name)
        async with store.write() as connection:
            way, before = rule.ways[-1], NOW + timedelta(days=1)
            picked = await way.pick(connection, before, 10)
            assert picked and await way.drop(connection, picked, before, before)
            assert [token for token in "ab" if await heard.find(connection, token)] == kept


def test_a_link_is_of_the_secret_and_the_content() -> None:
    names = {token_of("a" * 32, ["x"]), token_of("b" * 32, ["x"]), token_of("a" * 32, ["y"])}
    assert len(names | {token_of("a" * 32, ["x"], [b"1"])}) == 4 and {len(one) for one in names} == {43}
    assert token_of("a" * 32, ["x"]) in names


def test_every_state_has_words_in_every_language() -> None:
    for state in ("received", "looking", "confirmed", "unconfirmed", "rejected", "withdrawn", "over", *Asked):
        assert f"state_{state}" in table()
    assert {frozenset(texts) for texts in table().values()} == {frozenset(table()["title"])}
    assert all(text.strip() for texts in table().values() for text in texts.values())
