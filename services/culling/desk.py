"""What people do with cases of emergency culling: act, alert and chronology in one transaction.

To warn, and to end what was told, is to draft: the draft goes the way of all drafts, and people issue it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import dated_en, exact
from feeds.status import Status
from geo.sighted.cordon import CordonError, checked
from rules.alert import Alert, State
from rules.culling.case import ANIMALS, Act, Case, Condition, Event, Office, Outcome, Plan, Stage, Told
from rules.culling.life import CullingError, apply
from rules.culling.telling import CHANNELS, carried_on, lifted, series_name, warning
from rules.culling.words import ACTS
from rules.redraft import AmendmentError, Pen, Series
from rules.reports.case import State as Judged
from services.channels.registry import outlets
from services.city import City
from services.culling.entries import count, entry
from services.culling.permission import objections
from services.desks.drafting import drafted
from services.store import alerts, chronology, cullings, report_cases, users
from services.store.alerts import Revision
from services.store.engine import Store
from services.store.prepared import Mark, write_prepared
from services.store.reached import reached

_ENDS = (Act.FINISH, Act.CALL_OFF, Act.CLEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a person does with one case. ``seen``: how many acts it had when they looked; None: they did not."""

    number: int
    act: Act
    who: str
    seen: int | None = None
    condition: Condition | None = None
    office: Office | None = None
    outcome: Outcome | None = None
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    case: Case  # after the act
    alert: Alert | None = None  # what is drafted with it
    out: tuple[str, ...] = ()  # where its series is out already
    withdraws: bool = False  # the draft that waits is nobody's any more


async def begin(store: Store, *, status: Status, animal: str, sighting: int | None, who: str, now: datetime) -> Case:
    """A new case, from a confirmed report or by hand. Raises CullingError: not_allowed, bad_animal, bad_sighting."""
    if animal not in ANIMALS:
        raise CullingError("bad_animal", "クマかイノシシの件だけを開けます / a bear or a wild boar")
    async with store.write() as connection:
        if no := objections(await users.find(connection, who), Act.OPEN, animal):
            raise CullingError("not_allowed", f"{'。'.join(no)} / you may not do this")
        if sighting is not None:
            await _behind(connection, sighting, status, animal)
        first = Event(act=Act.OPEN, at=now, who=who)
        bare = Case(id=0, status=status, animal=animal, sighting=sighting, events=(first,))
        case = await cullings.begin(connection, bare)
        await chronology.append(connection, [entry(case)])
    count(case)
    return case


async def _behind(connection: AsyncConnection, sighting: int, status: Status, animal: str) -> None:
    report = await report_cases.find(connection, sighting)
    if report is None or report.kind != animal or report.status is not status:
        text = "同じ動物の通報がありません（本番と訓練の別も見ます） / there is no such report of this animal"
        raise CullingError("bad_sighting", text)
    if report.state is not Judged.CONFIRMED:
        raise CullingError("bad_sighting", "確認済みの通報からだけ開けます / only from a confirmed report")
    if known := await cullings.of_sighting(connection, sighting):
        raise CullingError("open_already", f"この通報の件はもう開かれています：{known.id} / it is open already")


async def do(store: Store, city: City, deed: Deed, now: datetime) -> Case:
    """One act of one person; the case after it.

    Raises CullingError: not_found, not_allowed, changed (who did what meanwhile), the codes of
    :func:`rules.culling.life.apply`, of an area, and of a draft that cannot be written.
    """

    async def mark(connection: AsyncConnection) -> Mark:
        return await cullings.mark(connection, deed.number)

    async def look(connection: AsyncConnection) -> tuple[Mark, _Step]:
        return await mark(connection), await _step(connection, city, deed, now)

    async def make(step: _Step) -> tuple[_Step, Revision | None]:
        if step.alert is None:
            return step, None
        (draft,) = await drafted(store, city, [step.alert], now, step.out)
        return step, draft

    async def put(connection: AsyncConnection, made: tuple[_Step, Revision | None]) -> Case:
        step, draft = made
        if draft is not None:
            await alerts.add_draft(connection, draft.alert, draft.payloads, now)
        if step.withdraws:
            await alerts.give_way(connection, step.case.series, State.WITHDRAWN, now)
        await cullings.add(connection, step.case)
        await chronology.append(connection, [entry(step.case)])
        return step.case

    case = await write_prepared(store, mark, look, make, put)
    assert case is not None  # a step is always made
    count(case)
    return case


async def _step(connection: AsyncConnection, city: City, deed: Deed, now: datetime) -> _Step:
    case = await _looked_at(connection, deed)
    if no := objections(await users.find(connection, deed.who), deed.act, case.animal):
        raise CullingError("not_allowed", f"{'。'.join(no)} / you may not do this")
    told = (await cullings.told(connection, [case], now)).get(case.id, Told())
    after = apply(case, _event(city, case, deed, now), told)
    pen = Pen(author=deed.who, now=now, sender=city.sender, places=city.place)
    try:
        if deed.act is Act.WARN:
            return await _warned(connection, city, after, told, pen)
        if deed.act in _ENDS:
            return await _ended(connection, after, told, pen)
    except AmendmentError as error:
        raise CullingError(error.code, str(error)) from error
    return _Step(after)


def _event(city: City, case: Case, deed: Deed, now: datetime) -> Event:
    plan = deed.plan
    if plan is not None:
        try:
            plan = replace(plan, areas=checked(plan.areas, city.ground.areas))
        except CordonError as error:
            raise CullingError(error.code, str(error)) from error
    at = max([now, *(one.at for one in case.events[-1:])])  # the clock of an exercise may be set back
    outcome = Outcome.CALLED_OFF if deed.act is Act.CALL_OFF else deed.outcome
    return Event(
        act=deed.act,
        at=at,
        who=deed.who,
        condition=deed.condition if deed.act in (Act.TICK, Act.UNTICK) else None,
        office=(deed.office or Office.MAYOR) if deed.act is Act.ORDER else None,
        outcome=outcome if deed.act in (Act.FINISH, Act.CALL_OFF) else None,
        plan=plan if deed.act is Act.PLAN else None,
    )


async def _looked_at(connection: AsyncConnection, deed: Deed) -> Case:
    case = await cullings.find(connection, deed.number)
    if case is None:
        raise CullingError("not_found", f"番号 {deed.number} の件はありません / there is no case {deed.number}")
    if deed.seen is not None and deed.seen != case.version:
        last = case.events[-1]
        done = f"{last.who} が{exact(last.at)}に「{ACTS[last.act].ja}」を記録しました"
        english = f"changed since you looked: {last.act} by {last.who}, {dated_en(last.at)}"
        raise CullingError("changed", f"その後に{done}。いまの状態を見て、選び直してください / {english}")
    return case


async def _warned(connection: AsyncConnection, city: City, case: Case, told: Told, pen: Pen) -> _Step:
    plan = case.plan
    assert plan is not None  # the machine asks for it
    if told.stage is Stage.OUT:
        series = await _series(connection, case, pen.now)
        return _Step(case, carried_on(case, plan, series, pen), series.reached)
    channels = outlets(CHANNELS, city.channels)
    if told.stage is not Stage.WAITING:  # a series that is over, was refused or ran out is not taken up again
        name = series_name(case, pen.now)
        return _Step(replace(case, series=name), warning(case, plan, name, channels, pen))
    before = await alerts.newest(connection, case.series)
    number = (before.revision if before else 0) + 1
    again = warning(case, plan, case.series, channels, pen)
    return _Step(case, replace(again, revision=number, identifier=f"{case.series}-{number}"))


async def _ended(connection: AsyncConnection, case: Case, told: Told, pen: Pen) -> _Step:
    """What people were told is lifted; what waits to be told is told nobody."""
    if told.stage is Stage.WAITING:
        return _Step(case, withdraws=True)
    if told.stage is not Stage.OUT or case.plan is None:
        return _Step(case)
    series = await _series(connection, case, pen.now)
    return _Step(case, lifted(case, case.plan, series, pen), series.reached)


async def _series(connection: AsyncConnection, case: Case, now: datetime) -> Series:
    standing = (await alerts.standing(connection, case.status, now)).get(case.series)
    if standing is None:
        raise CullingError(
            "nothing_in_force", "発表が有効でなくなりました。新しい発表を選んでください / nothing is in force"
        )
    return Series(standing=standing, reached=await reached(connection, case.series))
