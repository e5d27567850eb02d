"""What a payload uses up of a channel: published posts, posts with a link, money, messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.channels.budget.tariff import MICROS, Measure, Tariff
from services.channels.x.weight import URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """An amount. ``micros`` are millionths of the tariff's currency."""

    calls: int = 0
    links: int = 0
    micros: int = 0
    messages: int = 0

    def __add__(self, other: Use) -> Use:
        return Use(
            calls=self.calls + other.calls,
            links=self.links + other.links,
            micros=self.micros + other.micros,
            messages=self.messages + other.messages,
        )

    def of(self, measure: Measure) -> int:
        """The amount that a window of this measure counts."""
        return {Measure.MONEY: self.micros, Measure.CALLS: self.calls, Measure.MESSAGES: self.messages}[measure]


def use_of(tariff: Tariff, parts: Sequence[str], done: int = 0) -> Use:
    """What sending these parts uses up, without the first ``done``, which are out already."""
    if tariff.per == "delivery":
        return delivery_use(tariff) if parts else Use()
    return sum((part_use(tariff, part) for part in parts[done:]), Use())


def part_use(tariff: Tariff, part: str) -> Use:
    """One published post. Links are counted as X does, bare domains too."""
    linked = URL.search(part) is not None
    price = tariff.link_post if linked and tariff.link_post is not None else tariff.post
    return Use(calls=1, links=int(linked), micros=int(price * MICROS))


def delivery_use(tariff: Tariff) -> Use:
    """One broadcast to everybody, however many parts it has."""
    micros = int((tariff.post + tariff.message * tariff.recipients) * MICROS)
    return Use(calls=1, micros=micros, messages=tariff.recipients)
