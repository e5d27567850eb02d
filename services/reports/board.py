"""The review queue as officers see it: each case with its report, its duplicates, and what may belong to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.records import Report
from geo.model import Ground
from geo.sighted.linking import Assumed, Chain, chains, sighting_of
from geo.sighted.told import stands
from rules.reports.case import OPEN, Case, State
from rules.reports.same import Likeness, likely_same
from rules.reports.turn import turn
from services.store import photo_signs, report_cases, report_revisions, reporters
from services.store.engine import Store
from services.store.photo_signs import Known

MOST = 200
LISTED = timedelta(days=14)  # how far back one looks beside what waits
_AROUND = timedelta(days=2)  # what came so long before may be about the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the queue. ``report`` None: its record is old enough to be gone."""

    case: Case
    report: Report | None
    merged: Sequence[Case] = ()  # for which it stands
    likely: Sequence[tuple[Case, Likeness]] = ()  # which may be about the same
    chain: Chain | None = None  # of sightings of what may be one animal; None where it is alone
    numbers: Mapping[str, int] = field(default_factory=dict)  # of cases, by the keys of their reports
    contact: Sequence[str] = ()  # what is kept of its sender, by name
    photos: Sequence[Known] = ()  # what is known of its pictures


async def waiting(store: Store, ground: Ground, now: datetime, assumed: Assumed) -> list[Item]:
    """What waits for a person; whose turn it is stands first."""
    async with store.read() as connection:
        return await _items(connection, await report_cases.to_do(connection, now, MOST), ground, now, assumed)


async def lately(
    store: Store, ground: Ground, now: datetime, assumed: Assumed, state: State | None = None
) -> list[Item]:
    """What came in within 14 days, of one state or any; what waits first, then the newest."""
    async with store.read() as connection:
        cases = await report_cases.since(connection, state, now - LISTED, MOST)
        return await _items(connection, cases, ground, now, assumed)


async def one(store: Store, ground: Ground, now: datetime, assumed: Assumed, number: int) -> Item | None:
    """One case, or None."""
    async with store.read() as connection:
        case = await report_cases.find(connection, number)
        return (await _items(connection, [case], ground, now, assumed))[0] if case else None


def placed(case: Case, ground: Ground) -> Case:
    """With the district that it lies in."""
    if case.lon is None or case.lat is None:
        return case
    areas = ground.areas.at(case.lon, case.lat, "district")
    return replace(case, area=min(areas, key=lambda area: area.code).code) if areas else case


async def _items(
    connection: AsyncConnection, cases: Sequence[Case], ground: Ground, now: datetime, assumed: Assumed
) -> list[Item]:
    since = min([now, *(one.arrived_at for one in cases)]) - _AROUND
    opened = [one for state in sorted(OPEN) for one in await report_cases.since(connection, state, since, MOST)]
    merged = await report_cases.merged_into(connection, [one.id for one in cases])
    every = {one.id: one for one in (*opened, *merged, *cases)}
    reports = await report_revisions.newest(connection, [one.key for one in every.values()])
    senders = await reporters.known(connection, [one.key for one in cases])
    alike = likely_same(every.values())
    linked = {link.key: chain for chain in _chains(every.values(), reports, assumed) for link in chain.sightings}
    numbers = {one.key: one.id for one in every.values()}
    pictures = await photo_signs.of_cases(connection, [one.id for one in cases])
    return [
        Item(
            case=placed(case, ground),
            report=reports.get(case.key),
            merged=[one for one in merged if one.same_as == case.id],
            likely=[(every[one.second if one.first == case.id else one.first], one) for one in alike.get(case.id, ())],
            chain=linked.get(case.key),
            numbers=numbers,
            contact=senders.get(case.key, ()),
            photos=pictures.get(case.id, ()),
        )
        for case in sorted(cases, key=lambda case: turn(case, now))
    ]


def _chains(cases: Collection[Case], reports: Mapping[str, Report], assumed: Assumed) -> list[Chain]:
    """Never over the border between a drill and the real thing."""
    found: list[Chain] = []
    for status in {case.status for case in cases}:
        told = (reports[one.key] for one in cases if one.status is status and one.key in reports)
        seen = [sighting for report in told if stands(report) and (sighting := sighting_of(report)) is not None]
        found += [chain for chain in chains(seen, assumed) if len(chain.sightings) > 1]
    return found
