"""Which lines may stand on a screen that strangers see: through an open door, or with cameras in the room.

Words of people stay off it, whoever they are: reports, matters, names of officers, and drafts that nobody has issued.
"""

from __future__ import annotations

from rules.chronology.line import Line

KINDS = ("hazard", "issued", "ended", "expired")
_BY = " を発表した"
_PEOPLE = frozenset(
    {"bear", "boar", "deer", "wildlife", "suspicious_person", "crime", "theft", "fraud", "missing_person"}
)


def fit(line: Line) -> bool:
    """True for what was measured, foreseen of nature, or told to everybody."""
    if line.kind not in KINDS:
        return False
    return not any(_of_people(key) for key in line.refs.get("hazards", "").split())


def told(line: Line) -> str:
    """Its words as far as they concern everybody: by which channels it went out is for the desk."""
    return line.text.partition(_BY)[0] if line.kind == "issued" else line.text


def _of_people(key: str) -> bool:
    """A key of a hazard is status/model/kind/area/source."""
    parts = key.split("/")
    return "/report/" in key or len(parts) < 3 or parts[2].removesuffix("_cluster") in _PEOPLE
