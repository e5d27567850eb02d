"""The document says what the router does, no more and no less."""

from __future__ import annotations

import re
from typing import Any

from services.store.engine import Store
from services.store.users import Role
from services.web.api.endpoint import Endpoint
from services.web.api.table import ENDPOINTS
from tests.services.test_web_anonymity import fill
from tests.services.web_floor import floor

PREFIX = "/api/v1"


async def test_every_route_is_described_and_every_description_is_a_route(store: Store) -> None:
    async with floor(store) as running:
        _, document = await (await running.visitor()).get(f"{PREFIX}/openapi.json")
        routed = {
            (route.resource.canonical, route.method.lower())
            for route in running.app.router.routes()
            if route.resource and route.resource.canonical.startswith(PREFIX) and route.method != "HEAD"
        }
    described = {(path, method) for path, item in document["paths"].items() for method in item}
    assert described == routed
    assert len(routed) == len(ENDPOINTS)


async def test_each_operation_is_whole(store: Store) -> None:
    async with floor(store) as running:
        _, document = await (await running.visitor()).get(f"{PREFIX}/openapi.json")
    assert document["openapi"].startswith("3.1")
    identities = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            identities.append(operation["operationId"])
            assert operation["summary"].endswith("."), path
            in_path = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
            assert in_path == set(re.findall(r"{(\w+)}", path)), path
            assert ("requestBody" in operation) == (method in {"post", "patch"}), path
            assert {"200", "201"} & operation["responses"].keys()
            guarded = "security" in operation
            assert guarded == ("401" in operation["responses"]) == ("403" in operation["responses"]), path
    assert len(identities) == len(set(identities))


async def test_what_the_document_guards_is_guarded_and_the_rest_is_open(store: Store) -> None:
    async with floor(store) as running:
        stranger = await running.visitor()
        for endpoint in ENDPOINTS:
            path = PREFIX + endpoint.path.replace("{name}", "flood-kitakami").replace("{revision}", "1")
            path = (
                path.replace("{station}", "tatesakabashi")
                .replace("{quantity}", "water_level")
                .replace("{id}", "1")
                .replace("{sha256}", "0" * 64)
                .replace("{series}", "s")
                .replace("{section}", "plow-chuo")
                .replace("{dump}", "d1")
                .replace("{code}", "03201")
            )
            if endpoint.method != "GET":
                assert endpoint.role is not None or endpoint.open
                async with stranger.http.request(endpoint.method, path, json={}) as response:
                    status = response.status
            else:
                async with stranger.http.get(path, params=_place(endpoint)) as response:
                    status = response.status
            assert status == (401 if endpoint.role or endpoint.open else 200), path


async def test_answers_have_the_described_members_and_no_others(store: Store) -> None:
    await fill(store)
    async with floor(store) as running:
        desk = await running.person(Role.ADMIN)
        for endpoint in ENDPOINTS:
            if "{" in endpoint.path or endpoint.method != "GET" or endpoint.path in _OTHERS:
                continue
            _, body = await desk.get(PREFIX + endpoint.path, params=_place(endpoint))
            for one in _things(body):
                assert set(one) == set(endpoint.properties), endpoint.path


def _place(endpoint: Endpoint) -> dict[str, str]:
    """What a question about a place has to name."""
    return {"lon": "141.11", "lat": "39.71"} if any(one.name == "lon" for one in endpoint.parameters) else {}


_OTHERS = {"/events", "/openapi.json", "/crimes.csv"}  # a stream, the document itself, a table


def _things(body: dict[str, Any]) -> list[dict[str, Any]]:
    if "features" in body:
        return [feature["properties"] for feature in body["features"]]
    return body.get("items", [body])
