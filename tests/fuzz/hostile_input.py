"""What one hostile input is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.fuzz.seeds import Seed


@dataclass(frozen=True, slots=True)
class Hostile:
    """``why`` names the trick. The payload is made when it is wanted: some have ten million bytes."""

    why: str
    feed: str
    topic: str
    make: Callable[[], bytes]

    def __str__(self) -> str:
        return f"{self.feed}: {self.why}: {self.topic[:60]!r}"


def bent(seed: Seed, why: str, payload: bytes) -> Hostile:
    """The seed's topic with another payload, which differs from the seed's: else nothing was bent."""
    assert payload != seed.payload, f"{seed.feed}: {why} changed nothing"
    return Hostile(why, seed.feed, seed.topic, lambda: payload)


def huge(seed: Seed, why: str, make: Callable[[], bytes]) -> Hostile:
    """The seed's topic with a payload too large to be kept at hand."""
    return Hostile(why, seed.feed, seed.topic, make)
