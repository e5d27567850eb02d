"""SenML in JSON and CBOR (RFC 8428): a pack of records, each standing on the base fields of those before it.

A pack comes wherever plain readings may come; ``is_senml`` tells the two apart by the first record.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from feeds.members import BadMember, Members
from feeds.names import named
from feeds.records import Decoded, Flag, Message, Reading, Record, Rejected
from feeds.safe_json import Json, read_json
from feeds.senml_cbor import is_cbor_array, read_cbor
from feeds.topics import HubTopic, whence

_RELATIVE_BELOW = 2**28  # seconds; a smaller time counts from now
_VERSION = 10
_BASE = ("bn", "bt", "bu", "bv", "bs", "bver")
_OURS = frozenset({"station", "quantity", "value", "time"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9:./_-]*")
_BREAK = re.compile(r"[:/._-]")
_FIRST = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*(\{[^{}\[\]]*\})")  # records are flat, so this never recurses


def is_senml(payload: bytes) -> bool:
    """True for an array whose first record has members of SenML and none of the hub's own readings; any CBOR array."""
    if is_cbor_array(payload):
        return True
    found = _FIRST.match(payload)
    try:
        first = json.loads(found[1]) if found else {}
    except ValueError:  # not JSON or not UTF-8: the plain feed says so
        return False
    return bool(first.keys() & {"n", "v", *_BASE}) and not first.keys() & _OURS


class Senml:
    """Packs of readings. It owns no topic of its own: the registry gives it what looks like SenML."""

    filters: tuple[str, ...] = ()
    name = "senml"

    def accepts(self, topic: str) -> bool:  # noqa: ARG002
        return False

    def decode(self, message: Message) -> Decoded:
        """A reading per record with a value; the bad ones are refused each by itself, resolved so far as can be."""
        place = whence(message)
        if isinstance(place, Rejected):
            return Decoded(rejected=(place,))
        value = read_cbor(message.payload) if is_cbor_array(message.payload) else read_json(message.payload)
        if isinstance(value, Rejected):
            return Decoded(rejected=(value,))
        records = _records(value)
        if isinstance(records, Rejected):
            return Decoded(rejected=(records,))
        return _Pack(place, message.received_at, records).decode()


def _records(value: Json) -> list[Any] | Rejected:
    """The records, or why the pack cannot be taken: it is no array, empty, or of a version that is not understood."""
    if not isinstance(value, list):
        return Rejected(code="bad_senml", message="a SenML pack is an array of records: [ { … } ]", at="/")
    if not value:
        return Rejected(code="empty", message="the pack has no records; leave the message away", at="/")
    for place, record in enumerate(value):
        version = record.get("bver", _VERSION) if isinstance(record, dict) else _VERSION
        if isinstance(version, bool) or not isinstance(version, int) or not 0 < version <= _VERSION:
            what = f"bver is {str(version)[:20]}; versions up to {_VERSION} are understood"
            return Rejected(code="bad_version", message=what, at=f"/{place}/bver")
    return value


class _Pack:
    """One pack being resolved, record after record."""

    def __init__(self, place: HubTopic, received_at: datetime, records: Sequence[Any]) -> None:
        self._place, self._received_at, self._records = place, received_at, records
        self._base: dict[str, Any] = {}
        self._spoiled: dict[str, int] = {}  # base field → the record that last set it to something unreadable
        # One series only: then the topic may say what the name does not.
        self._single = len({str(one.get("n")) for one in records if isinstance(one, dict) and "v" in one}) == 1

    def decode(self) -> Decoded:
        readings: list[Record] = []
        rejected: list[Rejected] = []
        for number, item in enumerate(self._records):
            try:
                reading = self._record(item, number)
            except BadMember as bad:
                at = f"/{number}/{bad.name}" if bad.name else f"/{number}"
                rejected.append(Rejected(code=bad.code, message=bad.message, at=at, member=self._alone(item)))
                continue
            if reading is not None:
                readings.append(reading)
        if not readings and not rejected:
            rejected.append(Rejected(code="empty", message="no record of the pack has a value", at="/"))
        return Decoded(records=tuple(readings), rejected=tuple(rejected))

    def _record(self, item: object, number: int) -> Reading | None:
        """The reading, None where the record only sets base fields."""
        members = Members(item)
        assert isinstance(item, dict)
        self._take_base(members, item, number)
        must = next((name for name in item if name.endswith("_")), None)
        if must is not None:
            raise BadMember("bad_senml", f"{must[:40]!r} must be understood, and is not; leave it away", must[:64])
        value = _value(members, item)
        if value is None:
            return None
        if self._spoiled:
            field, culprit = next(iter(self._spoiled.items()))
            raise BadMember("bad_base", f"it stands on {field} of record {culprit}, which cannot be read")
        value += self._base.get("bv") or 0.0
        if not math.isfinite(value):
            raise BadMember("bad_value", "v and bv add up to no finite number", "v")
        station, quantity, unit = self._what(members)
        measured_at, assumed = self._when(members)
        return Reading(
            gateway=self._place.gateway,
            station=station,
            quantity=quantity,
            value=value,
            unit=members.text("u", self._base.get("bu") or unit, at_most=16),
            measured_at=measured_at,
            flags=frozenset({Flag.TIME_ASSUMED}) if assumed else frozenset(),
        )

    def _take_base(self, members: Members, item: dict[str, Any], number: int) -> None:
        """Base fields hold from here on; one that cannot be read spoils what follows until it is set again."""
        fault = None
        for field in _BASE:
            if field not in item:
                continue
            try:
                self._base[field] = members.text(field) if field in {"bn", "bu"} else members.number(field)
                self._spoiled.pop(field, None)
            except BadMember as bad:
                self._spoiled[field] = number
                fault = fault or bad
        if fault:
            raise fault

    def _what(self, members: Members) -> tuple[str, str, str]:
        """Station, quantity and the unit the name tells: from the name, and the topic for what the name leaves open."""
        name = self._name(members)
        for start in [0, *(found.end() for found in _BREAK.finditer(name))]:
            known = named(name[start:])
            if known:
                station = name[: max(start - 1, 0)].rstrip(":/._-") or self._place.station
                return _station(station), known.quantity, known.unit
        if self._place.quantity and self._single:
            return self._place.station, self._place.quantity, ""
        what = f"{name[:64]!r} ends in no quantity that is known; name it like DEVICE:snow_depth"
        raise BadMember("unknown_quantity", what, "n")

    def _name(self, members: Members) -> str:
        name = (self._base.get("bn") or "") + members.text("n", "")
        if not _NAME.fullmatch(name):
            raise BadMember("bad_name", f"the name {name[:64]!r} must be of A-Z a-z 0-9 - : . / _ and not empty", "n")
        return name

    def _when(self, members: Members) -> tuple[datetime, bool]:
        """The moment, and whether it rests on the hub's own clock."""
        seconds = (self._base.get("bt") or 0.0) + (members.number("t") or 0.0)
        try:
            if seconds < _RELATIVE_BELOW:
                return self._received_at + timedelta(seconds=seconds), True
            return datetime.fromtimestamp(seconds, UTC), False
        except (OverflowError, ValueError, OSError):
            raise BadMember("bad_time", f"{seconds:g} is no time in seconds since 1970", "t") from None

    def _alone(self, item: object) -> str:
        """The record as a pack of its own, on the base it stood on, so that it can be decoded again by itself."""
        whole = {**{k: v for k, v in self._base.items() if v is not None}, **item} if isinstance(item, dict) else item
        return json.dumps([whole], ensure_ascii=False, separators=(",", ":"))


def _value(members: Members, item: dict[str, Any]) -> float | None:
    """The number of the record; None where it has neither value nor sum. Text, truth and data are no readings."""
    values = [field for field in ("v", "vs", "vb", "vd") if field in item]
    if len(values) > 1:
        raise BadMember("bad_value", f"only one value may stand in a record, not {' and '.join(values)}", values[1])
    if values and values != ["v"]:
        raise BadMember("bad_value", f"{values[0]} is no number; send numbers as v", values[0])
    value = members.number("v")
    if value is None and ("v" in item or "s" in item):
        field = "v" if "v" in item else "s"
        raise BadMember("bad_value", "a reading needs a number in v; sums alone are not read", field)
    return value


def _station(device: str) -> str:
    """The device's name as a station; a slash would take topics and keys apart."""
    station = device.replace("/", ":")
    if not station:
        raise BadMember("no_station", "which device? put its name before the quantity, in bn or n", "n")
    if len(station) > 64:
        raise BadMember("bad_name", f"the device name has {len(station)} characters; at most 64", "n")
    return station
