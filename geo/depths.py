"""Depths of water as maps tell them: the six national ranks, and ranges in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TypeAlias

Range: TypeAlias = tuple[float, float | None]  # metres from … to; None where nobody says how deep

# depth rank → lower and upper bound in metres; the upper bound of the deepest is not known
DEPTHS: Mapping[int, Range] = {
    1: (0.0, 0.5),
    2: (0.5, 3.0),
    3: (3.0, 5.0),
    4: (5.0, 10.0),
    5: (10.0, 20.0),
    6: (20.0, None),
}
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)(cm|m|メートル|センチ)?(以上|を?超(?:える)?|より|未満|以下|まで)?")
_FROM = ("以上", "を超える", "を超", "超える", "超", "より")
_CENTIMETRES = ("cm", "センチ")


def rank_of(low: float, high: float | None) -> int:
    """The national rank of a range in metres; of a range that spans several, the deepest."""
    return max(rank for rank, (lower, _) in DEPTHS.items() if lower < (low + 0.01 if high is None else high))


def depth_range(text: str) -> Range:
    """Metres from … to, out of words such as ``0.3m以上 ～ 1m未満``, ``～0.5m``, ``20m以上`` or ``50cm未満``.

    Prefectures spell their classes each in their own way. Raises ValueError for what is no range.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()
    plain = re.sub(r"[〜~―–—-]", "~", plain)
    found = [(match, match[3] or _place(plain, match)) for match in _NUMBER.finditer(plain)]
    unit = next((match[2] for match, _ in reversed(found) if match[2]), "m")
    low: float | None = None
    high: float | None = None
    for match, word in found:
        metres = float(match[1]) / (100 if (match[2] or unit) in _CENTIMETRES else 1)
        if word in _FROM and low is None:
            low = metres
        elif word and word not in _FROM and high is None:
            high = metres
        else:
            raise ValueError(f"depth {text!r} is no range")
    if low is None and high is None:
        raise ValueError(f"depth {text!r} is no range")
    if high is not None and (low or 0.0) >= high:
        raise ValueError(f"depth {text!r} ends before it begins")
    return low or 0.0, high


def _place(plain: str, match: re.Match[str]) -> str:
    """What a bare number means by its side of the wave dash; nothing where there is none."""
    if plain[match.end() : match.end() + 1] == "~":
        return "以上"
    return "未満" if plain[: match.start()].endswith("~") else ""
