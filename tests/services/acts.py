"""Writes of the API that make drafts or answer calls, each as one act of one officer; for the audit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from feeds.records import Report
from feeds.status import Status
from services.callout.desk import announce
from services.callout.occasion import Event, Occasion
from services.configuration.reporters import Reporters
from services.store import alerts, leads, outages, records, report_cases
from services.store.engine import Store
from tests.geo.heard.making import lead as heard
from tests.services.making import NOW, alert, payload
from tests.services.test_writing import in_force
from tests.services.web_floor import Visitor

Act = Callable[[Store, Visitor], Awaitable[tuple[int, Any]]]
JA = {"ja": "雨量計の点検のためでした。"}
TEXTS = dict.fromkeys(("event", "headline", "description", "instruction", "short"), "市からのお知らせです")


def amending(verb: str, body: dict[str, Any]) -> Act:
    """A person's word on an alert in force."""

    async def act(store: Store, officer: Visitor) -> tuple[int, Any]:
        one = await in_force(store, series=f"Exercise-river-level-{verb}-20261120T180000")
        return await officer.post(f"/api/v1/alerts/{one.series}/{verb}", {"revision": 1, **body})

    return act


async def edit(store: Store, officer: Visitor) -> tuple[int, Any]:
    one = alert(series="Exercise-river-level-edited-20261120T180000")
    async with store.write() as connection:
        digest = await alerts.add_draft(connection, one, {"log": payload()}, NOW)
    path, body = f"/api/v1/alerts/{one.series}/1", {"digest": digest, "texts": {"ja": {"headline": "見出し"}}}
    async with officer.http.patch(path, json=body, headers={"X-CSRF-Token": officer.csrf}) as answer:
        return answer.status, await answer.json()


async def notice(_: Store, officer: Visitor) -> tuple[int, Any]:
    body = {"kind": "other", "level": 0, "areas": ["032010001"], "channels": ["log"], "texts": {"ja": TEXTS}}
    return await officer.post("/api/v1/alerts", {**body, "expires": (NOW + timedelta(hours=3)).isoformat()})


async def shelters(_: Store, officer: Visitor) -> tuple[int, Any]:
    places = [{"name": "本宮地区活動センター", "opening": "open"}]
    return await officer.post("/api/v1/declared/shelters", {"disaster": "大雨", "places": places})


async def headquarters(_: Store, officer: Visitor) -> tuple[int, Any]:
    body = {"disaster": "大雨", "type": "災害対策本部", "stands": True}
    return await officer.post("/api/v1/declared/headquarters", body)


async def call(store: Store, officer: Visitor) -> tuple[int, Any]:
    occasion = Occasion(
        key="audit",
        event=Event.FAULT,
        status=Status.EXERCISE,
        level=0,
        subject="装置が黙っています",
        subject_en="A gauge is silent",
        since=NOW,
        lasting=False,
    )
    async with store.write() as connection:
        number = await announce(connection, occasion, NOW)
    return await officer.post("/api/v1/calls/acknowledge", {"id": number})


async def outage(store: Store, officer: Visitor) -> tuple[int, Any]:
    async with store.write() as connection:
        number = await outages.begin(connection, "x", Status.EXERCISE, NOW - timedelta(hours=2), NOW)
        await outages.close(connection, number, NOW, NOW)
    return await officer.post("/api/v1/outages/seen", {"id": number})


async def lead(store: Store, officer: Visitor) -> tuple[int, Any]:
    async with store.write() as connection:
        await leads.keep(connection, [heard("audit", NOW - timedelta(minutes=5))])
    body = {"hazard": "flood", "place": "内丸", "seen": 1, "act": "report", "text": "道路に水"}
    return await officer.post("/api/v1/leads/acts", body)


async def triage(store: Store, officer: Visitor) -> tuple[int, Any]:
    seen = Report(gateway="@public", report_id="audit", kind="bear", measured_at=NOW, text="クマ", place="内丸")
    async with store.write() as connection:
        await records.save(connection, [seen], NOW)
        number = (await report_cases.of_keys(connection, [seen.key]))[seen.key].id
    return await officer.post("/api/v1/reports/queue/acts", {"cases": [{"id": number}], "act": "triage"})


async def culling(_: Store, officer: Visitor) -> tuple[int, Any]:
    return await officer.post("/api/v1/culling", {"animal": "bear"})


async def tick(store: Store, officer: Visitor) -> tuple[int, Any]:
    _, case = await culling(store, officer)
    body = {"id": case["id"], "seen": 1, "act": "tick", "condition": "urgent"}
    return await officer.post("/api/v1/culling/acts", body)


async def look(store: Store, officer: Visitor) -> tuple[int, Any]:
    Reporters(key=SecretStr("a-key-of-senders-" * 3)).seals(store)
    seen = Report(gateway="@public", report_id="look", kind="bear", measured_at=NOW, text="090-1111-2222", place="内丸")
    async with store.write() as connection:
        await records.save(connection, [seen], NOW)
        number = (await report_cases.of_keys(connection, [seen.key]))[seen.key].id
    return await officer.post("/api/v1/contacts/looks", {"case": number, "purpose": "call_back"})


async def presence(store: Store, officer: Visitor) -> tuple[int, Any]:
    """Taking something is what the chronology tells of; who merely looks is nobody's business for long."""
    one = alert(series="Exercise-river-level-taken-20261120T180000")
    async with store.write() as connection:
        await alerts.add_draft(connection, one, {"log": payload()}, NOW)
    items = [{"what": f"alert:{one.series}", "doing": "taken"}]
    return await officer.post("/api/v1/presence", {"tab": "audit-tab", "items": items})


ACTS: dict[str, Act] = {
    "/presence": presence,
    "/culling": culling,
    "/culling/acts": tick,
    "/contacts/looks": look,
    "/alerts": notice,
    "/alerts/{series}/update": amending("update", {"texts": {"ja": {"headline": "見出し"}}}),
    "/alerts/{series}/correction": amending("correction", {"wrong": {"ja": "内丸"}, "right": {"ja": "大通"}}),
    "/alerts/{series}/all-clear": amending("all-clear", {"reason": JA}),
    "/alerts/{series}/cancel": amending("cancel", {"reason": JA}),
    "/alerts/{series}/{revision}": edit,
    "/declared/shelters": shelters,
    "/declared/headquarters": headquarters,
    "/calls/acknowledge": call,
    "/outages/seen": outage,
    "/reports/queue/acts": triage,
    "/leads/acts": lead,
}
