"""Every operation of the API is described with examples that fit their schemas and are as the hub answers today."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from services.store.engine import Store
from services.web.api.examples import examples, of_parameter
from services.web.api.table import ENDPOINTS
from services.web.open.reference import operations
from services.web.openapi import document
from tests.services.open.examples import NEVER, made, shape

pytestmark = pytest.mark.one_engine
DOCUMENT = document(ENDPOINTS, "Morioka")
OPERATIONS = [(method, path, one) for path, item in DOCUMENT["paths"].items() for method, one in item.items()]


def fits(schema: Any, example: Any) -> bool:
    return bool(jsonschema_rs.validator_for({**schema, "components": DOCUMENT["components"]}).is_valid(example))


def test_every_operation_has_an_example_of_its_answer() -> None:
    known = {f"{one.method} {one.path}" for one in ENDPOINTS}
    assert known - NEVER - examples().keys() == set(), "write them anew: python -m tests.services.open.examples"
    assert examples().keys() <= known, "an operation that is no more"


def test_examples_fit_their_schemas() -> None:
    for method, path, one in OPERATIONS:
        good = next(answer for code, answer in one["responses"].items() if code.startswith("2"))
        for content in [*good["content"].values(), *one.get("requestBody", {}).get("content", {}).values()]:
            if "example" in content:
                assert fits(content["schema"], content["example"]), (method, path, content["example"])


def test_every_parameter_has_an_example_that_it_takes() -> None:
    for endpoint in ENDPOINTS:
        for one in endpoint.parameters:
            value = of_parameter(endpoint, one)
            assert value is not None, (endpoint.path, one.name)
            assert fits(dict(one.schema), value), (endpoint.path, one.name, value)


async def test_the_hub_still_answers_so(store: Store) -> None:
    """Members and kinds, not values: those are of the day on which they were written."""
    today = await made(store)
    assert today.keys() == examples().keys()
    for name, told in today.items():
        kept = examples()[name]
        for part in ("sent", "answer"):
            assert alike(shape(told.get(part)), shape(kept.get(part))), (name, part)


def alike(one: Any, other: Any) -> bool:
    """The same shape; what was nothing on one day may be something on another."""
    if "NoneType" in (one, other):
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return all(alike(*pair) for pair in zip(one, other, strict=False))
    return bool(one == other)


def test_the_page_shows_them_with_a_line_for_the_shell() -> None:
    shown = {f"{one.method} {one.path}": one for one in operations(DOCUMENT, "https://hub.example.jp")}
    series = shown["GET /api/v1/readings/{station}/{quantity}"]
    assert series.curl == "curl -s 'https://hub.example.jp/api/v1/readings/tatesakabashi/water_level'"
    assert '"points"' in series.example and "unit" in series.members
    street = shown["GET /api/v1/snow/street"]
    assert "lon=141.11" in street.curl
    written = shown["POST /api/v1/silences"]
    assert "X-CSRF-Token" in written.curl and written.guarded and '"kind"' in written.body
