"""What people in the area are told of an emergency culling, in each language: the words stand in ``culling.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from geo.sighted.squares import says_where
from rules.alert import Place, Text
from rules.culling.case import Plan
from rules.wording.languages import spoken
from rules.wording.templates import listed, names
from rules.wording.times import clock

_SHOWN = 5  # names in a headline or a short text; the description has all
_HEADLINE = 140


@cache
def forms() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """The patterns: language → form (warn, over, called_off, animals, parts) → part."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def text_of(form: str, animal: str, plan: Plan, places: Sequence[Place], said: tuple[str, datetime, str]) -> Text:
    """The words of one form; ``said`` are language, time, and the sender's name in that language."""
    language, now, sender = said
    known = forms()[language]
    until = f"{clock(plan.until, language)}"
    facts = {"now": clock(now, language), "until": until, "sender": sender, "animal": known["animals"][animal]}
    facts["roads"] = known["parts"]["roads"].format(roads=plan.roads) if plan.roads else known["parts"]["all_roads"]
    named = [one for one in places if says_where(one.code, one.name)] or places  # never the whole city beside a part
    told = tuple(dict.fromkeys(names(named, language)))  # squares beside each other may have one name
    parts = {}
    for part, pattern in known[form].items():
        most = 0 if part == "description" else _SHOWN
        parts[part] = pattern.format(**facts, places=listed(told, most, language=language)).strip()
    parts["headline"] = parts["headline"][:_HEADLINE]
    return Text(language=language, **parts)


def speaker(language: str, name: str, name_en: str) -> str:
    """The sender's name as readers of the language know it."""
    return name if spoken(language).japanese else name_en or name
