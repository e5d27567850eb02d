"""Sunshine under a clear sky: the most that a place can get at a time."""

from __future__ import annotations

from datetime import UTC, datetime
from math import cos, exp, pi, radians, sin


def clear_sky_kw_m2(at: datetime, lon: float, lat: float) -> float:
    """Global radiation on the level under a clear sky (Haurwitz, 1945), kW/m²; 0 at night. Degrees.

    The sun's place is good to about a degree (Spencer's declination; the equation of time is left out).
    """
    utc = at.astimezone(UTC)
    angle = 2 * pi * (utc.timetuple().tm_yday - 1) / 365
    declination = (
        0.006918 - 0.399912 * cos(angle) + 0.070257 * sin(angle) - 0.006758 * cos(2 * angle) + 0.000907 * sin(2 * angle)
    )
    hour_angle = radians(15 * (utc.hour + utc.minute / 60 - 12) + lon)
    height = sin(radians(lat)) * sin(declination) + cos(radians(lat)) * cos(declination) * cos(hour_angle)
    return 1.098 * height * exp(-0.057 / height) if height > 0.01 else 0.0
