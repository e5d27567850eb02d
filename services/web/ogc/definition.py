"""The OpenAPI 3.0 document of ``/ogc``, made from the same collections as the addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import web

from services.web.context import CONTEXT
from services.web.home import home_of
from services.web.ogc.asked import CRS84, LIMIT, MOST
from services.web.ogc.collection import Collection
from services.web.ogc.documents import GEOJSON, HTML, JSON, PREFIX, credit_of
from services.web.open.answers import TERMS
from services.web.open.licence import LICENCES

PROBLEM = "application/problem+json"
_BAD, _GONE = {"$ref": "#/components/responses/Invalid"}, {"$ref": "#/components/responses/NotFound"}
_FORM = {"$ref": "#/components/parameters/f"}


def document(request: web.Request, collections: Iterable[Collection]) -> dict[str, Any]:
    """OpenAPI 3.0.3."""
    context = request.app[CONTEXT]
    licence = LICENCES[context.open_data.licence]
    paths: dict[str, Any] = {
        PREFIX: _plain("landing", "この窓口の入口。 The landing page."),
        f"{PREFIX}/conformance": _plain("conformance", "適合する規格。 The conformance classes."),
        f"{PREFIX}/collections": _plain("collections", "データの一覧。 The collections."),
    }
    for one in collections:
        paths |= _paths(one)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": f"{context.city_name} OGC API – Features",
            "version": "1.0.0",
            "description": f"Public data only. Credit to be given: {credit_of(request)}",
            "license": {"name": licence.name_en, "url": licence.url},
            "termsOfService": home_of(request) + TERMS,
        },
        "servers": [{"url": home_of(request)}],
        "paths": paths,
        "components": {"parameters": _PARAMETERS, "schemas": _SCHEMAS, "responses": _RESPONSES},
    }


def _plain(identity: str, summary: str) -> dict[str, Any]:
    answer = {"description": summary, "content": {JSON: {"schema": {"type": "object"}}, HTML: _TEXT}}
    responses = {"200": answer, "400": _BAD}
    return {"get": {"operationId": identity, "summary": summary, "parameters": [_FORM], "responses": responses}}


def _paths(one: Collection) -> dict[str, Any]:
    at = f"{PREFIX}/collections/{quote(one.id, safe='')}"
    name = one.id.replace("-", "_")
    title = f"{one.title} {one.title_en}."
    standing = [
        {"$ref": f"#/components/parameters/{name}"}
        for name in ("bbox", "bbox-crs", "crs", "datetime", "limit", "cursor", "f")
    ]
    wanted = [_filter(each, one.properties) for each in one.filters]
    whole = _content("Features", one.properties)
    feature = {"name": "feature", "in": "path", "required": True, "schema": {"type": "string"}}
    alone = {"description": title, "content": {GEOJSON: {"schema": _ref("Feature")}, HTML: _TEXT}}
    return {
        at: _plain(f"{name}_about", title),
        f"{at}/items": {
            "get": {
                "operationId": f"{name}_items",
                "summary": title,
                "description": one.description,
                "parameters": [*standing, *wanted],
                "responses": {"200": {"description": title, "content": whole}, "400": _BAD},
            }
        },
        f"{at}/items/{{feature}}": {
            "get": {
                "operationId": f"{name}_item",
                "summary": f"一件だけ。 One of them: {one.title_en}.",
                "parameters": [feature, {"$ref": "#/components/parameters/crs"}, _FORM],
                "responses": {"200": alone, "400": _BAD, "404": _GONE},
            }
        },
    }


def _filter(name: str, properties: Mapping[str, str]) -> dict[str, Any]:
    text = properties.get(name, "")
    return {"name": name, "in": "query", "required": False, "description": text, "schema": {"type": "string"}}


def _content(schema: str, properties: Mapping[str, str]) -> dict[str, Any]:
    members = {name: {"description": meaning} for name, meaning in properties.items()}
    own = {"type": "object", "properties": {"features": {"type": "array", "items": _feature(members)}}}
    return {GEOJSON: {"schema": {"allOf": [_ref(schema), own]}}, HTML: _TEXT}


def _feature(members: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"properties": {"type": "object", "properties": members}}}


def _ref(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}


_TEXT = {"schema": {"type": "string"}}
_CRS = {"type": "string", "enum": [CRS84]}
_STANDING = ("bbox", "bbox-crs", "crs", "datetime", "limit", "cursor", "f")
_PARAMETERS = {
    "f": {
        "name": "f",
        "in": "query",
        "description": "Form of the answer; else by Accept.",
        "schema": {"type": "string", "enum": ["json", "html"]},
    },
    "limit": {
        "name": "limit",
        "in": "query",
        "description": f"Most features of a page; more than {MOST} is {MOST}.",
        "schema": {"type": "integer", "minimum": 1, "default": LIMIT},
    },
    "cursor": {
        "name": "cursor",
        "in": "query",
        "description": "Where the page begins; taken from the next link of the page before.",
        "schema": {"type": "string"},
    },
    "bbox": {
        "name": "bbox",
        "in": "query",
        "description": "Only what touches west,south,east,north in degrees (CRS84); heights are not looked at.",
        "style": "form",
        "explode": False,
        "schema": {
            "type": "array",
            "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
            "items": {"type": "number"},
        },
    },
    **{
        name: {
            "name": name,
            "in": "query",
            "description": "CRS84 alone.",
            "schema": {"type": "string", "enum": [CRS84]},
        }
        for name in ("crs", "bbox-crs")
    },
    "datetime": {
        "name": "datetime",
        "in": "query",
        "description": "Only what was so at an instant or in an interval: T, T/T, ../T, T/.. (RFC 3339).",
        "schema": {"type": "string"},
    },
}
_LINK = {
    "type": "object",
    "required": ["href", "rel"],
    "properties": {name: {"type": "string"} for name in ("href", "rel", "type", "title")},
}
_SCHEMAS = {
    "Link": _LINK,
    "Feature": {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"type": "object", "nullable": True, "description": "GeoJSON (RFC 7946), CRS84"},
            "properties": {"type": "object", "nullable": True},
            "links": {"type": "array", "items": _ref("Link")},
        },
    },
    "Features": {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
            "timeStamp": {"type": "string", "format": "date-time"},
            "links": {"type": "array", "items": _ref("Link")},
            "features": {"type": "array", "items": _ref("Feature")},
        },
    },
    "Problem": {
        "type": "object",
        "required": ["code"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "code": {"type": "string", "description": "a code for programs"},
            "description": {"type": "string", "description": "a sentence for people"},
        },
    },
}
_RESPONSES = {
    "Invalid": {
        "description": "A parameter is unknown or cannot be used.",
        "content": {PROBLEM: {"schema": _ref("Problem")}},
    },
    "NotFound": {"description": "There is no such thing.", "content": {PROBLEM: {"schema": _ref("Problem")}}},
}
