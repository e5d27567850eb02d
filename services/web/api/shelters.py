"""/shelters: places of refuge as the city has issued them, with where they are and how fresh the word of them is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.shelter import Shelter
from rules.alert import Alert
from rules.declared import Opening, Shelters, ShelterState
from services.desks.declared_board import CROWDINGS, OPENINGS
from services.desks.declaring import newest
from services.web.api.answer import collection, feature
from services.web.api.as_of import AT, Seen, seen
from services.web.api.declared import shown
from services.web.api.endpoint import Endpoint
from services.web.api.shapes import point
from services.web.api.times import iso, iso_or_none
from services.web.context import CONTEXT, WebContext

FRESH = timedelta(hours=3)  # for how long figures are told as those of now: a working assumption of ours


async def show(request: web.Request) -> web.Response:
    """Every place of the newest state that holds; those of drills only where the profile shows them."""
    async with request.app[CONTEXT].store.read() as connection:
        when = await seen(request, connection)
        return collection(request, await issued(connection, request.app[CONTEXT], when), None)


async def issued(connection: AsyncConnection, context: WebContext, when: Seen) -> list[dict[str, Any]]:
    """The same as of an instant."""
    known = {one.code: one for one in context.ground.shelters if one.code}
    features = []
    for status in shown(context):
        alert = await newest(connection, status, "shelters", when.at, when.then)
        declared = alert.declared if alert else None
        for place in declared.places if alert and isinstance(declared, Shelters) else ():
            own = known.get(place.code)
            where = point(own.lon, own.lat) if own else None
            assert alert is not None
            features.append(feature(f"{status}/{place.identity}", where, _told(place, own, alert, when.at)))
    return features


def _told(place: ShelterState, own: Shelter | None, alert: Alert, now: datetime) -> dict[str, Any]:
    opened = place.opening is Opening.OPEN
    heard = place.checked or alert.sent
    return {
        "code": place.code,
        "name": place.name,
        "address": place.address,
        "type": place.type,
        "opening": place.opening.value,
        "opening_ja": OPENINGS[place.opening],
        "since": iso(place.since),
        "crowding": place.crowding.value if opened else None,
        "crowding_ja": CROWDINGS[place.crowding] if opened else "",
        "capacity": place.capacity,
        "people": place.people if opened else None,
        "households": place.households if opened else None,
        "checked": iso_or_none(place.checked),
        "fresh": now - heard <= FRESH,
        "note": place.note,
        "limits": own.note if own else "",
        "hazards": sorted(own.hazards) if own else [],
        "status": alert.status.value,
        "issued": iso(alert.sent),
    }


ENDPOINTS = (
    Endpoint(
        path="/shelters",
        handler=show,
        summary="Places of refuge as the city has issued them: open or full, how many people, how fresh that is.",
        parameters=(AT,),
        errors=(400, 404),
        properties={
            "code": "of the city's list; empty where it is on none",
            "name": "its name",
            "address": "its address",
            "type": "避難所, 臨時避難所, 広域避難場所, 一時避難場所",
            "opening": "not_open, open or closed",
            "opening_ja": "the same in Japanese",
            "since": "when it opened or closed",
            "crowding": "unknown, room, crowded or full; null where it is not open",
            "crowding_ja": "the same in Japanese",
            "capacity": "how many it holds, or null",
            "people": "who are there, or null where nobody counted",
            "households": "of how many households, or null",
            "checked": "when somebody looked, or null",
            "fresh": "somebody looked, or it was issued, within three hours",
            "note": "what people must know: pets, wheelchairs, which door",
            "limits": "of the city's list",
            "hazards": "that the city's list designates it for",
            "status": "Actual, Exercise or Test",
            "issued": "when the city said so",
        },
    ),
)
