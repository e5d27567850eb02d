"""What somebody is asked for: to know of it, to say that they are safe, or to come."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias


class Want(StrEnum):
    """Each wants what the ones before it want, and more."""

    INFORM = "inform"  # told of it; no answer
    SAFETY = "safety"  # 安否
    COME = "come"  # 安否 and 参集

    @property
    def rank(self) -> int:
        return list(Want).index(self)


WANT_JA: Mapping[Want, str] = {Want.INFORM: "連絡のみ", Want.SAFETY: "安否確認", Want.COME: "安否確認と参集"}
Asks: TypeAlias = Mapping[str, Want]  # 参集区分, by its code → what its people are asked for


def merged(*some: Asks) -> dict[str, Want]:
    """Of what is asked of one category the most counts."""
    found: dict[str, Want] = {}
    for asks in some:
        for category, want in asks.items():
            found[category] = max(found.get(category, want), want, key=lambda one: one.rank)
    return dict(sorted(found.items()))


def covers(asks: Asks, more: Asks) -> bool:
    """True where ``more`` asks nobody for anything that ``asks`` does not."""
    return merged(asks, more) == merged(asks)
