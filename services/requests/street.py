"""A road as the store knows it: whose it is, what plows did on it, what was decided and ordered for its section."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.coverage import coverage
from geo.plow.network import Network
from geo.plow.placing import Placed, middle_of, placed
from rules.requests.triage import Known, known_of
from rules.street.case import Street, Told, street
from services.requests.shares import DAY, Shares
from services.roads import Roads
from services.store import decided, orders, plowed


class Streets:
    """Answers about any place of the city. ``roads`` None: no network is known."""

    def __init__(self, roads: Roads | None) -> None:
        self.roads, self.shares = roads, Shares(roads)

    def network(self, status: Status, sidewalk: bool = False) -> Network | None:
        """The roads. A network that was drawn for drills answers for drills only."""
        if self.roads is None or status not in self.roads.statuses:
            return None
        return (self.roads.sidewalks if sidewalk else None) or self.roads.carriageways

    def find(self, lon: float, lat: float, status: Status, sidewalk: bool = False) -> Placed | None:
        """The road near a place, None where there is none."""
        network = self.network(status, sidewalk)
        return None if network is None else placed(network, lon, lat)

    def named(self, words: str, status: Status, at_most: int) -> list[Placed]:
        """Roads whose names hold the words, one for each name and section."""
        network, wanted = self.network(status), _plain(words)
        if network is None or not wanted:
            return []
        found: dict[tuple[str, str], Placed] = {}
        for segment in network.segments:
            key = (segment.name, segment.section)
            if segment.name and key not in found and wanted in _plain(segment.name):
                found[key] = Placed(segment, 0.0, middle_of(segment))
                if len(found) == at_most:
                    break
        return sorted(found.values(), key=lambda one: (one.segment.name, one.segment.section))

    async def about(self, connection: AsyncConnection, found: Placed | None, status: Status, now: datetime) -> Street:
        """All that is known of the road at ``now``."""
        known = await _known(connection, found, status, now - DAY)
        told = Told()
        if known.section:
            told = Told(
                decision=await decided.last_look_at(connection, status, known.section),
                orders=await orders.still_open_in(connection, status, known.section),
            )
        return street(known, told, now)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


async def _known(connection: AsyncConnection, found: Placed | None, status: Status, since: datetime) -> Known:
    """The road with what plows did on it since then."""
    if found is None:
        return Known()
    segment = found.segment.id
    passes = (await plowed.passes_over(connection, status, [segment], since)).values()
    told = coverage(passes).get(segment)
    if told is None:
        return known_of(found)
    done_at = None if told.done_at is None else plowed.at(told.done_at)
    return replace(known_of(found), done_at=done_at, last_at=plowed.at(told.last_at), share=told.share)
