"""What subscribers read beside the alerts themselves, in six languages."""

from __future__ import annotations

from pathlib import Path

from services.wordbook import Wordbook

# In its own words, as people look for it.
LANGUAGE_NAMES = {
    "ja": "日本語",
    "ja-x-easy": "やさしい日本語",
    "en": "English",
    "zh-Hans": "简体中文",
    "ko": "한국어",
    "vi": "Tiếng Việt",
}
_BOOK = Wordbook(Path(__file__).with_name("words.json"))
table, word = _BOOK.table, _BOOK.word
