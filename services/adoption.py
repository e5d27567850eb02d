"""Sensors known to a process: the profile's, and those that staff adopted while it runs.

The map of stations is one object that everybody holds; its content is replaced whole, so whoever reads it while it
changes sees the old or the new, never a mixture.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, ValuesView

import structlog

from feeds.names import Named, Words
from geo.area import Areas
from geo.geojson import ProfileError
from geo.station import Station
from geo.stations import station_of
from services.store import stations
from services.store.engine import Store
from services.store.stations import Adopted

log = structlog.get_logger(__name__)


class Stations(Mapping[str, Station]):
    """Stations by code. Those of the profile win: whoever can write it can do anything here."""

    def __init__(self, of_profile: Mapping[str, Station]) -> None:
        self.of_profile = dict(of_profile)
        self._now: dict[str, Station] = dict(of_profile)

    def adopt(self, adopted: Mapping[str, Station]) -> None:
        """From now on these beside the profile's."""
        self._now = {**adopted, **self.of_profile}

    def __getitem__(self, code: str) -> Station:
        return self._now[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now)

    def __len__(self) -> int:
        return len(self._now)

    def values(self) -> ValuesView[Station]:
        """Of one moment, as :meth:`items`."""
        return self._now.values()

    def items(self) -> ItemsView[str, Station]:
        return self._now.items()


class Watch:
    """Tells ``changed`` whenever staff have adopted or let go a sensor, first at the start."""

    EVERY = 3.0  # seconds: a command in another process rings no bell here

    def __init__(self, name: str, store: Store, changed: Callable[[list[Adopted]], None]) -> None:
        self.name = name
        self._store, self._changed = store, changed
        self._known: list[Adopted] | None = None

    async def step(self) -> bool:
        """Look once; True where something had changed."""
        async with self._store.read() as connection:
            found = await stations.everyone(connection)
        if found == (self._known or []):
            return False
        self._changed(found)
        self._known = found
        log.info("adopted sensors changed", adopted=[one.code for one in found if one.members is not None])
        return True


def known(adopted: Iterable[Adopted], areas: Areas) -> dict[str, Station]:
    """The stations. One that no longer fits the profile, whose district is gone for example, is left out and logged."""
    found: dict[str, Station] = {}
    for one in adopted:
        if one.members is None:
            continue
        try:
            found[one.code] = station_of(one.members, areas)
        except ProfileError as error:
            log.warning("adopted sensor does not fit", code=one.code, reason=str(error))
    return found


def words(adopted: Iterable[Adopted]) -> Words:
    """What their devices' words mean, by station."""
    own: dict[tuple[str, str], Named | None] = {}
    for one in adopted:
        own.update({(one.code, word): named for word, named in one.words.items()})
    return Words(own)
