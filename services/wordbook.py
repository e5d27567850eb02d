"""What people read, in every language, out of one JSON file: word → language → text.

No native speaker has reviewed any of it yet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path


class Wordbook:
    """The words of one part of the house. Read once, when they are first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _texts(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = json.loads(self._path.read_text(encoding="utf-8"))
        return found

    def table(self) -> Mapping[str, Mapping[str, str]]:
        """Word → language → text."""
        return self._texts

    def word(self, name: str, language: str, /, **facts: object) -> str:
        """The text in this language, English where it has none. Raises KeyError for a name that does not exist."""
        texts = self._texts[name]
        text = texts.get(language) or texts["en"]
        return text.format(**facts) if facts else text
