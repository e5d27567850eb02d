"""Design scenarios of flood maps: for which rain a map was made. Maps of different ones are never told as one.

計画規模 (what dikes are built for), 想定最大規模 (the largest that can be thought of, about once in a thousand years)
and, where a river office publishes 多段階の浸水想定図, the rain of ten, thirty, fifty or a hundred years.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PLACES = {"planned": 500, "": 600, "maximum": 1000}  # among the years of the others, where no year is told


@dataclass(frozen=True, slots=True)
class Scenario:
    """``code`` is planned, maximum, frequency (then with ``years``), or empty where the map does not tell."""

    code: str
    years: int | None = None  # return period of the rain

    @property
    def order(self) -> int:
        """Rarer rain, higher number. 計画規模 without its years comes after all frequent ones, a map that tells
        nothing between it and 想定最大規模."""
        return self.years if self.years is not None else _PLACES[self.code]

    @property
    def key(self) -> str:
        """As configuration and facts write it: planned, maximum, 1/30; unstated."""
        return f"1/{self.years}" if self.code == "frequency" else self.code or "unstated"

    @property
    def name(self) -> str:
        """As people read it."""
        named = {"planned": "計画規模", "maximum": "想定最大規模", "": "規模の記載がない図"}
        if self.code == "frequency":
            return f"{self.years}年に1度の雨の規模"
        return named[self.code] + (f"（1/{self.years}）" if self.years is not None else "")

    @property
    def name_en(self) -> str:
        """The same in English."""
        named = {"planned": "design flood", "maximum": "largest conceivable flood", "": "flood of unstated size"}
        return f"flood of once in {self.years} years" if self.code == "frequency" else named[self.code]


PLANNED = Scenario("planned")
MAXIMUM = Scenario("maximum")
UNSTATED = Scenario("")


def scenario_of(facts: Mapping[str, object]) -> Scenario:
    """The scenario of a zone of a flood layer, by its facts."""
    code, years = facts.get("scenario"), facts.get("return_period_years")
    told = int(years) if isinstance(years, int | float) else None
    if code == "frequency" and told is None:
        return UNSTATED
    return Scenario(str(code), told) if code in {"planned", "maximum", "frequency"} else UNSTATED


def scenario_named(key: str) -> Scenario:
    """``planned``, ``maximum`` or ``1/30``. Raises ValueError."""
    if key in {"planned", "maximum"}:
        return Scenario(key)
    found = re.fullmatch(r"1/([1-9][0-9]{0,2})", key)
    if found is None or int(found[1]) >= _PLACES["planned"]:
        raise ValueError(f"{key!r} is no scenario; use planned, maximum, or 1/YEARS with fewer than 500 years")
    return Scenario("frequency", int(found[1]))
