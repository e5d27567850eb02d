"""Senders of reports: apart from what they saw, sealed, found again by a hash, and gone on time with proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import func, insert, select

from feeds.contact import Contact
from feeds.crime_types import Crime
from feeds.records import Report
from feeds.status import Status
from rules.reports.case import Act, Event, How
from rules.reports.reason import Reason
from services.configuration.reporters import USE, Reporters
from services.keyring import Keyring
from services.reporters.moving import Moving, in_the_clear
from services.retention.job import Retention
from services.settings import load
from services.store import chronology, records, report_cases, reporters
from services.store.engine import Store
from services.store.tables import metadata
from services.store.tables import records as arrived
from services.store.tables_reporters import reporter_marks
from services.store.tables_reporters import reporters as sealed
from services.store.tables_reports import report_events
from services.store.tables_requests import request_words, requests
from tests.services.making import NOW, SetClock
from tests.services.raw import raw

KEY, NEXT = SecretStr("a-key-of-senders-" * 3), SecretStr("another-key-of-senders-" * 3)
RING = Keyring(USE, KEY)
PHONE, MAIL, NAME = "090-5555-4321", "hanako@example.jp", "紫波 花子"
MARKS = (PHONE, "09055554321", MAIL, NAME, "DEVICE-77")
SEEN = Report(
    gateway="@public",
    report_id="r1",
    kind="bear",
    measured_at=NOW,
    text=f"クマです。電話は０９０－５５５５－４３２１、{MAIL}",
    place="内丸1-2-3 佐藤さん宅の裏",
    contact=Contact(name=NAME, phone=PHONE, mail=MAIL, device="DEVICE-77"),
)
TRIAGE = Event(act=Act.TRIAGE, at=NOW, how=How.DESK, who="sato", reason=Reason.LOOKED_AT)
SETTINGS = load(environment={})
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def key(store: Store) -> None:
    """Every store of these tests has one."""
    Reporters(key=KEY).seals(store)


async def came(store: Store, *reports: Report) -> None:
    async with store.write() as connection:
        await records.save(connection, reports, NOW)


async def everything(store: Store) -> str:
    async with store.read() as connection:
        return repr([(await connection.execute(select(table))).all() for table in metadata.sorted_tables])


async def test_what_tells_the_sender_lies_apart_and_sealed_and_what_was_seen_is_whole(store: Store) -> None:
    await came(store, SEEN)
    whole = await everything(store)
    assert [mark for mark in (*MARKS, "５５５５") if mark in whole] == []
    assert [mark for mark in MARKS for data in raw(store) if mark.encode() in data] == []
    async with store.read() as connection:
        [kept] = await records.reports(connection, Status.ACTUAL, NOW - DAY, NOW + DAY)
        [row] = await reporters.of(connection, SEEN.key)
    assert kept.text == "クマです。電話は●●●、●●●" and kept.contact is None
    assert kept.place == SEEN.place, "a place and who lives there are what was seen: nobody finds it without them"
    told = reporters.opened(RING, row)
    assert told.words == {"text": SEEN.text}
    assert told.contact == replace(SEEN.contact or Contact(), device=""), "a device calls nobody back: it is not taken"
    assert row.members == ("name", "phone", "mail", "words")


async def test_a_person_is_found_by_any_spelling_without_anything_being_read(store: Store) -> None:
    await came(
        store, SEEN, replace(SEEN, report_id="r2", contact=None), replace(SEEN, report_id="r3", text="", contact=None)
    )
    spellings = {
        "phone": ["+81 90 5555 4321", "０９０５５５５４３２１"],
        "mail": [" HANAKO@example.jp"],
        "name": ["紫波花子"],
    }
    async with store.read() as connection:
        found = {
            kind: [[row.about for row in await reporters.having(connection, RING, kind, one)] for one in some]
            for kind, some in spellings.items()
        }
        assert await reporters.having(connection, Keyring(USE, NEXT), "phone", PHONE) == []
    both = ["@public/report/r1", "@public/report/r2"]
    assert found == {"phone": [both, both], "mail": [both], "name": [both[:1]]}


async def test_without_a_key_what_came_in_is_kept_and_its_sender_is_not(store: Store) -> None:
    store.keyring = None
    await came(store, SEEN)
    whole = await everything(store)
    assert [mark for mark in MARKS if mark in whole] == [] and "クマです。電話は●●●" in whole
    async with store.read() as connection:
        assert await reporters.of(connection, SEEN.key) == []


async def test_what_the_police_wrote_stays_as_issued_and_tells_of_no_sender(store: Store) -> None:
    notice = replace(SEEN, kind="crime", crime=Crime(what="声かけ", precision="minute"), text="盛岡東署 019-606-0110")
    await came(store, notice)
    async with store.read() as connection:
        [kept] = await records.reports(connection, Status.ACTUAL, NOW - DAY, NOW + DAY)
        assert kept.text == notice.text and await reporters.of(connection, notice.key) == []


async def test_told_again_the_newest_counts_and_a_repeat_brings_nothing_back(store: Store) -> None:
    await came(store, SEEN)
    await came(store, replace(SEEN, text="二頭います", contact=Contact(phone="080-1111-2222")))
    async with store.write() as connection:
        [row] = await reporters.of(connection, SEEN.key)
        told = reporters.opened(RING, row)
        assert (told.contact.phone, told.contact.mail, told.words) == ("080-1111-2222", MAIL, {"text": SEEN.text})
        assert await reporters.having(connection, RING, "mail", MAIL) == [row]
        await reporters.drop(connection, [row.id])
    await came(store, SEEN)
    async with store.read() as connection:
        assert await reporters.of(connection, SEEN.key) == [], "the broker gave it a second time"


async def test_a_note_of_an_officer_is_covered_too(store: Store) -> None:
    await came(store, SEEN)
    async with store.write() as connection:
        case = (await report_cases.of_keys(connection, [SEEN.key]))[SEEN.key]
        note = Event(act=Act.NOTE, at=NOW, how=How.DESK, who="sato", text=f"{PHONE} に折り返した")
        after = await report_cases.act(connection, case, note)
    assert after.events[-1].text == "●●● に折り返した"
    async with store.read() as connection:
        rows = {row.part: reporters.opened(RING, row) for row in await reporters.of(connection, SEEN.key)}
    assert rows["act/1"].words == {"note": note.text} and PHONE not in await everything(store)


async def test_they_go_a_month_after_the_end_or_three_after_they_came_without_a_trace(
    store: Store,
) -> None:
    over, stands = replace(SEEN, report_id="over"), replace(SEEN, report_id="stands")
    await came(store, over, stands)
    async with store.write() as connection:
        case = (await report_cases.of_keys(connection, [over.key]))[over.key]
        case = await report_cases.act(connection, case, TRIAGE)
        no = Event(act=Act.REJECT, at=NOW + DAY, how=How.DESK, who="sato", reason=Reason.MISTAKEN)
        await report_cases.act(connection, case, no)
        ciphers = [bytes(one) for one in await connection.scalars(select(sealed.c.sealed))]
    clock = SetClock(NOW + 30 * DAY)
    job = Retention(store, clock, SETTINGS)
    assert "reporters" not in await job.run(), "thirty days after the end, not after it came"
    clock.at = NOW + 32 * DAY
    assert (await job.run())["reporters"] == 1
    async with store.read() as connection:
        assert await reporters.known(connection, [over.key, stands.key]) == {
            stands.key: ("mail", "name", "phone", "words")
        }
    clock.at = NOW + 91 * DAY
    assert (await job.run())["reporters_latest"] == 1
    async with store.read() as connection:
        for table in (sealed, reporter_marks):
            assert await connection.scalar(select(func.count()).select_from(table)) == 0
        entries = await chronology.between(connection, Status.ACTUAL, ["system"], NOW, clock.at)
        assert (await chronology.verify(connection)).broken is None
    assert [(one.refs["gone"], one.refs["left"], one.refs["due"]) for one in entries] == [("1", "0", "0")] * 2
    assert all("連絡先を1件消した" in one.text and len(one.refs["reporters"]) == 64 for one in entries)
    leftovers = [len(one) for one in ciphers for data in raw(store) if one in data]
    assert leftovers == [], "neither on free pages nor in the WAL"


async def test_a_row_of_another_key_is_told_and_sealed_anew_under_the_current_one(store: Store) -> None:
    await came(store, SEEN)
    Reporters(key=NEXT, former=(KEY,)).seals(store)
    ring = store.keyring
    assert ring is not None
    lost = Moving(store, keyed=True, ids=Keyring(USE, NEXT).ids)
    while await lost.step():
        pass
    assert f"{RING.current}（1件）" in lost.troubles[0]
    unread = Moving(store, keyed=False, ids=frozenset())
    while await unread.step():
        pass
    assert "連絡先は受け取っていません" in unread.troubles[0] and len(unread.troubles) == 2
    async with store.write() as connection:
        assert await reporters.keys(connection) == {RING.current: 1}
        for row in await reporters.not_under(connection, ring.current, 100):
            await reporters.reseal(connection, ring, row)
    async with store.read() as connection:
        alone = Keyring(USE, NEXT)
        [row] = await reporters.having(connection, alone, "phone", PHONE)
        assert reporters.opened(alone, row).contact.name == NAME and row.arrived_at == NOW
        assert await reporters.keys(connection) == {alone.current: 1}


async def test_what_an_older_version_left_in_the_clear_is_moved_once_there_is_a_key(store: Store) -> None:
    row = {"type": "report", "key": SEEN.key, "subject": "bear", "status": "Actual", "gateway": "@public"}
    flags = {"trusted": True, "held": False, "late": False, "measured_at": NOW, "received_at": NOW - DAY}
    bodies = [records._body(replace(SEEN, text=text)) for text in (f"クマ {PHONE}", "クマ 080-9999-0000")]
    asked = {
        "status": "Actual", "service": "S", "state": "open", "urgent": False, "reasons": [], "client": "app",
        "address": "内丸", "description": f"雪 {MAIL}", "released": False, "media_url": "", "known": {}, "segment": "",
        "section": "", "attributes": {"DEPTH": [f"{PHONE} へ"]}, "asked_at": NOW, "changed_at": NOW,
    }  # fmt: skip
    async with store.write() as connection:
        for number, body in enumerate(bodies):
            await connection.execute(insert(arrived).values(**row, **flags, digest=str(number), body=body))
        await report_cases.begin(connection, [SEEN], NOW)
        await connection.execute(insert(report_events), [
            {"case": 1, "seq": 1, "act": "note", "at": NOW, "how": "desk", "who": "sato", "reason": "",
             "text": f"{NAME}、{PHONE}", "facts": {}}
        ])  # fmt: skip
        await connection.execute(insert(requests).values(asked))
        await connection.execute(insert(request_words), [
            {"request": 1, "client": "app", "update_id": "1", "at": NOW, "told_at": NOW, "state": "open",
             "text": f"まだです {PHONE}", "media_url": "", "applied": False}
        ])  # fmt: skip
    waiting = Moving(store, keyed=False)
    assert await waiting.step() is False and "鍵を作り" in waiting.troubles[0]
    assert PHONE in await everything(store), "to cover it without a key would destroy it"
    await Moving(store, keyed=True).step()  # killed after the first of its steps; a new one goes on
    moving = Moving(store, keyed=True)
    while await moving.step():
        pass
    await store.wash()
    whole = await everything(store)
    assert [mark for mark in (PHONE, MAIL, "080-9999-0000") if mark in whole] == []
    assert [mark for mark in (PHONE, MAIL) for data in raw(store) if mark.encode() in data] == []
    async with store.read() as connection:
        assert await in_the_clear(connection) == {}
        rows = [*await reporters.of(connection, SEEN.key), *await reporters.of(connection, "request/1")]
        told = {(one.about, one.part): dict(reporters.opened(RING, one).words) for one in rows}
        assert len(await records.reports(connection, Status.ACTUAL, NOW - DAY, NOW + DAY)) == 1
    assert told == {
        (SEEN.key, ""): {"text": "クマ 080-9999-0000"},
        (SEEN.key, "act/1"): {"note": f"{NAME}、{PHONE}"},
        ("request/1", ""): {"description": f"雪 {MAIL}", "DEPTH 0": f"{PHONE} へ"},
        ("request/1", "word/1"): {"text": f"まだです {PHONE}"},
    }
    again = replace(SEEN, text=f"クマ {PHONE}", contact=None)
    async with store.write() as connection:
        assert (await records.save(connection, [again], NOW)).duplicates == 1, "sent once more it is known"
