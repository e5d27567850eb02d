"""``/sta/v1.1``: the addresses. Read only, bounded, and always as an anonymous asker sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any
from urllib.parse import quote

from aiohttp import hdrs, web

from services.web.context import CONTEXT
from services.web.home import home_of
from services.web.open.answers import given, open_headers, packed
from services.web.security import WebError
from services.web.sta.asked import Asked, Step, asked_of, steps_of
from services.web.sta.filtering import Compare, Condition, Not, holds
from services.web.sta.model import LINKS, Entity, entities
from services.web.sta.observed import NAMES, observation, observations

PREFIX = "/sta/v1.1"
_CLASS = "http://www.opengis.net/spec/iot_sensing/1.1/req"
_CONFORMS = (
    f"{_CLASS}/datamodel",
    f"{_CLASS}/resource-path/resource-path-to-entities",
    *(f"{_CLASS}/request-data/{one}" for one in ("select", "orderby", "top", "skip", "count", "pagination")),
)
_HOLDS = 5.0  # seconds for which the list of sensors is told on
_JSON = "application/json"
Sets = Mapping[str, Mapping[str, Entity]]


class Kept:
    """The entities but observations, for some seconds."""

    def __init__(self) -> None:
        self._until, self._found = 0.0, dict[str, dict[str, Entity]]()

    def of(self, request: web.Request) -> Sets:
        if monotonic() >= self._until:
            self._found, self._until = entities(request.app[CONTEXT]), monotonic() + _HOLDS
        return self._found


KEPT: web.AppKey[Kept] = web.AppKey("sensorthings", Kept)


def setup(app: web.Application) -> None:
    app[KEPT] = Kept()
    app.router.add_get(PREFIX + "{entities:(?:/.*)?}", show)


async def show(request: web.Request) -> web.Response:
    """Whatever the address names; what goes wrong is told as the standard's servers do."""
    try:
        return await _answer(request, steps_of(request.match_info["entities"]))
    except WebError as fault:
        body = {"code": fault.status, "type": "error", "message": fault.message}
        headers = open_headers(request) | {hdrs.CONTENT_TYPE: _JSON}
        return web.Response(body=packed(body), status=fault.status, headers=headers)


async def _answer(request: web.Request, steps: Sequence[Step]) -> web.Response:
    if not steps:
        return given(request, packed(_root(request)), _JSON)
    first, sets = steps[0], request.app[KEPT].of(request)
    if first.name not in LINKS:
        raise WebError(404, "not_found", f"there is no entity set {first.name[:40]!r}; there are {', '.join(LINKS)}")
    if first.id is None:
        if len(steps) > 1:
            raise WebError(404, "not_found", "name one entity before its links, as in Things('x')/Datastreams")
        return await _list(request, first.name, None)
    one = await _one(request, first.name, first.id)
    if len(steps) == 1:
        return await _alone(request, first.name, one)
    if len(steps) > 2 or steps[1].id is not None:
        raise WebError(501, "not_here", "addresses go one link deep; ask the entity itself")
    link = LINKS[first.name].get(steps[1].name)
    if link is None:
        raise WebError(404, "not_found", f"{first.name} has no link {steps[1].name[:40]!r}")
    target, many = link
    ids = one.to.get(steps[1].name, ())
    if many:
        return await _list(request, target, ids)
    return await _alone(request, target, sets[target][ids[0]])


async def _list(request: web.Request, name: str, ids: Sequence[str] | None) -> web.Response:
    """A set, or those of it that a link leads to; of observations ``ids`` are their datastreams."""
    sets = request.app[KEPT].of(request)
    if name == "Observations":
        asked = asked_of(_query(request), name, NAMES)
        streams = list(sets["Datastreams"]) if ids is None else ids
        context = request.app[CONTEXT]
        async with context.store.read() as connection:
            taken, many, more = await observations(connection, context, streams, asked)
    else:
        found = list(sets[name].values()) if ids is None else [sets[name][one] for one in ids if one in sets[name]]
        asked = asked_of(_query(request), name, _names(found))
        found = _ordered([one for one in found if _takes(asked.where, one, _names(found))], asked)
        taken, many = found[asked.skip : asked.skip + asked.top], len(found) if asked.count else None
        more = len(found) > asked.skip + asked.top
    body: dict[str, Any] = {} if many is None else {"@iot.count": many}
    if more and asked.top:
        there = request.url.update_query({"$skip": str(asked.skip + asked.top), "$top": str(asked.top)})
        body["@iot.nextLink"] = home_of(request) + str(there.relative())
    body["value"] = [_written(request, name, one, asked, sets) for one in taken]
    return given(request, packed(body), _JSON)


async def _alone(request: web.Request, name: str, one: Entity) -> web.Response:
    names = NAMES if name == "Observations" else _names([one])
    asked = asked_of(_query(request), name, names)
    return given(request, packed(_written(request, name, one, asked, request.app[KEPT].of(request))), _JSON)


async def _one(request: web.Request, name: str, identity: str) -> Entity:
    sets = request.app[KEPT].of(request)
    if name == "Observations":
        context = request.app[CONTEXT]
        async with context.store.read() as connection:
            return await observation(connection, context, identity, sets["Datastreams"].keys())
    found = sets[name].get(identity)
    if found is None:
        raise WebError(404, "not_found", f"there is no such entity in {name}")
    return found


def _query(request: web.Request) -> Mapping[str, str]:
    for name in request.query:
        if len(request.query.getall(name)) > 1:
            raise WebError(400, "twice", f"{name[:40]} is given more than once")
    return request.query


def _written(request: web.Request, name: str, one: Entity, asked: Asked, sets: Sets) -> dict[str, Any]:
    """The entity with its links, or what was selected of it; one level of what was expanded."""
    at = address(request, name, one.id)
    told: dict[str, Any] = {"@iot.id": _identity(name, one.id), "@iot.selfLink": at, **one.told}
    if asked.select:
        told = {each: told[each] for each in asked.select if each in told}
    for link, (target, many) in LINKS[name].items():
        if link in asked.expand:
            inside = [sets[target][each] for each in one.to.get(link, ()) if each in sets[target]]
            shown = [_written(request, target, each, Asked(), sets) for each in inside]
            told[link] = shown if many else next(iter(shown), None)
        elif not asked.select:
            told[f"{link}@iot.navigationLink"] = f"{at}/{link}"
    return told


def address(request: web.Request, name: str, identity: str) -> str:
    """Where an entity is."""
    quoted = identity if name == "Observations" else "'" + quote(identity.replace("'", "''"), safe="") + "'"
    return f"{home_of(request)}{PREFIX}/{name}({quoted})"


def _identity(name: str, identity: str) -> str | int:
    return int(identity) if name == "Observations" else identity


def _names(found: Sequence[Entity]) -> Sequence[str]:
    return ["@iot.id", *(found[0].told if found else ("name", "description", "properties"))]


def _takes(where: Condition | None, one: Entity, names: Sequence[str]) -> bool:
    if where is None:
        return True
    strange = _named_in(where) - {*names, "id"}
    if strange:
        raise WebError(501, "not_here", f"$filter by {min(strange)[:40]!r} is not offered; by {', '.join(names)} it is")
    return holds(where, lambda name: one.id if name in {"id", "@iot.id"} else one.told.get(name))


def _named_in(one: Condition) -> set[str]:
    if isinstance(one, Compare):
        return {one.name}
    return _named_in(one.of) if isinstance(one, Not) else _named_in(one.left) | _named_in(one.right)


def _ordered(found: list[Entity], asked: Asked) -> list[Entity]:
    for name, falls in reversed(asked.order):
        found = sorted(found, key=lambda one: str(one.id if name == "@iot.id" else one.told[name]), reverse=falls)
    return found


def _root(request: web.Request) -> dict[str, Any]:
    root = home_of(request) + PREFIX
    return {
        "value": [{"name": name, "url": f"{root}/{name}"} for name in LINKS],
        "serverSettings": {"conformance": list(_CONFORMS)},
    }
