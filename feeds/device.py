"""What a device says of itself: an object of words and numbers, as most gateways wrap it, into readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from feeds.members import BadMember, Members
from feeds.names import TABLE_ONLY, Words, named
from feeds.quantities import QUANTITIES
from feeds.records import Decoded, Flag, Reading, Record, Rejected
from feeds.status import Status
from feeds.topics import RESERVED

_NAME_AT_MOST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """What holds for all values of one message: who measured, and when. ``message_id`` names the message."""

    gateway: str
    station: str
    measured_at: datetime
    assumed: bool = False  # the time is the hub's own
    message_id: str = ""
    seq: int | None = None
    status: Status = Status.ACTUAL


def readings(values: object, uplink: Uplink, words: Words = TABLE_ONLY, at: str = "") -> Decoded:
    """A reading for each number whose word is not ignored; ``at`` is where ``values`` stands in the message.

    Words nobody knows become quantities of their own, for the checks to refuse and people to name. Null, true and
    false are no measurements; text is refused where the word is that of a measurement.
    """
    if not isinstance(values, dict):
        what = "expected an object of names and numbers, { … }"
        return Decoded(rejected=(Rejected(code="bad_json", message=what, at=at or "/"),))
    found: dict[tuple[str, str], Record] = {}
    rejected: list[Rejected] = []
    for path, word, station, value, unit in _numbers(values, uplink.station):
        meaning = words.of(station, word)
        if "/" in path and meaning is not None and meaning.quantity not in QUANTITIES:
            continue  # what a device tells of itself in groups (its update, its network) waits for no name
        if isinstance(value, list):
            if meaning is not None and (meaning.quantity in QUANTITIES or any(map(_measures, value))):
                what = "lists are not read: let the codec make one object of names and numbers"
                rejected.append(Rejected(code="bad_value", message=what, at=f"{at}/{path}"[:256]))
            continue
        if meaning is None or not _is_measurement(value, meaning.quantity in QUANTITIES):
            continue
        try:
            reading = _reading(
                Members({word: value}).number(word), meaning.quantity, unit or meaning.unit, uplink, station
            )
            if (station, meaning.quantity) in found:
                what = f"another word of this message is {meaning.quantity} too: name one of them in a mapping"
                raise BadMember("ambiguous", what, word)
        except BadMember as bad:
            rejected.append(Rejected(code=bad.code, message=bad.message, at=f"{at}/{path}"[:256]))
        else:
            found[station, meaning.quantity] = reading
    if not found and not rejected:
        rejected.append(Rejected(code="no_value", message="no number stands here that is a measurement", at=at or "/"))
    return Decoded(records=tuple(found.values()), rejected=tuple(rejected))


def station_name(text: object, where: str) -> str:
    """A device's own name as a station. BadMember where it is none: empty, too long, or a word of our topics."""
    if not isinstance(text, str) or not text.strip():
        raise BadMember("no_station", "which device? its name is missing", where)
    name = text.strip()
    if len(name) > _NAME_AT_MOST or not name.isprintable() or name in RESERVED:
        what = (
            f"{name[:_NAME_AT_MOST]!r} cannot be a station: at most {_NAME_AT_MOST} printable characters, no hub word"
        )
        raise BadMember("bad_name", what, where)
    return name


def joined(parts: list[Decoded]) -> Decoded:
    """Several outcomes of one message as one."""
    return Decoded(
        records=tuple(record for part in parts for record in part.records),
        rejected=tuple(rejected for part in parts for rejected in part.rejected),
    )


def refused(bad: BadMember, at: str = "") -> Decoded:
    """The outcome of a message, or of a part of it, that cannot be taken."""
    place = f"{at}/{bad.name}" if bad.name else at
    return Decoded(rejected=(Rejected(code=bad.code, message=bad.message, at=place[:256] or "/"),))


def _numbers(values: Mapping[str, Any], station: str, above: str = "") -> Iterator[tuple[str, str, str, Any, str]]:
    """(path, word, station, value, unit where one stands beside the value).

    One level of channels below a known word is read, as Cayenne's codec makes them. Where a word has several channels
    each is a station of its own, so that none hides another. A value with its unit is one value, as Decentlab's codecs
    write it; below a word that is none stands a group of words.
    """
    for name, value in values.items():
        word, path = name.removesuffix("Sensor").removesuffix("_sensor") or name, f"{above}{name}"
        if not isinstance(value, dict):
            yield path, word, station, value, ""
        elif isinstance(value.get("value"), int | float):
            unit = value.get("unit")
            yield f"{path}/value", word, station, value["value"], unit[:24] if isinstance(unit, str) else ""
        elif named(word):
            for channel, inner in value.items():
                where = station if len(value) == 1 else f"{station}:{channel}"[:_NAME_AT_MOST]
                yield f"{path}/{channel}", word, where, inner, ""
        else:
            yield from _numbers(value, station, f"{path}/")


def _is_measurement(value: object, known: bool) -> bool:
    """Numbers are; text only so that it can be refused where a number is expected."""
    return (isinstance(value, int | float) and not isinstance(value, bool)) or (known and isinstance(value, str))


def _measures(member: object) -> bool:
    """Whether a member of a list is an object with a word of a measurement."""
    return isinstance(member, dict) and any(named(word) for word in member)


def _reading(value: float | None, quantity: str, unit: str, uplink: Uplink, station: str) -> Reading:
    flags = {Flag.TIME_ASSUMED: uplink.assumed, Flag.UNIT_ASSUMED: not unit and quantity in QUANTITIES}
    kept = QUANTITIES[quantity].unit if quantity in QUANTITIES else ""
    reading = Reading(
        gateway=uplink.gateway,
        station=station,
        quantity=quantity,
        value=value,
        unit=unit or kept,
        measured_at=uplink.measured_at,
        seq=uplink.seq,
        status=uplink.status,
        flags=frozenset(flag for flag, holds in flags.items() if holds),
    )
    # One message, several readings: its id alone would make them repeats of each other.
    return replace(reading, message_id=f"{uplink.message_id}/{reading.subject}") if uplink.message_id else reading
