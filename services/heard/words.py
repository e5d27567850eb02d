"""What people read who tell the city something, in six languages."""

from __future__ import annotations

from pathlib import Path

from services.wordbook import Wordbook

_BOOK = Wordbook(Path(__file__).with_name("words.json"))
table, word = _BOOK.table, _BOOK.word
