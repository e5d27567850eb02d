"""What the readings of a sensor say about its newest one: spikes, steps, flat lines, slow creep in frost.

Pure: a :class:`Track` is what is remembered of one sensor, ``judged`` looks at one reading against it. A jump waits for
the next report: what comes back was a spike, what lasts or goes on is believed from the second report on.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from feeds.quantities import QUANTITIES, Quantity
from feeds.records import Flag, Reading

# What devices send where they have no value: full scales of 8 to 16 bits and rows of nines.
MARKERS = frozenset({327.67, 3276.7, 32767, 655.35, 6553.5, 65535, -327.68, -3276.8, -32768}) | frozenset(
    sign * nines for sign in (1, -1) for nines in (99.9, 99.99, 999, 999.9, 999.99, 9999, 9999.9, 99999)
)
SAMPLES = 8  # remembered of each sensor
_RESTLESS = 2  # spikes among those samples
_FLAT_REPORTS = 12
_CREEP_HOURS, _CREEP_STEP, _CREEP_RISE = 6, 0.1, 0.3  # of ice under a level sensor, in hours and metres
_FROST = 0.0  # °C
_COLD_FOR = timedelta(hours=3)  # how long an air temperature holds


class Past(NamedTuple):
    """A value that came before, in the kept unit, and whether it was believed."""

    at: datetime
    value: float
    believed: bool = True


class Run(NamedTuple):
    """Since when something has been so, from which value, over how many reports."""

    since: datetime
    value: float
    reports: int = 1


class Track(NamedTuple):
    """What is remembered of one sensor: its newest samples ascending, flagged ones included, and two runs."""

    samples: tuple[Past, ...] = ()
    same: Run | None = None  # the newest value has been exactly this
    creep: Run | None = None  # the value has crept upwards in small steps

    def after(self, at: datetime, value: float, believed: bool = True) -> Track:
        """With one more sample. An older one finds its place, and leaves the runs alone; a revised one is replaced."""
        last = self.samples[-1] if self.samples else None
        if last is not None and at <= last.at:
            kept = [past for past in self.samples if past.at != at]
            insort(kept, Past(at, value, believed))
            return Track(tuple(kept[-SAMPLES:]), self.same, self.creep)
        samples = (*self.samples[1 - SAMPLES :], Past(at, value, believed))
        before = last.value if last else None
        return Track(samples, _same(self.same, before, at, value), _creep(self.creep, before, at, value))


def _same(run: Run | None, before: float | None, at: datetime, value: float) -> Run:
    return Run(run.since, value, run.reports + 1) if run and before == value else Run(at, value)


def _creep(run: Run | None, before: float | None, at: datetime, value: float) -> Run:
    goes_on = run is not None and before is not None and 0 <= value - before <= _CREEP_STEP
    return Run(run.since, run.value, run.reports + 1) if goes_on and run else Run(at, value)


def judged(reading: Reading, track: Track, air: Past | None = None) -> tuple[frozenset[Flag], Track]:
    """The flags that the sensor's past puts on the reading, and the track with the reading in it.

    ``air`` is the newest air temperature of the city.
    """
    quantity, at = QUANTITIES.get(reading.quantity), reading.measured_at
    if quantity is None or reading.value is None:
        return frozenset(), track
    now, samples = Past(at, reading.value), track.samples
    late = bool(samples) and at < samples[-1].at
    before = samples if not samples or samples[-1].at < at else [past for past in samples if past.at < at]
    if _is_marker(before, now, quantity):
        return frozenset({Flag.STUCK}), track
    spike = _is_spike(before, now, quantity)
    grown = track.after(at, reading.value, not spike and Flag.DISTRUSTED not in reading.flags)
    flags = [Flag.OUT_OF_ORDER] if late else []
    if spike:
        flags.append(Flag.SPIKE)
    elif _is_step(before, now, quantity):
        flags.append(Flag.STEP)
    if not late and _is_flat(grown.same, at, quantity):
        flags.append(Flag.FLAT)
    if not late and reading.quantity == "water_level" and _is_frozen(grown, at, air):
        flags.append(Flag.FROZEN)
    return frozenset(flags), grown


def _is_marker(before: Sequence[Past], now: Past, quantity: Quantity) -> bool:
    """True for a number that stands for no value, unless the sensor stood there before: snow may lie 99.9 cm deep."""
    if now.value not in MARKERS or quantity.jump == float("inf"):
        return False
    return not any(past.believed and not _jumps(past, now, quantity) for past in before)


def _is_spike(before: Sequence[Past], now: Past, quantity: Quantity) -> bool:
    """True where the value jumped further than its quantity honestly does, and nothing before bears it out.

    Agreeing with the last value before it, it confirms the jump that was suspected there; agreeing with the last one
    that was believed, what came between was the spike and this is the way back; but of a restless sensor only two
    reports in a row are believed. A second report far to the same side, or further on in the same direction, is no
    spike but a flood, whatever its height. Without any history nothing is one.
    """
    if not before or not _jumps(before[-1], now, quantity):
        return False
    last = before[-1]
    believed = [past for past in before if past.believed]
    base = believed[-1] if believed else None
    restless = len(before) - len(believed) >= _RESTLESS
    if base is not None and not restless and not _jumps(base, now, quantity):
        return False
    if base is not None and restless and _same_side(base, last, now, quantity.jump):
        return False
    earlier = [past for past in believed[-2:] if past is not last]
    return not any(_same_side(past, last, now, quantity.honest(now.at - past.at)) for past in earlier)


def _jumps(one: Past, other: Past, quantity: Quantity) -> bool:
    apart = abs(other.value - one.value)
    return apart > quantity.jump and apart > quantity.honest(other.at - one.at)


def _same_side(first: Past, second: Past, third: Past, apart: float) -> bool:
    """True where the second and the third have both left the first to the same side, further than ``apart``."""
    away, further = second.value - first.value, third.value - first.value
    return min(abs(away), abs(further)) > apart and (away > 0) == (further > 0)


def _is_step(before: Sequence[Past], now: Past, quantity: Quantity) -> bool:
    """A jump that the second report confirms: a dam gate, a flood wave, or a gauge set anew. Shown, and believed."""
    if len(before) < 2:
        return False
    first, second = before[-2:]
    return _jumps(first, second, quantity) and not _jumps(second, now, quantity) and _jumps(first, now, quantity)


def _is_flat(run: Run | None, at: datetime, quantity: Quantity) -> bool:
    long_enough = run is not None and quantity.flat_after is not None and at - run.since > quantity.flat_after
    return long_enough and run is not None and run.reports >= _FLAT_REPORTS


def _is_frozen(track: Track, at: datetime, air: Past | None) -> bool:
    """Ice below a level sensor lifts it slowly and evenly while the air is below freezing."""
    cold = air is not None and air.value < _FROST and abs(at - air.at) <= _COLD_FOR
    run = track.creep
    if not cold or run is None or at - run.since < timedelta(hours=_CREEP_HOURS):
        return False
    return track.samples[-1].value - run.value >= _CREEP_RISE
