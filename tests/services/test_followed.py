"""A notice of the police and what came after it: from the relay's mail to every channel, and out of every archive."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from feeds.records import Report
from rules.alert import Alert
from rules.reports.reason import Reason
from services.channels.registry import CHANNELS, renderer
from services.desks import quarantine as desks
from services.desks.quarantine import Found, Reader
from services.store import report_cases
from services.store.codec import from_json
from services.store.engine import Store
from services.store.tables import chronology, metadata, records
from services.store.users import Role
from tests.services.making import NOW
from tests.services.news import News
from tests.services.test_notices import RELAY, hand_in
from tests.services.test_report_intake import basic
from tests.services.web_floor import Floor, at, floor

pytestmark = pytest.mark.one_engine
NAME = "岩手花子"
LOST = (
    f"【行方不明者情報】\n日時：11月20日（金）午後2時10分ころ\n場所：盛岡市内丸\n氏名：{NAME}\n"
    f"特徴：女性、80歳代、身長150センチ、紺色のズボン、{NAME}さん\n情報提供：盛岡東警察署"
)
FOUND = (
    f"行方不明者の発見について\n11月20日にお知らせした{NAME}さんは、無事発見されました。ご協力ありがとうございました。"
)
LOGIN = basic("relay", "relay-secret")
LATER = NOW + timedelta(minutes=40)


async def mailed(running: Floor, text: str) -> None:
    assert (await hand_in(await running.visitor(), text, "text/plain; charset=utf-8", **LOGIN))[0] == 201


async def everything(store: Store) -> str:
    """All that any table holds."""
    async with store.read() as connection:
        return repr([(await connection.execute(select(table))).all() for table in metadata.sorted_tables])


async def test_who_was_missing_and_is_found_is_told_everywhere_and_forgotten_everywhere(store: Store) -> None:
    news = News(store)
    await news.hire()
    async with floor(store, reader=Reader(gateways=RELAY)) as running:
        await mailed(running, LOST)
        (told,) = await (await running.visitor()).features("/api/v1/reports")
        assert (told["place"], told["text"]) == ("内丸", "特徴：女性、80歳代、身長150センチ、紺色のズボン。")
        (desk,) = await (await running.person(Role.VIEWER)).features("/api/v1/reports")
        assert NAME in desk["text"], "kept as issued"
    (first,) = await news.agree()
    assert "紺色のズボン" in first.texts["ja"].description
    reached = {row.channel for row in await news.deliveries() if row.state == "waiting"}
    assert reached == {"log", "cap_feed"}
    for name in CHANNELS.keys() & set(first.channels):
        assert NAME not in "".join(renderer(name).render(first).parts)

    news.clock.at = LATER
    async with floor(store, reader=Reader(gateways=RELAY), **at(LATER)) as running:
        await mailed(running, FOUND)
        await mailed(running, LOST)  # a mail that was underway twice
        assert await (await running.visitor()).features("/api/v1/reports") == []
    end = from_json(Alert, (await news.look())[-1].body)
    assert end.ends and end.msg_type == "Update" and end.references == (first.reference,)
    lifted = [row for row in await news.deliveries() if row.revision == end.revision and row.state == "waiting"]
    assert {row.channel for row in lifted} == reached, "wherever it went, without waiting for anybody"
    assert NAME not in await everything(store)
    async with store.read() as connection:
        kept = [from_json(Report, body) for body in await connection.scalars(select(records.c.body))]
        said = list(await connection.scalars(select(chronology.c.text).where(chronology.c.who == "relay")))
    assert {(one.kind, one.text, one.place) for one in kept} == {("missing_person", "", "")}
    assert said == ["警察の発見の知らせにより、先の情報を終わらせた（発生の日が同じです）"]


CALL = (
    "【不審者情報】声かけ\n日時：11月20日（金）午後3時ころ\n場所：盛岡市内丸\n"
    "不審者の特徴：20歳代、男\n情報提供：盛岡東警察署"
)


async def test_a_correction_becomes_a_revision_that_goes_where_the_first_word_went(store: Store) -> None:
    news = News(store)
    await news.hire()
    async with floor(store, reader=Reader(gateways=RELAY)) as running:
        await mailed(running, CALL)
        (first,) = await news.agree()
        await mailed(running, f"【訂正】{CALL.replace('20歳代', '50歳代')}")
        (told,) = await (await running.visitor()).features("/api/v1/reports")
        assert told["text"] == "声かけ（相手：50歳代・男）。"
        news.clock.at = LATER
        (second,) = await news.agree()
        assert (second.series, second.revision) == (first.series, 2) and "50歳代" in second.texts["ja"].short
        await mailed(running, "【解決】【不審者情報】声かけ\n11月20日の件は解決しました。\n盛岡東警察署")
        assert await (await running.visitor()).features("/api/v1/reports") == []
    assert from_json(Alert, (await news.look())[-1].body).ends
    async with store.read() as connection:
        bodies = [from_json(Report, body) for body in await connection.scalars(select(records.c.body))]
    assert any("20歳代" in one.text for one in bodies), "what was only solved stays as it was issued"


async def test_what_is_read_again_corrects_nothing_twice(store: Store) -> None:
    async with floor(store, reader=Reader(gateways=RELAY)) as running:
        await mailed(running, CALL)
        await mailed(running, f"【訂正】{CALL.replace('20歳代', '50歳代')}")
    async with store.write() as connection:
        bodies = await connection.scalars(select(records.c.body).order_by(records.c.seq))
        held = [from_json(Report, body) for body in bodies]
        notice = next(one for one in held if one.crime is not None and one.crime.follows)
        found = Found(number=1, topic="police_mail:relay", status=notice.status, records=(notice,))
        assert await desks._save(connection, [found], NOW) == 0
        assert await connection.scalar(select(func.count()).select_from(records)) == len(held)


async def test_what_names_no_earlier_notice_changes_nothing_and_asks_for_a_person(store: Store) -> None:
    async with floor(store, reader=Reader(gateways=RELAY)) as running:
        await mailed(running, CALL)
        await mailed(running, "【解決】不審者情報\n11月18日の件は解決しました。")
        assert len(await (await running.visitor()).features("/api/v1/reports")) == 1
    async with store.read() as connection:
        (said,) = await connection.scalars(select(chronology.c.text).where(chronology.c.who == "relay"))
        assert await connection.scalar(select(func.count()).select_from(records)) == 2
        (waits,) = await report_cases.to_do(connection, NOW, 10)
    assert waits.events[-1].reason is Reason.NO_ORIGINAL and waits.changed, "until a person has acted on it"
    assert said.startswith("警察の解決の知らせ：日付・場所・件名などの合う、先の情報がありません。担当者が")
