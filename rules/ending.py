"""What an all-clear or a cancellation says of what was announced, whoever writes it: the rules or a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rules.alert import Alert
from rules.wording.by_hand import taken_back


def lifting(announced: Alert) -> dict[str, Any]:
    """What an all-clear says of what was announced. It has level 0."""
    return {
        "kind": announced.kind,
        "level": 0,
        "alert_level": announced.alert_level,
        "response": "AllClear",
        "urgency": "Past",
        "severity": "Minor",
        "certainty": "Observed",
        "hazards": announced.hazards,
        "levels": (0,) * len(announced.hazards),
    }


def never_was(ending: Alert) -> Alert:
    """As a cancellation: nothing is past, and phones that rang for it may ring again."""
    return replace(ending, msg_type="Cancel", response="None", severity="Unknown", certainty="Unlikely")


def cancelling(ending: Alert, announced: Alert, named: Callable[[str], str]) -> Alert:
    """As a cancellation because another has withdrawn what it rested on, in every language of the announcement: a
    rule's own words speak of a danger that is over. ``named``: the sender for readers of a language."""
    cancelled = never_was(ending)
    texts = {tag: taken_back(announced, cancelled, tag, named(tag)) for tag in announced.texts}
    return replace(cancelled, texts=texts, order=announced.order)
