"""SenML on the hub's own topics: sorted like any other reading, with the gateway's status and the checks."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from feeds.records import Flag, Reading
from feeds.status import Status
from services.broker.link import Incoming
from services.grants import Grant
from services.intake import Intake

NOW = datetime(2026, 1, 14, 21, 10, 5, tzinfo=UTC)
PACK = [
    {"bn": "urn:dev:mac:0024befffe804ff1:", "bt": 1768425000, "n": "air", "u": "Cel", "v": -4.2},
    {"n": "depth", "u": "m", "v": 0.345},
    {"n": "depth", "u": "lx", "v": 3},
]


def came(topic: str) -> Incoming:
    payload = json.dumps(PACK).encode()
    return Incoming(topic=topic, payload=payload, retained=False, received_at=NOW, connection=1, packet_id=1, qos=1)


def test_a_pack_becomes_checked_readings_of_its_gateway() -> None:
    intake = Intake({"gw08": Grant(status=Status.EXERCISE)})
    found = intake.sort(came("hub/v1/gw08/batch"))
    got = [(r.subject, r.value, r.unit, r.gateway, r.status) for r in found.records if isinstance(r, Reading)]
    device = "urn:dev:mac:0024befffe804ff1"
    assert got == [
        (f"{device}/air_temperature", -4.2, "Cel", "gw08", Status.EXERCISE),
        (f"{device}/snow_depth", 34.5, "cm", "gw08", Status.EXERCISE),
    ]
    assert [refused.code for refused in found.rejected] == ["bad_unit"]
    assert all(Flag.TIME_ASSUMED not in r.flags for r in found.records if isinstance(r, Reading))
