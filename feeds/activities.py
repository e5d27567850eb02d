"""What a vehicle of the street service is doing, in five words. Providers never agree on names: theirs are kept beside.

The two-letter codes are those of Finnish street-maintenance feeds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

ACTIVITIES = ("plow", "deice", "sweep", "none", "other")  # "none": it only drives from here to there

_WORDS = {
    "plow": ("au", "auraus", "plow", "plowing", "plough", "ploughing", "blade_down", "除雪", "新雪除雪", "拡幅除雪"),
    "deice": (
        "su",
        "hi",
        "liukkaudentorjunta",
        "salt",
        "salting",
        "sand",
        "sanding",
        "deice",
        "deicing",
        "spreader_on",
        "凍結防止剤散布",
    ),
    "sweep": ("hj", "hn", "pe", "ps", "brushing", "sweep", "sweeping", "puhtaanapito"),
    "none": ("siirtoajo", "transfer", "idle", "none", "回送", "待機", "移動"),
    "other": ("nt", "kv", "ln", "hs", "pn", "other", "路面整正", "圧雪処理", "排雪", "運搬排雪"),
}
_NO_WORDS: Mapping[str, str] = MappingProxyType({})
_KNOWN = {word: activity for activity, words in _WORDS.items() for word in words}
_ORDER = ("plow", "deice", "other", "sweep", "none")  # of several at once the one that matters most for snow


def activity(*names: str, words: Mapping[str, str] = _NO_WORDS) -> str | None:
    """The activity that a provider's names mean; "other" for a name nobody knows, None where there is none.

    A vehicle with blade and spreader tells two at once: then the one that clears snow. ``words`` is what the provider
    says its own names mean, as :func:`spelled` gives it.
    """
    meant = {words.get(_plain(name)) or _KNOWN.get(_plain(name), "other") for name in names if name.strip()}
    return next((one for one in _ORDER if one in meant), None)


def is_known(name: str) -> bool:
    """Whether the name is one of an activity, and not of a place or a person."""
    return _plain(name) in _KNOWN


def spelled(words: Mapping[str, str]) -> Mapping[str, str]:
    """A provider's names → activities, so that capitals and blanks do not matter."""
    return {_plain(name): meaning for name, meaning in words.items()}


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower().replace(" ", "_").replace("-", "_")
