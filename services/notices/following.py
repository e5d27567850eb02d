"""What a later notice of the police does to an earlier one, in the transaction that keeps the later one.

Found, solved or taken back: the earlier one ends at once, its hazard with it, and the alert that spoke of it is lifted
on every channel it reached. Corrected: the earlier one gets the corrected words, and its alert a new revision to be
approved. Which earlier one is meant is found by :func:`geo.sighted.followed.followed_by`; where that is not plain,
nothing changes, the chronology asks for a person, and the later notice waits in the review queue until one has acted.

Who was missing and is found, and what should not have been told, is forgotten: the words go from every revision that
the store holds, and only that there was a notice, of which kind and when, stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.crime_types import Crime, Ended, Follows
from feeds.records import Record, Report
from geo.sighted.followed import Followed, followed_by
from rules.reports.case import Act, Event, How
from rules.reports.reason import Reason
from services.store import chronology, records, report_cases
from services.store.chronology import Entry

_BACK = timedelta(days=15)
_STAYS = ("issuer", "municipality", "town", "offender")  # where a correction does not tell them
_DONE = {
    Follows.FOUND: "発見",
    Follows.SOLVED: "解決",
    Follows.WITHDRAWN: "取消",
    Follows.CORRECTED: "訂正",
    Follows.MORE: "続報",
}


async def follow(connection: AsyncConnection, came: Iterable[Record], now: datetime, who: str) -> None:
    """Let these notices have their effect. Call inside ``store.write()``, after they were saved."""
    for notice in came:
        if isinstance(notice, Report) and notice.crime is not None and notice.crime.follows is not None:
            await _follow(connection, notice, notice.crime.follows, now, who)


async def _follow(connection: AsyncConnection, notice: Report, follows: Follows, now: datetime, who: str) -> None:
    earlier = await records.reports(connection, notice.status, notice.measured_at - _BACK, notice.measured_at)
    found = followed_by(notice, [one for one in earlier if one.key != notice.key])
    if found.original is not None and follows.ends is not None:
        await _end(connection, found.original, follows.ends, now)
        if follows.ends is not Ended.SOLVED and notice.kind == "missing_person":
            await records.reword(connection, forgotten(notice))
    elif found.original is not None and follows is Follows.CORRECTED:
        await records.save(connection, [corrected(found.original, notice)], now)
    if found.original is None:
        await _ask(connection, notice, now, who)
    refs = {"notice": notice.key} | ({"report": found.original.key} if found.original else {})
    text = _told(follows, found)
    entry = Entry(at=now, status=notice.status, kind="report", who=who, text=text, refs=refs)
    await chronology.append(connection, [entry])


async def _end(connection: AsyncConnection, original: Report, ended: Ended, now: datetime) -> None:
    """The end is a revision of its own, so that every loop sees it; what is forgotten goes from the earlier ones."""
    over = replace(original, ended=ended)
    if ended is Ended.WITHDRAWN or original.kind == "missing_person":
        over = replace(forgotten(original), ended=ended)
        await records.reword(connection, forgotten(original))
    await records.save(connection, [over], now)


async def _ask(connection: AsyncConnection, notice: Report, now: datetime, who: str) -> None:
    """Only a person can say which one is meant: the notice waits for that, for nobody is told of it by itself."""
    case = (await report_cases.of_keys(connection, [notice.key])).get(notice.key)
    if case is not None:
        at = max([now, *(one.at for one in case.events[-1:])])
        event = Event(act=Act.REVISE, at=at, how=How.ISSUER, who=who, reason=Reason.NO_ORIGINAL)
        await report_cases.act(connection, case, event)


def forgotten(report: Report) -> Report:
    """That there was such a report, and nothing of what it said of anybody."""
    crime = report.crime
    bare = None if crime is None else Crime(what="", precision=crime.precision, follows=crime.follows)
    return replace(report, text="", place="", lon=None, lat=None, photos=(), crime=bare)


def corrected(original: Report, notice: Report) -> Report:
    """The earlier notice with what the later one tells; what that leaves out stays as it was."""
    crime, told = original.crime, notice.crime
    assert crime is not None and told is not None
    kept = {name: getattr(told, name) or getattr(crime, name) for name in _STAYS}
    whole = replace(
        told,
        follows=None,
        about=None,
        precision=told.precision if told.about else crime.precision,
        until=told.until if told.about else crime.until,
        **kept,
    )
    return replace(
        original,
        text=notice.text,
        place=notice.place or original.place,
        measured_at=told.about or original.measured_at,
        crime=whole,
        corrected=original.corrected + 1,
    )


def _told(follows: Follows, found: Followed) -> str:
    what = f"警察の{_DONE[follows]}の知らせ"
    if found.original is None:
        return f"{what}：{found.grounds[0]}。担当者が先の情報を選んでください"
    if follows is Follows.MORE:
        return f"{what}が、先の情報について届いた（{'、'.join(found.grounds)}）"
    done = "終わらせた" if follows.ends else "訂正した"
    return f"{what}により、先の情報を{done}（{'、'.join(found.grounds)}）"
