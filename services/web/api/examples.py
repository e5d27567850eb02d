"""Examples of each operation, as a filled hub gave them (``tests/services/open/examples.py`` makes the file)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from services.web.api.endpoint import Endpoint, Parameter

FILE = Path(__file__).with_name("examples.json")
_OF_PARAMETERS: Mapping[str, Any] = {
    "limit": 100,
    "cursor": "WyIyMDI2LTExLTIwVDA5OjAwOjAwWiJd",
    "at": "2026-11-20T18:00:00+09:00",
    "known": "2026-11-20T18:00:00+09:00",
    "since": "2026-11-20T18:00:00+09:00",
    "status": "Actual",
    "age": "24",
    "area": "0320100",
    "bbox": "141.1,39.6,141.2,39.7",
    "channel": "cap_feed",
    "code": "bad_json",
    "contractor": "A1",
    "day": "2026-12-18",
    "month": "2026-12",
    "days": 30,
    "disaster": 1,
    "every": "true",
    "form": "radio",
    "gateway": "gw07",
    "hazard": "flood/032010001",
    "hours": 24,
    "kind": "district",
    "lat": 39.71,
    "lon": 141.11,
    "main": "1",
    "q": "内丸",
    "section": "plow-chuo",
    "series": "Actual-river-level-032010001-20261120T180000",
    "service": "SNOW_NOT_PLOWED",
    "sidewalk": "1",
    "topic": "hub/v1/gw07",
    "vehicle": "plow-01",
    "Idempotency-Key": "4f1c2a9e-6d3b-4f57-9c1d-2b7e8a0f5c61",
    "Last-Event-ID": "alerts-5f0c.hazards-91ab",
}
_OF_STATES = {"/requests": "open", "/reports/queue": "received", "/alerts": "issued", "/deliveries": "failed"}


@cache
def examples() -> Mapping[str, Mapping[str, Any]]:
    """By method and path: ``path`` values, ``sent`` and ``answer``."""
    found: Mapping[str, Mapping[str, Any]] = json.loads(FILE.read_text()) if FILE.exists() else {}
    return found


def example_of(endpoint: Endpoint) -> Mapping[str, Any]:
    """What is kept of one operation; empty where nothing is."""
    return examples().get(f"{endpoint.method} {endpoint.path}", {})


def of_parameter(endpoint: Endpoint, parameter: Parameter) -> Any:
    """A value that the parameter takes, None where no example is known."""
    if parameter.where == "path":
        text = example_of(endpoint).get("path", {}).get(parameter.name)
        return int(text) if text is not None and parameter.whole_number else text
    if parameter.name == "state":
        return _OF_STATES.get(endpoint.path)
    known = _OF_PARAMETERS.get(parameter.name)
    if parameter.schema.get("type") == "integer" and not isinstance(known, int):
        return parameter.schema.get("minimum", 1)  # of the same name as a time elsewhere
    return known
