"""What ``shirase check`` says of the order rules: which hold, sections that nobody measures, names that nothing has."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geo.sections import sections_of
from rules.orders.reading import in_force
from services.city import City
from services.configuration.plow import Plow


def order_finding(city: City, plow: Plow, now: datetime) -> dict[str, Any]:
    """One finding. A contractor, or a forecast for mountains, of a section that is none would never count: a fault."""
    sections = {area.code for area in city.ground.areas.of_kind("plow_section")}
    gauges = [one for one in city.ground.stations.values() if "snow_depth" in one.quantities]
    measured = {area.code for one in gauges for area in sections_of(one, city.ground)}
    named = {code for one in plow.contractors.values() for code in one.sections}
    holds = in_force(city.orders, now)
    mountain = {code for one in city.orders for code in one.forecast.mountain}
    unknown = sorted((named | mountain) - sections)
    where = "[plow.contractors], or mountain in [forecast] of the order rules,"
    cure = {"message": f"{where} names sections that plow_sections.geojson does not have"} if unknown else {}
    return {
        "part": "orders",
        "ok": not unknown,
        "rules": sorted({one.id for one in city.orders}),
        "in_force": holds.id if holds else None,
        "without_gauge": sorted(sections - measured),
        "unknown_sections": unknown,
        **cure,
    }
