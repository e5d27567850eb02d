"""What a stored batch says of its gateways: the newest readings count, whatever came behind them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from feeds.instant import iso_utc
from services.broker.client import MqttClient
from services.broker.link import Incoming
from services.broker.login import Login
from services.canary import Canary
from services.intake import Intake, Sorted
from services.signs import note
from services.vitals import Vitals
from tests.services.making import NOW


def came(payload: bytes, at: datetime) -> Sorted:
    topic = "hub/v1/gw07/st0001/snow_depth"
    fields = {"retained": False, "connection": 1, "packet_id": 1, "qos": 1}
    return Intake({}).sort(Incoming(topic=topic, payload=payload, received_at=at, **fields))


def test_a_refused_message_behind_readings_hides_none_of_them() -> None:
    reading = json.dumps({"value": 1.0, "unit": "cm", "time": iso_utc(NOW)}).encode()
    vitals, later = Vitals(), NOW + timedelta(seconds=1)
    canary = Canary(MqttClient(Login(host="127.0.0.1", port=1, client_id="x", user="", password="")))
    note([came(reading, NOW), came(b"{", later)], vitals, canary, lambda _: False)
    known = vitals.gateways["gw07"]
    assert (known.read_at, known.last_seen) == (NOW, later)
