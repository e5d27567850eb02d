"""What is known of each gauge at each time: its own rise over several spans, and that of its neighbours on the river.

Nothing here looks ahead: row ``t`` is made from rows up to ``t``. All in metres and hours, so that what one river
taught holds for another.
"""

from __future__ import annotations

import warnings

import numpy as np

from geo.river.levels import HOUR, Array, Levels, back

NAMES = (
    "above_normal",
    "slope_10min",
    "slope_30min",
    "slope_1h",
    "slope_3h",
    "slope_6h",
    "bend",  # how much faster it rises than half an hour ago
    "below_day_high",
    "above_day_low",
    "restless",  # mean change from report to report in six hours
    "river_slope_1h",  # of the gauge of the river that rises fastest
    "river_slope_1h_before",  # and of that one an hour ago
    "river_slope_3h",
    "river_slope_3h_before",
    "river_slope_6h",
    "river_above_normal",
    "river_most_above_normal",
    "river_mean_slope_1h",
    "region_rise",  # mean rise of all gauges in three hours
    "rain_1h",  # mm, at the rain gauges of its catchment
    "rain_3h",
    "rain_12h",
    "release_1h",  # how the dams upstream have opened: change of the logarithm of what they let out
    "release_3h",
)
OWN_SLOPE, RIVER_SLOPE = NAMES.index("slope_1h"), NAMES.index("river_slope_1h")
HALF_HOUR_SLOPE = NAMES.index("slope_30min")
_DAY = 24 * HOUR


def signs(levels: Levels) -> Array:
    """(times, gauges, signs) in the order of :data:`NAMES`; NaN where it is not known."""
    held = levels.held
    above = held - np.array([gauge.normal for gauge in levels.gauges])
    slopes = {steps: (held - back(held, steps)) * HOUR / steps for steps in (1, 3, 6, 18, 36)}
    own = [
        above,
        *slopes.values(),
        2 * (slopes[3] - back(slopes[3], 3)),
        _over_a_day(held, np.fmax) - held,
        held - _over_a_day(held, np.fmin),
        _restless(held),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of what is nowhere known, the highest is not known either
        river = np.stack([_of_the_river(levels, column, above, slopes) for column in range(len(levels.gauges))], axis=1)
        rise = np.nanmean(np.maximum(slopes[18], 0.0), axis=1)
    region = np.broadcast_to(rise[:, None], held.shape)
    return np.concatenate(
        [np.stack(own, axis=2), river, np.stack([region, *_rain(levels), *_dams(levels)], axis=2)], axis=2
    )


def _of_the_river(levels: Levels, column: int, above: Array, slopes: dict[int, Array]) -> Array:
    """(times, 8): what its neighbours say, now and some hours ago: the trees find out how long the water takes."""
    others = _neighbours(levels, column)
    if not others:
        return np.full((len(above), 8), np.nan)
    fastest = {steps: np.nanmax(slopes[steps][:, others], axis=1) for steps in (6, 18, 36)}
    told = [
        fastest[6],
        back(fastest[6][:, None], 6)[:, 0],
        fastest[18],
        back(fastest[18][:, None], 12)[:, 0],
        fastest[36],
        np.nanmean(above[:, others], axis=1),
        np.nanmax(above[:, others], axis=1),
        np.nanmean(slopes[6][:, others], axis=1),
    ]
    return np.stack(told, axis=1)


def _neighbours(levels: Levels, column: int) -> list[int]:
    """The gauges upstream where they are named, else the others of the river: which lies above need not be known."""
    own = levels.gauges[column]
    return [
        place
        for place, gauge in enumerate(levels.gauges)
        if place != column and (gauge.code in own.upstream if own.upstream else gauge.river == own.river)
    ]


def _rain(levels: Levels) -> list[Array]:
    """Sums over 1, 3 and 12 hours; of twelve hours two may be missing."""
    hour = np.full_like(levels.values, np.nan) if levels.rain is None else levels.rain
    hours = np.stack([back(hour, HOUR * ago) for ago in range(12)])
    known = np.count_nonzero(~np.isnan(hours), axis=0)
    return [hour, hours[:3].sum(axis=0), np.where(known >= 10, np.nansum(hours, axis=0), np.nan)]


def _dams(levels: Levels) -> list[Array]:
    out = np.full_like(levels.values, np.nan) if levels.release is None else np.log1p(np.maximum(levels.release, 0))
    return [out - back(out, HOUR), out - back(out, 3 * HOUR)]


def _over_a_day(values: Array, extreme: np.ufunc) -> Array:
    """The highest (or lowest) of the last 24 hours, the present included: by doubling the span that is known."""
    span, known = 1, values
    while 2 * span <= _DAY:
        known, span = extreme(known, back(known, span)), 2 * span
    found: Array = extreme(known, back(known, _DAY - span))
    return found


def _restless(held: Array) -> Array:
    """Mean change between two steps in the last six hours."""
    change = np.nan_to_num(np.abs(held - back(held, 1)))
    known = (~np.isnan(held - back(held, 1))).astype(float)
    total, count = _sum(change, 6 * HOUR), _sum(known, 6 * HOUR)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _sum(values: Array, steps: int) -> Array:
    """The sum of the last ``steps`` rows; each from its own rows alone, to the last bit."""
    total = values.copy()
    for step in range(1, steps):
        total[step:] += values[:-step]
    return total
