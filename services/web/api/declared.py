"""Places of refuge and the headquarters: entered once by staff, read by everybody once issued, as damage is, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from feeds.status import Status
from rules.alert import Alert
from rules.damage.items import BY_KEY
from rules.declared import TYPES, Damaged, Declared, Headquarters, Shelters, ShelterState
from services.accounts.scopes import TokenScope
from services.desks.declaring import Entered, enter, newest
from services.desks.review import ReviewError
from services.store.codec import to_json
from services.store.users import Role
from services.web.api.answer import JSON, answer, json_object
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import Endpoint
from services.web.api.moment import moment
from services.web.api.times import iso
from services.web.api.writing import DRAFTED, city_of, drafted_answer, fault_of, status_of
from services.web.auth import PERSON
from services.web.context import CONTEXT, WebContext
from services.web.damage.told import items_told
from services.web.security import WebError, storable

_MOST, _LONGEST, _MOST_PEOPLE = 500, 200, 999_999  # places in one entry; characters of a name; in one place
_PLACES = TypeAdapter(tuple[ShelterState, ...])
_HEADQUARTERS = TypeAdapter(Headquarters)


async def shelters(request: web.Request) -> web.StreamResponse:
    body = await json_object(request)
    rows = body.get("places")
    if not isinstance(rows, list) or not 0 < len(rows) <= _MOST or not all(isinstance(one, dict) for one in rows):
        raise WebError(400, "bad_places", f'"places" must be a list of 1 to {_MOST} objects')
    try:
        places = _PLACES.validate_python([_place(one, f"places.{number}", request) for number, one in enumerate(rows)])
    except ValidationError as error:
        raise _wrong(error) from None
    for number, one in enumerate(places):
        _check(one, f"places.{number}")
    return await _entered(request, body, Shelters(disaster=_disaster(body), places=places))


async def headquarters(request: web.Request) -> web.StreamResponse:
    body = await json_object(request)
    told = {"disaster": _disaster(body), "type": body.get("type"), "stands": body.get("stands")}
    since = moment(body, "since") or request.app[CONTEXT].now()
    try:
        declared = _HEADQUARTERS.validate_python({**told, "since": since})
    except ValidationError as error:
        raise _wrong(error) from None
    if not declared.type.strip() or len(declared.type) > 60 or not storable(declared.type):
        raise WebError(400, "bad_headquarters", "type must be 1 to 60 characters")
    return await _entered(request, body, declared)


async def read(request: web.Request) -> web.StreamResponse:
    """What was issued and holds; of drills only where the profile shows them."""
    context = request.app[CONTEXT]
    found: dict[str, Any] = {}
    async with context.store.read() as connection:
        when = await seen(request, connection)
        for kind in ("shelters", "headquarters", "damage"):
            alerts = [await newest(connection, status, kind, when.at, when.then) for status in shown(context)]
            one = next((alert for alert in alerts if alert), None)
            found[kind] = _told(one) if one else None
    return answer(request, found)


def _place(row: Mapping[str, Any], where: str, request: web.Request) -> dict[str, Any]:
    """One place as it was entered, its times read."""
    since = moment(row, "since", where) or request.app[CONTEXT].now()
    return {"name": "", "code": "", **row, "since": since, "checked": moment(row, "checked", where)}


def _check(place: ShelterState, where: str) -> None:
    """What types do not tell. Raises WebError 400."""
    texts = (place.code, place.name, place.address, place.note)
    if not all(len(text) <= _LONGEST and storable(text) for text in texts):
        raise WebError(400, "bad_entry", f"{where}: code, name and address have at most {_LONGEST} characters")
    if place.type not in TYPES:
        raise WebError(400, "bad_entry", f"{where}.type: one of {', '.join(TYPES)}")
    counts = (place.people, place.households, place.capacity, place.voluntary_people, place.voluntary_households)
    if not all(0 <= (number or 0) <= _MOST_PEOPLE for number in counts):
        raise WebError(400, "bad_entry", f"{where}: people, households and capacity are 0 to {_MOST_PEOPLE}")


def _told(alert: Alert) -> dict[str, Any]:
    source = {"series": alert.series, "status": alert.status.value, "sent": iso(alert.sent)}
    declared = alert.declared
    if not isinstance(declared, Damaged):
        return {**to_json(declared), **source}
    told = {"kind": declared.kind, "disaster": declared.disaster, "as_of": iso(declared.as_of), "final": declared.final}
    counting = [BY_KEY[key].title for key in declared.counting]
    return {**told, "items": items_told(declared.figures), "counting": counting, **source}


def shown(context: WebContext) -> tuple[Status, ...]:
    """Whose word everybody is told here: a drill's only where the profile shows it."""
    return (Status.ACTUAL, Status.EXERCISE) if context.public_exercise else (Status.ACTUAL,)


async def _entered(request: web.Request, body: Mapping[str, Any], declared: Declared) -> web.Response:
    context = request.app[CONTEXT]
    status, channels = status_of(request, body), body.get("channels", [])
    if not isinstance(channels, list) or not all(isinstance(c, str) for c in channels):
        raise WebError(400, "bad_entry", '"channels" must be a list of names')
    entered = Entered(
        person=request[PERSON].name,
        now=context.now(),
        status=status,
        declared=declared,
        channels=tuple(channels),
    )
    try:
        draft = await enter(context.store, city_of(request), entered)
    except ReviewError as error:
        raise fault_of(error) from error
    context.bell.ring("alerts")
    return drafted_answer(draft)


def _disaster(body: Mapping[str, Any]) -> str:
    value = body.get("disaster")
    if not isinstance(value, str) or not 0 < len(value.strip()) <= 60 or not storable(value):
        raise WebError(400, "bad_disaster", '"disaster" must name it in 1 to 60 characters: 11月20日からの大雨')
    return value.strip()


def _wrong(error: ValidationError) -> WebError:
    first = error.errors(include_input=False, include_url=False)[0]
    return WebError(400, "bad_entry", f"{'.'.join(map(str, first['loc']))}: {first['msg']}")


_STATUS = {"type": "string", "enum": [status.value for status in Status]}
_COMMON = {
    "status": _STATUS,
    "disaster": {"type": "string", "minLength": 1, "maxLength": 60, "description": "11月20日からの大雨"},
    "channels": {"type": "array", "items": {"type": "string"}},
}
_PLACE = {
    "type": "object",
    "required": ["opening"],
    "properties": {
        "code": {"type": "string", "description": "of the city's list, which then gives name and address"},
        "name": {"type": "string"},
        "address": {"type": "string"},
        "type": {"type": "string", "enum": ["避難所", "臨時避難所", "広域避難場所", "一時避難場所"]},
        "opening": {"type": "string", "enum": ["not_open", "open", "closed"]},
        "since": {"type": "string", "format": "date-time"},
        "crowding": {"type": "string", "enum": ["unknown", "room", "crowded", "full"]},
        "capacity": {"type": "integer", "minimum": 0},
        "people": {"type": "integer", "minimum": 0},
        "households": {"type": "integer", "minimum": 0},
        "voluntary_people": {"type": "integer", "minimum": 0, "description": "of the people, who came unasked"},
        "voluntary_households": {"type": "integer", "minimum": 0},
        "checked": {"type": "string", "format": "date-time"},
        "note": {"type": "string", "maxLength": 100, "description": "for everybody: pets, wheelchairs, which door"},
    },
}


def _writing(path: str, handler: Any, summary: str, needed: list[str], own: Mapping[str, Any]) -> Endpoint:
    return Endpoint(
        path=path,
        handler=handler,
        summary=summary,
        method="POST",
        body={"type": "object", "required": ["disaster", *needed], "properties": {**_COMMON, **own}},
        returns=JSON,
        properties=DRAFTED,
        errors=(400, 409, 503),
        role=Role.OPERATOR,
        scope=TokenScope.DRAFTS,
    )


ENDPOINTS = (
    Endpoint(
        path="/declared",
        handler=read,
        summary="Places of refuge, the headquarters, and what was damaged, as the city has issued it.",
        parameters=(AT,),
        errors=(400, 404),
        returns=JSON,
        properties={
            "shelters": "{disaster, places[], series, status, sent}, or null",
            "headquarters": "{disaster, type, stands, since, series, status, sent}, or null",
            "damage": "{disaster, as_of, items: [{ja, unit, value}], counting[], final, series, status, sent}, or null",
        },
    ),
    _writing(
        "/declared/shelters",
        shelters,
        "Enter places that opened, filled or closed; those that are not named stay as they were. Makes a draft.",
        ["places"],
        {"places": {"type": "array", "minItems": 1, "maxItems": _MOST, "items": _PLACE}},
    ),
    _writing(
        "/declared/headquarters",
        headquarters,
        "Enter that the headquarters was set up or dissolved. Makes a draft.",
        ["type", "stands"],
        {
            "type": {"type": "string", "maxLength": 60, "description": "災害警戒本部, 災害対策本部"},
            "stands": {"type": "boolean"},
            "since": {"type": "string", "format": "date-time"},
        },
    ),
)
