"""What is foretold is kept once an hour by the step that foretells it, to be judged when its time has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from geo.model import Ground, Inputs, Model
from geo.models.flood import Flood
from geo.verification.issued import Issued, issued


class Foretold:
    """One per predicting loop. What it remembers only saves work: the store keeps one an hour whoever asks."""

    def __init__(self, models: Iterable[Model]) -> None:
        self._flood = next((model for model in models if isinstance(model, Flood)), None)
        self._hour: datetime | None = None

    def given(self, inputs: Sequence[Inputs], ground: Ground, faults: dict[str, Exception]) -> list[Issued]:
        """What is to be kept of this step: all gauges at the first step of an hour, else nothing.

        A failure is named and keeps no hazard from being told.
        """
        if self._flood is None or not inputs or _hour(inputs[0].now) == self._hour:
            return []
        version = f"{self._flood.name}@{self._flood.version}"
        try:
            return [one for some in inputs for one in issued(some, ground, version, self._flood.config)]
        except Exception as error:  # noqa: BLE001 - whatever it is, the picture goes out
            faults.setdefault("outlook", error)
            return []

    def kept(self, now: datetime) -> None:
        """The step has been written."""
        self._hour = _hour(now)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
