"""``seismic_intensity``: 計測震度 of one record in the Japan Meteorological Agency's strong-motion CSV."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from geo.seismic import shaking
from services.calculations import table
from services.calculations.table import InputError, Row

_HEADER = 7  # lines; the last names the components
_RATE = re.compile(r"SAMPLING\s+RATE\s*=\s*([0-9]+(?:\.[0-9]+)?)\s*Hz", re.IGNORECASE)
_UNIT = re.compile(r"UNIT\s*=\s*gal", re.IGNORECASE)


def seismic_intensity(file: Path, settings: Mapping[str, str]) -> Iterator[Row]:
    """Three components in gal → one row ``a_gal,intensity,shindo``."""
    table.only(settings, set())
    lines = _lines(file)
    rate = _rate(lines[:_HEADER])
    samples = np.array([_sample(text, line) for line, text in enumerate(lines[_HEADER:], _HEADER + 1) if text.strip()])
    if not samples.size:
        raise InputError(f"line {_HEADER + 1}", "there are no samples after the header")
    try:
        found = shaking(samples, rate)
    except ValueError as error:
        raise InputError(str(file), str(error)) from None
    yield {"a_gal": repr(found.a_gal), "intensity": f"{found.intensity:.1f}", "shindo": found.shindo}


def _lines(file: Path) -> list[str]:
    """Only the name of the place is not ASCII; it comes as CP932 or UTF-8 and is not needed."""
    try:
        return file.read_bytes().decode("ascii", errors="replace").splitlines()
    except OSError as error:
        raise InputError(str(file), f"cannot be read ({error.strerror})") from None


def _rate(header: list[str]) -> float:
    if len(header) < _HEADER:
        raise InputError(f"line {len(header)}", f"a strong-motion CSV begins with {_HEADER} header lines")
    if not any(_UNIT.search(line) for line in header):
        raise InputError("header", "no line UNIT = gal: the acceleration must be in gal (cm/s/s)")
    found = next((match for line in header if (match := _RATE.search(line))), None)
    if found is None or not float(found[1]):
        raise InputError("header", "no line SAMPLING RATE= 100Hz")
    if [name.strip().upper() for name in header[-1].split(",")] != ["NS", "EW", "UD"]:
        raise InputError(f"line {_HEADER}", f"the columns NS,EW,UD are wanted, found {header[-1].strip()[:40]!r}")
    return float(found[1])


def _sample(text: str, line: int) -> list[float]:
    cells = text.split(",")
    if len(cells) != 3:
        raise InputError(f"line {line}", f"three components are wanted, found {len(cells)}")
    return [table.number(one.strip(), "a component", f"line {line}") for one in cells]
