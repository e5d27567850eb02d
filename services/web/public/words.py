"""The sentences of the public page in six languages, and in which of them somebody reads."""

from __future__ import annotations

import re
from pathlib import Path

from aiohttp import hdrs, web

from rules.wording.languages import LANGUAGES
from services.wordbook import Wordbook

_BOOK = Wordbook(Path(__file__).with_name("words.json"))
table, word = _BOOK.table, _BOOK.word
_WANTED = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*")
_LONGEST_HEADER = 500


def language_of(request: web.Request) -> str:
    """As the address has it, else Japanese. What the browser says is only a hint, never a choice."""
    wanted = request.query.get("lang", "")
    return wanted if wanted in LANGUAGES else "ja"


def tag_of(language: str) -> str:
    """As ``lang`` wants it: a screen reader speaks plain Japanese as Japanese."""
    return "ja" if language == "ja-x-easy" else language


def hinted(request: web.Request) -> str:
    """The language the browser would rather have, where the address names none and it is not Japanese; else empty."""
    if request.query.get("lang", "") in LANGUAGES:
        return ""
    best = _best(request.headers.get(hdrs.ACCEPT_LANGUAGE, "")[:_LONGEST_HEADER])
    return "" if best in {"", "ja"} else best


def _best(said: str) -> str:
    """The first of the heaviest languages that is ours; Chinese is written as it can be read."""
    found: list[tuple[float, str]] = []
    for part in said.split(","):
        one = _WANTED.fullmatch(part)
        if one is None:
            continue
        ours = {"zh": "zh-Hans"}.get(one[1].lower(), one[1].lower())
        weight = float(one[2]) if one[2] else 1.0
        if ours in LANGUAGES and weight > 0:
            found.append((weight, ours))
    return max(found, key=lambda pair: pair[0], default=(0.0, ""))[1]
