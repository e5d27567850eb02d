"""OpenStreetMap as it is downloaded (.osm, .osm.pbf). Its lines bear few columns; the other tags stand in one text."""

from __future__ import annotations

import re
from typing import Any

OSM = (".osm", ".pbf")
_TAGS = ("bridge", "tunnel", "ref", "oneway", "footway")


def with_tags(frame: Any) -> Any:
    """The GeoDataFrame with columns of their own for the tags that a road needs. ``other_tags`` stays as it is."""
    if "other_tags" not in frame.columns:
        return frame
    texts = [str(text or "") for text in frame["other_tags"]]
    missing = [tag for tag in _TAGS if tag not in frame.columns]
    return frame.assign(**{tag: [_value(text, tag) for text in texts] for tag in missing})


def _value(text: str, tag: str) -> str | None:
    found = re.search(rf'"{tag}"=>"((?:[^"\\\\]|\\\\.)*)"', text)
    return found[1] if found else None
