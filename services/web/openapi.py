"""The OpenAPI document, made from the same table as the routes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from services.accounts.scopes import TokenScope
from services.web.api.answer import GEOJSON, JSON, answer
from services.web.api.endpoint import PREFIX, Endpoint, Parameter
from services.web.api.examples import example_of, of_parameter
from services.web.auth import COOKIE, CSRF_HEADER

DOCUMENT: web.AppKey[dict[str, Any]] = web.AppKey("openapi", dict)

_OF_TOKENS = "A program's token; each operation names the scope it needs. Never more than the owner's role."
_REASONS = {
    400: "A parameter, cursor or body cannot be used.",
    401: "Nobody is logged in.",
    403: "The role or the CSRF token is not enough.",
    404: "There is no such thing.",
    409: "What is stored differs from what was seen, or is over.",
    413: "The body is too long, or came too slowly.",
    415: "A body of this media type is not taken.",
    429: "Too many; Retry-After says when to come again.",
    503: "Too many at once.",
}


async def show(request: web.Request) -> web.Response:
    return answer(request, request.app[DOCUMENT])


ENDPOINTS = (Endpoint(path="/openapi.json", handler=show, summary="This document.", returns=JSON),)


def document(endpoints: Iterable[Endpoint], city_name_en: str) -> dict[str, Any]:
    """OpenAPI 3.1 of the endpoints."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(PREFIX + endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Shirase {city_name_en}",
            "version": "1",
            "description": (
                "Anonymous requests get what is public: confirmed, coarsened, never a draft. "
                "A session of the desk gets everything. Times are ISO 8601 in UTC."
            ),
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
                "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
                "token": {"type": "http", "scheme": "bearer", "description": _OF_TOKENS},
                "gateway": {"type": "http", "scheme": "basic", "description": "name and password of a gateway"},
            },
            "schemas": {"Error": _ERROR, "Link": _LINK},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    told = example_of(endpoint)
    operation: dict[str, Any] = {
        "operationId": _identity(endpoint),
        "summary": endpoint.summary,
        "responses": {str(endpoint.success): _success(endpoint)}
        | {str(code): _failure(code) for code in _codes(endpoint)},
    }
    if endpoint.parameters:
        operation["parameters"] = [_parameter(endpoint, parameter) for parameter in endpoint.parameters]
    if endpoint.body is not None:
        sent = {"example": told["sent"]} if "sent" in told else {}
        content = {one: {"schema": dict(endpoint.body)} for one in endpoint.takes}
        content[endpoint.takes[0]] |= sent
        operation["requestBody"] = {"required": True, "content": content}
    if endpoint.open:
        operation["security"] = [{"session": [], "csrf": []}, *_by_token(endpoint), {"gateway": []}, {}]
        operation["description"] = "For operators, for gateways, and for anybody where the settings say so."
    if endpoint.role is not None:
        schemes = ("session",) if endpoint.method == "GET" else ("session", "csrf")
        operation["security"] = [{scheme: [] for scheme in schemes}, *_by_token(endpoint)]
        operation["description"] = f"Needs the role {endpoint.role} or above{_by_whom(endpoint)}."
    return operation


def _by_token(endpoint: Endpoint) -> list[dict[str, list[str]]]:
    return [] if endpoint.needs is TokenScope.PERSON else [{"token": [endpoint.needs.value]}]


def _by_whom(endpoint: Endpoint) -> str:
    return ", and a person: no token" if endpoint.needs is TokenScope.PERSON else f"; a token: {endpoint.needs}"


def _identity(endpoint: Endpoint) -> str:
    words = re.findall(r"[a-z]+", endpoint.path)
    return "_".join([endpoint.method.lower(), *words])


def _codes(endpoint: Endpoint) -> list[int]:
    guarded = {401, 403} if endpoint.role is not None or endpoint.open else set()
    body = {413, 415} if endpoint.body is not None else set()
    return sorted({400} | guarded | body | set(endpoint.errors))  # 400: no address may hold what no store can


def _parameter(endpoint: Endpoint, parameter: Parameter) -> dict[str, Any]:
    described = {"name": parameter.name, "in": parameter.where, "description": parameter.description}
    needed = parameter.needed or parameter.where == "path"
    known = of_parameter(endpoint, parameter)
    example = {} if known is None else {"example": known}
    return {**described, "required": needed, "schema": dict(parameter.schema), **example}


def _success(endpoint: Endpoint) -> dict[str, Any]:
    members = {name: {"description": meaning} for name, meaning in endpoint.properties.items()}
    schema: dict[str, Any] = {"type": "object", "properties": members}
    if endpoint.returns == GEOJSON:
        schema = _collection(schema)
    elif any(parameter.name == "cursor" for parameter in endpoint.parameters):
        schema = _list(schema)
    elif endpoint.returns not in {JSON}:
        schema = {"type": "string", "description": "; ".join(f"{name}: {m}" for name, m in endpoint.properties.items())}
    told = example_of(endpoint)
    example = {"example": told["answer"]} if "answer" in told else {}
    return {"description": endpoint.summary, "content": {endpoint.returns: {"schema": schema, **example}}}


def _failure(code: int) -> dict[str, Any]:
    error = {"schema": {"$ref": "#/components/schemas/Error"}}
    return {"description": _REASONS[code], "content": {JSON: error}}


def _collection(properties: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": ["object", "null"], "description": "a GeoJSON geometry (RFC 7946)"}
    feature = {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": "string"},
            "geometry": geometry,
            "properties": properties,
        },
    }
    members = {"type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": feature}, "links": _LINKS}
    return {"type": "object", "required": ["type", "features"], "properties": members}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    members = {"items": {"type": "array", "items": item}, "links": _LINKS}
    return {"type": "object", "required": ["items", "links"], "properties": members}


_LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/Link"}}
_LINK = {
    "type": "object",
    "required": ["rel", "href"],
    "properties": {
        "rel": {"enum": ["self", "next"]},
        "href": {"type": "string", "format": "uri"},
        "type": {"type": "string"},
    },
}
_ERROR = {
    "type": "object",
    "required": ["error", "message"],
    "properties": {
        "error": {"type": "string", "description": "a code for programs"},
        "message": {"type": "string", "description": "a sentence for people"},
    },
}
