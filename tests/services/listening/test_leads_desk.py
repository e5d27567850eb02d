"""Leads at the desk: unverified, by their links alone, made into a report once, and nobody else's business."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from feeds.records import Report
from feeds.status import Status
from geo.heard.lead import Lead
from services.configuration.listening import Listening
from services.store import hazards, leads, listened, records, report_cases
from services.store.engine import Store
from services.store.listened import Source
from services.store.tables import chronology as log
from services.store.users import Role
from services.web.leads.told import CLUSTER, SOURCE
from tests.geo.heard.making import book, lead
from tests.services.making import NOW, hazard
from tests.services.web_floor import Floor, Visitor, floor

pytestmark = pytest.mark.one_engine
_SERVER = {"url": "https://m.example", "token": "t"}
_X = {"bearer": "fake-bearer", "reads_a_month": 1000}
ON = Listening.model_validate({"x": _X, "bluesky": {}, "mastodon": _SERVER})


def desk(store: Store, **more: Any) -> Any:
    return floor(store, **{"listened_for": book(), "listening": ON, **more})


async def keep(store: Store, *found: Lead) -> None:
    async with store.write() as connection:
        await leads.keep(connection, found)


def some(minutes: float = 5, **more: Any) -> list[Lead]:
    """Three people of inner town."""
    return [lead(f"{n}", NOW - timedelta(minutes=minutes + n), f"p{n}", **more) for n in range(1, 4)]


async def listed(visitor: Visitor, query: str = "") -> list[dict[str, Any]]:
    status, body = await visitor.get(f"/api/v1/leads{query}")
    assert status == 200, body
    return list(body["items"])


async def press(visitor: Visitor, one: dict[str, Any], act: str, **more: Any) -> tuple[int, Any]:
    named = {name: one[name] for name in ("hazard", "place", "seen", "status")}
    return await visitor.post("/api/v1/leads/acts", {**named, "act": act, **more})


async def test_a_cluster_is_told_by_counts_and_links(store: Store) -> None:
    await keep(store, *some(), lead("9", NOW - timedelta(minutes=1), "p1", marks=("past", "unsure")))
    async with desk(store) as running:
        (one,) = await listed(await running.person(Role.VIEWER))
    assert set(one) == set(CLUSTER)
    assert (one["place"], one["hazard"], one["posts"], one["people"], one["plain"]) == ("内丸", "flood", 4, 3, 3)
    assert one["verified"] is False and one["words"] == ["冠水"] and one["report_kind"] == "damage"
    assert one["links"][0] == {
        "provider": "x",
        "url": "https://x.com/i/web/status/9",
        "at": one["last_at"],
        "doubts": ["past", "unsure"],
    }
    assert {doubt["mark"] for doubt in one["doubts"]} == {"past", "unsure"}


async def test_a_report_is_the_officers_word_and_waits_in_the_queue(store: Store) -> None:
    await keep(store, *some())
    async with desk(store) as running:
        officer = await running.person(Role.OPERATOR, "sato")
        (one,) = await listed(officer)
        status, body = await press(officer, one, "report", text="県庁前の道路に水、通行は可")
        assert status == 200, body
        assert await listed(officer) == [] and (await listed(officer, "?every=true"))[0]["made"]["who"] == "sato"
        status, body2 = await press(officer, one, "report")
        assert status == 409 and "sato" in body2["message"], "once"
        _, queue = await officer.get("/api/v1/reports/queue")
    async with store.read() as connection:
        (case,) = (await report_cases.of_keys(connection, [body["report"]])).values()
        rows = (await connection.execute(select(log.c.who, log.c.text, log.c.refs).where(log.c.kind == "lead"))).all()
    assert case.kind == "damage" and case.place == "内丸" and case.state.value == "received"
    (waiting,) = queue["items"]
    assert waiting["source"] == "職員がSNSで確認" and "県庁前の道路に水" in waiting["text"]
    assert "https://" not in waiting["text"], "no link outlives its lead"
    assert [(row.who, "通報にした" in row.text) for row in rows] == [("sato", True)]
    assert "https://" not in str(rows)


async def test_nothing_in_it_hides_what_was_seen_and_not_what_comes_after(store: Store) -> None:
    await keep(store, *some(20))
    async with desk(store) as running:
        officer = await running.person(Role.OPERATOR, "sato")
        (one,) = await listed(officer)
        await keep(store, lead("7", NOW - timedelta(minutes=3), "p7"))  # while the officer reads
        assert (await press(officer, one, "nothing"))[0] == 200
        (again,) = await listed(officer)
        assert again["fresh"] == 1 and again["made"]["act"] == "nothing" and again["seen"] > one["seen"]
        assert (await press(officer, again, "nothing"))[0] == 200
        assert await listed(officer) == []
        await keep(store, lead("8", NOW - timedelta(hours=9), "p8"))  # another time, another cluster
        assert [found["fresh"] for found in await listed(officer)] == [1]


async def test_of_two_officers_at_once_one_is_first(store: Store) -> None:
    await keep(store, *some())
    async with desk(store) as running:
        officers = [await running.person(Role.OPERATOR, name) for name in ("sato", "suzuki")]
        (one,) = await listed(officers[0])
        answers = await asyncio.gather(*(press(officer, one, "report") for officer in officers))
    assert sorted(status for status, _ in answers) == [200, 409]


async def test_leads_that_are_gone_make_no_report(store: Store) -> None:
    await keep(store, *some())
    async with desk(store) as running:
        officer = await running.person(Role.OPERATOR)
        (one,) = await listed(officer)
        async with store.write() as connection:
            await leads.forget(connection, NOW + timedelta(days=2), ON.kept, ON.x_kept)
        status, body = await press(officer, one, "report")
        assert (status, body["error"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"act": "publish"}, "bad_act"),
        ({"act": "report", "hazard": 3}, "bad_hazard"),
        ({"act": "report", "hazard": "flood", "place": ""}, "bad_place"),
        ({"act": "report", "hazard": "flood", "place": "内丸", "seen": 1e300}, "bad_seen"),
        ({"act": "report", "hazard": "flood", "place": "内丸", "seen": True}, "bad_seen"),
        ({"act": "report", "hazard": "flood", "place": "内丸", "seen": 1, "text": "x" * 401}, "bad_text"),
        ({"act": "report", "hazard": "flood", "place": "内丸", "seen": 1, "text": "\ud800"}, "bad_text"),
    ],
)
async def test_what_is_asked_wrongly_is_named(store: Store, body: dict[str, Any], code: str) -> None:
    async with desk(store) as running:
        officer = await running.person(Role.OPERATOR)
        status, told = await officer.post("/api/v1/leads/acts", body)
        assert (status, told["error"]) == (400, code)
        assert (await (await running.person(Role.VIEWER)).post("/api/v1/leads/acts", body))[0] == 403


async def test_what_the_hub_knows_itself_stands_beside_it(store: Store) -> None:
    async with desk(store) as running:
        officer = await running.person(Role.VIEWER)
        await near(running, store)
        (one,) = await listed(officer)
    assert one["hazards_near"] == ["内丸付近で浸水のおそれ"] and len(one["reports_near"]) == 1


async def near(running: Floor, store: Store) -> None:
    """A hazard and a report of inner town, and others elsewhere."""
    here = hazard(
        status=Status.ACTUAL, headline="内丸付近で浸水のおそれ", source="1", valid_until=NOW + timedelta(hours=1)
    )
    there = replace(here, headline="別の場所", area="elsewhere", source="2")
    seen = Report(gateway="@public", report_id="r", kind="damage", measured_at=NOW, text="水", place="内丸1")
    async with store.write() as connection:
        await hazards.replace_picture(connection, {}, [here, there], NOW)
        await records.save(connection, [seen, replace(seen, report_id="b", kind="bear")], NOW)
    await keep(store, *some())


async def test_the_page_says_that_nobody_has_confirmed_it_and_works_by_forms(store: Store) -> None:
    await keep(
        store, *some(), lead("m", NOW, "q", provider="mastodon", link="https://m.example/@a/1", marks=("drill",))
    )
    async with store.write() as connection:
        told = Source(
            source="x", cursor="", at=NOW, state="spent", trouble="今月の読み取り 500／500 件を使い切りました"
        )
        await listened.save(connection, told)
        await listened.charge(connection, "x", NOW.replace(minute=0), 500)
    async with desk(store) as running:
        officer = await running.person(Role.OPERATOR, "sato")
        _, page = await officer.get("/ops/leads")
        assert "だれも確かめていません" in page and "使い切りました" in page and "今月 500／1000 件（2.50 USD）" in page
        assert page.count('rel="noopener noreferrer nofollow"') == 4 and 'href="https://m.example/@a/1"' in page
        assert "訓練と書いてある" in page
        (one,) = await listed(officer)
        form = {name: one[name] for name in ("hazard", "place", "seen", "status")}
        form |= {"csrf": officer.csrf, "act": "nothing"}
        for _ in range(2):
            async with officer.http.post("/ops/leads", data=form, allow_redirects=False) as answer:
                text = await answer.text()
                statuses = answer.status
        assert statuses == 409 and "sato" in text, "pressed twice"


async def test_sources_say_how_they_are_and_ring_nobody(store: Store) -> None:
    async with store.write() as connection:
        for name, state, ago in (("x", "refused", 1), ("mastodon", "listening", 1), ("bluesky", "listening", 60)):
            at = NOW - timedelta(minutes=ago)
            await listened.save(connection, Source(source=name, cursor="", at=at, state=state, trouble="", resumes=NOW))
    async with desk(store) as running:
        viewer = await running.person(Role.VIEWER)
        _, body = await viewer.get("/api/v1/leads/sources")
        assert {one["source"]: one["state"] for one in body["items"]} == {
            "x": "refused",
            "mastodon": "listening",
            "bluesky": "silent",
        }
        assert all(set(one) == set(SOURCE) for one in body["items"])
        async with viewer.http.get("/readyz") as answer:
            assert answer.status == 200


async def test_nobody_else_is_told_of_it(store: Store) -> None:
    await keep(store, *some())
    async with desk(store) as running:
        stranger = await running.visitor()
        for path in ("/api/v1/leads", "/api/v1/leads/sources"):
            assert (await stranger.get(path))[0] == 401
        async with stranger.http.get("/ops/leads", allow_redirects=False) as answer:
            assert answer.status == 401 or answer.headers["Location"].startswith("/login")
