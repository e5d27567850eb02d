"""Topics that reach for what is not theirs, or for the ground below: well-formed messages that come by a wrong way."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fuzz.hostile_input import Hostile
from tests.fuzz.seeds import CHIRPSTACK, EUI, FIX, JMA, PHONE, PLAIN, REPORT, TTN

_LEVELS = {  # a level of a hub topic
    "empty": "",
    "a space": " ",
    "up": "..",
    "capitals": "ST0123",
    "full width": "ｓｔ０１２３",
    "a letter that looks like another": "st0１23",
    "a NUL": "st\0",
    "a newline": "st\n0123",
    "from right to left": "\u202est0123",
    "65 letters": "s" * 65,
    "60,000 letters": "s" * 60_000,
    "a quote": "st'--",
    "a wildcard": "+",
    "all below": "#",
    "a percent sign": "%2e%2e",
    "markup": "<script>",
    "a template": "{{7*7}}",
    "a shell": "$(reboot)",
    "an emoji": "❄",
    "a byte that was no UTF-8": "\\xff",
}
_PLAIN_TOPICS = (
    "hub/v1/gw07",
    "hub/v1/gw07/",
    "hub/v1/gw07/st0123",
    "hub/v1/gw07/st0123/snow_depth/",
    "hub/v1/gw07/st0123/snow_depth/more",
    "hub/v1/gw07//st0123/snow_depth",
    "hub/v1/gw07/batch/x",
    "hub/v1/gw07/report/x",
    "hub/v1/gw07/telegram/x",
    "hub/v1/gw07/rejects/x",
    "hub/v1/gw07/status/x",
    "hub/v1/gw07/heartbeat/x/y",
    "hub/v1/gw07/fix",
    "hub/v1/gw07/fix/a/b",
    "hub/v1/gw07/../gw08/st0123/snow_depth",
    "hub/v1/gw07/st9999/snow_depth",
    "hub/v1/gw07/st0123/rain",
)
_NO_FEED = (
    "",
    "/",
    "hub",
    "hub/v1",
    "hub//gw07/st0123/snow_depth",
    "hub/v2/gw07/st0123/snow_depth",
    "HUB/v1/gw07/st0123/snow_depth",
    "/hub/v1/gw07/st0123/snow_depth",
    "$SYS/broker/uptime",
    "$share/g/hub/v1/gw07/st0123/snow_depth",
    "+/#",
    "#",
    "a" * 65_535,
    "/" * 65_535,
    "file:///etc/passwd",
    "source:nobody/Actual",
)


def bent_topics() -> Iterator[Hostile]:
    """Well-formed messages by topics that no feed may take them from."""
    reading = PLAIN.payload
    for why, level in _LEVELS.items():
        for place in ("{}/st0123/snow_depth", "gw07/{}/snow_depth", "gw07/st0123/{}", "gw07/fix/{}"):
            topic = f"hub/v1/{place.format(level)}"
            yield _by(topic, f"a level with {why}", FIX.payload if "fix" in place else reading)
    for topic in _PLAIN_TOPICS:
        yield _by(topic, "a hub topic that is none, or another's", reading)
    for word in ("status", "heartbeat", "batch", "report", "telegram", "rejects"):
        yield _by(f"hub/v1/gw07/{word}/snow_depth", "a reserved word as a station", reading)
    for topic in _NO_FEED:
        yield Hostile("no feed takes it" if topic else "no topic", "", topic or "\0", lambda: reading)
    for seed in JMA:
        yield _by("hub/v1/gw08/telegram", "a telegram of one without a grant", seed.payload)
    yield _by("hub/v1/gw07/report", "a reading as a report", reading)
    yield _by("hub/v1/gw07/batch", "a report in the batch", b"[" + REPORT.payload + b"]")
    yield _by("hub/v1/gw07/fix/plow-8", "another vehicle", FIX.payload.replace(b"{", b'{"vehicle":"plow-7",', 1))
    yield _by("hub/v1/gw08/st0123/snow_depth", "another gateway", reading.replace(b"{", b'{"gateway":"gw07",', 1))
    for name in ("batch", " ", "s" * 65, "\u202eporch", "a\nb", "status"):
        yield Hostile("a device name", "owntracks", f"owntracks/gw07/{name}", lambda: PHONE.payload)
        yield Hostile("a device name", "zigbee2mqtt", f"zigbee2mqtt/{name}", lambda: b'{"temperature":1}')
        yield Hostile("a device name", "ttn", f"v3/city@ttn/devices/{name}/up", lambda: TTN.payload)
    other = EUI[:-1] + "2"
    yield Hostile("another device", "chirpstack", CHIRPSTACK.topic.replace(EUI, other), lambda: CHIRPSTACK.payload)


def _by(topic: str, why: str, payload: bytes) -> Hostile:
    return Hostile(why, "plain", topic, lambda: payload)
