"""Snow that is foreseen, out of JSON and CSV that nobody wrote for us, as ``[message.forecast]`` of a mapping says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from feeds.decimals import decimal
from feeds.mapping import MessageMapping, Path, moment
from feeds.members import BadMember, Members
from feeds.plain_forecast import snow_forecast, spans_of
from feeds.snow_ahead import LONGEST, SnowForecast
from feeds.status import Status

_CM = {"cm": 1.0, "mm": 0.1, "m": 100.0}
_STEPS_AT_MOST = 400


class MappedForecast:
    """Compiled once; the same forecasts come of the same records."""

    def __init__(self, mapping: MessageMapping, compiled: Callable[[str], Path]) -> None:
        assert mapping.forecast is not None
        assert mapping.time is not None
        self._forecast, self._time = mapping.forecast, mapping.time
        self._paths = {name: compiled(text) for name, text in mapping.forecast.paths.items()}
        self._factor = _CM[mapping.forecast.unit]

    def read(self, record: Any, whole: Any, gateway: str, place: str, issued: datetime) -> SnowForecast:
        """The forecast. BadMember names the path of what cannot be taken."""
        found = {name: path.find(record, whole) for name, path in self._paths.items()}
        low, high = (self._amounts(name, found) for name in ("low", "high"))
        if len(low) != len(high) or not 1 <= len(low) <= _STEPS_AT_MOST:
            raise BadMember("no_value", f"expected 1 to {_STEPS_AT_MOST} amounts, or as many low as high", "snow")
        start, each = self._when(found, len(low))
        members: dict[str, Any] = {"place": place, "source": self._forecast.source}
        members |= {name: self._number(name, found[name]) for name in ("lon", "lat") if name in found}
        spans = spans_of(start, list(zip(low, high, strict=True)), each)
        return snow_forecast(Members(members), gateway or "mapped", spans, issued, Status.ACTUAL)

    def _when(self, found: dict[str, Any], many: int) -> tuple[datetime, timedelta]:
        """When the first amount begins, and how long each is for."""
        start, until = (self._moment(name, found[name]) if name in found else None for name in ("start", "until"))
        if start is not None and until is not None:
            return start, (until - start) / many
        each = timedelta(hours=self._forecast.hours or 0)
        if each * many > LONGEST:
            raise BadMember("bad_value", f"{many} amounts reach further than {LONGEST} ahead", "snow")
        if start is not None:
            return start, each
        assert until is not None
        try:
            return until - each * many, each
        except OverflowError:
            raise BadMember("bad_time", f"{until} is on no calendar", self._paths["until"].text) from None

    def _moment(self, name: str, value: Any) -> datetime:
        try:
            return moment(value, self._time)
        except ValueError as error:
            raise BadMember("bad_time", str(error), self._paths[name].text) from None

    def _amounts(self, name: str, found: dict[str, Any]) -> list[float]:
        told = name if name in found else "snow"
        value = found[told]
        several = value if isinstance(value, list) else [value]
        return [round(self._number(told, one) * self._factor, 3) for one in several]

    def _number(self, name: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise BadMember("no_value", f"no number stands at {self._paths[name].text!r}", self._paths[name].text)
        try:
            return decimal(value.strip()) if isinstance(value, str) else float(value)
        except (ValueError, OverflowError):
            raise BadMember("bad_value", f"{str(value)[:40]!r} is no number", self._paths[name].text) from None
