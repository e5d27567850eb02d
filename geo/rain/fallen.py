"""Rain of the last hours at a station, from whichever of its rain quantities tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from geo.model import Sample
from geo.snow.snowfall import clock_hour

_DAY = timedelta(hours=24)
_FRESH = timedelta(hours=2)
QUANTITIES = frozenset({"rain_10min", "rain_1h", "rain_24h"})


def rain_24h(series: Mapping[str, Sequence[Sample]], now: datetime) -> tuple[float, tuple[str, ...]]:
    """Precipitation of the last 24 hours in mm, and the records it comes from; at least so much where reports are
    missing, 0 where none is known. Reports after ``now`` are not looked at."""
    known = {name: [s for s in series.get(name, ()) if now - _DAY < s.at <= now] for name in QUANTITIES}
    totals = [s for s in known["rain_24h"] if now - s.at <= _FRESH]
    if totals:
        return totals[-1].value, (totals[-1].ref,)
    # Sums over 60 minutes may be reported every ten: of each clock hour only the last counts.
    hours = {clock_hour(s.at): s for s in known["rain_1h"]}
    tens = {s.at: s for s in known["rain_10min"]}
    parts = list(hours.values()) or list(tens.values())
    return sum(s.value for s in parts), tuple(s.ref for s in parts[-1:])
