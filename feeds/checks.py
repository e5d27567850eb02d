"""Checks of readings after decoding: pure functions of the reading and of when it came.

Flags tell why a stored reading is not simply trusted; what cannot be stored at all becomes a Rejected. A quantity that
the table knows is converted to its kept unit, so that every model and threshold speaks of one unit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from feeds.instant import iso_utc
from feeds.quality import MARKERS
from feeds.quantities import QUANTITIES, Quantity
from feeds.records import Decoded, Fix, Flag, Message, Reading, Record, Rejected, Report
from feeds.snow_ahead import SnowForecast
from feeds.topics import is_name
from feeds.units import conversion

CLOCKS_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)  # before: a clock that was never set
_REFUSALS = 100  # of one message
_SEEN_AHEAD = timedelta(hours=1)  # phones are set by their network; a report is written by people


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """How far a reading's time may lie from its arrival."""

    ahead: timedelta = timedelta(seconds=120)
    alert: timedelta = timedelta(minutes=10)  # older: stored and recomputed, but no new alert from it alone
    store: timedelta = timedelta(days=7)  # older: refused
    begins: datetime = CLOCKS_BEGIN  # whatever came before: refused


DEFAULT_WINDOWS = Windows()


def checked(
    decoded: Decoded,
    message: Message,
    windows: Windows = DEFAULT_WINDOWS,
    quantities: Mapping[str, Quantity] = QUANTITIES,
) -> Decoded:
    """The same outcome with flags on its readings, kept units, and refusals for what cannot be stored.

    Refused are unknown_quantity, bad_unit, too_old, and clock_ahead where no flag can say it: positions and what
    people saw. Official messages, notices and tables of the police pass unchanged: they may tell of other times.
    """
    # Other formats are kept whole: their parts cannot be taken out, and what was stored already is only a repeat.
    ours = not message.topic or message.topic.startswith("hub/")
    alone = not ours or len(decoded.records) + len(decoded.rejected) == 1
    records: list[Record] = []
    rejected = list(decoded.rejected)
    for record in decoded.records:
        reading = record if isinstance(record, Reading) else None
        outcome = _check(reading, message, windows, quantities) if reading else _seen(record, message)
        if not isinstance(outcome, Rejected):
            records.append(outcome)
        else:
            rejected.append(replace(outcome, member=_member(reading)) if reading and not alone else outcome)
    return Decoded(records=tuple(records), rejected=_bounded(rejected))


def _bounded(rejected: list[Rejected]) -> tuple[Rejected, ...]:
    """Each refused part by itself, but no message may fill the quarantine: behind a hundred the whole is kept once."""
    told, rest = rejected[:_REFUSALS], rejected[_REFUSALS:]
    if not rest:
        return tuple(told)
    what = f"{len(rest)} more parts are refused, the next one: {rest[0].message}"[:300]
    return (*told, Rejected(code="too_many_faults", message=f"{what}; the whole message is kept", at=rest[0].at))


def _check(
    reading: Reading, message: Message, windows: Windows, quantities: Mapping[str, Quantity]
) -> Reading | Rejected:
    quantity = quantities.get(reading.quantity)
    if quantity is None:
        known = ", ".join(sorted(quantities))
        return Rejected(
            code="unknown_quantity",
            message=f"{reading.quantity!r} of {reading.station} is not known; use one of {known}, or say what it means",
            at="/quantity",
        )
    into = conversion(reading.unit, quantity.unit)
    if into is None:
        kept = quantity.unit or "no unit at all"
        what = f"{reading.unit!r} is no unit of {reading.quantity}; send {kept}, or what can be converted to it"
        return Rejected(code="bad_unit", message=what, at="/unit")
    age = message.received_at - reading.measured_at
    if age > windows.store or reading.measured_at < windows.begins:
        return _wrong_time("too_old", reading, message)
    value = _kept(reading.value, into)
    possible = value is None or quantity.low <= value <= quantity.high
    flags = (
        (Flag.CLOCK_AHEAD, -age > windows.ahead),
        (Flag.LATE, age > windows.alert),
        (Flag.OUT_OF_RANGE, not possible),
        (Flag.STUCK, not possible and reading.value in MARKERS),
        (Flag.RETAINED, message.retained),
        (Flag.MISSING, value is None),
    )
    raised = frozenset([flag for flag, holds in flags if holds])
    if not raised and reading.unit == quantity.unit:
        return reading  # as most are: nothing is copied
    return replace(reading, value=value, unit=quantity.unit, flags=reading.flags | raised)


def _seen(record: Record, message: Message) -> Record | Rejected:
    """As it came, unless its clock is wrong: a position, report or forecast of the year 9999 would stay the newest."""
    if not isinstance(record, Fix | SnowForecast) and not (isinstance(record, Report) and record.crime is None):
        return record
    if record.measured_at < CLOCKS_BEGIN:
        return _wrong_time("too_old", record, message)
    if record.measured_at - message.received_at > _SEEN_AHEAD:
        return _wrong_time("clock_ahead", record, message)
    return record


def _wrong_time(code: str, record: Reading | Fix | Report | SnowForecast, message: Message) -> Rejected:
    what = f"measured at {iso_utc(record.measured_at)}, received {iso_utc(message.received_at)}"
    return Rejected(code=code, message=f"{what}; set the clock, or send it as a file", at="/time")


def _kept(value: float | None, into: tuple[float, float]) -> float | None:
    """The value in the kept unit; ten decimals hide the tail that 0.1 × 345 would grow."""
    if value is None or into == (1, 0):
        return value
    factor, offset = into
    return round(value * factor + offset, 10)


def _member(reading: Reading) -> str:
    """The reading alone, as a gateway may send it: so it can be decoded again once the fault is mended."""
    at = reading.measured_at
    if not is_name(reading.station):  # a device that names itself, as only SenML lets it
        name = f"{reading.station}:{reading.quantity}"
        pack = [{"n": name, "u": reading.unit, "v": reading.value, "t": at.timestamp()}]
        return json.dumps(pack, ensure_ascii=False, separators=(",", ":"))
    members = {
        "v": 1,
        "id": reading.message_id,
        "station": reading.station,
        "quantity": reading.quantity,
        "unit": reading.unit,
        "time": iso_utc(at),
        "seq": reading.seq,
        "status": reading.status.value,
        "quality": "missing" if Flag.MISSING in reading.flags else None,
    }
    told = {name: value for name, value in members.items() if value is not None} | {"value": reading.value}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
