"""Hostile JSON and CBOR: depth, size, encoding, numbers that are none, times that never were."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from tests.fuzz.hostile_input import Hostile, bent, huge
from tests.fuzz.seeds import CBOR, IN_JSON, VALUE

TEN_MB = 10_000_000
NO_UTF8 = (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xbf", b"\xe3\x81", b"\xf4\x90\x80\x80")
_MEMBERS = {  # put before the first member of the message
    "half a surrogate pair": rb'"x":"\ud800"',
    "halves in the wrong order": rb'"x":"\udc00\ud800"',
    "a surrogate as a name": rb'"\udfff":1',
    "NaN": b'"x":NaN',
    "Infinity": b'"x":Infinity',
    "minus Infinity": b'"x":-Infinity',
    "1e999": b'"x":1e999',
    "minus 1e999": b'"x":[-1e999]',
    "ten thousand digits": b'"x":' + b"9" * 10_000,
    "hexadecimal": b'"x":0x22',
    "a leading zero": b'"x":022',
    "a plus": b'"x":+22',
    "a bare point": b'"x":.5',
    "the same name twice": b'"x":1,"x":2',
    "a comment": b'/* x */"x":1',
    "two commas": b'"x":1,',
    "a raw newline in a text": b'"x":"a\nb"',
    "a raw NUL in a text": b'"x":"a\0b"',
    "an escape that is none": rb'"x":"\q"',
    "single quotes": b"'x':1",
    "depth 17": b'"x":' + b"[" * 17 + b"]" * 17,
    "depth 5,000": b'"x":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "depth 20,000 in turns": b'"x":' + b'[{"a":' * 10_000,
}
_WHOLE = {
    "nothing": b"",
    "a space": b" ",
    "a NUL": b"\0",
    "only a byte order mark": b"\xef\xbb\xbf",
    "null": b"null",
    "a number": b"12",
    "a text": b'"snow"',
    "an empty array": b"[]",
    "arrays of nothing": b"[[],[]]",
    "numbers": b"[1,2,3]",
    "depth 60,000": b"[" * 60_000,
    "XML": b"<Report/>",
    "a pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94.",
    "gzip": gzip.compress(b"[" * 100_000, mtime=0),
    "a shell": b"$(reboot)",
    "a format": b"{0.__class__}",
    "two messages": b"{}{}",
}
# At the place of the one number. An array or an object is no number either, and true is none here.
_VALUES = ("true", "[]", "{}", "[34.5]", '"NaN"', '"Infinity"', '"-inf"', '"0x10"', '"snow"', '"1_0 0"', '"\u0000"')
_NUMBERS = ("1" + "0" * 309, "-1" + "0" * 400, "9" * 4_000)
_NO_TIMES = ("[]", "{}", "true", '"yesterday"', '"-1"', '"1e3"', '"NaN"', '"2026-01-15"', '"99999999999999999999"')
_TIMES = (  # for those who write texts
    "-1",
    "1768425000",
    '""',
    '"9999-12-31T23:59:59+25:00"',
    '"2026-01-15T06:10:00"',
    '"2026-01-15T06:10:00+25:00"',
    '"2026-02-30T00:00:00Z"',
    '"2026-01-15T24:61:00Z"',
    '"-2026-01-15T06:10:00Z"',
    '"-0001-01-01T00:00:00Z"',
    '"0000-01-01T00:00:00Z"',
    '"0001-01-01T00:00:00+14:00"',
    '"9999-12-31T23:59:59-14:00"',
    '"1969-12-31T23:59:59Z"',
    '"1900-01-01T00:00:00Z"',
    '"12026-01-15T06:10:00Z"',
    '"２０２６-01-15T06:10:00Z"',
    '"2026-01-15T06:10:00Z\\u0000"',
    '"2026-01-15T06:10:00Z; DROP TABLE records"',
)
_COUNTS = ("-1e18", "-9007199254740993", "-6e10", "1e300", "-1e300", "1e18", "9" * 400)  # for those who count seconds


def bent_json() -> Iterator[Hostile]:
    """Every JSON message, broken as a whole."""
    for seed in {one.topic: one for one in IN_JSON}.values():
        yield from (bent(seed, why, payload) for why, payload in _WHOLE.items())
    for seed in IN_JSON:
        for why, member in _MEMBERS.items():
            yield bent(seed, why, seed.payload.replace(b"{", b"{" + member + b",", 1))
        for patch in NO_UTF8:
            yield bent(seed, f"{patch.hex()} is no UTF-8", seed.payload.replace(b'"', b'"' + patch, 1))
        for encoding in ("utf-16", "utf-16-le", "utf-32", "cp037"):
            yield bent(seed, encoding, seed.payload.decode().encode(encoding, "replace"))
        for part in (1, 3, 5, 7):
            yield bent(seed, f"torn after {part}/8", seed.payload[: len(seed.payload) * part // 8])
        for why, fill in (("spaces", b" "), ("brackets", b"["), ("NULs", b"\0")):
            yield huge(seed, f"10 MB of {why}", lambda seed=seed, fill=fill: fill * TEN_MB + seed.payload)
        yield huge(seed, "10 MB in one text", lambda seed=seed: seed.payload + b'"' + b"a" * TEN_MB + b'"')


def bent_values() -> Iterator[Hostile]:
    """Every JSON message with something else at the place of its one number."""
    for seed in IN_JSON:
        for value in (*_VALUES, *_NUMBERS):
            yield bent(seed, f"value {value[:20]}", seed.payload.replace(str(VALUE).encode(), value.encode()))


def bent_times() -> Iterator[Hostile]:
    """Every JSON message with something else at the place of its time."""
    for seed in IN_JSON:
        for time in (*_NO_TIMES, *(_TIMES if seed.time.startswith('"') else _COUNTS)):
            yield bent(seed, f"time {time[:30]}", seed.payload.replace(seed.time.encode(), time.encode()))


def bent_cbor() -> Iterator[Hostile]:
    """CBOR that promises what it does not hold, or unfolds to more than it is."""
    number = b"\xf9\x50\x50"
    for why, payload in {
        "an array of 2^64 members": b"\x9b" + b"\xff" * 8,
        "an array without end": b"\x9f" * 1_000,
        "arrays 60,000 deep": b"\x81" * 60_000,
        "depth 17": b"\x81\xa1\x00" + b"\x81" * 17 + b"\x00",
        "a text of 2^62 bytes": b"\x81\xa1\x00\x7b\x40" + b"\0" * 7,
        "no UTF-8": b"\x81\xa1\x00\x61\xff",
        "a loop": b"\x81\xd8\x1c\x81\xd8\x1d\x00",
        "a map in itself": b"\x81\xd8\x1c\xa1\x02\xd8\x1d\x00",
        "a regular expression": b"\x81\xa1\x00\xd8\x23\x68(a+)+$(((",
        "a break alone": b"\x81\xff",
        "the first label twice": b"\x81\xa2\x02\x01\x02\x02",
        "a label that is none": b"\x81\xa1\x18\x63\x01",
        "10 MB": b"\x81\x7a" + TEN_MB.to_bytes(4) + b"a" * TEN_MB,
    }.items():
        yield bent(CBOR, why, payload)
    for why, value in {
        "NaN": b"\xf9\x7e\x00",
        "Infinity": b"\xf9\x7c\x00",
        "minus Infinity": b"\xfb\xff\xf0" + b"\0" * 6,
        "a bignum of 60,000 bytes": b"\xc2\x59\xea\x60" + b"\xff" * 60_000,
        "10 to the power of 10^18": b"\xc4\x82\x1b\x0d\xe0\xb6\xb3\xa7\x64\x00\x00\x01",
        "2 to the power of 2^62": b"\xc5\x82\x1b\x40" + b"\0" * 7 + b"\x01",
        "one by zero": b"\xd8\x1e\x82\x01\x00",
        "undefined": b"\xf7",
        "true": b"\xf5",
        "bytes": b"\x41\x00",
        "a map": b"\xa0",
        "a set": b"\xd9\x01\x02\x81\x01",
        "an address": b"\xd9\x01\x04\x44\x7f\x00\x00\x01",
        "a mail": b"\xd8\x24\x61a",
    }.items():
        yield bent(CBOR, f"value {why}", CBOR.payload.replace(number, value))
