"""A written English text made speakable: no brackets, signs or links; times and units as words."""

from __future__ import annotations

import re
import unicodedata

_UNITS = {"m": "meters", "cm": "centimeters", "mm": "millimeters", "km": "kilometers", "%": "percent"}
_LINK = re.compile(r"(?:[^.!?\n]*:\s*)?(?:https?://|www\.)\S*")  # and what leads to it: "Open shelters: …"
_JAPANESE = re.compile(r"[ぁ-んァ-ヶー一-鿿々〆〇、]+")
_KEPT = re.compile(r"[^A-Za-zÀ-ÿ0-9ぁ-んァ-ヶー一-鿿々〆〇、,.'% -]")


def plain(text: str) -> str:
    """The text as words, figures, commas and full stops; Japanese names stay, for a Japanese voice to say."""
    text = unicodedata.normalize("NFKC", _LINK.sub("", text)).replace("’", "'")
    text = re.sub(r"[\[【][^\]】]*[\]】]", " ", text)
    text = re.sub(r"\b([01]?\d|2[0-3]):([0-5]\d)\b", _clock, text)
    text = re.sub(r"(\d)\s*(km|cm|mm|m|%)(?![A-Za-z0-9])", lambda found: f"{found[1]} {_UNITS[found[2]]}", text)
    text = re.sub(r"[~〜→]", " to ", text).replace("&", " and ").replace("+", " plus ").replace("#", " number ")
    text = re.sub(r"\.{2,}|…|[!?\n]", ". ", text)
    text = re.sub(r"[()\[\]{}:;/|=_]|\s[-–—]\s", ", ", text)
    text = re.sub(r"-(?=\d)", "minus ", text)
    text = re.sub(r"%", "", _KEPT.sub("", text))
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*,(?:\s*,)*\s*", ", ", text)
    text = re.sub(r"[\s,.]*\.(?!\d)(?=[\s,.]|$)[\s,.]*", ". ", text)
    text = text.strip(" ,.")
    return f"{text}." if text else ""


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, each with its full stop."""
    return tuple(f"{one.rstrip('.')}." for one in re.split(r"(?<=[^.\s]{2}\.) (?=\S)", plain(text)) if one.strip("."))


def runs(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, and of each whether it is Japanese."""
    found, place = list[tuple[str, bool]](), 0
    for japanese in _JAPANESE.finditer(text):
        found += [(text[place : japanese.start()], False), (japanese[0], True)]
        place = japanese.end()
    return [(piece, is_japanese) for piece, is_japanese in [*found, (text[place:], False)] if piece]


def _clock(found: re.Match[str]) -> str:
    half, hour = divmod(int(found[1]), 12)
    minute = f" {found[2]}" if found[2] != "00" else ""
    if minute.startswith(" 0"):
        minute = f" oh {found[2][1]}"
    return f"{hour or 12}{minute} {'p' if half else 'a'}m"
