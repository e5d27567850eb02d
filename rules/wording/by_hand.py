"""What a person's all-clear, cancellation and correction say in each language, before anybody puts it better.

The words stand beside, in ``by_hand.toml``: a table per language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from rules.alert import Alert, Text
from rules.wording.languages import LANGUAGES, spoken
from rules.wording.templates import listed, names
from rules.wording.times import clock

_SHOWN = 5  # names of places, before the rest is counted
_HEADLINE = 140
_PARTS = ("headline", "description", "instruction", "short")


@cache
def forms() -> Mapping[str, Mapping[str, Any]]:
    """The patterns by language: ``all_clear`` and ``cancel`` of four parts each, ``correction``, ``detail``, and
    ``taken_back``, a reason."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def ended(announced: Alert, ending: Alert, language: str, sender: str, reason: str = "") -> Text:
    """How ``ending`` lifts or cancels what was announced. The event stays: receivers and L-Alert file by it."""
    pattern = _forms(language)["cancel" if ending.msg_type == "Cancel" else "all_clear"]
    told = _facts(announced, language) | {"now": clock(ending.sent, language), "reason": reason, "sender": sender}
    told |= {"places": listed(names(ending.places, language), _SHOWN, language=language)}
    parts = {name: pattern[name].format(**told).strip() for name in _PARTS}
    parts["headline"] = parts["headline"][:_HEADLINE]
    return Text(language=language, event=announced.texts[language].event, **parts)


def taken_back(announced: Alert, ending: Alert, language: str, sender: str) -> Text:
    """How ``ending`` cancels what rested on the word of another who has withdrawn it."""
    return ended(announced, ending, language, sender, _forms(language)["taken_back"])


def corrected(announced: Alert, correcting: Alert, language: str, wrong: str, right: str) -> str:
    """What was wrong and what is right, to those whom it concerns, in one paragraph."""
    where = listed(names(correcting.addressed, language), _SHOWN, language=language)
    pattern: str = _forms(language)["correction" if wrong and right else "detail"]
    return pattern.format(**_facts(announced, language) | {"places": where, "wrong": wrong, "right": right})


def _forms(language: str) -> Mapping[str, Any]:
    known = forms()
    return known.get(language) or next(known[tag] for tag, row in LANGUAGES.items() if row is spoken(language))


def _facts(announced: Alert, language: str) -> dict[str, str]:
    return {
        "event": announced.texts[language].event,
        "when": clock(announced.sent, language),
    }
