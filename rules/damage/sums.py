"""What all records of a disaster come to. Nothing is counted that nobody told, and nothing is told that nobody counted.

A record that was withdrawn counts nowhere. What nobody has confirmed is counted apart, and never added to what is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rules.damage.items import BY_KEY, ITEMS, PUBLIC_LOSSES, Group
from rules.damage.record import Damage


@dataclass(frozen=True, slots=True)
class Sum:
    """One item. ``confirmed`` and ``unconfirmed`` in steps, None where nobody told a number; 0 where somebody said so.

    ``counting``: how many records know of such damage whose number is still being looked into.
    """

    confirmed: int | None = None
    unconfirmed: int | None = None
    counting: int = 0

    @property
    def known(self) -> int | None:
        """Both, for who asks how bad it may be."""
        return plus(self.confirmed, self.unconfirmed)


Totals = Mapping[str, Sum]  # by key of the item, in the form's order; what nobody spoke of is not there


def totals(records: Iterable[Damage]) -> Totals:
    """The sums over what stands."""
    found: dict[str, Sum] = {}
    for one in records:
        if one.withdrawn:
            continue
        for key, steps in one.content.figures.items():
            before = found.get(key, Sum())
            if steps is None:
                found[key] = Sum(before.confirmed, before.unconfirmed, before.counting + 1)
            elif one.confirmed:
                found[key] = Sum(plus(before.confirmed, steps), before.unconfirmed, before.counting)
            else:
                found[key] = Sum(before.confirmed, plus(before.unconfirmed, steps), before.counting)
    return {item.key: found[item.key] for item in ITEMS if item.key in found}


def by_district(records: Iterable[Damage]) -> dict[tuple[str, str], Totals]:
    """The same for each district (code, name); records without one are not in it."""
    placed: dict[tuple[str, str], list[Damage]] = {}
    for one in records:
        if one.content.area:
            placed.setdefault((one.content.area, one.content.area_name), []).append(one)
    return {where: totals(some) for where, some in sorted(placed.items())}


def figures(of: Totals) -> dict[str, int]:
    """What may be reported as a fact: confirmed numbers alone."""
    return {key: one.confirmed for key, one in of.items() if one.confirmed is not None}


def changes(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    """By how many steps each figure differs from what was reported before; what was not reported counts from nothing.

    A figure that is gone is told as its fall, so that it does not vanish in silence.
    """
    keys = [item.key for item in ITEMS if item.key in now or item.key in before]
    found = {key: now.get(key, 0) - before.get(key, 0) for key in keys}
    return {key: step for key, step in found.items() if step or (key in now) is not (key in before)}


def losses(of: Mapping[str, int]) -> tuple[int | None, int | None]:
    """The form's 小計 of public facilities and 被害総額, in 千円; None where no amount is known."""
    public = [of[key] for key in PUBLIC_LOSSES if key in of]
    every = [steps for key, steps in of.items() if BY_KEY[key].group is Group.LOSSES]
    return sum(public) if public else None, sum(every) if every else None


def plus(one: int | None, other: int | None) -> int | None:
    """Both together; what nobody told adds nothing."""
    if one is None or other is None:
        return other if one is None else one
    return one + other
