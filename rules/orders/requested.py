"""What residents ask of the roads, by plow section: ruts, and roads that have become narrow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from geo.hazard import Evidence
from rules.orders.decision import Reason

# Code of the request's service → what it calls for; codes as in services.toml of the profile.
CALLS_FOR: Mapping[str, Reason] = {"SNOW_RUT": Reason.RUTS, "SNOW_NARROW": Reason.NARROW}
_DEPTH_CM: Mapping[str, float] = {"ankle": 8.0, "shin": 20.0, "more": 35.0}  # assumed of the answers to "how deep?"
_FEWEST: Mapping[Reason, int] = {Reason.RUTS: 1, Reason.NARROW: 3}  # one car that met another is no case for trucks
_WORDS: Mapping[Reason, str] = {Reason.RUTS: "わだち・ザクザクの要望", Reason.NARROW: "道幅が狭いとの要望"}


class Asked(NamedTuple):
    """One open request. Nothing of who asked, and no words of theirs."""

    id: int
    service: str
    section: str
    depth: tuple[str, ...] = ()  # answers to "how deep?"


def told_of_roads(
    asked: Iterable[Asked],
) -> tuple[dict[str, float], dict[str, dict[Reason, tuple[Evidence, ...]]]]:
    """Section → the deepest rut told, in centimetres; and section → what its requests call for."""
    deepest: dict[str, float] = {}
    numbers: defaultdict[tuple[str, Reason], list[int]] = defaultdict(list)
    for one in asked:
        if (reason := CALLS_FOR.get(one.service)) is None:
            continue
        numbers[one.section, reason].append(one.id)
        depths = [_DEPTH_CM[word] for word in one.depth if word in _DEPTH_CM]
        if reason is Reason.RUTS and depths:
            deepest[one.section] = max(*depths, deepest.get(one.section, 0.0))
    found: defaultdict[str, dict[Reason, tuple[Evidence, ...]]] = defaultdict(dict)
    for (section, reason), some in numbers.items():
        if len(some) >= _FEWEST[reason]:
            told = f"{_WORDS[reason]} {len(some)}件（番号 {'、'.join(str(one) for one in some[:5])}）"
            found[section][reason] = (Evidence(ref=f"request:{some[0]}", text=told),)
    return deepest, dict(found)
