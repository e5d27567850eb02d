"""/sensors/{code}/sheet: all that is known of one sensor beside its values. For the desk only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web
from sqlalchemy.engine import RowMapping

from geo.gateway import GatewayState
from geo.model import Ground
from geo.station import Station
from services.store import stations, vitals
from services.store.latest import came_by, newest_by_subject
from services.store.stations import Adopted
from services.store.tables import records
from services.store.users import Role
from services.web.api.answer import JSON, answer
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import Endpoint, Parameter
from services.web.api.outlook_told import WORDS, ahead
from services.web.api.sensors import registered
from services.web.api.times import iso, iso_or_none
from services.web.context import CONTEXT
from services.web.security import WebError, storable

_AHEAD = timedelta(minutes=2)  # beyond it a clock is wrong


async def show(request: web.Request) -> web.Response:
    context, code = request.app[CONTEXT], request.match_info["code"]
    if len(code) > 200 or not storable(code):
        raise WebError(404, "not_found", "この観測所はありません。 / There is no such sensor.")
    ground = context.ground
    within = records.c.subject.between(f"{code}/", f"{code}0")  # "0" is what follows "/"
    async with context.store.read() as connection:
        when = await seen(request, connection)
        heard = (records.c.measured_at <= when.at + _AHEAD, *came_by(when.then))
        newest = await newest_by_subject(connection, "reading", within, records.c.status == context.own.value, *heard)
        gateways = {} if when.then else {one.name: one for one in await vitals.everyone(connection)}
        adopted = next((one for one in await stations.everyone(connection, when.then) if one.code == code), None)
        outlook = await ahead(connection, ground.stations, [code], context.own, when)
        station = (await registered(connection, ground, when.then)).get(code)
    if station is None and not newest:
        raise WebError(404, "not_found", "この観測所はありません。 / There is no such sensor.")
    body = {
        "code": code,
        "station": None if station is None else _station(station, ground),
        "adopted": _adopted(adopted),
        "series": [_series(row) for row in newest],
        "gateways": [
            _gateway(gateways[name]) for name in sorted({row["gateway"] for row in newest}) if name in gateways
        ],
        "ahead": outlook[0] if outlook else None,
    }
    return answer(request, body)


def _station(one: Station, ground: Ground) -> dict[str, Any]:
    below = [other for other in ground.stations.values() if one.code in other.upstream]
    above = [ground.stations[code] for code in one.upstream if code in ground.stations]
    districts = [(code, ground.areas.get(code)) for code in one.areas]
    return {
        "name": one.name,
        "river": one.river,
        "unit": one.unit,
        "lon": one.lon,
        "lat": one.lat,
        "elevation_m": one.elevation_m,
        "normal_m": one.normal_m,
        "thresholds": dict(one.thresholds),
        "source": one.source,
        "verify": one.verify,
        "owner": one.owner,
        "areas": [{"code": code, "name": area.name if area else code} for code, area in districts],
        "upstream": _named(above),
        "downstream": _named(below),
        "beside": _named([s for s in ground.stations.values() if one.river and s.river == one.river and s != one]),
    }


def _named(some: Sequence[Station]) -> list[dict[str, str]]:
    return [{"code": one.code, "name": one.name} for one in sorted(some, key=lambda one: one.name)]


def _adopted(one: Adopted | None) -> dict[str, str] | None:
    return None if one is None or one.members is None else {"by": one.by, "at": iso(one.changed_at)}


def _series(row: RowMapping) -> dict[str, Any]:
    return {
        "quantity": row["subject"].partition("/")[2],
        "value": row["value"],
        "unit": row["body"]["unit"],
        "time": iso(row["measured_at"]),
        "received_at": iso(row["received_at"]),
        "gateway": row["gateway"],
        "trusted": row["trusted"],
        "flags": sorted(row["body"]["flags"]),
    }


def _gateway(one: GatewayState) -> dict[str, Any]:
    told = {"name": one.name, "seen_at": iso_or_none(one.seen_at), "online": one.online}
    return {**told, "skew_s": one.skew_s, "queue": one.queue, "over_since": iso_or_none(one.over_since)}


ENDPOINTS = (
    Endpoint(
        path="/sensors/{code}/sheet",
        handler=show,
        summary="One sensor: its register, what it said last, its gateway, its neighbours, what is foretold.",
        parameters=(Parameter("code", "Station code.", where="path"), AT),
        returns=JSON,
        properties={
            "code": "as asked",
            "station": "{name, river, unit, lon, lat, elevation_m, normal_m, thresholds, source, verify, owner, areas, "
            "upstream, downstream, beside: others of the river}; null for one that is not registered",
            "adopted": "{by, at} where staff registered it, else null",
            "series": "the newest of each quantity, battery too: {quantity, value, unit, time, received_at, gateway, "
            "trusted, flags}",
            "gateways": "by which it came: {name, seen_at, online, skew_s, queue, over_since}; none with at",
            "ahead": f"or null: {WORDS}",
        },
        errors=(400, 404),
        role=Role.VIEWER,
    ),
)
