"""Real, exercise or test: the word that travels from record to post."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Is this real? Travels from record to post; CAP's words. A drill must never be taken for the real thing."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    TEST = "Test"

    @property
    def _rank(self) -> int:
        return ("Actual", "Exercise", "Test").index(self.value)

    def stricter(self, other: Status) -> Status:
        """The less real of two: one drill ingredient makes the whole dish a drill."""
        return max(self, other, key=lambda status: status._rank)
