"""How long X thinks a text is.

X counts weight, not characters: Latin letters 1, most others (kana and kanji, half-width kana too) 2, an emoji
sequence 2 however many code points it has, and a link 23 however long it is. 280 is the limit.
"""

from __future__ import annotations

import unicodedata

import regex

from services.channels.thread.cutting import WORD, Scale
from services.channels.thread.text import Style

LIMIT = 280
LINK = 23

_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))  # code points of weight 1; all others weigh 2

_TONE = r"[\U0001F3FB-\U0001F3FF]"
_PICTURE = r"(?:\p{Emoji_Presentation}|\p{Extended_Pictographic})"
_EMOJI = rf"""
    \p{{RI}}\p{{RI}}                                                  # a flag
  | [0-9\#*]\uFE0F?\u20E3                                             # a keycap
  | (?: \U0001F3F4[\U000E0020-\U000E007E]+\U000E007F                  # a flag of a region
      | \p{{Emoji_Presentation}}\uFE0F?{_TONE}?
      | \p{{Extended_Pictographic}}(?:\uFE0F{_TONE}?|{_TONE}|(?=\u200D{_PICTURE}))
    )
    (?: \u200D{_PICTURE}\uFE0F?{_TONE}? )*                            # joined to further ones
"""

# Endings that X certainly links without a scheme; every ending of two letters is taken for a country's.
_ENDINGS = frozenset(
    {"com", "net", "org", "info", "biz", "edu", "gov", "mil", "int", "name", "pro", "mobi", "asia", "jobs", "museum"}
    | {"app", "dev", "page", "site", "online", "tokyo", "osaka", "kyoto", "nagoya", "yokohama", "okinawa", "ryukyu"}
)
_TAIL = r"[A-Za-z0-9\u0400-\u04FF!*';:=+,.$/%\#\[\]_~@|&-]"
_URL = rf"""
    (?<![A-Za-z0-9@＠$\#＃]) (?:https?://|(?<![-_./]))
    (?:[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?\.)+ (?P<ending>[A-Za-z]{{2,}}) (?![A-Za-z0-9_@＠])
    (?::[0-9]+)?
    (?:/(?:{_TAIL}|\({_TAIL}*\))*(?<=[A-Za-z0-9\u0400-\u04FF=_\#/+)-]))?
    (?:\?(?:{_TAIL}|[?()])*(?<=[A-Za-z0-9_&=\#/-]))?
"""

URL = regex.compile(_URL, regex.VERBOSE | regex.IGNORECASE)
_HEAVY = regex.compile(rf"(?P<url>{_URL})|(?P<emoji>{_EMOJI})", regex.VERBOSE | regex.IGNORECASE)


def weighted_length(text: str) -> int:
    """The weight of a text as X counts it, after Unicode normalisation to NFC.

    Where it is not certain that X takes something for a link (an ending we do not know), the heavier reading counts:
    a post that is too long is refused, a post that is a little short is only a little short.
    """
    text = unicodedata.normalize("NFC", text)
    weight = 0
    position = 0
    for found in _HEAVY.finditer(text):
        weight += _plain(text[position : found.start()])
        weight += 2 if found["emoji"] else _link(found[0], found["ending"])
        position = found.end()
    return weight + _plain(text[position:])


def _link(text: str, ending: str) -> int:
    certain = len(ending) == 2 or ending.lower() in _ENDINGS
    return LINK if certain else max(LINK, _plain(text))


def _plain(text: str) -> int:
    return sum(1 if any(low <= ord(char) <= high for low, high in _LIGHT) else 2 for char in text)


STYLE = Style(
    title="X",
    limit=LIMIT,
    scale=Scale(weighted_length, regex.compile(f"{URL.pattern}|{WORD}", URL.flags)),
    wide=2,
    link_is_dear=True,  # a post with a link costs about thirteen times as much
)
