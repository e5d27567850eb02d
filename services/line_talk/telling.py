"""A conversation that is whole, told: through the same door as the page, and answered with the same facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.open311.asked import asked
from feeds.open311.catalog import Catalog
from feeds.open311.fault import RefusedError
from feeds.status import Status
from geo.area import Areas
from services.clock import wall
from services.heard.door import By, Door, Receipt, Sighting, Told, token_of
from services.heard.kinds import Kind, kinds
from services.heard.standing import stand
from services.heard.words import word
from services.line_talk.dialogue import Talk, answers_of
from services.store import photos


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where things told go: the door, what may be told, and how people reach this hub. ``status`` is of all of it."""

    door: Door
    catalog: Catalog | None
    areas: Areas
    city: tuple[str, str]  # in Japanese, in English
    status: Status
    base_url: str
    photos_kept: timedelta
    photo_likeness: int  # of two pictures that are one

    @property
    def kinds(self) -> Sequence[Kind]:
        return kinds(self.catalog)

    def inside(self, lon: float, lat: float) -> bool:
        """Whether the place lies in the city."""
        return bool(self.areas.at(lon, lat, "city"))


async def tell(connection: AsyncConnection, desk: Desk, talk: Talk, now: datetime) -> tuple[Receipt | None, str]:
    """Write it down, once however often it is asked for; and what its sender reads. None where it cannot be taken."""
    kind = next(one for one in desk.kinds if one.code == talk.kind)
    told = _told(kind, talk, desk.catalog)
    if told is None:
        return None, f"{word('bad_text', 'ja')}\n{word('bad_text', 'en')}"
    await photos.prolong(connection, talk.photos, wall() + desk.photos_kept)
    token = token_of(talk.once, ["line"])
    receipt = await desk.door.take(connection, told, talk.photos, token, By(way="line", status=desk.status, at=now))
    return receipt, await _facts(connection, desk, kind, receipt, token)


def _told(kind: Kind, talk: Talk, catalog: Catalog | None) -> Told | None:
    text = "\n".join(talk.texts)
    if kind.service is None or catalog is None:
        return Sighting(
            kind=kind.code,
            text=text or kind.name("ja"),
            place=talk.place,
            lon=talk.lon,
            lat=talk.lat,
            seen_at=datetime.fromisoformat(talk.began),
        )
    fields = [("service_code", kind.code), ("description", text.replace("<", "＜")), ("address_string", talk.place)]
    if talk.lon is not None:
        fields += [("long", repr(talk.lon)), ("lat", repr(talk.lat))]
    fields += [(f"attribute[{code}]", value) for code, value in answers_of(talk).items()]
    try:
        return asked(fields, catalog)
    except RefusedError:
        return None


async def _facts(connection: AsyncConnection, desk: Desk, kind: Kind, receipt: Receipt, token: str) -> str:
    standing = await stand(connection, receipt.heard)
    assert standing is not None  # it was written a moment ago
    answers = [step.text.replace(" / ", "\n") for step in standing.steps if step.text]
    lines = [
        f"{word('sent_title', 'ja')}\n{word('sent_title', 'en')}",
        f"{kind.name('ja')}　{word('number', 'ja')} {standing.number}",
        *answers,
        f"{kind.to_do('ja')}\n{kind.to_do('en')}",
        f"{word('state', 'ja')} / {word('state', 'en')}：{desk.base_url}/report/{token}",
    ]
    return "\n\n".join(lines)
