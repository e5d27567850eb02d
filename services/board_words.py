"""The words of the board: the one file that scripts, pages and Japanese texts read, so that all say the same.

Group → code → language → word. A code without a word stands for itself: a channel that a city set up has the name
that its settings gave it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "web" / "static" / "words.json"


@cache
def table() -> Mapping[str, Any]:
    """The whole file, read once."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def said(group: str, code: str, language: str = "ja") -> str:
    """The word for a code, or the code."""
    return str(table()[group].get(code, {}).get(language, code))


def trouble(cause: str, state: str, words: str) -> str:
    """Why a delivery is not there, as a Japanese text has it: what happened, what comes now, the provider's own words.

    ``words`` are told as they are where no cause is known: then they are the hub's, in Japanese.
    """
    if not cause:
        return words
    comes = said("onward", state) if state in table()["onward"] else ""
    return said("causes", cause) + comes + (f"詳細：{words}" if words else "")


def actor(name: str, language: str = "ja") -> str:
    """Who did it, for people: a person is called by name, a part of the hub by what it does, 「配信（X）」."""
    part, _, about = name.partition(":")
    known = table()["actors"]
    if name in known:
        return said("actors", name, language)
    if part not in known or not about:
        return name
    inside = said("channels", about, language)
    return f"{said('actors', part, language)} ({inside})" if language == "en" else f"{said('actors', part)}（{inside}）"


def actor_named(text: str) -> str:
    """The name in the record of a part of the hub that somebody typed as the page shows it; else the text itself."""
    part, _, inside = text.strip().rstrip("）)").replace("(", "（").partition("（")
    found = _code("actors", part.strip())
    if not found:
        return text
    return f"{found}:{_code('channels', inside.strip()) or inside.strip()}" if inside else found


def _code(group: str, word: str) -> str:
    known = table()[group].items()
    return next((code for code, words in known if word and word in (words["ja"], words["en"])), "")
