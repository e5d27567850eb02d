"""What came of forecasts of snow: how much was foreseen and how much fell, by who foresaw it and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from feeds.snow_ahead import Terrain
from geo.model import Ground, Sample
from geo.sections import sections_of
from geo.snow.foretold import Bulletin, Foretold
from geo.snow.gauge import Counting
from geo.snow.snowfall import hourly, new_snow, without_jumps
from rules.orders.ahead import Forecasting, of_range

_HOUR = timedelta(hours=1)
_COUNTING = Counting()
Series = Mapping[tuple[str, str], Sequence[Sample]]


@dataclass(slots=True)
class Account:
    """Of one issuer's amounts of one length. Sums in centimetres; ``missing``: no gauge spoke all the time."""

    n: int = 0
    foreseen: float = 0.0
    fallen: float = 0.0
    missing: int = 0
    hit: int = 0
    false: int = 0
    miss: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """How it is judged: as the city reads forecasts, and from how many centimetres on something would be done."""

    how: Forecasting = field(default_factory=Forecasting)
    reach_cm: float = 10.0


def came_true(
    forecasts: Iterable[tuple[datetime, Bulletin]], series: Series, ground: Ground, judging: Judging, now: datetime
) -> dict[tuple[str, float], Account]:
    """(issuer, hours) → its account, of all amounts whose hours are over and that were known before these ended.

    Of a bulletin the finest area alone. An amount is compared with the gauge that says most among those of the sections
    that it was for, for forecasts are of the places with most.
    """
    gauges = _gauges(ground, judging.how)
    found: dict[tuple[str, float], Account] = {}
    for known, bulletin in forecasts:
        finest = min((one.rank for one in bulletin.said), default=0)
        for one in bulletin.said:
            if one.rank == finest and known < one.span.until <= now:
                hours = (one.span.until - one.span.start) / _HOUR
                account = found.setdefault((bulletin.issuer, round(hours, 2)), Account())
                cm = of_range(one.span.low_cm, one.span.high_cm, judging.how.take) * min(1.0, hours / one.span.over_h)
                _count(account, cm, _fallen(one, gauges, series), judging.reach_cm)
    return found


def _count(account: Account, foreseen: float, fallen: float | None, reach: float) -> None:
    if fallen is None:
        account.missing += 1
        return
    account.n += 1
    account.foreseen += foreseen
    account.fallen += fallen
    account.hit += foreseen >= reach and fallen >= reach
    account.false += foreseen >= reach > fallen
    account.miss += foreseen < reach <= fallen


def _gauges(ground: Ground, how: Forecasting) -> dict[str, list[tuple[str, Terrain]]]:
    """Snow gauge → the plow sections it speaks for, each plain or mountain."""
    return {
        code: [
            (area.code, Terrain.MOUNTAIN if area.code in how.mountain else Terrain.PLAIN)
            for area in sections_of(station, ground)
            if area.kind == "plow_section"
        ]
        for code, station in ground.stations.items()
        if "snow_depth" in station.quantities
    }


def _fallen(one: Foretold, gauges: Mapping[str, Sequence[tuple[str, Terrain]]], series: Series) -> float | None:
    """The most that a gauge measured in these hours; None where none spoke in all of them."""
    amounts = []
    hours = ceil((one.span.until - one.span.start) / _HOUR) + 1
    for code, here in gauges.items():
        if any(_is_for(one, section, terrain) for section, terrain in here):
            samples = series.get((code, "snow_depth"), ())
            depths = without_jumps(hourly(samples, one.span.until, hours), _COUNTING.jump_cm)
            snow = new_snow(depths, _COUNTING.dead_band_cm, _COUNTING.jump_cm)
            if not snow.at_least:
                amounts.append(snow.cm)
    return max(amounts, default=None)


def _is_for(one: Foretold, section: str, terrain: Terrain) -> bool:
    return (one.sections is None or section in one.sections) and one.terrain in {Terrain.ANY, terrain}
