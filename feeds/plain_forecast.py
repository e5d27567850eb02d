"""A forecast of snow as JSON on hub/v1/GATEWAY/forecast: for a place, so many centimetres from a time until another."""

from __future__ import annotations

from datetime import datetime, timedelta

from feeds.members import BadMember, Members
from feeds.snow_ahead import LONGEST, SnowForecast, SnowSpan, span
from feeds.status import Status
from feeds.topics import is_name

_HOUR = timedelta(hours=1)
_HOURS_AT_MOST = int(LONGEST / _HOUR)


def plain_forecast(members: Members, gateway: str) -> SnowForecast:
    """The forecast. BadMember for amounts, hours or places that cannot be."""
    members.version()
    start = _time(members, "from")
    return snow_forecast(members, gateway, _spans(members, start), _time(members, "issued"), members.status())


def snow_forecast(
    members: Members, gateway: str, spans: tuple[SnowSpan, ...], issued: datetime, status: Status
) -> SnowForecast:
    """What every format of a provider comes to: the place, perhaps with its position, and whose forecast it is."""
    place = members.text("place", at_most=64)
    if not is_name(place):
        raise BadMember("bad_member", "place must be 1 to 64 of a-z 0-9 _ -: a code, or the name of a point", "place")
    lon, lat = members.number("lon"), members.number("lat")
    if (lon is None) != (lat is None):
        raise BadMember("bad_position", "lon and lat come together or not at all", "lon" if lon is None else "lat")
    if lon is not None and lat is not None and not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise BadMember("bad_position", f"{lon}, {lat} is no place; longitude is lon", "lon")
    return SnowForecast(
        gateway=gateway,
        place=place,
        measured_at=issued,
        spans=spans,
        lon=lon,
        lat=lat,
        source=members.text("source", "", at_most=60),
        status=status,
    )


def spans_of(start: datetime, amounts: list[tuple[float, float]], each: timedelta) -> tuple[SnowSpan, ...]:
    """One span after the other from ``start``, each as long. Raises BadMember."""
    found = []
    for place, (low, high) in enumerate(amounts):
        try:
            found.append(span(start + place * each, start + (place + 1) * each, low, high))
        except (ValueError, OverflowError) as error:
            raise BadMember("bad_value", str(error), "snow_cm") from None
    return tuple(found)


def _spans(members: Members, start: datetime) -> tuple[SnowSpan, ...]:
    hourly = members.get("hourly_cm")
    if hourly is None:
        until = _time(members, "until")
        return spans_of(start, [_range(members.get("snow_cm"), "snow_cm")], until - start)
    if members.get("snow_cm") is not None or members.get("until") is not None:
        raise BadMember("bad_member", "send either snow_cm with until, or hourly_cm", "hourly_cm")
    if not isinstance(hourly, list) or not 1 <= len(hourly) <= _HOURS_AT_MOST:
        raise BadMember("bad_value", f"hourly_cm must be an array of 1 to {_HOURS_AT_MOST} amounts", "hourly_cm")
    return spans_of(start, [_range(one, "hourly_cm") for one in hourly], _HOUR)


def _range(value: object, name: str) -> tuple[float, float]:
    """Centimetres, or a lower and an upper end of them."""
    ends = value if isinstance(value, list) else [value, value]
    if len(ends) != 2:
        raise BadMember("bad_value", f"{name}: centimetres, or [lower, upper]", name)
    numbers = [Members({name: one}).number(name) for one in ends]
    low, high = numbers
    if low is None or high is None:
        raise BadMember("no_value", f"{name} is required: centimetres, or [lower, upper]", name)
    return low, high


def _time(members: Members, name: str) -> datetime:
    found = members.time(name)
    if found is None:
        raise BadMember("no_time", f"{name} is required, with its offset: 2026-01-15T17:00:00+09:00", name)
    return found
