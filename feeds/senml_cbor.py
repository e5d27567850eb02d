"""SenML packs in CBOR, turned into the records that the same pack in JSON would give.

Labels: RFC 8428 table 4. Bounded like all that strangers send; what JSON cannot hold is refused by name.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from feeds.records import Rejected
from feeds.safe_json import MAX_BYTES, MAX_DEPTH, Json

_INTEGER_BITS = 1024  # more is no double, and too long for Python to write out
_LABELS: Mapping[int, str] = {
    -1: "bver",
    -2: "bn",
    -3: "bt",
    -4: "bu",
    -5: "bv",
    -6: "bs",
    0: "n",
    1: "u",
    2: "v",
    3: "vs",
    4: "vb",
    5: "s",
    6: "t",
    7: "ut",
    8: "vd",
}


def is_cbor_array(payload: bytes) -> bool:
    """True where the first byte begins a CBOR array. No UTF-8 text and so no JSON begins with it."""
    return bool(payload) and 0x80 <= payload[0] <= 0x9F


def read_cbor(payload: bytes) -> Json | Rejected:
    """The pack with the names of JSON, or why there is none: too_large, bad_cbor. Never raises."""
    import cbor2

    if len(payload) > MAX_BYTES:
        what = f"{len(payload)} bytes; at most {MAX_BYTES} are taken, send smaller packs"
        return Rejected(code="too_large", message=what, at=f"byte {MAX_BYTES}")
    try:
        value = cbor2.loads(payload)
        return _array(value)
    except _NotPlainError as error:
        return Rejected(code="bad_cbor", message=str(error), at=error.at)
    except Exception as error:  # noqa: BLE001 - the library's tag decoders raise whatever their types raise
        return Rejected(
            code="bad_cbor", message=f"this is not CBOR: {type(error).__name__}: {error}"[:300], at="byte 0"
        )


class _NotPlainError(ValueError):
    def __init__(self, message: str, at: str) -> None:
        super().__init__(message)
        self.at = at


def _array(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise _NotPlainError("a SenML pack is an array of records", "/")
    return [_record(one, f"/{place}") for place, one in enumerate(value)]


def _record(value: object, at: str) -> Any:
    """A record by its names; what is no map stays as it is, and the pack refuses it."""
    if not isinstance(value, dict):
        return _plain(value, at, 1)
    record: dict[str, Any] = {}
    for label, inner in value.items():
        name = label if isinstance(label, str) else _LABELS.get(label) if type(label) is int else None
        if name is None or name in record:
            raise _NotPlainError(f"{str(label)[:40]!r} is no label of SenML, or stands there twice", at)
        record[name] = _plain(inner, f"{at}/{name}", 1)
    return record


def _plain(value: object, at: str, depth: int) -> Any:
    """The value as JSON would hold it. Decimal and big fractions are numbers too, as far as a double holds them."""
    if isinstance(value, Decimal | Fraction):
        value = float(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise _NotPlainError("a value is not finite", at)
    if isinstance(value, int) and value.bit_length() > _INTEGER_BITS:
        raise _NotPlainError(f"a number of {value.bit_length()} bits; no double holds it", at)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, bytes):
        return "(bytes)"  # vd: refused by the pack as no number
    if depth > MAX_DEPTH:
        raise _NotPlainError(f"nested deeper than {MAX_DEPTH}", at)
    if isinstance(value, list):
        return [_plain(one, at, depth + 1) for one in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _plain(one, at, depth + 1) for key, one in value.items()}
    raise _NotPlainError(f"a {type(value).__name__} has no place in a pack", at)
