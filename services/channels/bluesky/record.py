"""A post of Bluesky as the record that it is: links by byte, a key of our own choosing, and what it answers to.

Nothing is automatic there: a link is one only where a facet says so, by its place in the UTF-8 bytes. The key of a
record may be chosen, and is derived from the delivery: so the same post can never be there twice, and can be looked up
by its name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import regex

from services.channels.thread.cutting import WORD, Scale
from services.channels.thread.sending import Part
from services.channels.thread.text import Style

COLLECTION = "app.bsky.feed.post"
_GRAPHEMES = 300
_BYTES_A_GRAPHEME = 10  # 3,000 bytes is the other limit
_URL = regex.compile(r"https?://[^\s<>()「」、。]+")
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"


def weigh(text: str) -> int:
    """The length of a text against a limit of 300: graphemes, or tenths of its UTF-8 bytes where those are more."""
    octets = len(text.encode())
    return max(len(regex.findall(r"\X", text)), -(-octets // _BYTES_A_GRAPHEME))


STYLE = Style(title="Bluesky", limit=_GRAPHEMES, scale=Scale(weigh, regex.compile(f"{_URL.pattern}|{WORD}")))


def record(part: Part, answers: Mapping[str, Any] | None) -> dict[str, Any]:
    """The record of a post. The same at every attempt, to the byte: its time is when the first attempt began."""
    whole: dict[str, Any] = {
        "$type": COLLECTION,
        "text": part.text,
        "createdAt": _when(part).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
    }
    if part.language:
        whole["langs"] = [part.language.split("-")[0]]
    if facets := [_link(part.text, found) for found in _URL.finditer(part.text)]:
        whole["facets"] = facets
    if answers:
        whole["reply"] = dict(answers)
    return whole


def record_key(part: Part) -> str:
    """A TID: 53 bits of microseconds and ten bits that tell writers apart, here taken from the delivery's key."""
    micros = int(_when(part).timestamp() * 1_000_000)
    clock = int.from_bytes(hashlib.sha256(part.key.encode()).digest()[:2], "big") & 0x3FF
    number = (micros & (1 << 53) - 1) << 10 | clock
    return "".join(_SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


def _when(part: Part) -> datetime:
    return (part.began + timedelta(milliseconds=part.number)).astimezone(UTC)


def _link(text: str, found: regex.Match[str]) -> dict[str, Any]:
    start = len(text[: found.start()].encode())
    return {
        "index": {"byteStart": start, "byteEnd": start + len(found[0].encode())},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": found[0]}],
    }
