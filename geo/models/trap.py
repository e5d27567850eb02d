"""Box traps for bears and boars: which have closed, which flap in the wind, which nobody hears.

For staff alone: people come to look at a trapped bear, and where a trap stands is nobody else's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from feeds.japan import dated
from feeds.status import Status
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs, Sample
from geo.station import Station

_SILENT = timedelta(hours=26)  # a trap speaks once a day; working assumptions, as what follows
_FLAPS, _WITHIN = 3, timedelta(hours=1)
_LASTS = timedelta(minutes=5)
_CLOSED = 0.5


class Trap:
    """One hazard of level 1 for each trap that somebody has to look at, in the district where it stands."""

    name = "trap"
    version = "1"
    quantities = frozenset({"trap_closed"})
    window = timedelta(days=7)
    telegrams = False
    reports = frozenset[str]()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every trap of the city, by what was last heard of it."""
        traps = sorted((one for one in ground.stations.values() if "trap_closed" in one.quantities), key=_code)
        found = (self._of(one, inputs, ground) for one in traps)
        return [one for one in found if one is not None]

    def _of(self, trap: Station, inputs: Inputs, ground: Ground) -> Hazard | None:
        samples = [one for one in inputs.series.get((trap.code, "trap_closed"), ()) if one.at <= inputs.now]
        owner = f"（{trap.owner}）" if trap.owner else ""
        if not samples:
            if inputs.status is not Status.ACTUAL:  # a drill in which it plays no part
                return None
            since = (inputs.now - self.window).replace(hour=0, minute=0, second=0, microsecond=0)
            text = f"わな「{trap.name}」{owner}から、7日間便りがありません"
            return self._hazard(trap, "silent", since, text, trap.code, (inputs, ground))
        last = samples[-1]
        flaps = _flaps(samples, inputs.now)
        if last.value >= _CLOSED:
            since = _since(samples)
            often = f"。この1時間に{flaps}回閉じています（風か故障かもしれません）" if flaps >= _FLAPS else ""
            text = f"わな「{trap.name}」{owner}が {dated(since)} に閉じました。現地で確かめてください{often}"
            return self._hazard(trap, "trap", since, text, last.ref, (inputs, ground))
        if flaps >= _FLAPS:
            text = f"わな「{trap.name}」{owner}が、1時間に{flaps}回開いたり閉じたりしています（風か故障かもしれません）"
            return self._hazard(trap, "flapping", last.at, text, last.ref, (inputs, ground))
        if inputs.now - last.at > _SILENT:
            text = f"わな「{trap.name}」{owner}から、{dated(last.at)} を最後に便りがありません"
            return self._hazard(trap, "silent", last.at, text, last.ref, (inputs, ground))
        return None

    def _hazard(
        self, trap: Station, what: str, since: datetime, text: str, ref: str, world: tuple[Inputs, Ground]
    ) -> Hazard:
        inputs, ground = world
        area = next(iter(ground.areas.at(trap.lon, trap.lat, "district")), None) or ground.areas.get(ground.city)
        return Hazard(
            kind="trap",
            area=area.code if area else ground.city,
            area_name=area.name if area else ground.city,
            level=1,
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,
            since=since,
            valid_until=inputs.now + _LASTS,
            headline=text,
            equipment=True,
            source=f"{what}:{trap.code}",
            evidence=(Evidence(ref=ref if ref != trap.code else f"{what}:{trap.code}", text=text),),
        )


def _code(trap: Station) -> str:
    return trap.code


def _since(samples: Sequence[Sample]) -> datetime:
    """When the run of closed ones began that goes on now."""
    since = samples[-1].at
    for one in reversed(samples):
        if one.value < _CLOSED:
            break
        since = one.at
    return since


def _flaps(samples: Sequence[Sample], now: datetime) -> int:
    """How often it closed within the last hour."""
    return sum(a.value < _CLOSED <= b.value and b.at > now - _WITHIN for a, b in pairwise(samples))
