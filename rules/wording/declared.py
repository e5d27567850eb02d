"""What is said of places of refuge, of the headquarters and of damage, in each language: words of ``declared.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from rules.alert import Text
from rules.damage.items import BY_KEY, ITEMS, Group
from rules.declared import Crowding, Damaged, Declared, Shelters, ShelterState
from rules.wording.templates import listed
from rules.wording.times import clock

_SHOWN = 5  # names in a headline or a short text; the description has all
_HEADLINE = 140


@cache
def forms() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """The patterns: language → form → part."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def text_of(declared: Declared, language: str, now: datetime, sender: str) -> Text:
    """The words. Names of shelters and of the headquarters are proper names: they stand as the city writes them."""
    known = forms()[language]
    form = known[declared.kind if _goes_on(declared) else f"{declared.kind}_over"]
    facts = {"now": clock(now, language), "sender": sender, "disaster": declared.disaster}
    if isinstance(declared, Shelters):
        facts["count"] = str(len(declared.open))
    elif isinstance(declared, Damaged):
        facts |= _damage(declared, language)
    else:
        facts["type"] = declared.type
    parts = {}
    for part, pattern in form.items():
        most = 0 if part == "description" else _SHOWN
        parts[part] = pattern.format(**facts, **_names(declared, language, most)).strip()
    parts["headline"] = parts["headline"][:_HEADLINE]
    return Text(language=language, **parts)


def _goes_on(declared: Declared) -> bool:
    if isinstance(declared, Damaged):
        return not declared.final
    return bool(declared.open) if isinstance(declared, Shelters) else declared.stands


def _damage(declared: Damaged, language: str) -> dict[str, str]:
    """Japanese tells every item; other languages what is damaged of people and homes, by their own words."""
    known = forms()[language]
    words, marks = known["items"], known["marks"]
    told, gravest = [], []
    for item in ITEMS:
        steps = declared.figures.get(item.key)
        if steps is None or (item.key not in words and language != "ja"):
            continue
        plain = f"{item.ja} {item.told(steps)}{item.unit}"
        told.append(words.get(item.key, plain).format(n=item.told(steps)))
        if steps and (item.group is Group.HUMAN or (item.group is Group.HOUSES and item.unit == "棟")):
            gravest.append(told[-1])
    if len(told) < len(declared.figures):
        told.append(marks["nothing"])  # the rest stands in the Japanese text alone
    counting = "、".join(BY_KEY[key].title for key in declared.counting)
    return {
        "when": clock(declared.as_of, language),
        "figures": listed(gravest or told, _SHOWN, language=language),
        "every": listed(told, 0, language=language),
        "counting": marks["counting"].format(items=counting) if counting else "",
    }


def _names(declared: Declared, language: str, most: int) -> dict[str, str]:
    if not isinstance(declared, Shelters):
        return {}

    crammed = [place for place in declared.open if place.crowding is Crowding.FULL]
    full = forms()[language]["marks"]["full"]

    def told(places: Sequence[ShelterState]) -> str:
        names = [place.name + (full if place in crammed else "") for place in places]
        return listed(names, most, language=language)

    return {"places": told(declared.open), "changed": told(declared.places)}
