"""What subscribers read beside the alerts themselves, in six languages. No native speaker has reviewed it yet."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

# In its own words, as people look for it.
LANGUAGE_NAMES = {
    "ja": "日本語",
    "ja-x-easy": "やさしい日本語",
    "en": "English",
    "zh-Hans": "简体中文",
    "ko": "한국어",
    "vi": "Tiếng Việt",
}


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
