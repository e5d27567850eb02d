"""The writing desk: what people make of an alert is a draft, goes wherever the alert went, and binds by its digest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from feeds.status import Status
from rules.alert import Act, Alert, Approval, State, Text
from rules.engine import Sender
from rules.notice import Notice
from rules.redraft import Said
from rules.revision import series_began
from rules.rule import CATALOG, load_rules
from services.bell import Bell
from services.channels import cap_feed, line, log
from services.channels.cap_feed import CapFeed
from services.channels.channel import Payload
from services.channels.line import Line
from services.channels.log import Log
from services.city import City, place_finder
from services.desks.review import ReviewError, approve, issue
from services.desks.writing import Ask, preview, write
from services.evaluate import Evaluate
from services.store import alerts, hazards, users
from services.store.alerts import Refusal, Revision
from services.store.engine import Store
from services.store.tables import chronology as entries
from services.store.tables import outbox
from services.store.users import Account, Role, Scope
from tests.services.making import NOW, SetClock, alert, hazard
from tests.services.web_floor import floor, ground

pytestmark = pytest.mark.one_engine
LATER = NOW + timedelta(minutes=10)
GROUND = ground()
EVERY = frozenset(Status)
CITY = City(
    ground=GROUND,
    rules=load_rules([CATALOG]),
    channels={
        "log": Log(log.Config()),
        "cap_feed": CapFeed(cap_feed.Config(statuses=EVERY)),
        "line": Line(line.Config(token=SecretStr("none"), statuses=EVERY)),
    },
    sender=Sender(id="hub.morioka.example.jp", name="盛岡市", name_en="Morioka City"),
    place=place_finder(GROUND),
)
PLACES = tuple(CITY.place(code) for code in ("032010001", "032010002"))


async def in_force(store: Store, **changes: Any) -> Alert:
    """An alert of two districts that left the house, as the rules would have written it."""
    told = {"series": "Exercise-river-level-kitakami-20261120T180000", "rule": "river-level", "places": PLACES}
    keys = tuple(f"Exercise/flood@1/flood/{place.code}/g1" for place in PLACES)
    one = alert(**{**told, "hazards": keys, "levels": (3, 3), "channels": ("log", "line", "cap_feed"), **changes})
    payloads = {name: Payload(media_type="text/plain", parts=("本文",)) for name in one.channels}
    async with store.write() as connection:
        await alerts.add_draft(connection, one, payloads, NOW)
        draft = await alerts.get(connection, one.series, one.revision)
        assert draft is not None
        await issue(connection, draft, NOW, who="sato")
        await connection.execute(update(outbox).values(state="accepted", done=["1"]))
    return one


def ask(act: Act, one: Alert, said: Said | None = None, **more: Any) -> Ask:
    told = {"series": one.series, "revision": one.revision, "said": said or Said()}
    return Ask(**{"person": "suzuki", "now": LATER, "act": act, **told, **more})


async def agree(store: Store, draft: Revision, person: str = "sato") -> bool:
    told = {"series": draft.alert.series, "revision": draft.alert.revision, "digest": draft.digest}
    await person_of(store, person)
    return (await approve(store, **told, person=person, now=LATER)).issued


async def person_of(store: Store, name: str) -> None:
    async with store.write() as connection:
        if await users.find(connection, name) is None:
            scope = Scope(evacuation=True)
            account = Account(
                name=name, role=Role.APPROVER, password="", one_time=False, revoked=False, created_at=NOW, scope=scope
            )
            await users.add(connection, account)


async def log_of(store: Store) -> list[tuple[str, str, str]]:
    async with store.read() as connection:
        rows = await connection.execute(select(entries.c.kind, entries.c.who, entries.c.text).order_by(entries.c.seq))
        return [(kind, who, text) for kind, who, text in rows]


async def test_a_cancellation_follows_to_every_channel_even_where_nobody_knows(store: Store) -> None:
    one = await in_force(store, channels=("log", "line", "gone"))
    async with store.write() as connection:  # one channel that the settings lost, and one that never answered
        await connection.execute(update(outbox).where(outbox.c.channel == "line").values(state="unknown", done=[]))
    with pytest.raises(ReviewError, match="外せません：gone、line"):
        await write(store, CITY, ask(Act.CANCEL, one, Said(channels=("log",))))
    draft = await write(store, CITY, ask(Act.CANCEL, one, Said(reason={"ja": "試験の値でした。"})))
    assert draft.alert.msg_type == "Cancel" and draft.alert.channels == ("log", "line", "gone")
    assert isinstance(draft.payloads["gone"], Refusal)
    told = draft.payloads["line"]
    assert isinstance(told, Payload) and "【取消】" in told.parts[0] and "試験の値でした。" in told.parts[0]
    assert not told.quiet, "phones that rang for it ring again"
    assert await agree(store, draft)
    async with store.read() as connection:
        standing = await alerts.standing(connection, Status.EXERCISE, LATER)
    assert standing[one.series].state is State.LIFTED, "hazards were there when it ended"


async def test_a_correction_tells_the_detail_alone_and_only_where_the_alert_is_out(store: Store) -> None:
    one = await in_force(store)
    async with store.write() as connection:
        await connection.execute(update(outbox).where(outbox.c.channel == "log").values(state="waiting", done=[]))
    said = Said(areas=("032010002",), wrong={"ja": "2.60メートル"}, right={"ja": "2.06メートル"})
    draft = await write(store, CITY, ask(Act.CORRECTION, one, said))
    line_, log_, cap = (draft.payloads[name] for name in ("line", "log", "cap_feed"))
    assert isinstance(line_, Payload) and isinstance(log_, Payload) and isinstance(cap, Payload)
    assert line_.quiet and "誤：2.60メートル" in line_.parts[0] and "本町通" in line_.parts[0]
    assert "内丸" not in line_.parts[0] and one.texts["ja"].instruction not in line_.parts[0]
    assert one.texts["ja"].instruction in log_.parts[0] and "誤：" not in log_.parts[0], "nothing to correct there yet"
    assert "<value>032010002</value>" in cap.parts[0] and "内丸" in cap.parts[0], "the state stays whole"
    assert f"{one.sender},{one.identifier}" in cap.parts[0]
    assert any("文面にまだ残っています" in line_ for line_ in draft.alert.evidence), "the whole still says it"


async def test_an_edit_voids_approvals_and_tells_who_was_first(store: Store) -> None:
    one = await in_force(store, approval=Approval.TWO)
    first = await write(store, CITY, ask(Act.UPDATE, one, Said(expires=LATER + timedelta(hours=5))))
    assert not await agree(store, first, "sato")
    told = {"revision": first.alert.revision, "digest": first.digest}
    words = {"ja": {"headline": "川から離れてください"}}
    second = await write(store, CITY, ask(Act.EDIT, first.alert, Said(areas=("032010001",)), words=words, **told))
    assert second.digest != first.digest and second.alert.revision == first.alert.revision + 1
    with pytest.raises(ReviewError) as gone:
        await agree(store, first, "tanaka")
    assert gone.value.code == "not_waiting"
    assert not await agree(store, second, "tanaka"), "the first agreement was to other words"
    kind, who, text = next(row for row in await log_of(store) if row[0] == "edited")
    assert (kind, who) == ("edited", "suzuki") and "ja の見出し" in text and "本町通を外した" in text
    with pytest.raises(ReviewError, match=r"suzuki が11月20日 18:10:00に第3報を書きました") as late:
        await write(store, CITY, ask(Act.EDIT, first.alert, words=words, person="tanaka", **told))
    assert late.value.code == "changed"


async def test_two_who_amend_the_same_revision_do_not_overwrite_each_other(store: Store) -> None:
    one = await in_force(store)
    await write(store, CITY, ask(Act.UPDATE, one))
    with pytest.raises(ReviewError, match="第2報の案が承認を待っています"):
        await write(store, CITY, ask(Act.CORRECTION, one, Said(wrong={"ja": "あ"}, right={"ja": "い"})))
    with pytest.raises(ReviewError) as stale:
        await write(store, CITY, replace(ask(Act.CANCEL, one), revision=9))
    assert stale.value.code == "changed"


async def test_the_rules_leave_an_end_alone_until_it_rises(store: Store) -> None:
    clock = SetClock()
    evaluate = Evaluate(store, Bell(), clock, CITY)

    async def river(level: int, since: datetime) -> None:
        held = hazard(level=level, source="tatesakabashi", facts={"gauge": "館坂橋", "level_m": 2.6}, since=since)
        async with store.write() as connection:
            before = await hazards.current(connection, Status.EXERCISE)
            believed = replace(held, valid_until=NOW + timedelta(days=1))
            await hazards.replace_picture(connection, before, [believed], clock.at)
        await evaluate.step()

    await river(3, NOW - timedelta(hours=1))
    async with store.read() as connection:
        (series,) = [name for name in await alerts.standing(connection, Status.EXERCISE, NOW) if "river" in name]
        waiting = await alerts.get(connection, series, 1)
    assert waiting is not None and await agree(store, waiting)
    ended = await write(store, CITY, replace(ask(Act.ALL_CLEAR, waiting.alert), now=NOW + timedelta(minutes=5)))
    clock.at = LATER
    await evaluate.step()
    assert await agree(store, ended), "the draft waits, though the gauge stands high"
    await evaluate.step()
    async with store.read() as connection:
        standing = await alerts.standing(connection, Status.EXERCISE, LATER)
    assert standing[series].state is State.LIFTED
    clock.at += timedelta(minutes=30)
    await river(4, clock.at - timedelta(minutes=20))
    async with store.read() as connection:
        anew = await alerts.standing(connection, Status.EXERCISE, clock.at)
    assert series not in anew and any("river-level" in name for name in anew), "a rise begins a series of its own"


async def test_a_preview_writes_nothing(store: Store) -> None:
    one = await in_force(store)
    shown = await preview(store, CITY, ask(Act.ALL_CLEAR, one))
    assert shown.alert.response == "AllClear" and shown.payloads.keys() == {"log", "line", "cap_feed"}
    async with store.read() as connection:
        assert await alerts.get(connection, one.series, 2) is None


NOTICE = Notice(
    status=Status.EXERCISE,
    kind="snow_removal",
    level=1,
    category="Transport",
    texts={
        "ja": Text(
            language="ja",
            event="除雪のお知らせ",
            headline="内丸で除雪",
            description="本文",
            instruction="",
            short="除雪します",
        )
    },
    areas=("032010001",),
    expires=LATER + timedelta(hours=3),
    channels=("log", "line"),
)


@pytest.mark.parametrize(("event", "needs"), [("除雪のお知らせ", Approval.ONE), ("避難指示", Approval.TWO)])
async def test_a_notice_goes_the_way_of_all_drafts(store: Store, event: str, needs: Approval) -> None:
    text = replace(NOTICE.texts["ja"], event=event)
    notice = replace(NOTICE, texts={"ja": text})
    told = Ask(person="suzuki", now=LATER, act=Act.NOTICE, notice=notice)
    draft = await write(store, CITY, told)
    assert draft.alert.approval is needs and draft.alert.places[0].name == "内丸"
    payload = draft.payloads["line"]
    assert isinstance(payload, Payload) and payload.parts[0].startswith("【訓練】")
    for wrong in (replace(notice, areas=("nowhere",)), replace(notice, channels=("fax",)), replace(notice, texts={})):
        with pytest.raises(ReviewError):
            await write(store, CITY, replace(told, notice=wrong))


@asynccontextmanager
async def served(store: Store) -> AsyncIterator[Any]:
    async with floor(store, city=CITY, now=lambda: LATER) as running:
        yield running


async def test_the_api_writes_drafts_and_says_who_was_first(store: Store) -> None:
    one = await in_force(store)
    async with served(store) as running:
        officer = await running.person(Role.OPERATOR)
        viewer = await running.person(Role.VIEWER)
        path = f"/api/v1/alerts/{one.series}"
        assert (await viewer.post(f"{path}/cancel", {"revision": 1}))[0] == 403
        code, told = await officer.post(f"{path}/correction", {"revision": 1, "wrong": {"ja": "あ"}, "right": {}})
        assert (code, told["error"]) == (400, "bad_correction")
        code, draft = await officer.post(f"{path}/update", {"revision": 1, "texts": {"ja": {"headline": "見出し"}}})
        assert code == 200 and draft["revision"] == 2 and set(draft["payloads"]) == {"log", "line", "cap_feed"}
        headers = {"X-CSRF-Token": officer.csrf}
        body = {"digest": draft["digest"], "channels": ["log"]}
        async with officer.http.patch(f"{path}/2", json=body, headers=headers) as answer:
            assert answer.status == 400 and (await answer.json())["error"] == "channel_owed"
        async with officer.http.patch(f"{path}/2", json={**body, "channels": None}, headers=headers) as answer:
            assert answer.status == 200 and (await answer.json())["revision"] == 3
        async with officer.http.patch(f"{path}/2", json={**body, "channels": None}, headers=headers) as answer:
            told = await answer.json()
            assert answer.status == 409 and "the-operator が" in told["message"]
        code, told = await officer.post("/api/v1/alerts", {"kind": "snow", "level": 9, "texts": {}})
        assert code == 400


async def test_a_channel_that_told_of_it_after_the_draft_was_written_is_not_left_behind(store: Store) -> None:
    one = await in_force(store)
    async with store.write() as connection:
        await connection.execute(update(outbox).where(outbox.c.channel == "line").values(state="waiting", done=[]))
    draft = await write(store, CITY, ask(Act.UPDATE, one, Said(channels=("log", "cap_feed"))))
    async with store.write() as connection:
        await connection.execute(update(outbox).where(outbox.c.channel == "line").values(state="unknown"))
    with pytest.raises(ReviewError, match="届きました：LINE"):
        await agree(store, draft)
    async with store.write() as connection:
        await connection.execute(update(outbox).where(outbox.c.channel == "line").values(state="rejected"))
    assert await agree(store, draft)


async def test_two_notices_of_one_second_have_names_of_their_own(store: Store) -> None:
    asked = Ask(person="sato", now=NOW, act=Act.NOTICE, notice=NOTICE)
    first, second, third = [await write(store, CITY, asked) for _ in range(3)]
    names = [one.alert.series for one in (first, second, third)]
    assert names == [f"Exercise-{stem}-20261120T180000" for stem in ("notice", "notice.2", "notice.3")]
    assert len({one.alert.identifier for one in (first, second, third)}) == 3
    assert series_began(third.alert) == NOW
