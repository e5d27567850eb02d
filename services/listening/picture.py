"""What the desk sees: clusters of leads, what officers made of them, and what the hub itself knows nearby."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.area import Areas
from geo.hazard import Hazard
from geo.heard.book import Book
from geo.heard.clusters import Cluster, clusters
from geo.heard.spots import Spot
from rules.reports.case import GONE, Case
from services.configuration.listening import Listening
from services.store import hazards, leads, report_cases
from services.store.leads import Act

MOST = 2000  # leads that are looked at: a day of them would be a disaster of its own
_REPORTS = timedelta(hours=6)
_MOST_REPORTS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """What speaks for a cluster: hazards of the hub's own, and reports of people."""

    hazards: tuple[Hazard, ...] = ()
    reports: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A cluster at the desk. ``act``: what was made of it last; ``fresh``: leads that came after that."""

    cluster: Cluster
    act: Act | None
    fresh: int
    near: Near

    @property
    def settled(self) -> bool:
        """Somebody made something of it, and nothing came since."""
        return self.act is not None and not self.fresh


async def look(
    connection: AsyncConnection, listening: Listening, book: Book, areas: Areas, status: Status, now: datetime
) -> list[Shown]:
    """Every cluster of what is still kept: those that wait for a person first, of these where most people speak."""
    found = clusters(await leads.since(connection, status, now - listening.kept, MOST), listening.gap)
    if not found:
        return []
    acts = await leads.acts(connection, status)
    holding = [
        one for one in (await hazards.current(connection, status)).values() if one.level and one.valid_until > now
    ]
    cases = await report_cases.since(connection, None, now - _REPORTS, _MOST_REPORTS)
    around = [_Case(one, _lies_in(one, areas)) for one in cases if one.status is status and one.state not in GONE]
    shown = [_shown(one, acts, near(one, book, areas, holding, around)) for one in found]
    return sorted(shown, key=lambda one: (one.settled, -_recent(one.cluster, now), -one.cluster.people))


def _recent(cluster: Cluster, now: datetime) -> int:
    """Clusters of the last hour come before older ones, whatever their size."""
    return int(now - cluster.last <= timedelta(hours=1))


def _shown(cluster: Cluster, acts: Sequence[Act], around: Near) -> Shown:
    made = [act for act in acts if act.hazard == cluster.hazard and act.place == cluster.place]
    made = [act for act in made if any(act.covers(lead) for lead in cluster.leads)]
    fresh = sum(not any(act.covers(lead) for act in made) for lead in cluster.leads)
    return Shown(cluster=cluster, act=made[-1] if made else None, fresh=fresh, near=around)


@dataclass(frozen=True, slots=True)
class _Case:
    """A report with the districts in which its point lies: looked up once for all clusters."""

    case: Case
    codes: frozenset[str]


def near(cluster: Cluster, book: Book, areas: Areas, holding: Sequence[Hazard], cases: Sequence[_Case]) -> Near:
    """By the district, or by the name where it stands in the words. Of the whole city nothing is near."""
    spot = book.by_name.get(cluster.place)
    if spot is None or spot.kind == "city":
        return Near()
    codes = codes_of(spot, areas)
    known = book.by_kind.get(cluster.hazard)
    kind = known.report if known else "other"
    return Near(
        hazards=tuple(one for one in holding if one.area in codes or spot.name in one.headline)[:5],
        reports=tuple(
            one.case
            for one in cases
            if one.case.kind == kind and (spot.name in one.case.place or not codes.isdisjoint(one.codes))
        )[:5],
    )


def codes_of(spot: Spot, areas: Areas) -> frozenset[str]:
    """The districts that a place is, or lies in."""
    if spot.lon is None or spot.lat is None:
        return frozenset(spot.areas)
    return frozenset({*spot.areas, *(one.code for one in areas.at(spot.lon, spot.lat, "district"))})


def _lies_in(case: Case, areas: Areas) -> frozenset[str]:
    if case.lon is None or case.lat is None:
        return frozenset()
    return frozenset(one.code for one in areas.at(case.lon, case.lat, "district"))
