"""Writes of the API around damage, each as one act of one officer; for the audit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from services.store.engine import Store
from tests.services.making import NOW
from tests.services.web_floor import Visitor

Act = Callable[[Store, Visitor], Awaitable[tuple[int, Any]]]


def _named(name: str) -> dict[str, str]:
    return {"name": name, "began": NOW.isoformat()}


async def _disaster(_: Store, officer: Visitor) -> tuple[int, Any]:
    return await officer.post("/api/v1/damage/disasters", _named("大雨"))


async def _facts(_: Store, officer: Visitor) -> tuple[int, Any]:
    _, made = await officer.post("/api/v1/damage/disasters", _named("大雪"))
    return await officer.post("/api/v1/damage/disasters/act", {"id": made["id"], "seen": 1, "place": "市内全域"})


async def record(officer: Visitor, name: str) -> dict[str, Any]:
    """A record of a disaster of this name, which the officer begins."""
    _, made = await officer.post("/api/v1/damage/disasters", _named(name))
    said = {"disaster": made["id"], "certainty": "confirmed", "source": "消防", "figures": {"roads": 2}}
    _, one = await officer.post("/api/v1/damage", said)
    return dict(one)


async def _record(_: Store, officer: Visitor) -> tuple[int, Any]:
    one = await record(officer, "強風")
    said = {"disaster": one["disaster"], "certainty": "unconfirmed", "source": "警察", "area": "内丸"}
    return await officer.post("/api/v1/damage", said)


async def _act(_: Store, officer: Visitor) -> tuple[int, Any]:
    one = await record(officer, "地震")
    body = {"id": one["id"], "seen": 1, "act": "withdraw", "reason": "double"}
    return await officer.post("/api/v1/damage/act", body)


async def _announce(_: Store, officer: Visitor) -> tuple[int, Any]:
    one = await record(officer, "台風")
    return await officer.post("/api/v1/damage/announce", {"disaster": one["disaster"]})


async def _report(_: Store, officer: Visitor) -> tuple[int, Any]:
    one = await record(officer, "豪雨")
    return await officer.post("/api/v1/damage/reports", {"disaster": one["disaster"], "form": 1})


ACTS: dict[str, Act] = {
    "/damage/disasters": _disaster,
    "/damage/disasters/act": _facts,
    "/damage": _record,
    "/damage/act": _act,
    "/damage/reports": _report,
    "/damage/announce": _announce,
}
