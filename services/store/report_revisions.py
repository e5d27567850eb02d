"""The revisions of a report: as its sender sent it, again and again, and as it stands after people's decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.crime_types import Ended
from feeds.judged import Judged
from feeds.records import Report
from rules.reports.case import PUBLIC, Act, Case, Event, How
from rules.reports.life import allowed
from rules.reports.reason import Reason
from rules.reports.standing import stood
from services.store import report_cases
from services.store.codec import from_json
from services.store.tables import records

_AT_ONCE = 500


async def newest(connection: AsyncConnection, keys: Iterable[str], upto: int | None = None) -> dict[str, Report]:
    """The last revision of each of these reports, of those up to a sequence number."""
    wanted = sorted(set(keys))
    found: dict[str, Report] = {}
    for begin in range(0, len(wanted), _AT_ONCE):
        mine = [records.c.key.in_(wanted[begin : begin + _AT_ONCE]), records.c.type == "report"]
        if upto is not None:
            mine.append(records.c.seq <= upto)
        last = select(func.max(records.c.seq)).where(*mine).group_by(records.c.key)
        rows = await connection.execute(select(records.c.key, records.c.body).where(records.c.seq.in_(last)))
        found |= {key: from_json(Report, body) for key, body in rows}
    return found


async def numbered(connection: AsyncConnection, report: Report) -> Report:
    """The revision with the next number: what people undo and do again must not look like what is known."""
    many = await connection.scalar(select(func.count()).select_from(records).where(records.c.key == report.key))
    return replace(report, judged=replace(report.judged or Judged(), revision=int(many or 0)))


async def stands(connection: AsyncConnection, case: Case, report: Report) -> Report:
    """The report with what its case, and those merged into it, come to."""
    also = [one.key for one in await report_cases.merged_into(connection, [case.id])]
    return stood(report, case, also)


async def sent_again(
    connection: AsyncConnection, reports: Sequence[Report], upto: int, at: datetime, by: str
) -> list[Report]:
    """Note in their cases that these were sent in other words; the revisions to be kept behind them, where people had
    a say. What was public stays in the words that were judged. ``upto``: the records that were there before."""
    cases = await report_cases.of_keys(connection, [one.key for one in reports])
    before = await newest(connection, cases, upto)
    found = [await _sent_again(connection, one, cases, before, (at, by)) for one in reports if one.key in cases]
    await report_cases.begin(connection, [one for one in reports if one.key not in cases], at, by)
    return [one for one in found if one is not None]


async def _sent_again(
    connection: AsyncConnection,
    report: Report,
    cases: dict[str, Case],
    before: Mapping[str, Report],
    when: tuple[datetime, str],
) -> Report | None:
    case, (at, by) = cases[report.key], when
    issuer = report.confirmed or report.ended or Act.DISOWN in allowed(case, How.ISSUER)
    how = How.ISSUER if issuer else How.SENDER
    act, reason = _meant(report, allowed(case, how))
    late = max(at, case.events[-1].at)
    who = by or report.source or report.gateway
    after = await report_cases.act(connection, case, Event(act=act, at=late, how=how, who=who, reason=reason))
    cases[report.key] = after
    judged = act is Act.REVISE and case.state in PUBLIC
    base = before.get(report.key, report) if judged else report
    found = await stands(connection, after, base)
    return None if found == replace(report, judged=Judged()) else found


def _meant(report: Report, may: Collection[Act]) -> tuple[Act, Reason]:
    """What its being sent again is: the issuer ends it, vouches for it, or it only has other words."""
    if report.ended and Act.WITHDRAW in may:
        return Act.WITHDRAW, Reason.ISSUER_WITHDREW if report.ended is Ended.WITHDRAWN else Reason.FOUND
    if report.confirmed and not report.ended and Act.VOUCH in may:
        return Act.VOUCH, Reason.ISSUER
    if not report.confirmed and Act.DISOWN in may:
        return Act.DISOWN, Reason.ISSUER_WITHDREW
    return Act.REVISE, Reason.CHANGED
