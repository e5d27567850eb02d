"""Answers: GeoJSON collections and lists, with links, an entity tag, compression and the right of others to read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import hdrs, web

from services.web.api.paging import Key, links
from services.web.auth import person_of
from services.web.body import in_time
from services.web.security import WebError, storable

GEOJSON = "application/geo+json"
JSON = "application/json"
_WORTH_COMPRESSING = 1400  # bytes: below, it is one packet either way


def feature(identity: str, geometry: Any, properties: Mapping[str, Any]) -> dict[str, Any]:
    """A GeoJSON Feature; ``geometry`` may be None where the place is not known."""
    return {"type": "Feature", "id": identity, "geometry": geometry, "properties": dict(properties)}


def collection(request: web.Request, features: Sequence[Any], following: Key | None) -> web.Response:
    """A FeatureCollection (RFC 7946) with its links."""
    return answer(request, collected(request, features, following), GEOJSON)


def collected(request: web.Request, features: Sequence[Any], following: Key | None) -> dict[str, Any]:
    """The body of such a collection."""
    return {
        "type": "FeatureCollection",
        "numberReturned": len(features),
        "links": links(request, GEOJSON, following),
        "features": features,
    }


def listing(request: web.Request, items: Sequence[Any], following: Key | None) -> web.Response:
    """Items that have no place, paged alike."""
    return answer(request, {"items": items, "links": links(request, JSON, following)}, JSON)


def answer(request: web.Request, body: Any, media_type: str = JSON) -> web.Response:
    """Any JSON value, with an entity tag; 304 where the asker has it already."""
    packed = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    tag = hashlib.sha256(packed).hexdigest()[:32]
    headers = reading_headers(request)
    if knows(request, tag):
        response = web.Response(status=304, headers=headers)
    else:
        response = web.Response(body=packed, content_type=media_type, charset="utf-8", headers=headers)
        if len(packed) > _WORTH_COMPRESSING:
            response.enable_compression()
    response.headers[hdrs.ETAG] = f'W/"{tag}"'
    return response


def reading_headers(request: web.Request) -> dict[str, str]:
    """Public answers may be read by any page and kept if checked again; what staff see is kept nowhere."""
    headers: dict[str, str] = {
        hdrs.VARY: "Cookie, Authorization, Accept-Encoding",
        hdrs.CACHE_CONTROL: "private, no-store",
    }
    if person_of(request) is None:
        headers |= {hdrs.CACHE_CONTROL: "no-cache", hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*"}
    return headers


def knows(request: web.Request, tag: str) -> bool:
    """True where If-None-Match names the tag."""
    try:
        tags = request.if_none_match or ()
    except ValueError:
        return False
    return any(one.value in {tag, "*"} for one in tags)


async def json_object(request: web.Request) -> dict[str, Any]:
    """The JSON object of a write; a WebError 400 or 415 says what is wrong with it."""
    if request.content_type != JSON:
        raise WebError(415, "not_json", "send the body as application/json")
    try:
        async with in_time():
            body = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise WebError(400, "bad_json", "the body is not valid JSON") from None
    if not isinstance(body, dict):
        raise WebError(400, "bad_json", "the body must be a JSON object")
    return body


def text_member(body: Mapping[str, Any], name: str, longest: int) -> str:
    """A member that must be text with something in it; else a WebError 400."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > longest or not storable(value):
        raise WebError(400, f"bad_{name}", f'"{name}" must be text of 1 to {longest} characters')
    return value.strip()
