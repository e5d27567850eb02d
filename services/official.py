"""What official telegrams said was in force at an instant, out of the store: for the API, the command and the desk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from feeds.instant import iso_utc
from feeds.status import Status
from geo.model import Ground
from geo.official.instant import InForce, Question, in_force
from geo.official.telegrams import whereabouts
from rules.cap_message import mark
from services.store import records
from services.store.engine import Store

_CODE = re.compile(r"[0-9]{3,17}")


def question(ground: Ground, at: datetime, known_at: datetime | None, area: str | None) -> Question:
    """The question in the words of people; the area a code, or ``city``. ValueError where it is neither."""
    area = ground.city if area == "city" else area
    if area is not None and not _CODE.fullmatch(area):
        raise ValueError(f"{area[:40]!r} is no area: a code like 0320100 (a municipality) or 030010, or the word city")
    return Question(at=at, known_at=known_at, place=None if area is None else whereabouts(area, ground))


async def answers(store: Store, asked: Question, statuses: Iterable[Status]) -> list[dict[str, Any]]:
    """One plain JSON object per (area, hazard) in force, of each status by itself, the highest level first."""
    found: list[dict[str, Any]] = []
    for status in statuses:
        async with store.read() as connection:
            heard = await records.heard(connection, status, asked.at)
        found += [_told(one) for one in await asyncio.to_thread(in_force, heard, asked, status)]
    return found


def _told(one: InForce) -> dict[str, Any]:
    telegram = one.telegram
    return {
        "area": one.area,
        "area_name": one.area_name,
        "area_type": one.area_type,
        "hazard": one.hazard,
        "kind_code": one.kind_code,
        "kind_name": mark(one.kind_name, telegram.status, "ja"),
        "alert_level": one.alert_level,
        "change": one.change,
        "height": one.height,
        "arrival": one.arrival,
        "status": telegram.status.value,
        "since": iso_utc(one.since),
        "issued_at": iso_utc(telegram.measured_at),
        "received_at": iso_utc(one.received_at),
        "valid_until": None if one.valid_until is None else iso_utc(one.valid_until),
        "telegram": telegram.telegram,
        "office": telegram.editorial_office,
        "headline": mark(telegram.headline, telegram.status, "ja") if telegram.headline else None,
        "ref": telegram.key,
    }
