"""Node-RED's flow in its three forms, as the file its runtime reads.

mqtt in (parsed JSON) → threshold with hysteresis → the district → HTTP POST of the reading with what was made of it.
The sink is where Node-RED keeps what came in, as the store is the hub's; a message that changes the state is the alert.
``changes_only`` leaves out the rest: then nothing keeps the readings.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from tests.peers.city import OFF_CM, ON_CM

FILTER = "hub/v1/#"
CLIENT = "node-red"
_AT = {"z": "tab", "x": 0, "y": 0}  # without a place on its tab a node is taken for configuration


class Form(StrEnum):
    """How a reading finds its district."""

    PLAIN = "plain rule"
    TURF = "turf over all districts"
    INDEXED = "turf behind flatbush"


_RULE = f"""
const reading = msg.payload;
const closed = context.get('closed') || new Map();
if (closed.size === 0) context.set('closed', closed);
const before = closed.get(reading.station) || false;
const now = before ? reading.value >= {OFF_CM} : reading.value >= {ON_CM};
closed.set(reading.station, now);
if (%s && now === before) return null;
const {{ id, station, value }} = reading;
msg.payload = {{ id, station, value, closed: now, changed: now !== before }};
msg.headers = {{ 'content-type': 'application/json' }};
return msg;
"""

_ALL = """
const city = global.get('city');
const here = global.get('point')(city.sensors[msg.payload.station]);
const inside = global.get('inside');
msg.payload.districts = city.districts.features.filter((one) => inside(here, one)).map((one) => one.properties.code);
return msg;
"""

_INDEX = """
const Flatbush = (await global.get('flatbush')).default;
const features = global.get('city').districts.features;
const index = new Flatbush(features.length);
for (const one of features) {
    const ring = one.geometry.coordinates[0];
    const lons = ring.map((at) => at[0]), lats = ring.map((at) => at[1]);
    index.add(Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats));
}
index.finish();
context.set('index', index);
"""

_INDEXED = """
const city = global.get('city');
const at = city.sensors[msg.payload.station];
const here = global.get('point')(at);
const inside = global.get('inside');
msg.payload.districts = context.get('index').search(at[0], at[1], at[0], at[1])
    .map((number) => city.districts.features[number]).filter((one) => inside(here, one))
    .map((one) => one.properties.code);
return msg;
"""


def flow(form: Form, broker_port: int, sink: str, *, changes_only: bool) -> list[dict[str, Any]]:
    """The nodes of one tab, with a durable session at the broker and connections to the sink that are kept open."""
    rule = _function("rule", _RULE % ("true" if changes_only else "false"), "post" if form is Form.PLAIN else "place")
    places = {
        Form.PLAIN: [],
        Form.TURF: [_function("place", _ALL, "post")],
        Form.INDEXED: [_function("place", _INDEXED, "post", begin=_INDEX)],
    }
    return [
        {"id": "tab", "type": "tab", "label": str(form)},
        {
            "id": "broker",
            "type": "mqtt-broker",
            "broker": "127.0.0.1",
            "port": str(broker_port),
            "clientid": CLIENT,
            "autoConnect": True,
            "usetls": False,
            "protocolVersion": "4",
            "keepalive": "60",
            "cleansession": False,
        },
        {
            "id": "in",
            "type": "mqtt in",
            **_AT,
            "topic": FILTER,
            "qos": "1",
            "datatype": "json",
            "broker": "broker",
            "inputs": 0,
            "wires": [["rule"]],
        },
        rule,
        *places[form],
        {
            "id": "post",
            "type": "http request",
            **_AT,
            "method": "POST",
            "ret": "txt",
            "paytoqs": "ignore",
            "persist": True,
            "url": sink,
            "wires": [[]],
        },
    ]


def _function(name: str, body: str, then: str, begin: str = "") -> dict[str, Any]:
    told = {"id": name, "type": "function", "name": name, "func": body, "outputs": 1, "initialize": begin}
    return {**told, **_AT, "finalize": "", "libs": [], "timeout": 0, "wires": [[then]]}
