"""Hostile tables and mails: what is no text, no table, no day, or far too much of it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fuzz.hostile_input import Hostile, bent, huge
from tests.fuzz.hostile_json import TEN_MB
from tests.fuzz.seeds import CRIME, MAIL, TABLE, TIME, VALUE, Seed

_TORN = (b"\x81", b"\xff\xfe", b"\x00", b"\xa0\xfd", b"\x1b$B\xff")  # neither UTF-8 nor what Japan wrote before
_TABLES = {
    "nothing": b"",
    "newlines": b"\n" * 1_000,
    "one word": b"snow",
    "commas": b"," * 10_000,
    "JSON": b'{"v":1}',
    "an open quote": b'"',
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
}
_DAYS = (
    "",
    "-1",
    "2025-02-30",
    "2025-13-01",
    "0000-01-01",
    "9999-99-99",
    "99999999999",
    "令和99年1月1日",
    "平成0年1月1日",
    "昨日",
    "NaN",
    "=cmd|' /C calc'!A0",
    "12",
    "４月１２日",
)
_MOMENTS = ("", "NaN", "-1", "1e308", "yesterday", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00")
_VALUES = ("NaN", "inf", "-Infinity", "1e999", "0x10", "1_000", "=1+1", "snow", "true", "--1", "1" + "0" * 400)
_MAILS = {
    "nothing": b"",
    "spaces": b" \n" * 1_000,
    "a subject alone": b"Subject: notice\r\n\r\n",
    "no day": b"Subject: notice\r\n\r\n" + "■発生場所\n盛岡市中央通三丁目".encode(),
    "HTML alone": b"Subject: x\r\nContent-Type: text/html\r\n\r\n<p>1/13 18:30</p>",
    "a file alone": b"Subject: x\r\nContent-Disposition: attachment; filename=x.txt\r\n\r\n1/13 18:30",
    "a million parts": b"Subject: x\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n" * 40_000,
    "parts in parts": b"Subject: x\r\n" + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" * 2_000,
    "a million brackets": b"Subject: x\r\n\r\n" + b"(" * 19_000,
    "a charset that is none": b"Subject: x\r\nContent-Type: text/plain; charset=../../etc/passwd\r\n\r\n1/13 18:30",
    "a codec that unpacks": b"Subject: x\r\nContent-Type: text/plain; charset=zip\r\n\r\nx\x9c1/13",
    "a charset of ten thousand letters": b"Subject: x\r\nContent-Type: text/plain; charset="
    + b"a" * 10_000
    + b"\r\n\r\n",
    "an open base64": b"Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
    "a follow-up without a word": b"Subject: =?utf-8?b?6Kej5rG6?=\r\n\r\n \n",
    "too much text": b"Subject: x\r\n\r\n" + "１月１３日".encode() + b"a" * 30_000,
}
_SENT = ("yesterday", "-1", "Wed, 14 Jan 2026 10:00:00", "Wed, 32 Jan 2026 10:00:00 +0900", "1 Jan 99999 0:0:0 +0000")
_SPOKEN = (
    "",
    "13時",
    "99月99日",
    "2月30日",
    "令和99年1月13日",
    "1月13日（日）",
    "0月0日",
    "9" * 5_000 + "月1日",
    "NaN",
)


def bent_tables() -> Iterator[Hostile]:
    """Tables of two feeds: broken as a whole, in their encoding, and in a cell."""
    for seed in (CRIME, TABLE):
        yield from (bent(seed, why, payload) for why, payload in _TABLES.items())
        yield from (bent(seed, f"{torn.hex()} is no text", _last(seed, b",", torn + b",")) for torn in _TORN)
        yield bent(seed, "a field too few", seed.payload[: seed.payload.rindex(b",")] + b"\n")
        yield bent(seed, "another head", b"x" + seed.payload.replace(b",", b";", 1))
        yield bent(seed, "no rows", seed.payload[: seed.payload.index(b"\n") + 1])
        yield bent(seed, "a field of 200,000 letters", _last(seed, b",", b',"' + b"a" * 200_000 + b'",'))
        yield huge(seed, "10 MB in one field", lambda seed=seed: _last(seed, b",", b',"' + b"a" * TEN_MB))
        yield huge(seed, "10 MB of rows", lambda seed=seed: seed.payload + b"a\n" * (TEN_MB // 2))
    yield bent(CRIME, "a field too many", CRIME.payload.removesuffix(b"\n") + b",\n")
    for day in _DAYS:
        yield bent(CRIME, f"the day is {day!r}", CRIME.payload.replace(b"2025-04-12", day.encode()))
    for moment in _MOMENTS:
        yield bent(TABLE, f"the time is {moment!r}", TABLE.payload.replace(TIME.encode(), moment.encode()))
    for value in _VALUES:
        yield bent(TABLE, f"the value is {value[:20]!r}", TABLE.payload.replace(str(VALUE).encode(), value.encode()))


def bent_mails() -> Iterator[Hostile]:
    """Mails of the police: broken as a whole, or without a day that can be believed."""
    yield from (bent(MAIL, why, payload) for why, payload in _MAILS.items())
    for torn in (b"\x81", b"\xff", b"\x00"):
        yield bent(MAIL, f"{torn.hex()} is no text", MAIL.payload.replace("■".encode(), torn, 1))
    for sent in _SENT:
        yield bent(MAIL, f"sent {sent!r}", MAIL.payload.replace(b"Wed, 14 Jan 2026 10:00:00 +0900", sent.encode()))
    for day in _SPOKEN:
        payload = MAIL.payload.replace("１月１３日午後６時３０分ころ".encode(), day.encode())
        yield bent(MAIL, f"the day is {day[:20]!r}", payload)
    for charset in ("utf-16", "utf-7", "ascii", "iso-2022-kr", "rot13", "idna", "unicode_escape"):
        yield bent(MAIL, f"as {charset}", MAIL.payload.replace(b"charset=utf-8", b"charset=" + charset.encode()))
    yield huge(MAIL, "10 MB", lambda: MAIL.payload + b"a" * TEN_MB)


def _last(seed: Seed, what: bytes, instead: bytes) -> bytes:
    """The payload with the last of these bytes replaced."""
    before, _, behind = seed.payload.rpartition(what)
    return before + instead + behind
