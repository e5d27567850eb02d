"""Whose road it can be, where it is not the city's; as the desk says it when it passes a request on."""

from __future__ import annotations

from enum import StrEnum


class Owner(StrEnum):
    """Its values are those of an administrator in the network."""

    NATION = "nation"
    PREFECTURE = "prefecture"
    OTHER = "other"


WORDS: dict[Owner, tuple[str, str]] = {
    Owner.NATION: ("国道の道路管理者", "the national road office"),
    Owner.PREFECTURE: ("県道の道路管理者", "the prefecture's road office"),
    Owner.OTHER: ("ほかの管理者", "whoever else looks after it"),
}
ELSEWHERE = frozenset({Owner.NATION, Owner.PREFECTURE})  # a road of theirs is not the city's to plow


def passed_on(owner: Owner) -> str:
    """What the resident reads of it, Japanese first."""
    ja, en = WORDS[owner]
    return f"{ja}へ連絡しました。 / Passed on to {en}."
