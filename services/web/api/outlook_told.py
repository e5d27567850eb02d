"""What was foretold of gauges, as the desk is told it: the level by quantiles, and when a threshold may be reached."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.station import Station
from geo.verification.issued import Issued
from services.store import outlooks
from services.web.api.as_of import Seen
from services.web.api.times import iso

FRESH = timedelta(hours=2)  # one is kept each hour; an older one says that nothing is foretold any more


async def ahead(
    connection: AsyncConnection, stations: Mapping[str, Station], codes: Collection[str], status: Status, when: Seen
) -> list[dict[str, Any]]:
    """The newest outlook of each of these gauges, by their names; of a past instant that of then."""
    found = await outlooks.newest(connection, status, codes, when.at - FRESH, when.then) if codes else {}
    told = [_told(leads, stations.get(code)) for code, leads in found.items()]
    return sorted(told, key=lambda one: str(one["name"]))


def _told(leads: Sequence[Issued], station: Station | None) -> dict[str, Any]:
    first = leads[0]
    limits = {name: limit.metres for lead in leads for name, limit in lead.limits.items()}
    return {
        "station": first.station,
        "name": station.name if station else first.station,
        "made_at": iso(first.made_at),
        "method": first.method,
        "leads": [
            {
                "hours": one.lead,
                "at": iso(one.until),
                "q10": round(one.q10, 2),
                "q50": round(one.q50, 2),
                "q90": round(one.q90, 2),
            }
            for one in leads
        ],
        "limits": [
            {
                "name": name,
                "metres": metres,
                "chances": [
                    {"hours": one.lead, "chance": round(one.limits[name].chance, 2)}
                    for one in leads
                    if name in one.limits
                ],
            }
            for name, metres in sorted(limits.items(), key=lambda pair: pair[1])
        ],
    }


WORDS = (
    "the newest outlook of gauges, at most two hours old: {station, name, made_at, method: learned or extrapolated, "
    "leads: {hours, at, q10, q50, q90} in metres, limits: thresholds that were not reached, {name, metres, chances: "
    "{hours, chance}}}"
)
