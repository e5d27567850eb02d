"""What people read who tell the city something, in six languages. No native speaker has reviewed it yet."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path


@cache
def table() -> dict[str, dict[str, str]]:
    """Word → language → text."""
    found: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))
    return found


def word(name: str, language: str, **facts: str) -> str:
    """The text in this language, English where it has none. Raises KeyError for a name that does not exist."""
    texts = table()[name]
    text = texts.get(language) or texts["en"]
    return text.format(**facts) if facts else text
