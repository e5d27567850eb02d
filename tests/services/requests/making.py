"""Requests of residents, written down as the desk of requests writes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from feeds.open311.asked import Asked
from feeds.open311.catalog import read_catalog
from feeds.status import Status
from rules.requests.state import State
from rules.requests.triage import Known, Triage
from services.store import requests
from services.store.engine import Store
from services.store.requests import New, Request
from tests.services.making import NOW

CATALOG = read_catalog(Path("config/morioka/services.toml"))


async def asked(store: Store, at: datetime = NOW, **changes: Any) -> int:
    """One about a city street that nobody has plowed; ``changes`` name what is otherwise. Its number."""
    service = CATALOG.find(changes.pop("service", "SNOW_NOT_PLOWED"))
    assert service is not None
    known = Known(
        segment=changes.pop("segment", "a"),
        name="中央通り",
        administrator="city",
        route_class=3,
        section=changes.pop("section", "plow-1"),
        share=0.4,
        last_at=NOW - timedelta(hours=9),
    )
    judged = Triage(
        state=changes.pop("state", State.OPEN),
        urgent=changes.get("urgent", False),
        reasons=("answered_urgent",) if changes.pop("urgent", False) else (),
        same_as=changes.pop("same_as", None),
    )
    status = changes.pop("status", Status.ACTUAL)
    words = Asked(service=service, lon=141.11, lat=39.71, **{"address": "", "description": "雪が深い", **changes})
    new = New(
        status=status,
        client="app",
        asked=words,
        known=known,
        judged=judged,
        public=(141.1, 39.7),
        answer="受け付けました。",
        at=at,
    )
    async with store.write() as connection:
        return await requests.add(connection, new)


async def found(store: Store, *numbers: int) -> list[Request]:
    """As they stand in the store, in this order."""
    async with store.read() as connection:
        some = await requests.by_ids(connection, map(str, numbers), [one.value for one in Status])
    return [next(one for one in some if one.id == number) for number in numbers]
