"""Kinds of lines in the groups that people look for: nobody who asks what was sent looks for a "delivery"."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Group(StrEnum):
    """What sort of thing a line tells."""

    FORESEEN = "foreseen"
    RECEIVED = "received"
    DECIDED = "decided"
    SENT = "sent"
    MANUAL = "manual"
    WORK = "work"
    SYSTEM = "system"

    @property
    def ja(self) -> str:
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        return _WORDS[self][1]


_WORDS: Mapping[Group, tuple[str, str]] = {
    Group.FORESEEN: ("観測・予測", "Observed and foreseen"),
    Group.RECEIVED: ("通報・被害", "Reports and damage"),
    Group.DECIDED: ("判断・承認", "Decided"),
    Group.SENT: ("発表・配信", "Issued and sent"),
    Group.MANUAL: ("本部の記録", "Headquarters"),
    Group.WORK: ("除雪・参集などの活動", "Work in the field"),
    Group.SYSTEM: ("システム", "System"),
}
OF: Mapping[Group, frozenset[str]] = {
    Group.FORESEEN: frozenset({"hazard"}),
    Group.RECEIVED: frozenset({"report", "damage", "lead", "request"}),
    Group.DECIDED: frozenset(
        {"draft", "approved", "held", "stayed", "sent_now", "break_glass", "edited", "rejected", "withdrawn", "silence"}
    ),
    Group.SENT: frozenset({"issued", "ended", "expired", "delivery", "outage"}),
    Group.MANUAL: frozenset({"note", "matter", "handover"}),
    Group.WORK: frozenset({"callout", "muster", "order", "dump", "culling", "ledger"}),
    Group.SYSTEM: frozenset({"access", "system", "sensor", "cut"}),
}
KNOWN = frozenset().union(*OF.values())
_ALWAYS = frozenset({"issued", "ended", "break_glass", "sent_now", "approved", "rejected", "handover", "outage"})
_GRAVE = 3  # level


def group_of(kind: str) -> Group:
    """The group of a kind; one that nobody sorted in is the system's."""
    return next((group for group, kinds in OF.items() if kind in kinds), Group.SYSTEM)


def important(kind: str, level: int | None, refs: Mapping[str, str]) -> bool:
    """What a commander who was away for an hour has to read: what was issued, and what is grave."""
    if kind in _ALWAYS or (level or 0) >= _GRAVE:
        return True
    if kind == "delivery":
        return refs.get("state") in ("failed", "unknown", "expired")
    if kind == "damage":
        return "number" in refs  # a report that went upward
    return kind == "matter" and refs.get("priority") in ("high", "urgent")
