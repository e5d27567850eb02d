"""A city's order rules out of TOML, read strictly: every fault is told with its file, line, key and cure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from geo.snow.gauge import Counting
from rules import span
from rules.orders.ahead import Forecasting, Take
from rules.orders.decision import Kind
from rules.orders.extras import CALLS_FOR
from rules.orders.rules import ExtraRule, OrderRules, Part, PlowRule, Posture, Timing, Veto
from rules.source import RuleError, Table, read_toml

_ID = r"[a-z][a-z0-9-]{0,40}"
_AREA = r"[a-z0-9][a-z0-9_-]{0,63}"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_DAY = r"\d\d-\d\d"
_ANY_YEAR = 2024  # with a 29 February


def load_order_rules(place: Path) -> tuple[OrderRules, ...]:
    """The rules of a file, or of all ``*.toml`` of a folder, versions of one id in their order.

    Raises RuleError with everything that is wrong in all of them.
    """
    paths = sorted(place.glob("*.toml")) if place.is_dir() else [place]
    found, faults = [], []
    for path in paths:
        table, source = read_toml(path)
        if table is not None:
            found.append(_rules(table))
        faults += source.faults
    versions: defaultdict[str, list[OrderRules]] = defaultdict(list)
    for one in found:
        versions[one.id].append(one)
    faults += [fault for some in versions.values() for fault in span.overlaps(some)]
    if faults:
        raise RuleError(faults)
    return tuple(sorted(found, key=lambda one: (one.id, one.span.first)))


def in_force(versions: Sequence[OrderRules], now: datetime) -> OrderRules | None:
    """The city's rules at this time; None where no version holds."""
    return next(iter(span.in_force(versions, now)), None)


def _rules(table: Table) -> OrderRules:
    found = OrderRules(
        id=table.text("id", pattern=_ID),
        city=table.text("city"),
        city_en=table.text("city_en"),
        source=table.text("source"),
        season=_part(table, "season") or Part((1, 1), (12, 31)),
        near=_optional(table, "near", 0.1, 1) or 0.7,
        trend=table.flag("trend", default=False),
        forecast=_forecast(table.table("forecast")),
        timing=_timing(table.table("timing", required=True)),
        veto=_veto(table.table("veto")),
        counting=_counting(table.table("counting")),
        plow=tuple(_plow(one) for one in table.tables("rule")),
        extras=tuple(_extra(one) for one in table.tables("extra")),
        postures=tuple(sorted((_posture(one) for one in table.tables("posture")), key=lambda one: one.depth_cm)),
        span=span.parse_span(table),
        file=str(table.source.path),
    )
    _names(table, found)
    table.finish()
    return found


def _names(table: Table, found: OrderRules) -> None:
    """Ids are those of orders, and stages name each other by them."""
    if not found.plow and not found.postures:
        table.fault("rule", "none", "at least one [[rule]], or a [[posture]]")
    ids = [*(one.id for one in found.plow), *(one.id for one in found.extras)]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        table.fault("rule", twice, "an id of its own for each [[rule]] and [[extra]]")
    for place, rule in enumerate(found.plow):
        if rule.after and rule.after not in {one.id for one in found.plow[:place]}:
            table.source.fault(("rule", place, "after"), rule.after, "the id of a [[rule]] above it")


def _timing(table: Table | None) -> Timing:
    if table is None:
        return Timing()
    left = _clocks(table, "snow_left")
    if left and len(left) != 2:
        table.fault("snow_left", [one.isoformat("minutes") for one in left], 'two times: ["02:00", "04:00"]')
        left = ()
    last_start = _clock(table.text("last_start", pattern=_CLOCK, default=""))
    found = Timing(
        decide_at=_clocks(table, "decide_at"),
        open_for=table.duration("open_for", default=timedelta(hours=1)),
        last_start=last_start,
        finish=_clock(table.text("finish", pattern=_CLOCK)) or time(7),
        left_from=left[0] if left else None,
        left_until=left[1] if left else None,
    )
    table.finish()
    return found


def _veto(table: Table | None) -> Veto:
    if table is None:
        return Veto()
    found = Veto(
        thaw_c=_optional(table, "thaw_c", -5, 15),
        chance=_optional(table, "chance", 0.05, 1) or Veto().chance,
        rain_mm=_optional(table, "rain_mm", 0.1, 100),
        below_cm=_optional(table, "below_cm", 1, 200) or Veto().below_cm,
    )
    table.finish()
    return found


def _forecast(table: Table | None) -> Forecasting:
    if table is None:
        return Forecasting()
    found = Forecasting(
        take=Take(table.text("take", one_of=[one.value for one in Take], default=Take.HIGH.value) or Take.HIGH),
        mountain=frozenset(table.texts("mountain", pattern=_AREA, required=False)),
    )
    table.finish()
    return found


def _counting(table: Table | None) -> Counting:
    usual = Counting(over=timedelta(hours=24))
    if table is None:
        return usual
    over = table.duration("over", default=usual.over)
    if not timedelta(hours=1) <= over <= timedelta(hours=72):
        table.fault("over", str(over), "PT1H to PT72H")
    found = Counting(
        over=over,
        dead_band_cm=_optional(table, "dead_band_cm", 0.1, 5) or usual.dead_band_cm,
        jump_cm=_optional(table, "jump_cm", 5, 100) or usual.jump_cm,
        lying=_optional(table, "lying", 0.05, 1) or usual.lying,
        stale=table.duration("stale", default=usual.stale),
    )
    table.finish()
    return found


def _plow(table: Table) -> PlowRule:
    found = PlowRule(
        id=table.text("id", pattern=_ID),
        classes=_classes(table),
        new_snow_cm=table.number("new_snow_cm", 1, 200),
        forecast_cm=_optional(table, "forecast_cm", 1, 200),
        rut_cm=_optional(table, "rut_cm", 1, 50),
        with_rut_cm=_optional(table, "with_rut_cm", 1, 50),
        drift=table.flag("drift", default=False),
        storm=table.flag("storm", default=False),
        after=table.text("after", pattern=_ID, default=""),
        part=_part(table, "part_of_year") if "part_of_year" in table else None,
    )
    table.finish("part_of_year")
    return found


def _extra(table: Table) -> ExtraRule:
    found = ExtraRule(
        id=table.text("id", pattern=_ID),
        kind=Kind(table.text("kind", one_of=[one.value for one in CALLS_FOR]) or Kind.RUTS),
        classes=_classes(table),
        most_cm=_optional(table, "most_cm", 1, 200),
        packed_cm=_optional(table, "packed_cm", 1, 100),
    )
    if found.packed_cm is not None and found.kind is not Kind.LEVELLING:
        table.fault("packed_cm", str(found.packed_cm), 'only for kind = "levelling"')
    table.finish()
    return found


def _posture(table: Table) -> Posture:
    depth_cm = table.number("depth_cm", 1, 1000)
    found = Posture(name=table.text("name"), name_en=table.text("name_en"), depth_cm=depth_cm)
    table.finish()
    return found


def _classes(table: Table) -> tuple[int, ...]:
    allowed = "a list of road classes, 1 to 4"
    found = table.value("classes", allowed)
    if found is None:
        return ()
    if not isinstance(found, list) or not found or not all(type(one) is int and 1 <= one <= 4 for one in found):
        table.fault("classes", found, allowed)
        return ()
    return tuple(sorted(set(found)))


def _optional(table: Table, name: str, low: float, high: float) -> float | None:
    if name in table:
        return table.number(name, low, high)
    table.value(name, "a number")
    return None


def _clocks(table: Table, name: str) -> tuple[time, ...]:
    found = table.texts(name, pattern=_CLOCK, required=False)
    return tuple(at for one in found if (at := _clock(one)) is not None)


def _clock(text: str) -> time | None:
    return time.fromisoformat(text) if re.fullmatch(_CLOCK, text) else None


def _part(table: Table, name: str) -> Part | None:
    allowed = 'the first and the last day: ["12-01", "03-31"]'
    days = table.texts(name, pattern=_DAY)
    try:
        first, last = (date.fromisoformat(f"{_ANY_YEAR}-{one}") for one in days)
    except ValueError:
        table.fault(name, list(days), allowed)
        return None
    return Part((first.month, first.day), (last.month, last.day))
