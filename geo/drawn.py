"""An area that a person drew on the map to tell something of it: checked, named by its districts, coded by its shape.

It is written as CAP writes polygons: ``lat,lon lat,lon …`` in degrees, so that it can be typed and read without a map.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import shapely
from shapely.geometry.base import BaseGeometry

from geo.area import Area
from geo.crs import to_metres
from geo.mesh import cell_at
from geo.model import Ground
from geo.outline import Ring
from geo.sighted import cordon

MOST_CORNERS = 100  # what receivers of CAP are asked to draw
LEAST_KM2 = 0.0025  # 50 m × 50 m: what is smaller names a house
NEAR_M = 3000.0  # how far beyond the city's border it may reach: its outline is simplified, and neighbours are warned
_WHOLE = 0.95  # share of a district from which on all of it is meant
_BEYOND = 0.1  # share of it that may lie in no district before it is said
_NAMED = 3  # districts that are named before the rest is counted
_PLAIN = frozenset({"damage", "other"})  # kinds of reports that say nothing of where a person or an animal is
_LONG = "1********"  # DE-9IM: two lines have more than single points in common
_PAIR = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,15})?),([+-]?\d{1,3}(?:\.\d{1,15})?)")


class DrawnError(ValueError):
    """An area that cannot be told; ``code`` is for programs, the text for the officer, in Japanese and English."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """``ring`` is closed, (lon, lat); ``within`` the codes of the districts it touches; ``code`` goes by its shape."""

    code: str
    name: str
    name_en: str
    ring: Ring
    km2: float
    within: tuple[str, ...]


def drawn(text: str, kind: str, ground: Ground) -> Drawn:
    """The area of one line of text, for an alert of ``kind``.

    Raises DrawnError: no_corners, too_many, not_coordinates, outside_japan, crosses_itself, outside, too_small,
    too_wide.
    """
    shape = _polygon(_corners(text))
    metres = to_metres(shape)
    km2 = float(metres.area) / 1e6
    least = least_km2(kind, ground)
    if km2 < least:
        why = "位置が知られるため、" if least > LEAST_KM2 else ""
        raise DrawnError(
            "too_small",
            f"区域が狭すぎます（{km2:.4f} km²）。{why}{least:g} km²以上にしてください / {least:g} km² at least",
        )
    city = ground.areas.get(ground.city)
    if city is not None:
        _check_near(metres, to_metres(city.geometry))
    touched = _touched(shape, ground)
    name, english = _named(touched, shape, city)
    ring = tuple((float(lon), float(lat)) for lon, lat in shape.exterior.coords)
    digest = hashlib.sha256(repr(ring).encode()).hexdigest()[:12]
    within = tuple(area.code for area, _ in touched)
    return Drawn(code=f"drawn-{digest}", name=name, name_en=english, ring=ring, km2=km2, within=within)


def least_km2(kind: str, ground: Ground) -> float:
    """How large an area for this kind must be: of an animal or a person no place may be told more finely than reports
    of that kind are."""
    plain = kind.removesuffix("_cluster")
    if plain == "emergency_culling":
        return cordon.LEAST_KM2
    telling = ground.tellings.get(plain)
    if telling is None or plain in _PLAIN:
        return LEAST_KM2
    city = ground.areas.get(ground.city)
    if telling.mesh is None or city is None:
        return cordon.LEAST_KM2
    middle = city.geometry.representative_point()
    return round(float(to_metres(cell_at(middle.x, middle.y, telling.mesh).polygon).area) / 1e6, 3)


def _corners(text: str) -> list[tuple[float, float]]:
    pairs = text.split()
    if len(pairs) > MOST_CORNERS + 1:
        raise DrawnError("too_many", f"頂点は{MOST_CORNERS}個までです / {MOST_CORNERS} corners at most")
    found: list[tuple[float, float]] = []
    for number, pair in enumerate(pairs, 1):
        match = _PAIR.fullmatch(pair)
        if match is None:
            told = f"{number}番目の頂点「{pair[:30]}」を読めません。緯度,経度 で書いてください"
            raise DrawnError("not_coordinates", f"{told} / corner {number}: write latitude,longitude")
        one, other = round(float(match[1]), 6), round(float(match[2]), 6)
        lat, lon = (one, other) if 20 <= one <= 46 else (other, one)  # in Japan the two cannot be mistaken
        if not (20 <= lat <= 46 and 122 <= lon <= 154):
            raise DrawnError("outside_japan", f"{number}番目の頂点が日本の外です / corner {number} is outside Japan")
        if not found or found[-1] != (lon, lat):
            found.append((lon, lat))
    if len(found) > 1 and found[0] == found[-1]:
        found.pop()
    if len(set(found)) < 3:
        raise DrawnError("no_corners", "頂点が三つ以上要ります / three corners at least")
    return found


def _polygon(corners: Sequence[tuple[float, float]]) -> shapely.Polygon:
    shape = shapely.Polygon(corners)
    if not shape.is_valid or not shape.area:
        a, b, c, d = _crossing(corners)
        told = f"頂点{a}と{b}を結ぶ線が、頂点{c}と{d}を結ぶ線と交わるか重なっています。交わらないように直してください"
        raise DrawnError("crosses_itself", f"{told} / the side from corner {a} to {b} meets that from {c} to {d}")
    return shapely.orient_polygons(shape)


def _crossing(corners: Sequence[tuple[float, float]]) -> tuple[int, int, int, int]:
    """The ends of the first two sides that meet where they share no corner, or go back over each other; from 1."""
    last = len(corners)
    sides = [(at, at % last + 1) for at in range(1, last + 1)]
    lines = {side: shapely.LineString([corners[end - 1] for end in side]) for side in sides}
    for one, other in combinations(sides, 2):
        apart = not {*one} & {*other}
        if shapely.relate_pattern(lines[one], lines[other], _LONG) or (
            apart and shapely.intersects(lines[one], lines[other])
        ):
            return (*one, *other)
    raise AssertionError("a ring that is not valid, of which no two sides meet")


def _check_near(shape: BaseGeometry, city: BaseGeometry) -> None:
    if not shapely.intersects(shape, city) or not shapely.covers(city.buffer(NEAR_M), shape):
        raise DrawnError("outside", "市の外に出ています。市の中か境の近くに描いてください / it lies outside the city")
    if shape.area > 1.2 * city.area:
        raise DrawnError(
            "too_wide", "市より広い区域です。市全体を選んでください / wider than the city: choose the city"
        )


def _touched(shape: BaseGeometry, ground: Ground) -> list[tuple[Area, float]]:
    """Districts that share ground with it, and the share of each; most of it first."""
    found = []
    for area in ground.areas.touching(shape, "district"):
        shared = float(shapely.intersection(area.geometry, shape).area)
        if shared > 0:
            found.append((shared, area, shared / float(area.geometry.area)))
    return [(area, share) for _, area, share in sorted(found, key=lambda one: (-one[0], one[1].code))]


def _named(touched: Sequence[tuple[Area, float]], shape: BaseGeometry, city: Area | None) -> tuple[str, str]:
    if not touched:
        own, english = (city.name, city.name_en or city.name) if city else ("市", "the city")
        return f"{own}の一部（地図の区域）", f"part of {english}"
    some, more = touched[:_NAMED], len(touched) - _NAMED
    whole = all(share >= _WHOLE for _, share in touched)
    japanese = "・".join(area.name for area, _ in some) + (f"ほか{more}地区" if more > 0 else "")
    english = ", ".join(area.name_en or area.name for area, _ in some) + (f" and {more} more" if more > 0 else "")
    if not whole:
        japanese, english = f"{japanese}の一部", f"parts of {english}"
    beyond = shapely.difference(shape, shapely.union_all([area.geometry for area, _ in touched])).area / shape.area
    return (f"{japanese}と周辺", f"{english} and around") if beyond > _BEYOND else (japanese, english)
