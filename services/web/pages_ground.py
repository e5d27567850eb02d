"""What the map only draws: rivers, landmarks and shelters of the city's profile. Nothing is decided from these."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from aiohttp import web

from geo.model import Ground
from geo.shelter import Shelter
from services.web.api.answer import answer
from services.web.api.shapes import point
from services.web.context import CONTEXT, WebContext

_EMPTY: dict[str, Any] = {"type": "FeatureCollection", "features": []}
_NAMES = {"施設・場所名": "name", "住所": "address", "共通ID": "code"}  # the national layout of shelter files


async def show(request: web.Request) -> web.Response:
    """``rivers``, ``landmarks`` and ``shelters`` as FeatureCollections, and the ``credits`` to show with them."""
    return answer(request, await drawn(request.app[CONTEXT]))


async def drawn(context: WebContext) -> dict[str, Any]:
    """The same for another page."""
    return await asyncio.to_thread(_read, context.profile, context.ground)


def _read(profile: Path | None, ground: Ground) -> dict[str, Any]:
    """The profile's shelters, unless a list was imported: then those that the models know, too."""
    parts = {name: _collection(profile, name) for name in ("rivers", "landmarks", "shelters")}
    credits_ = [part.get("credit", "") for part in (*parts.values(), _collection(profile, "city"))]
    shelters = [_renamed(one) for one in parts["shelters"]["features"]]
    if ground.layers.of_kind("shelter"):
        shelters = [_feature(one) for one in ground.shelters]
    return {**parts, "shelters": {**_EMPTY, "features": shelters}, "credits": [one for one in credits_ if one]}


def _collection(profile: Path | None, name: str) -> dict[str, Any]:
    """A file of the profile; a city that has none simply shows nothing there."""
    path = profile / f"{name}.geojson" if profile else None
    if path is None or not path.exists():
        return _EMPTY
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def _renamed(shelter: dict[str, Any]) -> dict[str, Any]:
    """The file's own column names beside the ones the map uses; what stands in brackets is not part of the name."""
    told = shelter["properties"]
    named = {english: told[japanese] for japanese, english in _NAMES.items() if japanese in told}
    name = _short(str(named.get("name", told.get("name", ""))))
    return {**shelter, "properties": {**told, **named, "name": name}}


def _feature(shelter: Shelter) -> dict[str, Any]:
    told = {
        "name": _short(shelter.name),
        "address": shelter.address,
        "備考": shelter.note,
        "共通ID": shelter.code,
        "code": shelter.code,
    }
    return {"type": "Feature", "geometry": point(shelter.lon, shelter.lat), "properties": told}


def _short(name: str) -> str:
    return name.partition("（")[0]
