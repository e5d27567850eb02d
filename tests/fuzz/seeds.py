"""One well-formed message or more of every feed: what hostile inputs are bent from, and where fuzzing begins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feeds.cap.envelope import wrap
from feeds.feed import Feed
from feeds.mapping import read_mappings
from feeds.records import Message
from feeds.registry import feeds_with, for_message
from services.grants import Grant
from tests.feeds.lalert_making import DAMAGE, NOTICE, SHELTER, document, published
from tests.feeds.making import READING, TIME

DATA = Path(__file__).parent.parent / "data"
RIVER = """
[[message]]
name = "river"
topic = "city/+/river"
records = "stations"
station = "code"
time = { path = "obs", format = "epoch_s" }
[message.values]
water_level = { path = "level", unit = "cm" }

[[message]]
name = "long"
topic = "city/+/long"
station = { topic = 1 }
time = { path = "at", format = "epoch_ms" }
missing = [-999]
[message.long]
word = "what"
value = "amount"
unit = "in"

[[message]]
name = "table"
topic = "city/+/table"
format = "csv"
station = "code"
time = { path = "obs", format = "iso" }
[message.values]
water_level = { path = "level", unit = "cm" }
"""
FEEDS: Mapping[str, Feed] = {feed.name: feed for feed in feeds_with(read_mappings([("city.toml", RIVER)]))}
GRANTS = {"gw07": Grant(telegram=True, forecast=True)}
MILLISECONDS, SECONDS = 1768425000000, 1768425000  # TIME
VALUE = 34.5  # of all seeds in JSON, and the only one in them
EUI = "24e124136b000001"


@dataclass(frozen=True, slots=True)
class Seed:
    """One message. ``time`` is what stands there as its time, in JSON; empty in other formats."""

    feed: str
    topic: str
    payload: bytes
    time: str = ""


def _json(feed: str, topic: str, body: Any, time: object = TIME) -> Seed:
    return Seed(feed, topic, json.dumps(body, ensure_ascii=False).encode(), json.dumps(time))


PLAIN = _json("plain", "hub/v1/gw07/st0123/snow_depth", READING)
FIX = _json("plain", "hub/v1/gw07/fix/plow-7", {"v": 1, "time": TIME, "lon": 141.15, "lat": VALUE})
REPORT = _json(
    "plain",
    "hub/v1/gw07/report",
    {"v": 1, "id": "r1", "kind": "bear", "time": TIME, "text": "熊", "lon": 141.15, "lat": VALUE},
)
_EVENING, _MORNING = "2026-01-15T18:00:00+09:00", "2026-01-16T06:00:00+09:00"
FORECAST = _json(
    "plain",
    "hub/v1/gw07/forecast",
    {"v": 1, "issued": TIME, "place": "plow-chuo", "from": _EVENING, "until": _MORNING, "snow_cm": VALUE},
)
PHONE = _json(
    "owntracks", "owntracks/gw07/p7", {"_type": "location", "lat": VALUE, "lon": 141.15, "tst": SECONDS}, SECONDS
)
TTN = _json(
    "ttn",
    "v3/city@ttn/devices/snow-1/up",
    {
        "end_device_ids": {"device_id": "snow-1"},
        "uplink_message": {"f_cnt": 4, "decoded_payload": {"snow_depth_cm": VALUE}, "received_at": TIME},
    },
)
CHIRPSTACK = _json(
    "chirpstack",
    f"application/a/device/{EUI}/event/up",
    {"time": TIME, "deviceInfo": {"devEui": EUI}, "fCnt": 4, "object": {"snow_depth_cm": VALUE}},
)
IN_JSON = (
    PLAIN,
    _json("plain", "hub/v1/gw07/batch", [READING]),
    FIX,
    REPORT,
    FORECAST,
    _json("senml", "hub/v1/gw07/batch", [{"n": "st0123:snow_depth", "u": "cm", "v": VALUE, "t": SECONDS}], SECONDS),
    CHIRPSTACK,
    TTN,
    PHONE,
    _json(
        "thingsboard",
        "v1/gateway/telemetry",
        {"st0123": [{"ts": MILLISECONDS, "values": {"snow_depth": VALUE}}]},
        MILLISECONDS,
    ),
    _json(
        "thingsboard",
        "v1/devices/me/telemetry",
        {"ts": MILLISECONDS, "values": {"snow_depth": VALUE}},
        MILLISECONDS,
    ),
    _json("zigbee2mqtt", "zigbee2mqtt/house/porch", {"temperature": VALUE, "last_seen": MILLISECONDS}, MILLISECONDS),
    _json(
        "sensorthings",
        "v1.1/Datastreams(42)/Observations",
        {"result": VALUE, "phenomenonTime": TIME, "Datastream": {"@iot.id": 42, "name": "snow_depth"}},
    ),
    _json("river", "city/north/river", {"stations": [{"code": "a1", "obs": SECONDS, "level": VALUE}]}, SECONDS),
)
_LONG = {"what": "snow_depth", "amount": VALUE, "in": "cm", "at": MILLISECONDS}
IN_JSON += (_json("long", "city/north/long", _LONG, MILLISECONDS),)
_TABLE = "罪名,手口,発生年月日（始期）,発生時（始期）\n窃盗,自転車盗,2025-04-12,17\n"
CRIME = Seed("crime_csv", "crime_csv:gw07", _TABLE.encode())
MAIL = Seed(
    "police_mail",
    "police_mail:gw07",
    b"From: police@example.jp\r\nDate: Wed, 14 Jan 2026 10:00:00 +0900\r\nSubject: notice\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
    + "■発生日時　１月１３日午後６時３０分ころ\n■発生場所\n盛岡市中央通三丁目\n盛岡東警察署".encode(),
)
TABLE = Seed("table", "city/north/table", f"code,obs,level\na1,{TIME},{VALUE}\n".encode())
JMA = tuple(Seed("jma", "hub/v1/gw07/telegram", file.read_bytes()) for file in sorted((DATA / "jma").glob("*.xml")))
CAP = Seed("cap", "", (DATA / "cap/flood-level4.xml").read_bytes())
ENVELOPE = Seed("cap", "", wrap(CAP.payload))
LALERT = Seed("lalert", "lalert:node/Actual", document())
CBOR = Seed(
    "senml",
    "hub/v1/gw07/batch",
    b"\x81\xa4\x00\x71st0123:snow_depth\x01\x62cm\x02\xf9\x50\x50\x06\x1a" + SECONDS.to_bytes(4),
)
_PUBLISHED = tuple(
    Seed("lalert", LALERT.topic, one)
    for one in (published(document()), document(SHELTER), document(DAMAGE), document(NOTICE))
)
SIGNED = (DATA / "cap/vectors/signature_verified.fires.xml").read_bytes()
SIGNER = (DATA / "cap/vectors/signer.pem").read_bytes()
VECTORS = [file.read_bytes() for file in sorted((DATA / "cap/vectors").glob("*.fires.xml"))]
SEEDS = (*IN_JSON, CRIME, MAIL, TABLE, *JMA, CAP, ENVELOPE, LALERT, *_PUBLISHED, CBOR)


def feed_for(message: Message) -> Feed | None:
    """As a city with these mappings reads its broker; what has no topic is a CAP file."""
    return for_message(message, tuple(FEEDS.values())) if message.topic else FEEDS["cap"]
