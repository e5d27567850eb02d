"""The description of an interface for people to read, made on the server from its OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from services.web.home import home_of
from services.web.open.page import framed

_LONGEST = 4000  # characters of an example that is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    guarded: bool  # needs a session
    parameters: Sequence[Mapping[str, Any]]
    members: Mapping[str, str]
    responses: Mapping[str, str]
    body: str  # example of what is sent; empty where nothing is
    example: str  # of the answer
    curl: str


def reference_page(request: web.Request, document: Mapping[str, Any], here: str) -> web.Response:
    """The page, for everybody the same."""
    groups: dict[str, list[Operation]] = {}
    for one in operations(document, home_of(request)):
        groups.setdefault(_group(one.path), []).append(one)
    info = document["info"]
    return framed(request, "open_reference.html", here=here, info=info, groups=groups, machine=_machine(here))


def _machine(here: str) -> str:
    """Where the same stands for programs."""
    return "/ogc/api" if here.startswith("/ogc") else "/api/v1/openapi.json"


def operations(document: Mapping[str, Any], base: str) -> Iterator[Operation]:
    """Every operation of an OpenAPI document."""
    for path, item in document["paths"].items():
        for method, told in item.items():
            yield _operation(document, base, path, method, told)


def _operation(document: Mapping[str, Any], base: str, path: str, method: str, told: Mapping[str, Any]) -> Operation:
    parameters = [_resolved(document, one) for one in told.get("parameters", ())]
    sent = _first(told.get("requestBody", {}))
    responses = {code: _resolved(document, one) for code, one in told["responses"].items()}
    media, content = _first(next((one for code, one in responses.items() if code.startswith("2")), {}))
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        description=told.get("description", ""),
        guarded=bool(told.get("security")) and {} not in told["security"],
        parameters=[_parameter(one) for one in parameters],
        members=_members(document, content.get("schema", {})),
        responses={code: one.get("description", "") for code, one in responses.items()},
        body=_shown(sent[1]),
        example=_shown(content),
        curl=_curl(base, path, method, parameters, sent, media),
    )


def _first(told: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The first media type of a body, and what is said of it."""
    found: Mapping[str, Mapping[str, Any]] = told.get("content", {})
    return next(iter(found.items()), ("", {}))


def _resolved(document: Mapping[str, Any], one: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference into the same document stands for."""
    found: Any = one
    while "$ref" in found:
        place: Any = document
        for part in found["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        found = place
    return found  # type: ignore[no-any-return]


def _parameter(one: Mapping[str, Any]) -> dict[str, Any]:
    schema = one.get("schema", {})
    kind = schema.get("type", "")
    values = [str(value) for value in schema.get("enum", ()) if value != ""]
    return {
        "name": one["name"],
        "where": one["in"],
        "needed": bool(one.get("required")),
        "kind": " | ".join(values) or (kind if isinstance(kind, str) else "/".join(kind)),
        "description": one.get("description", ""),
        "example": one.get("example"),
    }


def _members(document: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, str]:
    """The members of the answer, of each item of a list, or of the properties of each feature."""
    found = _resolved(document, schema)
    for part in reversed(found.get("allOf", ())):
        found = part
        break
    properties = found.get("properties", {})
    if "features" in properties:
        inside = properties["features"]["items"]["properties"]["properties"]
        properties = inside.get("properties", {})
    elif "items" in properties and "items" in properties["items"]:
        properties = properties["items"]["items"].get("properties", {})
    return {name: one.get("description", "") for name, one in properties.items()}


def _shown(content: Mapping[str, Any]) -> str:
    """An example, indented; cut where it is long."""
    if "example" not in content:
        return ""
    one = content["example"]
    text = one if isinstance(one, str) else json.dumps(one, ensure_ascii=False, indent=2)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n…"


def _curl(
    base: str,
    path: str,
    method: str,
    parameters: Sequence[Mapping[str, Any]],
    sent: tuple[str, Mapping[str, Any]],
    media: str,
) -> str:
    """A line that can be pasted into a shell. Session and token of whoever is logged in stand there as words."""
    for one in parameters:
        if one["in"] == "path" and "example" in one:
            path = path.replace(f"{{{one['name']}}}", str(one["example"]))
    needed = [one for one in parameters if one["in"] == "query" and one.get("required") and "example" in one]
    asked = {one["name"]: one["example"] for one in needed}
    address = base + path + (f"?{urlencode(asked)}" if asked else "")
    words = ["curl", "-s"] if method == "get" else ["curl", "-s", "-X", method.upper()]
    if media and media != "application/json":
        words += ["-H", f"'Accept: {media}'"]
    if method != "get" and sent[0]:
        words += ["-b", "shirase_session=SESSION", "-H", "'X-CSRF-Token: TOKEN'", "-H", f"'Content-Type: {sent[0]}'"]
        example = sent[1].get("example")
        if isinstance(example, dict | list):
            words += ["-d", _quoted(json.dumps(example, ensure_ascii=False))]
    return " ".join([*words, f"'{address}'"])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _group(path: str) -> str:
    """Which chapter: by the first word of the path under its prefix."""
    parts = [part for part in path.split("/") if part]
    if parts[0] == "ogc":
        return parts[2] if len(parts) > 2 else "ogc"
    return parts[2] if len(parts) > 2 else parts[-1]
