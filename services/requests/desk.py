"""A request taken in: judged beside the roads and passes, and kept with its answer; a sighting goes to its own desk."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.contact import covered
from feeds.finding import ANIMALS, Finding
from feeds.open311.asked import Asked
from feeds.open311.moments import moment
from feeds.records import Report
from feeds.status import Status
from geo.mesh import cell_at
from geo.plow.placing import Placed
from rules.requests.triage import SAME_DAY, Before, triage
from rules.requests.words import answered, marked
from services.requests.street import Streets
from services.store import records, requests
from services.store.requests import New

GATEWAY = "@open311"
_SEEN = "受け付けました。職員が確認します。危険なときは110番へ。 / Received; staff will look at it. In danger call 110."
_LONG_AGO = timedelta(days=7)
_SQUARE = 4  # half mesh, about 500 m: where a request without a road is shown


@dataclass(frozen=True, slots=True)
class By:
    """Whose key it came with, as what, and when (hub time)."""

    client: str
    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What the resident is answered; without a number where it is a sighting."""

    notice: str
    id: int | None = None


class Requests:
    """Takes requests in, and answers them by what is known of the road."""

    def __init__(self, streets: Streets) -> None:
        self._streets = streets

    async def take(self, connection: AsyncConnection, asked: Asked, by: By, photos: tuple[str, ...] = ()) -> Taken:
        """Write it down. Call inside ``store.write()``. ``photos``: names of pictures of a request, kept already."""
        if asked.service.report:
            await records.save(connection, [_sighting(asked, by)], by.at)
            return Taken(marked(by.status, _SEEN))
        found = None
        if asked.lon is not None and asked.lat is not None:
            found = self._streets.find(asked.lon, asked.lat, by.status, asked.service.sidewalk)
        street = await self._streets.about(connection, found, by.status, by.at)
        before: list[Before] = []
        if found is not None:
            since = by.at - SAME_DAY
            before = await requests.like(connection, by.status, asked.service.code, found.segment.id, since)
        judged = triage(asked, found, before, by.at)
        answer = marked(by.status, answered(street, judged))
        new = New(
            status=by.status,
            client=by.client,
            asked=asked,
            known=street.known,
            judged=judged,
            public=_public(asked, found),
            answer=answer,
            at=by.at,
            photos=photos,
        )
        return Taken(answer, await requests.add(connection, new))


def _public(asked: Asked, found: Placed | None) -> tuple[float, float] | None:
    """Where the public sees it: the middle of the road, else of the square. The same for all who ask there."""
    if found is not None:
        return found.middle
    if asked.lon is None or asked.lat is None:
        return None
    lon, lat = cell_at(asked.lon, asked.lat, _SQUARE).centre
    return round(lon, 6), round(lat, 6)


def _sighting(asked: Asked, by: By) -> Report:
    """As a report that nobody has confirmed; the same words about the same minute are one report."""
    seen = asked.attributes.get("SEEN_AT")
    told_at = moment(seen[0]) if seen else by.at
    lately = by.at - _LONG_AGO <= told_at <= by.at  # else the desk would never see it; the text has what was told
    at = (told_at if lately else by.at).replace(second=0, microsecond=0)
    told = [asked.description, *(f"{code}: {'・'.join(values)}" for code, values in asked.attributes.items())]
    text = "\n".join(line for line in told if line) or asked.service.name
    # Not of how to reach the sender: a number can be guessed from a hash of it, and an id lies everywhere.
    content = [asked.service.code, covered(text).text, asked.lon, asked.lat, covered(asked.address).text]
    content.append(at.isoformat())
    return Report(
        gateway=GATEWAY,
        report_id=hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32],
        kind=asked.service.report,
        measured_at=at,
        text=text[:4000],
        place=asked.address,
        lon=asked.lon,
        lat=asked.lat,
        status=by.status,
        contact=asked.contact,
        finding=_finding(asked),
    )


def _finding(asked: Asked) -> Finding | None:
    """What the catalogue calls FINDING, of an animal; values that mean something else to a city stay in the text."""
    told = asked.attributes.get("FINDING", ())
    named = asked.service.report in ANIMALS and len(told) == 1 and told[0] in list(Finding)
    return Finding(told[0]) if named else None
