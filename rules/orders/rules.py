"""A city's order rules as data: what fires, for which roads, when it is decided, and what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from feeds.japan import JAPAN
from geo.snow.gauge import Counting
from rules.orders.ahead import Forecasting
from rules.orders.decision import Kind
from rules.span import Span

Day = tuple[int, int]  # month, day
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of each year, both days included; it may run over the new year."""

    first: Day
    last: Day

    def holds(self, day: date) -> bool:
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When a city decides, begins and wants to be done; local times."""

    decide_at: tuple[time, ...] = ()  # empty: whenever a rule fires
    open_for: timedelta = timedelta(hours=1)  # how long after a decision time it is still decided
    last_start: time | None = None  # nobody is sent out between this and ``finish``
    finish: time = time(7)
    left_from: time | None = None  # snow that begins between these two is left for the next round
    left_until: time | None = None

    def finish_at(self, now: datetime) -> datetime:
        """When the round that is decided now should be done; after the last start the next day's."""
        finish = _next(now, self.finish)
        return finish + _DAY if self.too_late(now) else finish

    def too_late(self, now: datetime) -> bool:
        return self.last_start is not None and _between(_local(now), self.last_start, self.finish)

    def its_hour(self, now: datetime) -> bool:
        """True where the city decides at this time."""
        return not self.decide_at or any(now - _last(now, one) < self.open_for for one in self.decide_at)

    def next_at(self, now: datetime) -> datetime | None:
        """The next time at which the city decides, None for one that does at any time, and so now."""
        if not self.decide_at:
            return _next(now, self.finish) if self.too_late(now) else None
        return min(_next(now, one) for one in self.decide_at)

    def leaves(self, began_at: datetime | None) -> bool:
        """True for snow that began in the hours whose snow the city leaves for the next round."""
        if began_at is None or self.left_from is None or self.left_until is None:
            return False
        return _between(_local(began_at), self.left_from, self.left_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Veto:
    """Weather that does the work, or would undo it. None: this city does not ask."""

    thaw_c: float | None = None  # the air is expected to reach it before the finish hour
    chance: float = 0.6  # … with at least this chance
    rain_mm: float | None = None  # of the last hour
    below_cm: float = 20.0  # more new snow than this is not waited for


@dataclass(frozen=True, slots=True, kw_only=True)
class PlowRule:
    """One threshold for some classes of roads. Of the conditions one is enough, but for ``with_rut_cm``."""

    id: str
    classes: tuple[int, ...] = ()  # empty: all
    new_snow_cm: float
    forecast_cm: float | None = None  # fallen and expected until the finish hour
    rut_cm: float | None = None
    with_rut_cm: float | None = None  # ruts of this depth must be told of beside it
    drift: bool = False
    storm: bool = False  # counts the whole storm, and not since the last pass
    after: str = ""  # the rule whose round has to be done before
    part: Part | None = None  # of the year; None: all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraRule:
    """An order beside the plow, and what calls for it; ``most_cm``: not where more new snow than this lies;
    ``packed_cm``: of levelling, only where the packed snow is thicker than this."""

    id: str
    kind: Kind
    classes: tuple[int, ...] = ()  # of roads; empty: all
    most_cm: float | None = None
    packed_cm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posture:
    """What a city sets up at a depth of snow, such as its headquarters (豪雪対策本部). The hub tells; people decide."""

    name: str
    name_en: str
    depth_cm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRules:
    """Everything that one city, or one preset, says. ``source`` tells where the figures come from."""

    id: str
    city: str
    city_en: str
    source: str
    plow: tuple[PlowRule, ...]
    extras: tuple[ExtraRule, ...] = ()
    postures: tuple[Posture, ...] = ()  # the lowest first
    season: Part
    timing: Timing = field(default_factory=Timing)
    veto: Veto = field(default_factory=Veto)
    counting: Counting = field(default_factory=lambda: Counting(over=timedelta(hours=24)))
    near: float = 0.7  # from this share of what a rule asks for on, it is told as near
    forecast: Forecasting = field(default_factory=Forecasting)
    trend: bool = False  # whether the trend of the last hours counts as a forecast
    span: Span = field(default_factory=Span)  # from when until when these figures hold
    file: str = ""

    def posture(self, depth_cm: float | None) -> Posture | None:
        """The gravest that this depth has reached; None for none, or where no gauge speaks."""
        reached = (one for one in reversed(self.postures) if depth_cm is not None and depth_cm >= one.depth_cm)
        return next(reached, None)


def _local(at: datetime) -> time:
    return at.astimezone(JAPAN).time()


def _between(at: time, first: time, until: time) -> bool:
    """``until`` is not in it; the time between may run over midnight."""
    return first <= at < until if first <= until else at >= first or at < until


def _next(now: datetime, at: time) -> datetime:
    """The next time that the clock shows this, after ``now``."""
    today = datetime.combine(now.astimezone(JAPAN), at, JAPAN)
    return today if today > now else today + _DAY


def _last(now: datetime, at: time) -> datetime:
    return _next(now, at) - _DAY
