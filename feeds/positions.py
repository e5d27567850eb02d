"""Where a vehicle was, out of the members that formats call differently. Nothing is judged here: fixes are kept raw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from feeds.activities import activity
from feeds.members import BadMember, Members
from feeds.records import Fix
from feeds.status import Status

_WORDS_AT_MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """What a format calls the members of a position."""

    lon: str = "lon"
    lat: str = "lat"
    accuracy: str = "accuracy_m"
    speed: str = "speed_kmh"
    heading: str = "heading_deg"
    activity: str = "activity"
    words: Mapping[str, str] = field(default_factory=dict)  # what the provider's names of activities mean


def fix(members: Members, gateway: str, vehicle: str, measured_at: datetime, spelling: Spelling, status: Status) -> Fix:
    """The fix. BadMember without a position on earth, or with a member that is no number."""
    names = _names(members, spelling.activity)
    return Fix(
        gateway=gateway,
        vehicle=vehicle,
        measured_at=measured_at,
        lon=_degrees(members, spelling.lon, 180),
        lat=_degrees(members, spelling.lat, 90),
        accuracy_m=_not_negative(members, spelling.accuracy),
        speed_kmh=_not_negative(members, spelling.speed),
        heading_deg=_heading(members, spelling.heading),
        activity=activity(*names, words=spelling.words),
        activity_name=", ".join(names),
        spread_g_m2=_not_negative(members, "spread_g_m2"),
        spread_width_m=_not_negative(members, "spread_width_m"),
        spread_kg=_not_negative(members, "spread_kg"),
        status=status,
    )


def _names(members: Members, name: str) -> list[str]:
    """What the vehicle is doing, in its provider's words: one, or a list of them."""
    told = members.get(name)
    if told is None:
        return []
    words = [Members({name: word}).text(name, at_most=64) for word in (told if isinstance(told, list) else [told])]
    if len(words) > _WORDS_AT_MOST:
        raise BadMember("bad_member", f"{len(words)} activities at once; at most {_WORDS_AT_MOST}", name)
    return [word for word in words if word.strip()]


def _degrees(members: Members, name: str, most: float) -> float:
    value = members.number(name)
    if value is None:
        raise BadMember("no_position", f"{name} is required, in degrees WGS 84", name)
    if abs(value) > most:
        raise BadMember("bad_position", f"{name} {value:g} is outside -{most:g} to {most:g}", name)
    return value


def _not_negative(members: Members, name: str) -> float | None:
    """Devices write -1 where they do not know."""
    value = members.number(name)
    return None if value is None or value < 0 else value


def _heading(members: Members, name: str) -> float | None:
    value = members.number(name)
    return None if value is None or not 0 <= value <= 360 else value % 360
