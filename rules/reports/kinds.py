"""The kinds of reports at the desk: what they are called, how urgent, how long they wait, and how near two may be one.

How long people see one that was told stands in :mod:`geo.sighted.telling`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from geo.sighted.telling import standard
from rules.reports.case import WAITING, Case


@dataclass(frozen=True, slots=True)
class Kind:
    """``patience``: how long one may wait for a person before it rings. ``waits``: an unjudged one is old news then.
    Two within ``near_m`` and ``gap`` may be one event."""

    ja: str
    en: str
    patience: timedelta
    waits: timedelta
    near_m: float
    gap: timedelta


def _kind(words: tuple[str, str], minutes: float, days: float, near: tuple[float, float]) -> Kind:
    """``minutes`` of patience, ``days`` that it waits; ``near`` in metres and minutes."""
    return Kind(*words, timedelta(minutes=minutes), timedelta(days=days), near[0], timedelta(minutes=near[1]))


FOUND_JA = {"sighting": "目撃", "trace": "痕跡（足跡・ふん・食害）", "injury": "人身被害"}  # of animals
# Distances and gaps are working assumptions of ours: a hint for people, never a decision.
KINDS: Mapping[str, Kind] = {
    "bear": _kind(("クマ", "Bear"), 3, 1, (500, 30)),
    "boar": _kind(("イノシシ", "Wild boar"), 10, 1, (500, 30)),
    "deer": _kind(("シカ", "Deer"), 60, 1, (500, 30)),
    "suspicious_person": _kind(("不審者", "Suspicious person"), 10, 2, (300, 60)),
    "crime": _kind(("犯罪", "Crime"), 10, 2, (300, 60)),
    "theft": _kind(("盗難", "Theft"), 480, 7, (100, 180)),
    "fraud": _kind(("特殊詐欺", "Fraud"), 30, 2, (0, 0)),
    "missing_person": _kind(("行方不明者", "Missing person"), 3, 2, (1000, 360)),
    "damage": _kind(("被害", "Damage"), 15, 7, (100, 1440)),
    "other": _kind(("その他", "Other"), 480, 7, (100, 60)),
}


def kind_of(name: str) -> Kind:
    """Its row; a kind that nobody wrote down is one of the others."""
    return KINDS.get(name, KINDS["other"])


def ends_at(case: Case) -> datetime:
    """When it expires by itself, as it stands now."""
    kind = kind_of(case.kind)
    if case.state in WAITING:
        return case.arrived_at + kind.waits
    telling = standard().get(case.kind)
    return case.seen_at + (telling.listed if telling else kind.waits)


def rings_at(case: Case) -> datetime:
    """When it has waited for a person longer than it may."""
    return case.arrived_at + kind_of(case.kind).patience
