"""What people report of the roads, by plow section: ruts, and roads that have become narrow."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from feeds.records import Report
from geo.area import Areas
from geo.hazard import Evidence
from rules.orders.decision import Reason

# Kind of report → what it calls for.
REPORTED: dict[str, Reason] = {"snow_rut": Reason.RUTS, "snow_narrow": Reason.NARROW}
_DEPTH = re.compile(r"(?:深さ|わだち)[^0-9]{0,6}(\d{1,2})\s*(?:cm|センチ)")
_FEWEST = {Reason.RUTS: 1, Reason.NARROW: 3}  # one car that met another is no case for trucks


def told_of_roads(
    reports: Iterable[Report], areas: Areas
) -> tuple[dict[str, float], dict[str, dict[Reason, tuple[Evidence, ...]]]]:
    """Section → the deepest rut told in centimetres, and section → what the reports call for.

    A report without a place, or outside every section, says nothing of any.
    """
    deepest: dict[str, float] = {}
    found: defaultdict[str, defaultdict[Reason, list[Evidence]]] = defaultdict(lambda: defaultdict(list))
    for one in reports:
        reason = REPORTED.get(one.kind)
        if reason is None or one.lon is None or one.lat is None:
            continue
        for area in areas.at(one.lon, one.lat, "plow_section"):
            found[area.code][reason].append(Evidence(ref=one.key, text=f"通報：{one.place or area.name}"))
            depth = _DEPTH.search(one.text)
            if reason is Reason.RUTS and depth:
                deepest[area.code] = max(float(depth[1]), deepest.get(area.code, 0.0))
    calls = {
        section: {reason: tuple(told) for reason, told in some.items() if len(told) >= _FEWEST[reason]}
        for section, some in found.items()
    }
    return deepest, calls
