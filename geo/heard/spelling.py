"""One spelling for the words of a post and the words that are looked for in it."""

from __future__ import annotations

import re
import unicodedata

_ADDRESS = re.compile(r"https?://\S+")
_MENTION = re.compile(r"@[\w.-]+")
_SPACE = re.compile(r"\s+")
_LATIN = re.compile(r"[a-z0-9][a-z0-9 '&.-]*")
APART = "\x00"  # stands where something was taken out, so that what stood around it does not grow together


def plain(text: str) -> str:
    """NFKC, lower case, without addresses of the web and names of accounts; ＃盛岡 is #盛岡, and ｸﾏ is クマ."""
    one = unicodedata.normalize("NFKC", text).casefold()
    return _SPACE.sub(" ", _MENTION.sub(APART, _ADDRESS.sub(APART, one))).strip()


def pattern(word: str) -> str:
    """A regular expression for a word that is written as :func:`plain` writes it; a Latin one is whole."""
    spelled = plain(word)
    if _LATIN.fullmatch(spelled):
        return rf"(?<![a-z0-9]){re.escape(spelled)}(?![a-z0-9])"
    return re.escape(spelled)


def any_of(words: tuple[str, ...] | list[str]) -> re.Pattern[str]:
    """The longest of these words that begins at a place; of none of them, nothing."""
    spelled = sorted({plain(word) for word in words if plain(word)}, key=lambda word: (-len(word), word))
    return re.compile("|".join(pattern(word) for word in spelled) or r"(?!)")
