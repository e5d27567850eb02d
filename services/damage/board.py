"""The damage of one disaster as staff see it: the sums, what changed since the last report, what contradicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.damage.contradictions import Contradiction, contradictions
from rules.damage.disaster import Disaster
from rules.damage.record import Damage
from rules.damage.report import Report
from rules.damage.sums import Totals, changes, figures, totals
from rules.reports.case import GONE, Case
from services.store import damage_reports, damages, report_cases

_LATELY = timedelta(days=14)  # as long as a report stands in the queue
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One disaster. ``gone``: numbers of records whose report was rejected or withdrawn since."""

    disaster: Disaster
    records: Sequence[Damage]
    totals: Totals
    reports: Sequence[Report]  # newest first
    waiting: Sequence[Case]  # confirmed reports of damage that have no record yet
    gone: frozenset[int] = frozenset()

    @property
    def reported(self) -> Report | None:
        """What was handed upward last, of either form."""
        return self.reports[0] if self.reports else None

    @property
    def changes(self) -> Mapping[str, int]:
        """By how much the confirmed figures differ from the last report; all of them where there was none."""
        return changes(figures(self.totals), self.reported.filled.figures if self.reported else {})

    @property
    def contradictions(self) -> Sequence[Contradiction]:
        told = [
            Contradiction("report_gone", f"記録 {number}：もとの通報が、退けられたか取り下げられた", (number,))
            for number in sorted(self.gone)
        ]
        before = self.reported.filled.figures if self.reported else None
        return [*told, *contradictions(self.disaster, self.records, before)]


async def look(connection: AsyncConnection, number: int, now: datetime) -> Board | None:
    """The disaster with everything; None where there is none."""
    disaster = await damages.disaster(connection, number)
    if disaster is None:
        return None
    records = await damages.of_disaster(connection, number)
    return Board(
        disaster=disaster,
        records=records,
        totals=totals(records),
        reports=await damage_reports.of_disaster(connection, number),
        waiting=await unregistered(connection, disaster.status, now),
        gone=await _gone(connection, records),
    )


async def unregistered(connection: AsyncConnection, status: Status, now: datetime) -> list[Case]:
    """Confirmed reports of damage of a status that nobody has made a record of, the newest first."""
    mine = await report_cases.confirmed(connection, status, "damage", now - _LATELY, _MOST)
    known = await damages.reports_of(connection, [one.id for one in mine])
    return [one for one in mine if one.id not in known]


async def _gone(connection: AsyncConnection, records: Sequence[Damage]) -> frozenset[int]:
    linked = {one.report: one.id for one in records if one.report is not None and not one.withdrawn}
    states = await report_cases.states(connection, sorted(linked))
    return frozenset(linked[case] for case, state in states.items() if state in GONE)
