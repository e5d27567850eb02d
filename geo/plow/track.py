"""Where one vehicle was, as columns: what cleaning and matching work on, for millions of fixes at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Column: TypeAlias = npt.NDArray[np.float64]

_EARTH_M = 6_371_008.8  # mean radius


class Told(NamedTuple):
    """One fix as it was told; the order is that of the columns of :class:`Track`."""

    at: float
    lon: float
    lat: float
    accuracy_m: float | None = None
    speed_kmh: float | None = None
    heading_deg: float | None = None
    activity: int | None = None
    spread_g_m: float | None = None
    spread_kg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """Fixes of one vehicle, all columns of shape (n,). NaN where more than time and place was not told."""

    at: Column  # seconds since 1970, UTC
    lon: Column  # degrees WGS 84
    lat: Column
    accuracy_m: Column
    speed_kmh: Column
    heading_deg: Column
    activity: Column  # its place in feeds.activities.ACTIVITIES
    spread_g_m: Column  # grams of de-icer a metre, as the spreader is set
    spread_kg: Column  # the spreader's counter

    def __len__(self) -> int:
        return len(self.at)

    def take(self, chosen: npt.NDArray[Any] | slice) -> Track:
        """The fixes that an index, a mask or a slice chooses."""
        return Track(**{column.name: getattr(self, column.name)[chosen] for column in fields(self)})

    @property
    def steps_s(self) -> Column:
        """Seconds from each fix to the next, shape (n - 1,)."""
        return np.diff(self.at)

    @property
    def steps_m(self) -> Column:
        """Metres along the great circle from each fix to the next, shape (n - 1,)."""
        return apart_m(self.lon[:-1], self.lat[:-1], self.lon[1:], self.lat[1:])

    @property
    def steps_kmh(self) -> Column:
        """The speed that each step needs, shape (n - 1,); infinite for a step that takes no time."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.nan_to_num(3.6 * self.steps_m / self.steps_s, nan=0.0, posinf=np.inf))

    def thinned(self, every_s: float) -> Track:
        """No more than a fix each ``every_s`` of the clock, so that it does not matter where a trace was cut.

        Its first and last stay, and those at which the activity changes.
        """
        if len(self) < 3:
            return self
        kept = np.diff(np.floor(self.at / every_s), prepend=-1.0) != 0
        kept |= np.diff(np.nan_to_num(self.activity, nan=-1.0), prepend=-2.0) != 0
        kept[-1] = True
        return self.take(kept)


def track(at: Column, lon: Column, lat: Column, accuracy_m: Column | None = None) -> Track:
    """A track of which nothing else was told."""
    columns = {column.name: np.full(len(at), np.nan) for column in fields(Track)}
    known = {"at": at, "lon": lon, "lat": lat} | ({} if accuracy_m is None else {"accuracy_m": accuracy_m})
    return Track(**columns | known)


def track_of(fixes: Iterable[Told]) -> Track:
    """Fixes of one vehicle as a track, in the order in which they come."""
    table = np.array(list(fixes), dtype=np.float64).reshape(-1, len(fields(Track)))  # None becomes NaN
    return Track(**dict(zip((column.name for column in fields(Track)), table.T, strict=True)))


def apart_m(lon: Column, lat: Column, to_lon: Column, to_lat: Column) -> Column:
    """Metres along the great circle (haversine on a sphere; 0.5 % off at worst), element by element."""
    phi, to_phi = np.radians(lat), np.radians(to_lat)
    chord = np.sin((to_phi - phi) / 2) ** 2 + np.cos(phi) * np.cos(to_phi) * np.sin(np.radians(to_lon - lon) / 2) ** 2
    return np.asarray(2 * _EARTH_M * np.arcsin(np.sqrt(np.minimum(chord, 1.0))))
