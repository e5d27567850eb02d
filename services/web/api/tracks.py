"""/reports/tracks: which sightings may be of one animal, for responders only. The public is told squares alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from feeds.status import Status
from geo.sighted.linking import Chain, chains, sighting_of
from geo.sighted.told import stands
from services.store import records
from services.store.users import Role
from services.web.api.answer import collection, feature
from services.web.api.endpoint import Endpoint
from services.web.api.shapes import point
from services.web.api.times import iso
from services.web.context import CONTEXT

_BACK = timedelta(hours=24)  # as long as one sighting is a danger


async def show(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    now, found = context.now(), []
    async with context.store.read() as connection:
        for status in Status:
            reports = await records.reports(connection, status, now - _BACK, now)
            seen = [one for report in reports if stands(report) and (one := sighting_of(report)) is not None]
            found += [
                _feature(chain, status, now)
                for chain in chains(seen, context.reports.tracks.assumed)
                if len(chain.sightings) > 1
            ]
    return collection(request, found, None)


def _feature(chain: Chain, status: Status, now: datetime) -> dict[str, Any]:
    places = [point(one.lon, one.lat)["coordinates"] for one in chain.sightings]
    last = chain.sightings[-1].at
    properties = {
        "kind": chain.sightings[0].kind,
        "status": status.value,
        "reports": [one.key for one in chain.sightings],
        "times": [iso(one.at) for one in chain.sightings],
        "reasons": [step.reason for step in chain.steps],
        "places": chain.places,
        "number": chain.number,
        "others": chain.others,
        "quiet_minutes": (now - last) // timedelta(minutes=1),
    }
    return feature(chain.key, {"type": "LineString", "coordinates": places}, properties)


ENDPOINTS = (
    Endpoint(
        path="/reports/tracks",
        handler=show,
        summary="Sightings of the last day that may be of one animal, as lines: a guess for responders, never public.",
        properties={
            "kind": "bear, boar or deer",
            "status": "Actual, Exercise or Test",
            "reports": "keys of the reports, oldest first",
            "times": "when each was seen",
            "reasons": "of each step from one to the next, why it may be the same animal, in Japanese",
            "places": "separate sightings; calls about one count once",
            "number": "of animals, where a call told it, or null",
            "others": "how many other chains its steps would have fitted, too: the doubt",
            "quiet_minutes": "since the last of them",
        },
        role=Role.VIEWER,
    ),
)
