"""The documents of OGC API – Features, part 1, as JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from aiohttp import web

from geo.area import Area
from services.web.api.paging import cursor_of
from services.web.api.times import iso
from services.web.context import CONTEXT
from services.web.home import home_of
from services.web.ogc.asked import CRS84
from services.web.ogc.collection import SHELF, Collection
from services.web.open.answers import TERMS, here_of
from services.web.open.licence import LICENCES

PREFIX = "/ogc"
JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
_CLASS = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CONFORMS = (
    *(f"{_CLASS}/{one}" for one in ("core", "oas30", "html", "geojson")),
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)
Link = dict[str, str]


def landing(request: web.Request) -> dict[str, Any]:
    context = request.app[CONTEXT]
    root = home_of(request) + PREFIX
    return {
        "title": f"{context.city_name} オープンデータ / {context.city_name_en} open data",
        "description": "防災・除雪・安全の公開情報。 What is public of disasters, snow removal and safety.",
        "attribution": credit_of(request),
        "links": [
            *selves(request, JSON),
            link("service-desc", f"{root}/api", OPENAPI, "OpenAPI 3.0"),
            link("service-doc", f"{root}/api?f=html", HTML, "説明 / Documentation"),
            link("conformance", f"{root}/conformance", JSON, "適合する規格 / Conformance"),
            link("data", f"{root}/collections", JSON, "データの一覧 / Collections"),
            *licences(request),
        ],
    }


def conformance(request: web.Request) -> dict[str, Any]:
    return {"conformsTo": list(CONFORMS), "links": selves(request, JSON)}


def collections(request: web.Request) -> dict[str, Any]:
    found = [collection(request, one) for one in request.app[SHELF].collections.values()]
    return {"links": [*selves(request, JSON), *licences(request)], "collections": found}


def collection(request: web.Request, one: Collection, *, alone: bool = False) -> dict[str, Any]:
    """``alone``: as a document of its own."""
    at = address(request, one)
    mine = selves(request, JSON) if alone else [link("self", at, JSON, one.title_en)]
    return {
        "id": one.id,
        "title": f"{one.title} / {one.title_en}",
        "description": one.description,
        **({"attribution": one.credit} if one.credit else {}),
        "itemType": "feature",
        "extent": extent(request),
        "crs": [CRS84],
        "storageCrs": CRS84,
        "links": [
            *mine,
            link("items", f"{at}/items", GEOJSON, f"{one.title} / {one.title_en}"),
            link("items", f"{at}/items?f=html", HTML, f"{one.title} / {one.title_en}"),
            *licences(request),
        ],
    }


def items(
    request: web.Request, one: Collection, features: Sequence[Any], matched: int, following: str | None
) -> dict[str, Any]:
    """A page of features; ``following``: the identity after which the next one begins."""
    links = [*selves(request, GEOJSON), link("collection", address(request, one), JSON, one.title_en)]
    if following is not None:
        there = request.url.update_query(cursor=cursor_of((following,)))
        links.append(link("next", home_of(request) + str(there.relative()), GEOJSON, "続き / next page"))
    return {
        "type": "FeatureCollection",
        "numberMatched": matched,
        "numberReturned": len(features),
        "links": [*links, *licences(request)],
        "features": list(features),
    }


def item(request: web.Request, one: Collection, feature: Mapping[str, Any]) -> dict[str, Any]:
    links = [*selves(request, GEOJSON), link("collection", address(request, one), JSON, one.title_en)]
    return {**feature, "links": [*links, *licences(request)]}


def stamped(body: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """With the time of the answer, by the clock of the hub."""
    return {**body, "timeStamp": iso(now.replace(microsecond=0))}


def extent(request: web.Request) -> dict[str, Any]:
    """The box around the city: nothing here lies far from it, and to look at every feature would be slow."""
    city = next(iter(request.app[CONTEXT].ground.areas.of_kind("city")), None)
    return {"spatial": {"bbox": [_box(city)], "crs": CRS84}}


def _box(city: Area | None) -> list[float]:
    return [round(float(one), 6) for one in city.geometry.bounds] if city else [-180.0, -90.0, 180.0, 90.0]


def address(request: web.Request, one: Collection) -> str:
    return f"{home_of(request)}{PREFIX}/collections/{quote(one.id, safe='')}"


def credit_of(request: web.Request) -> str:
    """What has to be written beside the data."""
    context = request.app[CONTEXT]
    return context.open_data.credit or context.city_name


def selves(request: web.Request, media_type: str) -> list[Link]:
    """Self and alternate: which is which depends on what was asked for."""
    plain = request.url.without_query_params("f")
    root, there = home_of(request), plain.update_query(f="html")
    as_json = root + str(plain.update_query(f="json").relative())
    if request.get(AS_HTML, False):
        return [link("self", here_of(request), HTML, "HTML"), link("alternate", as_json, media_type, "JSON")]
    return [
        link("self", here_of(request), media_type, "JSON"),
        link("alternate", root + str(there.relative()), HTML, "HTML"),
    ]


def licences(request: web.Request) -> list[Link]:
    own = LICENCES[request.app[CONTEXT].open_data.licence]
    terms = link("terms-of-service", home_of(request) + TERMS, HTML, "利用規約 / Terms")
    return [link("license", own.url, HTML, f"{own.name} / {own.name_en}"), terms]


def link(rel: str, href: str, media_type: str, title: str) -> Link:
    return {"rel": rel, "href": href, "type": media_type, "title": title}


AS_HTML: web.RequestKey[bool] = web.RequestKey("as html", bool)
