"""Writes of the API around musters of staff; for the audit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from services.city import City
from services.muster import directory
from services.store import staff
from services.store.engine import Store
from tests.rules.muster.making import MORIOKA
from tests.services.making import NOW
from tests.services.muster.scene import SEAL, STAFF, TOLD
from tests.services.web_floor import Visitor

Act = Callable[[Store, Visitor], Awaitable[tuple[int, Any]]]
BEGUN = {"family": "by_hand", "title": "大規模停電", "asks": {"1": "come"}, "reason": "庁舎も停電した"}


def set_up(city: City) -> dict[str, Any]:
    """What the web floor is given so that it has musters."""
    return {"city": replace(city, muster=MORIOKA), "muster": TOLD}


async def begin(store: Store, officer: Visitor) -> tuple[int, Any]:
    async with store.write() as connection:
        await staff.put(connection, [directory.sealed(one, SEAL, NOW) for one in STAFF])
    return await officer.post("/api/v1/musters", BEGUN)


async def _widen(_: Store, officer: Visitor) -> tuple[int, Any]:
    """The one that the act before has begun."""
    _, listed = await officer.get("/api/v1/musters")
    one = listed["items"][0]
    body = {"act": "widen", "seen": one["version"], "reason": "人手", "asks": {"2": "come"}}
    return await officer.post(f"/api/v1/musters/{one['id']}/acts", body)


async def _answer(_: Store, officer: Visitor) -> tuple[int, Any]:
    _, listed = await officer.get("/api/v1/musters")
    body = {"person": "a", "safety": "safe", "coming": "comes", "minutes": 60}
    return await officer.post(f"/api/v1/musters/{listed['items'][0]['id']}/answers", body)


ACTS: dict[str, Act] = {"/musters": begin, "/musters/{id}/acts": _widen, "/musters/{id}/answers": _answer}
