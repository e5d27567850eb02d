"""Where a vehicle was, out of JSON and CSV that nobody wrote for us, as ``[message.fix]`` of a mapping says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from feeds.activities import spelled
from feeds.decimals import decimal
from feeds.mapping import Path
from feeds.mapping_parts import Position
from feeds.members import BadMember, Members
from feeds.positions import Spelling, fix
from feeds.records import Fix
from feeds.status import Status

_NUMBER = re.compile(r"[-+]?[0-9]{1,4}(?:\.[0-9]{1,20})?")
_KMH = {"km/h": 1.0, "m/s": 3.6, "knots": 1.852}
_TEXT_AT_MOST = 200


class MappedPosition:
    """Compiled once; the same fixes come of the same records."""

    def __init__(self, mapping: Position, compiled: Callable[[str], Path]) -> None:
        self._paths = {name: compiled(text) for name, text in mapping.paths.items()}
        self._factor = _KMH[mapping.speed_unit]
        self._spelling = Spelling(words=spelled(mapping.words))

    def fix(self, record: Any, whole: Any, gateway: str, vehicle: str, measured_at: datetime) -> Fix:
        """The fix. BadMember names the path of what cannot be taken."""
        found = {name: path.find(record, whole) for name, path in self._paths.items()}
        members: dict[str, Any] = {"activity": found.pop("activity", None) or None}
        point = found.pop("point", None)
        if "point" in self._paths:
            members["lon"], members["lat"] = self._point(point)
        members |= {name: self._number(name, value) for name, value in found.items()}
        speed = members.pop("speed", None)
        members["speed_kmh"] = None if speed is None else round(speed * self._factor, 3)
        return fix(Members(members), gateway or "mapped", vehicle, measured_at, self._spelling, Status.ACTUAL)

    def _point(self, value: Any) -> tuple[float, float]:
        if isinstance(value, list | tuple) and len(value) >= 2:
            texts = [str(one) for one in value[:2]]
        else:
            texts = _NUMBER.findall(value[:_TEXT_AT_MOST]) if isinstance(value, str) else []
        if len(texts) != 2 or not all(_NUMBER.fullmatch(text) for text in texts):
            what = (
                f"{str(value)[:40]!r} is no place; expected longitude and latitude, as [24.94, 60.17] or (24.94 60.17)"
            )
            raise BadMember("bad_position", what, self._paths["point"].text)
        return float(texts[0]), float(texts[1])

    def _number(self, name: str, value: Any) -> float | None:
        """The number there, also where it is text, as in CSV; None where nothing stands."""
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise BadMember("bad_value", f"a {type(value).__name__} stands where a number should be", name)
        try:
            return decimal(value.strip()) if isinstance(value, str) else float(value)
        except (ValueError, OverflowError):
            raise BadMember("bad_value", f"{str(value)[:40]!r} is no number", self._paths[name].text) from None
