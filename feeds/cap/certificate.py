"""From when until when an X.509 certificate is valid: the one thing of it that is read without a crypto library."""

from __future__ import annotations

from datetime import UTC, datetime

_SEQUENCE, _VERSION, _UTC_TIME, _GENERAL_TIME = 0x30, 0xA0, 0x17, 0x18


def validity(certificate: bytes) -> tuple[datetime, datetime] | None:
    """(not before, not after) of a DER certificate; None where the bytes are none."""
    try:
        _, signed, _ = _take(_take(certificate)[1])
        tag, _, rest = _take(signed)
        for _ in range(3 if tag == _VERSION else 2):  # the version is optional; then serial, algorithm, issuer
            _, _, rest = _take(rest)
        tag, span, _ = _take(rest)
        if tag != _SEQUENCE:
            return None
        first, start, rest = _take(span)
        last, end, _ = _take(rest)
        return _time(first, start), _time(last, end)
    except (IndexError, ValueError):
        return None


def _take(data: bytes) -> tuple[int, bytes, bytes]:
    """The first DER element of the data: its tag, its content, and what follows it."""
    tag, length, head = data[0], data[1], 2
    if length >= 0x80:
        head += length - 0x80
        length = int.from_bytes(data[2:head], "big")
    if len(data) < head + length:
        raise ValueError("the data end within an element")
    return tag, data[head : head + length], data[head + length :]


def _time(tag: int, content: bytes) -> datetime:
    text = content.decode("ascii")
    if tag == _UTC_TIME:  # two digits of the year: 50 to 99 are of the last century
        text = ("19" if text[:2] >= "50" else "20") + text
    elif tag != _GENERAL_TIME:
        raise ValueError("no time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
