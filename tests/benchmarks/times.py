"""When each reading was published, and when it came out at the other end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.benchmarks.figure import percentile


@dataclass(frozen=True, slots=True)
class Times:
    """By id, in seconds of the machine's monotonic clock."""

    sent: Mapping[str, float]
    seen: Mapping[str, float]

    @property
    def arrived(self) -> int:
        """How many of those published came out."""
        return len(self.sent.keys() & self.seen.keys())

    @property
    def rate(self) -> float:
        """Readings a second, from the first published to the last that came out."""
        return len(self.sent) / (max(self.seen.values()) - min(self.sent.values()))

    def delay_ms(self, percent: float) -> float:
        """Milliseconds from published to out that ``percent`` of all readings do not exceed."""
        return 1000 * percentile([self.seen[identity] - at for identity, at in self.sent.items()], percent)
