"""The account of all channels: what was spent, how full the windows are, what gives way now, what is to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import JAPAN
from services.channels.budget.forecast import Range, Winter, by_the_past, by_winter, season_of
from services.channels.budget.meter import Meter
from services.channels.budget.plan import Gauge, Step, steps_in_force
from services.channels.budget.tariff import Measure, Tariff
from services.channels.budget.use import Use, delivery_use, part_use
from services.store import spending
from services.store.spending import Day, Spent

BACK = timedelta(days=3 * 366)  # of the record that forecasts rest on
_LINK = "https://a.example/"


class Winters(BaseModel):
    """``[winter]``: how many days of heavy snow a mild, a normal and a hard winter have, by month."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mild: dict[int, int]
    normal: dict[int, int]
    hard: dict[int, int]
    alerts_a_day: float = Field(default=2.0, gt=0)  # revisions that a snow day sends to each channel
    source: str

    @property
    def kinds(self) -> tuple[Winter, ...]:
        return tuple(Winter(name, getattr(self, name)) for name in ("mild", "normal", "hard"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """Of one channel, to the end of the season, what was spent in it already included."""

    measure: Measure
    spent: int  # in the season so far
    past: Range | None  # by the own record; None: too short
    winters: Mapping[str, int]  # mild, normal, hard → amount
    an_alert: int  # what one revision costs on average, on which the winters rest
    own: bool  # … by the own record; else by the tariff: one post with a link and three without


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One channel."""

    channel: str
    tariff: Tariff
    gauges: tuple[Gauge, ...]
    steps: tuple[Step, ...]  # in force now
    month: Mapping[str, Use]  # kind → what it used up
    season: Mapping[str, Use]
    foreseen: Foreseen | None  # None: costs nothing and has no quota


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Everything the page shows."""

    at: datetime
    since: date  # of the season
    until: date  # the day after its last
    lines: tuple[Line, ...]
    winters: Winters | None = None


async def account(
    connection: AsyncConnection, meters: Mapping[str, Meter], at: datetime, winter: Winters | None = None
) -> Account:
    """The account at ``at``, wall time."""
    today = at.astimezone(JAPAN).date()
    since, until = season_of(today)
    record = await spending.by_day(connection, at - BACK, at)
    revisions = await spending.deliveries(connection, at - BACK, at)
    lines = []
    for name, meter in meters.items():
        gauges = await meter.gauges(connection, at, with_waiting=True)
        mine = [one for one in record if one.channel == name]
        season = [one for one in mine if one.day >= since]
        line = Line(
            channel=name,
            tariff=meter.tariff,
            gauges=gauges,
            steps=steps_in_force(gauges),
            month=_by_kind(one for one in season if one.day >= today.replace(day=1)),
            season=_by_kind(season),
            foreseen=_foreseen(meter.tariff, mine, revisions.get(name, 0), today, winter),
        )
        lines.append(line)
    return Account(at=at, since=since, until=until, lines=tuple(lines), winters=winter)


async def parts_of_season(connection: AsyncConnection, at: datetime) -> list[Spent]:
    """Every part that was sent in the season until ``at``, one by one, for accounts."""
    since, _ = season_of(at.astimezone(JAPAN).date())
    begins = datetime.combine(since, time(), JAPAN)
    return await spending.between(connection, begins - timedelta(microseconds=1), at)


def measure_of(tariff: Tariff) -> Measure | None:
    """What a channel's cost is told in; None where it costs nothing and has no quota."""
    if tariff.post or tariff.link_post or tariff.message:
        return Measure.MONEY
    limited = {window.measure for window in tariff.windows}
    return Measure.MESSAGES if Measure.MESSAGES in limited else None


def _by_kind(some: Iterable[Day]) -> dict[str, Use]:
    found: dict[str, Use] = {}
    for one in some:
        found[one.kind] = found.get(one.kind, Use()) + one.use
    return dict(sorted(found.items(), key=lambda item: (-item[1].micros, -item[1].calls, item[0])))


def _foreseen(
    tariff: Tariff, record: Sequence[Day], revisions: int, today: date, winter: Winters | None
) -> Foreseen | None:
    measure = measure_of(tariff)
    if measure is None:
        return None
    since, until = season_of(today)
    daily: dict[date, int] = {}
    for one in record:
        daily[one.day] = daily.get(one.day, 0) + one.use.of(measure)
    spent = sum(amount for day, amount in daily.items() if day >= since)
    first = min(daily, default=today)
    past = by_the_past(daily, first, today, until)
    an_alert = round(sum(daily.values()) / revisions) if revisions else _usual(tariff, measure)
    cost = an_alert * (winter.alerts_a_day if winter else 0.0)
    rest = {kind.name: spent + by_winter(kind, cost, today, until) for kind in winter.kinds} if winter else {}
    total = past and Range(spent + past.low, spent + past.middle, spent + past.high, past.days)
    return Foreseen(measure=measure, spent=spent, past=total, winters=rest, an_alert=an_alert, own=bool(revisions))


def _usual(tariff: Tariff, measure: Measure) -> int:
    """What an alert costs by the tariff alone."""
    if tariff.per == "delivery":
        return delivery_use(tariff).of(measure)
    plain = part_use(tariff, "雪").of(measure)
    return part_use(tariff, _LINK).of(measure) + 3 * plain
