"""Finding a place of the city by what somebody typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from geo.towns.spelling import spelled, spellings


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A town, or a house or landmark with an exact place. Degrees, JGD2011."""

    name: str
    lon: float
    lat: float
    name_en: str = ""
    reading: str = ""  # in kana
    also: str = ""  # another name
    address: str = ""  # of a house
    exact: bool = False  # a house; else the middle of a town, which says nothing about a street

    def keys(self, city: str) -> frozenset[str]:
        """All that it is found by, in one spelling. An address is none without what stands before the town."""
        names = (self.name, self.name_en, self.reading, self.also)
        keys = frozenset().union(*(spellings(name, city) for name in names))
        return keys | ({spelled(self.address, city)} - {""})


class Gazetteer:
    """All places of a city that are known by name; ``city`` is its own, which people write in front."""

    def __init__(self, places: Iterable[Place] = (), city: str = "") -> None:
        self._city = city
        self._known = [(one, one.keys(city)) for one in places]

    def find(self, words: str, at_most: int) -> list[Place]:
        """Places for an address, whole or begun, in Japanese, kana or Latin letters; empty where none is known.

        The longest name with which the address begins stands for it (内丸12-2 is 内丸, 仙北1-2 is 仙北一丁目); else all
        names that begin so, else those that hold the words, else the longest that the words hold (JR盛岡駅).
        """
        wanted = spelled(words, self._city)
        if not wanted:
            return []
        heads = [(_longest(keys, wanted), one) for one, keys in self._known]
        longest = max((length for length, _ in heads), default=0)
        found = [one for length, one in heads if length == longest] if longest else []
        found = found or [one for one, keys in self._known if any(key.startswith(wanted) for key in keys)]
        found = found or [one for one, keys in self._known if len(wanted) > 1 and any(wanted in key for key in keys)]
        found = found or self._held(wanted)
        return sorted(found, key=lambda one: (one.exact, spelled(one.name), one.name))[:at_most]

    def named(self, name: str) -> Place | None:
        """The town of exactly this name, None where there is none."""
        return next((one for one, _ in self._known if one.name == name and not one.exact), None)

    def _held(self, wanted: str) -> list[Place]:
        """Those of the longest name of two characters and more that stands somewhere in the words."""
        held = [(max((len(key) for key in keys if key in wanted), default=0), one) for one, keys in self._known]
        longest = max((length for length, _ in held), default=0)
        return [one for length, one in held if length == longest] if longest > 1 else []


def _longest(keys: Iterable[str], wanted: str) -> int:
    """Characters of the longest of the keys with which the words begin, 0 for none."""
    return max((len(key) for key in keys if wanted.startswith(key)), default=0)
