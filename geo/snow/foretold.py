"""Which forecasts of snow stand, and for which part of the city: telegrams of the forecaster and providers alike.

A forecast that was superseded or withdrawn never counts: of a series only the newest is looked at, whatever it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.japan import dated
from feeds.records import Telegram
from feeds.snow_ahead import SnowAhead, SnowForecast, SnowSpan, Terrain
from geo.mesh import MeshError, cell_of
from geo.model import Ground
from geo.official.telegrams import issuer, order

STANDS = timedelta(hours=72)  # what was issued before is not looked at any more
_TOGETHER = timedelta(hours=1)
_WIDE = 10  # an area of several codes ranks behind any of one


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """One span of one forecast, and where in the city it holds."""

    span: SnowSpan
    issued_at: datetime
    source: str  # whose, issued when, for which area: as people are told
    ref: str  # the record's key
    sections: frozenset[str] | None = None  # plow sections by code; None: all
    terrain: Terrain = Terrain.ANY
    rank: int = 0  # of the area: the smaller, the finer


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """One record: what it foretells for the city, which may be nothing, and what it replaces."""

    series: str
    issuer: str  # type and office, or the provider: whose forecasts are judged together
    office: str = ""  # of a telegram
    order: tuple[object, ...]  # of two of one series the greater is the newer
    whole: bool  # a telegram tells all of its series at once; a provider may send place by place, hour by hour
    issued_at: datetime
    ref: str
    said: tuple[Foretold, ...] = ()


def bulletin(record: Telegram | SnowForecast, ground: Ground) -> Bulletin:
    """The record, less what it foretells for other places."""
    return _of_telegram(record, ground) if isinstance(record, Telegram) else _of_provider(record, ground)


def standing(bulletins: Iterable[Bulletin], now: datetime) -> list[Foretold]:
    """What is still to come at ``now``, of the newest of each series; ``bulletins`` in the order in which they came."""
    newest: dict[str, list[Bulletin]] = {}
    for one in bulletins:
        if not now - STANDS < one.issued_at <= now:
            continue
        known = newest.get(one.series, [])
        if not known or known[0].order < one.order or (one.whole and known[0].order == one.order):
            newest[one.series] = [one]
        elif known[0].order == one.order:
            newest[one.series] = [*(each for each in known if each.ref != one.ref), one]
    said = [(one, each) for some in newest.values() for one in some for each in one.said if each.span.until > now]
    return [each for one, each in said if not each.span.assumed or not _has_hours(one, each, said)]


def _has_hours(of: Bulletin, without: Foretold, said: Iterable[tuple[Bulletin, Foretold]]) -> bool:
    """Whether the same office has told the hours too: a warning and its time series are issued within minutes."""
    return any(
        one.office == of.office
        and not each.span.assumed
        and each.rank <= without.rank
        and abs(one.issued_at - of.issued_at) <= _TOGETHER
        for one, each in said
    )


def _of_telegram(telegram: Telegram, ground: Ground) -> Bulletin:
    office = issuer(telegram)
    said = []
    for one in telegram.snow_ahead:
        rank = _rank(one, ground)
        if rank is not None:
            source = f"{office} {dated(telegram.measured_at)} 発表、{one.place}"
            said += [
                Foretold(
                    span=span,
                    issued_at=telegram.measured_at,
                    source=source,
                    ref=telegram.key,
                    terrain=one.terrain,
                    rank=rank,
                )
                for span in one.spans
                if not span.at_most  # 15センチ以下 is said of calm nights too
            ]
    kind = telegram.telegram or telegram.control_title
    return Bulletin(
        series=f"{kind}|{office}|{telegram.event_id or ''}",
        issuer=f"{kind} {office}",
        office=office,
        order=order(telegram),
        whole=True,
        issued_at=telegram.measured_at,
        ref=telegram.key,
        said=tuple(said) if telegram.info_type != "取消" else (),
    )


def _rank(ahead: SnowAhead, ground: Ground) -> int | None:
    """How fine the area is that holds the city; None for an area that does not."""
    ranks = [
        0 if len(code) == 7 and code[:5] == ground.city else ground.forecast_areas.index(code) + 1
        for code in ahead.codes
        if (len(code) == 7 and code[:5] == ground.city) or code in ground.forecast_areas
    ]
    return min(ranks) + (_WIDE if len(ahead.codes) > 1 else 0) if ranks else None


def _of_provider(forecast: SnowForecast, ground: Ground) -> Bulletin:
    place = _place(forecast, ground)
    source = f"{forecast.source or forecast.gateway} {dated(forecast.measured_at)} 発表"
    said = [
        Foretold(
            span=span,
            issued_at=forecast.measured_at,
            source=source,
            ref=forecast.key,
            sections=place[0],
            rank=place[1],
        )
        for span in forecast.spans
        if place is not None
    ]
    return Bulletin(
        series=f"forecast|{forecast.subject}",
        issuer=forecast.source or forecast.gateway,
        order=(forecast.measured_at,),
        whole=False,
        issued_at=forecast.measured_at,
        ref=forecast.key,
        said=tuple(said),
    )


def _place(forecast: SnowForecast, ground: Ground) -> tuple[frozenset[str] | None, int] | None:
    """The plow sections and how fine the place is; None where nobody knows it."""
    if forecast.lon is not None and forecast.lat is not None:
        return _sections_at(forecast.lon, forecast.lat, ground)
    area = ground.areas.get(forecast.place)
    if area is None:
        try:
            return _sections_at(*cell_of(forecast.place).centre, ground)
        except MeshError:
            return None
    if area.kind == "city":
        return None, -1
    if area.kind == "plow_section":
        return frozenset({area.code}), -3
    touching = ground.areas.touching(area.geometry, "plow_section")
    inside = [one.code for one in touching if one.geometry.intersection(area.geometry).area > 0]
    return (frozenset(inside), -2) if inside else None


def _sections_at(lon: float, lat: float, ground: Ground) -> tuple[frozenset[str] | None, int] | None:
    found = ground.areas.at(lon, lat, "plow_section")
    return (frozenset(one.code for one in found), -2) if found else None


def of_section(foretold: Sequence[Foretold], section: str) -> list[Foretold]:
    """What holds for the section."""
    return [one for one in foretold if one.sections is None or section in one.sections]
