"""How much comes in, and what share of the processor the look at it may therefore take."""

from __future__ import annotations

_LOOKED_OVER = 0.25  # seconds at the least; one gulp of a gateway is no flood
FLOOD = 2_000.0  # records a second, 120,000 sensors that report each minute: above it, taking them in comes first
CALM_SHARE, FLOOD_SHARE = 0.5, 0.1


class Inflow:
    """Counts by the records' numbers."""

    def __init__(self) -> None:
        self.per_second = 0.0
        self._since: tuple[float, int] | None = None

    def saw(self, upto: int, at: float) -> None:
        """The newest record is ``upto``, ``at`` in seconds of a clock that only goes forward."""
        then, before = self._since or (at, upto)
        if self._since is None or at - then >= _LOOKED_OVER:
            self._since = (at, upto)
            self.per_second = (upto - before) / (at - then) if at > then else 0.0

    def share(self) -> float:
        """A half where nothing presses: who waits for an alert waits for the look. In a flood a tenth."""
        return FLOOD_SHARE if self.per_second > FLOOD else CALM_SHARE
