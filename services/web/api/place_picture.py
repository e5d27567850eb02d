"""/areas/{code}/picture: who and what is exposed in one area, and what was sent for it. For the desk only."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.area import Area
from geo.inside import Amount
from geo.sighted.squares import around, known_area
from geo.surroundings import Refuge, Surroundings, surroundings
from rules.alert import Alert
from rules.cap_message import mark
from rules.declared import Opening, ShelterState
from services.desks.declared_board import CROWDINGS, OPENINGS, Board, board
from services.store import past
from services.store.codec import from_json
from services.store.tables import alerts, outbox
from services.store.users import Role
from services.web.api.answer import JSON, answer
from services.web.api.as_of import AT, Seen, seen
from services.web.api.endpoint import Endpoint, Parameter
from services.web.api.outlook_told import WORDS, ahead
from services.web.api.times import iso, iso_or_none
from services.web.auth import PERSON
from services.web.context import CONTEXT, WebContext
from services.web.security import WebError

BACK = timedelta(hours=48)
_MOST = 1000  # revisions that are looked through


async def show(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    area = known_area(request.match_info["code"], context.ground.areas)
    if area is None:
        raise WebError(404, "not_found", "この区域はありません。 / There is no such area.")
    wide = around(area.code, context.ground.areas)
    # Unions of thousands of zones: not on the loop.
    holds = await asyncio.to_thread(surroundings, context.ground, area)
    async with context.store.read() as connection:
        when = await seen(request, connection)
        places = await board(connection, context.own, "shelters", when.at, then=when.then)
        gauges = [one.code for one in context.ground.stations.values() if not wide.isdisjoint(one.areas)]
        foretold = await ahead(connection, context.ground.stations, gauges, context.own, when)
        sent = await _sent(connection, wide, area.code, when)
    body = {
        "code": area.code,
        "name": area.name,
        "kind": area.kind,
        "within": [{"code": one.code, "name": one.name, "kind": one.kind} for one in _others(context, wide, area)],
        "exposed": _exposed(holds),
        "shelters": [_shelter(one, places) for one in holds.refuges],
        "watched": None if when.then else await _watched(request, area),
        "ahead": foretold,
        "sent": sent,
    }
    return answer(request, body)


def _others(context: WebContext, wide: Collection[str], area: Area) -> list[Area]:
    found = (context.ground.areas.get(code) for code in sorted(wide) if code != area.code)
    return [one for one in found if one is not None]


def _exposed(holds: Surroundings) -> dict[str, Any]:
    roads = holds.inside.roads_km
    return {
        "area_km2": round(holds.inside.area_km2, 2),
        "people": _amount(holds.inside.people),
        "people_known": round(holds.inside.people_known, 2),
        "roads_km": None if roads is None else round(sum(one.likely for one in roads.values()), 1),
        "water": [
            {
                "scenario": one.depth.scenario.key,
                "name": one.depth.scenario.name,
                "rank": one.depth.rank,
                "metres": one.depth.metres,
                "share": round(one.share, 2),
                "people": _amount(one.people),
            }
            for one in holds.water
        ],
        "slopes": [{"phenomenon": one.phenomenon, "zone": one.zone, "many": one.many} for one in holds.slopes],
        "credits": list(holds.credits),
    }


def _amount(one: Amount | None) -> dict[str, int] | None:
    return None if one is None else {"low": round(one.low), "likely": round(one.likely), "high": round(one.high)}


def _shelter(one: Refuge, places: Board) -> dict[str, Any]:
    shelter = one.shelter
    state = places.places.get(shelter.code) or places.places.get(shelter.name)
    issued = places.issued is not None and places.draft is None
    told = {"code": shelter.code, "name": shelter.name, "address": shelter.address, "limits": shelter.note}
    where = {"metres": one.metres, "in_water": one.in_water, "on_slope": one.on_slope}
    return {**told, **where, "hazards": sorted(shelter.hazards), **_state(state), "issued": issued}


def _state(state: ShelterState | None) -> dict[str, Any]:
    if state is None:
        closed = {"opening": Opening.NOT_OPEN.value, "opening_ja": OPENINGS[Opening.NOT_OPEN], "crowding_ja": ""}
        return {**closed, "people": None, "capacity": None, "since": None}
    opened = state.opening is Opening.OPEN
    return {
        "opening": state.opening.value,
        "opening_ja": OPENINGS[state.opening],
        "crowding_ja": CROWDINGS[state.crowding] if opened else "",
        "people": state.people if opened else None,
        "capacity": state.capacity,
        "since": iso(state.since),
    }


async def _watched(request: web.Request, area: Area) -> dict[str, int] | None:
    """Only numbers, only of an area that many live in, and only for who may work at the desk of watching over."""
    context = request.app[CONTEXT]
    if context.watch is None or not request[PERSON].may(Role.OPERATOR) or area.kind not in {"district", "city"}:
        return None
    open_, done = await context.watch.counts(context.now(), area.geometry)
    return {"open": open_, "done": done}


async def _sent(connection: AsyncConnection, wide: Collection[str], code: str, when: Seen) -> list[dict[str, Any]]:
    """Every revision of the two days before that names the area or one that holds it, newest first, drafts too."""
    known, told = past.as_of(alerts, when.then), past.as_of(outbox, when.then)
    wanted = select(known).where(known.c.sent >= when.at - BACK).order_by(known.c.sent.desc(), known.c.revision.desc())
    rows = (await connection.execute(wanted.limit(_MOST))).mappings().all()
    ours = [(from_json(Alert, row["body"]), row) for row in rows if _names(row, wide)]
    wishes = select(told).where(told.c.series.in_(sorted({alert.series for alert, _ in ours})))
    by_alert: dict[tuple[str, int], list[RowMapping]] = {}
    for row in (await connection.execute(wishes.order_by(told.c.channel))).mappings():
        by_alert.setdefault((row["series"], row["revision"]), []).append(row)
    return [_told(alert, row, by_alert.get((alert.series, alert.revision), ()), code) for alert, row in ours]


def _names(row: RowMapping, wide: Collection[str]) -> bool:
    places: Sequence[Mapping[str, Any]] = row["body"].get("places") or ()
    return any(place.get("code") in wide for place in places)


def _told(alert: Alert, row: RowMapping, sendings: Sequence[RowMapping], code: str) -> dict[str, Any]:
    names = ("id", "channel", "state", "reason", "cause")
    return {
        "identifier": alert.identifier,
        "series": alert.series,
        "revision": alert.revision,
        "status": alert.status.value,
        "state": row["state"],
        "kind": alert.kind,
        "level": alert.level,
        "alert_level": alert.alert_level,
        "order": alert.order,
        "ends": alert.ends,
        "headline": mark(alert.texts["ja"].headline, alert.status, "ja"),
        "sent": iso(alert.sent),
        "expires": iso(alert.expires),
        "changed_at": iso(row["changed_at"]),
        "wide": all(place.code != code for place in alert.places),
        "deliveries": [
            {**{name: one[name] for name in names}, "finished_at": iso_or_none(one["finished_at"])} for one in sendings
        ],
    }


ENDPOINTS = (
    Endpoint(
        path="/areas/{code}/picture",
        handler=show,
        summary="One area, square of the mesh or section: who is exposed by the maps, shelters near, what was sent.",
        parameters=(Parameter("code", "Area code, or mesh-CODE.", where="path"), AT),
        returns=JSON,
        properties={
            "code": "as asked",
            "name": "in Japanese",
            "kind": "district, city, mesh, plow_section, …",
            "within": "areas that hold it: list of {code, name, kind}",
            "exposed": "{area_km2, people: {low, likely, high} or null where no layer tells, people_known: share of "
            "the area, roads_km, water: by scenario {scenario, name, rank, metres, share, people}, slopes: landslide "
            "zones {phenomenon, zone, many}, credits}; outside every zone means not drawn, never safe",
            "shelters": "places of refuge inside and within two kilometres, nearest first: {code, name, address, "
            "limits, metres, in_water, on_slope, hazards, opening, opening_ja, crowding_ja, people, capacity, since, "
            "issued}",
            "watched": "people who are watched over and live here, {open, done} of the alarms that are open now; null "
            "where the viewer may not see numbers, or nobody is watched over, and with at",
            "ahead": WORDS,
            "sent": "revisions of the last two days that name the area or one that holds it (wide), newest first, each "
            "with its deliveries: {id, channel, state, reason, cause, finished_at}",
        },
        errors=(400, 404),
        role=Role.VIEWER,
    ),
)
