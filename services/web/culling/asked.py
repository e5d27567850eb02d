"""What people ask of a case of emergency culling, checked at the door: JSON of the API and forms of the page alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from math import isfinite
from typing import Any, TypeVar

import shapely

from geo.area import Areas
from geo.sighted.cordon import RADII, CordonError, around_point, squares_of
from rules.culling.case import Act, Condition, Office, Outcome, Plan
from rules.culling.life import CullingError
from services.culling.desk import Deed
from services.web.api.moment import moment
from services.web.security import WebError, storable

LONGEST_ROADS = 120  # characters, which everybody reads
BY_PEOPLE = tuple(one for one in Act if one is not Act.OPEN)
_MOST_CORNERS = 200
_STATUS = {"not_found": 404, "not_allowed": 403}
_BAD = frozenset({"no_area", "bad_area", "too_small", "too_wide", "outside", "bad_until", "no_outcome", "no_condition"})
E = TypeVar("E", bound=Enum)


def deed_of(body: Mapping[str, Any], who: str, areas: Areas) -> Deed:
    """The act with what goes with it. Raises WebError with the member and the cure."""
    act = _one_of(Act, body.get("act"), "act", BY_PEOPLE)
    assert act is not None  # it is asked for
    seen = body.get("seen")
    return Deed(
        number=number_of(body.get("id")),
        act=act,
        who=who,
        seen=None if seen is None else number_of(seen, "seen"),
        condition=_one_of(Condition, body.get("condition") or None, "condition"),
        office=_one_of(Office, body.get("office") or None, "office"),
        outcome=_one_of(Outcome, body.get("outcome") or None, "outcome"),
        plan=_plan(body, areas) if act is Act.PLAN else None,
    )


def number_of(value: Any, name: str = "id") -> int:
    """A number, as a number or in a form. Raises WebError."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**15:
        raise WebError(400, f"bad_{name}", f"{name} は番号です。 / {name} must be a number.")
    return value


def animal_of(value: Any) -> str:
    """A text; the desk knows which. Raises WebError."""
    if not isinstance(value, str) or len(value) > 20 or not storable(value):
        raise WebError(400, "bad_animal", "animal は bear か boar です。 / animal: bear or boar.")
    return value


def refusal(error: CullingError) -> WebError:
    """What the desk refused, as an answer."""
    return WebError(_STATUS.get(error.code, 400 if error.code in _BAD else 409), error.code, str(error))


def _one_of(kind: type[E], value: Any, name: str, known: tuple[E, ...] = ()) -> E | None:
    if value is None and not known:
        return None
    allowed = known or tuple(kind)
    if not isinstance(value, str) or value not in {one.value for one in allowed}:
        text = " / ".join(str(one.value) for one in allowed)
        raise WebError(400, f"bad_{name}", f"{name} は {text} のどれかです。 / Unknown {name}.")
    return kind(value)


def _plan(body: Mapping[str, Any], areas: Areas) -> Plan:
    roads = body.get("roads") or ""
    if not isinstance(roads, str) or len(roads) > LONGEST_ROADS or not storable(roads):
        text = f"roads は{LONGEST_ROADS}字までです。 / roads of at most {LONGEST_ROADS} characters."
        raise WebError(400, "bad_roads", text)
    return Plan(areas=_areas(body, areas), roads=" ".join(roads.split()), until=_until(body))


def _areas(body: Mapping[str, Any], areas: Areas) -> tuple[str, ...]:
    """Codes as they are named, or the squares of what is drawn: a point with a radius, or a ring of corners."""
    try:
        if "around" in body:
            return _around(body["around"], areas)
        if "polygon" in body:
            return squares_of(_polygon(body["polygon"]), areas)
    except CordonError as error:
        raise WebError(400, error.code, str(error)) from error
    codes = body.get("areas")
    if not isinstance(codes, list) or not all(isinstance(one, str) and 0 < len(one) <= 40 for one in codes):
        text = "areas（コードの並び）、around、polygon のどれかが要ります。 / one of areas, around, polygon."
        raise WebError(400, "bad_area", text)
    if not all(storable(one) for one in codes):
        raise WebError(400, "bad_area", "コードの文字が正しくありません。 / Codes cannot be so.")
    return tuple(codes)


def _around(value: Any, areas: Areas) -> tuple[str, ...]:
    told = value if isinstance(value, Mapping) else {}
    radius = _number(told.get("radius_m"))
    if radius not in RADII:
        text = f"radius_m は {' / '.join(map(str, RADII))} のどれかです。 / radius_m in metres, one of these."
        raise WebError(400, "bad_radius_m", text)
    return around_point(_degrees(told.get("lon"), 180), _degrees(told.get("lat"), 90), radius, areas)


def _polygon(value: Any) -> shapely.Polygon:
    corners = value if isinstance(value, list) else []
    if not 3 <= len(corners) <= _MOST_CORNERS or not all(isinstance(one, list) and len(one) == 2 for one in corners):
        text = f"polygon は [経度, 緯度] の3から{_MOST_CORNERS}個の並びです。 / polygon: a list of [lon, lat]."
        raise WebError(400, "bad_polygon", text)
    shape = shapely.Polygon([(_degrees(lon, 180), _degrees(lat, 90)) for lon, lat in corners])
    if not shape.is_valid or not shape.area:
        raise WebError(400, "bad_polygon", "polygon の線が交わっています。 / polygon must not cross itself.")
    return shape


def _degrees(value: Any, most: float) -> float:
    found = _number(value)
    if not abs(found) <= most:
        raise WebError(400, "bad_position", "lon と lat を度で書いてください。 / lon and lat in degrees.")
    return found


def _number(value: Any) -> float:
    try:
        found = float("nan") if isinstance(value, bool) else float(value)
    except (OverflowError, TypeError, ValueError):
        return float("nan")
    return found if isfinite(found) else float("nan")


def _until(body: Mapping[str, Any]) -> datetime:
    found = moment(body, "until")
    if found is None:
        raise WebError(400, "bad_until", "終わる見込み（until）が要ります。 / until: when it should be over.")
    return found
