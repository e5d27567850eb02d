"""What officers do with reports: each act is one transaction of event, report as it stands then, and chronology."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import dated_en, exact
from feeds.judged import Judged
from rules.reports.case import GONE, OPEN, PUBLIC, Act, Case, CaseError, Event, How
from rules.reports.life import REASONS
from rules.reports.reason import Reason
from services.notices.following import forgotten
from services.reports.entries import ACTS_JA, count, entry
from services.reports.permission import objections
from services.reports.told import told_of
from services.store import chronology, records, report_cases, report_revisions, users
from services.store.engine import Store

_STANDS = frozenset(  # acts after which the report may stand otherwise
    {Act.TRIAGE, Act.CONFIRM, Act.SIGN_OFF, Act.REJECT, Act.WITHDRAW, Act.CORRECT, Act.REOPEN, Act.MERGE, Act.SPLIT}
)
Placing = Callable[[Case], Case]  # with its district, where it lies in one


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What an officer does with one case. ``seen``: how many acts it had when they looked; None: they did not."""

    number: int
    act: Act
    who: str
    seen: int | None = None
    reason: Reason | None = None
    text: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


async def do(store: Store, deed: Deed, now: datetime, placed: Placing = lambda case: case) -> Case:
    """One act of one officer; the case after it.

    Raises CaseError: not_found, not_allowed, changed (who did what meanwhile), and the codes of
    :func:`rules.reports.life.apply`; told and other_way for a merge.
    """
    async with store.write() as connection:
        case = await _looked_at(connection, deed)
        account = await users.find(connection, deed.who)
        if no := objections(account, deed.act, placed(case)):
            raise CaseError("not_allowed", f"{'。'.join(no)} / you may not do this")
        before = case
        if deed.act is Act.MERGE:
            await _may_merge(connection, case, deed, now)
        case = await act(connection, case, _event(case, deed, now))
        await follow(connection, before, case)
        await _forget(connection, case)
        return case


def _event(case: Case, deed: Deed, now: datetime) -> Event:
    fitting = REASONS.get(deed.act, ())
    reason = deed.reason or (fitting[0] if len(fitting) == 1 or deed.act in (Act.TRIAGE, Act.SPLIT) else None)
    at = max([now, *(one.at for one in case.events[-1:])])  # the clock of an exercise may be set back
    return Event(act=deed.act, at=at, how=How.DESK, who=deed.who, reason=reason, text=deed.text, facts=dict(deed.facts))


async def _looked_at(connection: AsyncConnection, deed: Deed) -> Case:
    case = await report_cases.find(connection, deed.number)
    if case is None:
        raise CaseError("not_found", f"番号 {deed.number} の通報はありません / there is no report {deed.number}")
    if deed.seen is not None and deed.seen != case.version:
        last = case.events[-1]
        done = f"{last.who} が{exact(last.at)}に「{ACTS_JA[last.act][0]}」を記録しました"
        english = f"changed since you looked: {last.act} by {last.who}, {dated_en(last.at)}"
        raise CaseError("changed", f"その後に{done}。いまの状態を見て、選び直してください / {english}")
    return case


async def act(connection: AsyncConnection, case: Case, event: Event) -> Case:
    """One act on a case read in this transaction, with the report as it stands then, and its line in the log."""
    after = await report_cases.act(connection, case, event)
    if event.act in _STANDS:
        await _stand(connection, after)
    await chronology.append(connection, [entry(after, event)])
    count(after, event)
    return after


async def _stand(connection: AsyncConnection, case: Case) -> None:
    """Keep the report as it stands now, where that is not as it stood."""
    report = (await report_revisions.newest(connection, [case.key])).get(case.key)
    if report is None:  # its record is old enough to be gone
        return
    found = await report_revisions.stands(connection, case, report)
    before = replace(report, judged=replace(report.judged or Judged(), revision=0))
    if found != before:
        await records.keep(connection, found, case.events[-1].at)


async def _may_merge(connection: AsyncConnection, case: Case, deed: Deed, now: datetime) -> None:
    """Both must be of one kind of truth: nothing told or surer disappears behind what is less."""
    into = deed.facts.get("into")
    first = await report_cases.find(connection, into) if isinstance(into, int) else None
    if first is None or first.id == case.id:
        raise CaseError("bad_merge", "まとめる先の通報がありません / there is no such report to merge it into")
    if first.same_as is not None:
        text = f"番号 {first.same_as} にまとめてください / merge it into {first.same_as}, which stands for {first.id}"
        raise CaseError("bad_merge", text)
    if (first.status, first.kind) != (case.status, case.kind) or first.state not in OPEN:
        text = (
            "種別・本番と訓練の別が同じで、終わっていない通報にだけまとめられます / only into an open one of its kind"
        )
        raise CaseError("bad_merge", text)
    if case.state in PUBLIC and first.state not in PUBLIC:
        text = f"番号 {first.id} のほうを、こちらにまとめてください / merge {first.id} into this one: it is surer"
        raise CaseError("other_way", text)
    if any(one.in_force(now) for one in (await told_of(connection, case, now)).values()):
        text = "この通報はもう発表されています。取り下げるか、もう一方をこちらにまとめてください"
        raise CaseError("told", f"{text} / people were told of it: withdraw it, or merge the other into it")


async def _forget(connection: AsyncConnection, case: Case) -> None:
    """Who was missing and is found is forgotten, as where the police say so."""
    last = case.events[-1]
    if case.kind != "missing_person" or last.act is not Act.WITHDRAW or last.reason is not Reason.FOUND:
        return
    report = (await report_revisions.newest(connection, [case.key])).get(case.key)
    if report is not None:
        await records.reword(connection, forgotten(report))


async def follow(connection: AsyncConnection, before: Case, case: Case) -> None:
    """What an act does to others: the first of a group counts its calls; when it goes, they stand for themselves."""
    children = await report_cases.merged_into(connection, [case.id])
    for child in children if case.same_as is not None else ():
        last = case.events[-1]
        alone = await report_cases.act(connection, child, _by_hub(child, Reason.NOT_THE_SAME, last.at))
        await act(connection, alone, replace(last, at=alone.events[-1].at))
    if case.state in GONE and before.state not in GONE:
        for child in children:
            await act(connection, child, _by_hub(child, Reason.FIRST_IS_OVER, case.events[-1].at))
    for number in {before.same_as, case.same_as} - {None} if case.same_as != before.same_as else ():
        first = await report_cases.find(connection, number) if number else None
        if first is not None:
            await _stand(connection, first)


def _by_hub(child: Case, reason: Reason, at: datetime) -> Event:
    return Event(act=Act.SPLIT, at=max(at, child.events[-1].at), how=How.HUB, who="hub", reason=reason)
