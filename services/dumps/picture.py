"""Everything that is known of each snow dump: what staff said, who is there, when it will be full, where else to go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import JAPAN
from feeds.status import Status
from geo.plow.dumps.crowd import Queue, queue
from geo.plow.dumps.outlook import Filling, Measured, Outlook, Why, outlook
from geo.plow.dumps.visits import Visit
from rules.dumps.life import State, Told
from services.dumps.counting import SEASON, Counts
from services.dumps.sites import Site, Sites
from services.store import dumps


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One dump at one time."""

    site: Site
    told: Told
    queue: Queue
    outlook: Outlook
    visits_today: int
    instead: Site | None = None  # of one that takes no snow: the nearest that does

    @property
    def takes(self) -> bool:
        """Somebody said that it is open."""
        return self.told.state is State.OPEN


class Dumps:
    """The dumps of the city over the store."""

    def __init__(self, sites: Sites | None = None) -> None:
        self.sites = sites or Sites()
        self._counts = Counts()

    async def look(
        self, connection: AsyncConnection, status: Status, now: datetime, then: datetime | None = None
    ) -> list[Known]:
        """All dumps of a status, by code.

        ``then``: as they were told of at that instant; of trucks those that had come by then, as far as that is known
        now, for phones send late.
        """
        sites, at = self.sites.of(status), then or now
        if not sites:
            return []
        said, codes = await dumps.told(connection, status, at - SEASON, then), [one.code for one in sites]
        if then is None:
            counted = await self._counts.look(connection, status, codes, now)
        else:
            counted = await self._counts.by(connection, status, codes, now, then)
        visits: defaultdict[str, list[Visit]] = defaultdict(list)
        for visit in counted.fresh:
            visits[visit.dump].append(visit)
        found = [
            _known(one, said.get(one.code, Told()), counted.days.get(one.code, {}), visits[one.code], at)
            for one in sites
        ]
        return [replace(one, instead=_instead(one, found)) for one in found]


def _known(site: Site, told: Told, counts: Mapping[date, int], fresh: Sequence[Visit], now: datetime) -> Known:
    terms, today = site.terms, now.astimezone(JAPAN).date()
    how = Filling(load_m3=terms.load_m3, load_spread=terms.load_spread)
    return Known(
        site=site,
        told=told,
        queue=queue(fresh, now.timestamp(), terms.bays),
        outlook=outlook(terms.capacity_m3, _measured(told), counts, today, how),
        visits_today=counts.get(today, 0),
    )


def _measured(told: Told) -> list[Measured]:
    return [
        Measured(on=one.at.astimezone(JAPAN).date(), volume_m3=one.volume_m3 or 0.0, before=one.visits or 0)
        for one in told.measured
    ]


def _instead(one: Known, every: Sequence[Known]) -> Site | None:
    """The nearest that takes snow of the same people, has room by what is known, and is not this one."""
    if one.told.state not in (State.FULL, State.CLOSED):
        return None
    others = [
        other.site
        for other in every
        if other.takes and other.outlook.why is not Why.FULL and (other.site.terms.public or not one.site.terms.public)
    ]
    return min(others, key=one.site.metres_to, default=None)
