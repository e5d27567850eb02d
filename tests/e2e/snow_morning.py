"""What came of the exercise's snow morning, step by step as people see it: decided, driven, asked, declared."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
from aiohttp import ClientSession

from tests.exercise.contractor import RESIDENT
from tests.exercise.officer import CHIEF
from tests.exercise.plows import SECTION, WAITS_LONGEST, WAYS
from tests.exercise.trucks import HEAP, OTHER

_JAPAN = ZoneInfo("Asia/Tokyo")
_STREET = "見本住宅9号線"


async def holds(session: ClientSession, outbox: str) -> None:
    """Check all of it. ``session`` is that of somebody at the desk, at the hub's address; ``outbox`` the address at
    which the played X shows what it received.
    """
    order = await _the_order(session)
    _was_given_and_answered(order)
    await _others_told_by_their_links(session)
    await _streets_turned_done(session)
    await _the_resident_was_answered(session, order)
    await _the_dump_filled_up(session)
    await _was_posted(session, outbox)
    await _the_morning_report(session, order)


async def _the_order(session: ClientSession) -> dict[str, Any]:
    def of_the_section(found: Any) -> Any:
        return next((one for one in found["items"] if one["section"] == SECTION and one["state"] == "finished"), None)

    order: dict[str, Any] = await _until(session, "/api/v1/snow/orders", of_the_section)
    return order


def _was_given_and_answered(order: dict[str, Any]) -> None:
    """Proposed by the gauge, ordered by a person, acknowledged by the link, begun and ended by positions."""
    ways = [(event["act"], event["how"]) for event in order["events"] if event["act"] not in {"update", "overdue"}]
    assert ways == [
        ("propose", "hub"),
        ("order", "desk"),
        ("acknowledge", "link"),
        ("start", "passes"),
        ("finish", "passes"),
    ]
    proposed, ordered = order["events"][0], next(event for event in order["events"] if event["act"] == "order")
    grown = re.search(r"新雪 ([0-9.]+) cm", proposed["text"])
    assert grown and float(grown[1]) >= 10, proposed
    assert ordered["who"] == CHIEF and order["vehicles"] == len(WAYS) and order["status"] == "Exercise"
    assert order["ordered_at"] <= order["acknowledged_at"] <= order["started_at"] <= order["finished_at"]


async def _others_told_by_their_links(session: ClientSession) -> None:
    def finished(found: Any) -> Any:
        return [one for one in found["items"] if one["section"] != SECTION and one["state"] == "finished"]

    for order in await _until(session, "/api/v1/snow/orders", finished):
        ways = {event["act"]: event["how"] for event in order["events"]}
        assert ways["acknowledge"] == ways["start"] == ways["finish"] == "link"


async def _streets_turned_done(session: ClientSession) -> None:
    """As residents see it, once the time for which positions are held back is over."""

    def ages(found: Any) -> Any:
        done = [one["properties"] for one in found["features"] if one["properties"]["age"]]
        return done if len(done) >= 40 else None

    done = await _until(session, "/api/v1/snow/roads", ages)
    assert _STREET in {one["road"] for one in done}
    lon, lat = WAITS_LONGEST
    street = await _get(session, f"/api/v1/snow/street?lon={lon}&lat={lat}")
    assert street["case"] == "done", street


async def _the_resident_was_answered(session: ClientSession, order: dict[str, Any]) -> None:
    """At once with what was known, and when the plow came by with the hour; the words and the asker are nobody's."""

    def settled(found: Any) -> Any:
        return next((one for one in found if one["status"] == "closed"), None)

    one = await _until(session, "/open311/v2/requests.json?extensions=true", settled)
    assert one["address"].endswith(_STREET) and "【訓練】" in one["status_notes"], one
    assert RESIDENT["description"] not in str(one), "nobody has released it"
    first, last = one["notes"]
    assert "除雪を指示" in first["description"] or "作業" in first["description"], first
    assert last["status"] == "fixed" and "に除雪しました" in last["description"]
    known = await _get(session, "/api/v1/requests?state=closed")
    told = known["features"][0]["properties"]
    assert told["urgent"] and told["section"] == SECTION and told["status"] == "Exercise", told
    assert datetime.fromisoformat(one["requested_datetime"]) > datetime.fromisoformat(order["ordered_at"])


async def _the_dump_filled_up(session: ClientSession) -> None:
    """Trucks are counted by positions; the officer said open, full, closed; the other is open, and for how long."""

    def closed(found: Any) -> Any:
        dumps = {one["id"]: one["properties"] for one in found["features"]}
        return dumps if dumps[HEAP]["state"] == "closed" and dumps[OTHER]["full_likely"] else None

    dumps = await _until(session, "/api/v1/snow/dumps", closed)
    assert dumps[HEAP]["instead"] == OTHER and dumps[HEAP]["note"] and dumps[HEAP]["volume_m3"] >= 1800
    assert dumps[OTHER]["state"] == "open" and "ごろ満杯" in dumps[OTHER]["outlook_ja"], dumps[OTHER]
    record = await _get(session, f"/api/v1/snow/dumps/{HEAP}/record")
    assert [one["act"] for one in record["items"]] == ["close", "full", "open"]
    assert {one["who"] for one in record["items"]} == {CHIEF}


async def _was_posted(session: ClientSession, outbox: str) -> None:
    """Ordered, over, a dump that takes no more with where to go instead: each by itself on X, marked; nothing
    "considered" beside. A word may be overtaken by the one after it: a dump that filled up by its closing.
    """
    wanted = (
        r"除雪】.*に除雪の指示を出しています",
        r"【解除】.*終わったか、取りやめました",
        r"【雪捨て場】.*は(満杯|閉鎖)（代わりに",
    )

    def all_of_it(found: Any) -> Any:
        told = [post["text"] for post in found["posts"]]
        return told if all(any(re.search(what, text) for text in told) for what in wanted) else None

    told = await _until(session, outbox, all_of_it)
    assert all(text.startswith("【訓練】") and "検討しています" not in text for text in told), told


async def _the_morning_report(session: ClientSession, order: dict[str, Any]) -> None:
    """A workbook with GPS beside what was declared; nothing is approved until somebody does it."""
    day = datetime.fromisoformat(order["started_at"]).astimezone(_JAPAN).date()
    items = await _until(
        session, f"/api/v1/ledger?day={day}", lambda found: [one for one in found["items"] if one["declared"]]
    )
    assert {one["machine"] for one in items} <= set(WAYS) and all(one["gps_seconds"] > 0 for one in items)
    assert not any(one["approved"] for one in items)
    async with session.get(f"/ops/ledger.xlsx?day={day}") as answer:
        assert answer.status == 200, await answer.text()
        book = openpyxl.load_workbook(io.BytesIO(await answer.read()))
    assert all(str(sheet["A1"].value).startswith("【訓練】") for sheet in book)
    cells = {str(cell) for row in book["内訳"].values for cell in row}
    assert {"plow-01", "plow-02", "中央工区", "市道", "県道"} <= cells


async def _until(session: ClientSession, path: str, wanted: Callable[[Any], Any]) -> Any:
    """What the page says, as soon as it says it; a loop of the hub may be on its way."""
    for _ in range(90):
        found = wanted(await _get(session, path))
        if found:
            return found
        await asyncio.sleep(0.5)
    raise AssertionError(f"{path} did not come to it: {await _get(session, path)}")


async def _get(session: ClientSession, path: str) -> Any:
    async with session.get(path) as answer:
        assert answer.status == 200, (path, answer.status, await answer.text())
        return await answer.json()
