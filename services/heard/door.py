"""The one way in for what residents tell: written down together with its photos and the link to follow it.

A sighting becomes a report like any other, with its case in the queue; what is asked for becomes a request at the desk
of requests. There is no third life beside these two.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.finding import Finding
from feeds.open311.asked import Asked
from feeds.records import Report
from feeds.status import Status
from services.clock import wall
from services.figures import RECORDS
from services.photos import Photo
from services.requests.desk import By as Asker
from services.requests.desk import Requests
from services.store import heard, photos, records, report_cases
from services.store.heard import Heard

GATEWAYS = {"page": "@public", "line": "@line"}  # how a report came in; of a request: who sent it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What somebody saw. ``seen_at`` is hub time; a point in degrees (WGS 84), a place in words, or both."""

    kind: str
    text: str
    place: str
    lon: float | None
    lat: float | None
    seen_at: datetime
    finding: Finding | None = None


Told: TypeAlias = Sighting | Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """By which way it came, as what, when (hub time), and in which language its sender reads."""

    way: str
    status: Status
    at: datetime
    language: str = "ja"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of it. ``again``: it was there already, and nothing was done."""

    heard: Heard
    again: bool

    @property
    def bell(self) -> str:
        """Whom it concerns."""
        return "records" if self.heard.request is None else "requests"


def token_of(once: str, content: Sequence[object], sent: Sequence[bytes] = ()) -> str:
    """The name of the link: of the secret that the sender was given, and of what was sent. The same twice is one
    thing, other content another."""
    sums = [hashlib.sha256(photo).hexdigest() for photo in sent]
    whole = json.dumps([once, list(content), sums], sort_keys=True, ensure_ascii=False)
    return base64.urlsafe_b64encode(hashlib.sha256(f"heard\n{whole}".encode()).digest()).decode().rstrip("=")


class Door:
    """``desk`` None: this city takes no requests. Photos are kept for ``photo_days``."""

    def __init__(self, desk: Requests | None, photo_days: int) -> None:
        self._desk, self._kept = desk, timedelta(days=photo_days)

    async def photos(self, connection: AsyncConnection, pictures: Sequence[Photo]) -> tuple[str, ...]:
        """Keep them for as long as the settings say; their names."""
        now = wall()
        for picture in pictures:
            await photos.keep(connection, picture, now, now + self._kept)
        return tuple(dict.fromkeys(picture.sha256 for picture in pictures))

    async def take(
        self, connection: AsyncConnection, told: Told, names: tuple[str, ...], token: str, by: By
    ) -> Receipt:
        """Write it down. Call inside ``store.write()``, and tell nobody before that has ended. ``names``: of photos."""
        before = await heard.find(connection, token)
        if before is not None:
            return Receipt(before, again=True)
        if isinstance(told, Sighting):
            kind, case, request = told.kind, await _report(connection, told, names, by), None
        else:
            kind, case, request = told.service.code, None, await self._request(connection, told, names, by)
        one = Heard(way=by.way, status=by.status, kind=kind, case=case, request=request, language=by.language, at=by.at)
        await heard.add(connection, token, one)
        return Receipt(one, again=False)

    async def _request(self, connection: AsyncConnection, asked: Asked, names: tuple[str, ...], by: By) -> int:
        assert self._desk is not None and not asked.service.report  # or nobody could have chosen it
        taken = await self._desk.take(connection, asked, Asker(GATEWAYS[by.way], by.status, by.at), names)
        assert taken.id is not None
        return taken.id


async def _report(connection: AsyncConnection, seen: Sighting, names: tuple[str, ...], by: By) -> int:
    """The number of its case."""
    report = Report(
        gateway=GATEWAYS[by.way],
        report_id=uuid.uuid4().hex,
        kind=seen.kind,
        measured_at=seen.seen_at,
        text=seen.text,
        place=seen.place,
        lon=seen.lon,
        lat=seen.lat,
        status=by.status,
        photos=names,
        finding=seen.finding,
    )
    saved = await records.save(connection, [report], by.at)
    RECORDS.labels("web", "new").inc(len(saved.new))
    return (await report_cases.of_keys(connection, [report.key]))[report.key].id
