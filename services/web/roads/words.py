"""The sentences of /snow in six languages. What is said of one road stands with its rules (``rules/street/words``)."""

from __future__ import annotations

from pathlib import Path

from services.wordbook import Wordbook

_BOOK = Wordbook(Path(__file__).with_name("words.json"))
table, word = _BOOK.table, _BOOK.word
