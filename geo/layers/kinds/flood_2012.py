"""Depth codes of A31 of 2012. What is not certain of them stands in ``flood_2012.toml``, and may be told anew."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from geo.depths import Range
from geo.layers.attributes import UnreadableError

_FILE = Path(__file__).with_suffix(".toml")
_TOLD = re.compile(r"(\d+)=(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)?")
_CODES: Mapping[int, Range] = {
    int(code): (bounds[0], bounds[1] if len(bounds) > 1 else None)
    for code, bounds in tomllib.loads(_FILE.read_text(encoding="utf-8")).items()
}
CAUTION = (
    "depth codes 14, 15, 25, 26 and 27 are read by the pattern of the others: check them against the documentation "
    'of the file, and tell others by --fact depth_codes="25=3-4 27=5-"'
)


def depth_of_code(code: int, told: str | None) -> Range:
    """Metres from, and below. ``told``: codes that the importer knows better, ``25=3-4 27=5-``.

    Raises :class:`~geo.layers.attributes.UnreadableError` for a code that nobody tells, or words that are no codes.
    """
    codes = _CODES if told is None else {**_CODES, **_as_told(told)}
    if code not in codes:
        raise UnreadableError(f"depth code {code} is not in {', '.join(map(str, sorted(codes)))}; tell it: depth_codes")
    return codes[code]


@lru_cache(maxsize=16)
def _as_told(told: str) -> Mapping[int, Range]:
    found = {}
    for word in told.replace(",", " ").split():
        parts = _TOLD.fullmatch(word)
        low, high = (float(parts[2]), float(parts[3]) if parts[3] else None) if parts else (0.0, 0.0)
        if parts is None or (high is not None and low >= high):
            raise UnreadableError(f"depth_codes {word[:40]!r}: write code=from-below in metres, 25=3-4 or 27=5-")
        found[int(parts[1])] = (low, high)
    return found
