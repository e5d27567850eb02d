"""Evaluate: the hazard picture meets the rules. Drafts, deliveries, reasons and log in one transaction.

What is decided and written out beside the store is put into it only where the picture, the revisions and the silences
are still those that it was decided from (docs/adr/0025). Where nothing changes, nobody's turn is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import Alert, Approval, State
from rules.engine import Drop, Withdrawal, decide
from rules.situation import Situation
from services import trail
from services.bell import Bell
from services.channels.registry import outlets
from services.channels.rendering import BUDGET
from services.city import City
from services.clock import Clock
from services.cost import in_passing
from services.desks.drafting import drafted
from services.desks.hold_off import Present, leave
from services.desks.review import release, send_out
from services.figures import EVALUATE_ALERTS, EVALUATE_SECONDS
from services.lease import Leased
from services.store import alerts, chronology, hold_offs, situations, suppressions
from services.store.alerts import Revision
from services.store.chronology import Entry
from services.store.codec import from_json
from services.store.engine import Store
from services.store.prepared import Mark, write_prepared
from services.store.suppressions import Suppression

_FEW = 300  # hazards and open series: judged within some five milliseconds


@dataclass(frozen=True, slots=True)
class _Seen:
    """One look at the store."""

    situation: Situation
    ripe: bool  # a revision has waited as long as it must
    held: Sequence[Suppression]  # the reasons that the store knows
    over_budget: Sequence[Suppression]  # what open revisions themselves say


@dataclass(frozen=True, slots=True)
class _Made:
    """What is to be written."""

    drafts: Sequence[Revision]
    withdrawn: Sequence[Withdrawal]
    held: Sequence[Suppression]  # without what the budget holds back
    seen: _Seen


class Evaluate:
    """The loop over the rules. Runs on every change and every second, because holds and expiries are made of time."""

    name = "evaluate"

    def __init__(self, store: Store | Leased, bell: Bell, clock: Clock, city: City) -> None:
        self._store, self._bell, self._clock, self._city = store, bell, clock, city

    async def step(self, statuses: Iterable[Status] = tuple(Status)) -> bool:
        """Decide for these statuses; True if anything was written for people or channels."""
        moved = False
        for status in statuses:
            bells = await self._step(status)
            for name in bells:
                self._bell.ring(name)
            moved |= bool(bells)
        return moved

    async def _step(self, status: Status) -> Sequence[str]:
        """Decide; the bells to ring for what was written."""
        began, now = perf_counter(), self._clock.now()
        async with self._store.read() as connection:
            if not await situations.anything(connection, status):
                return ()
            over = await alerts.running_out(connection, status, now)
        if over:
            await self._run_out(status, now)
        bells = await write_prepared(
            self._store,
            mark=lambda connection: situations.mark(connection, status, now),
            look=lambda connection: self._look(connection, status),
            make=self._make,
            put=self._put,
        )
        EVALUATE_SECONDS.observe(perf_counter() - began)
        return bells or ()

    async def _run_out(self, status: Status, now: datetime) -> None:
        async with self._store.write() as connection:
            ran_out = await alerts.run_out(connection, status, now)
            await chronology.append(connection, [_ran_out(from_json(Alert, row["body"]), now) for row in ran_out])

    async def _look(self, connection: AsyncConnection, status: Status) -> tuple[Mark, _Seen]:
        now = self._clock.now()
        mark, situation = await situations.look(connection, status, now)
        drafts = any(one.state is State.DRAFT for one in situation.standing.values())
        ripe = drafts and bool(await hold_offs.due(connection, status, now))
        held = await suppressions.standing(connection, status)
        return mark, _Seen(situation, ripe, held, await self._over_budget(connection, status))

    async def _make(self, seen: _Seen) -> _Made | None:
        """Decide, and write out what is decided for every channel; None where the store says all of it already."""
        city, situation = self._city, seen.situation
        few = len(situation.hazards) + len(situation.standing) <= _FEW
        decided = await in_passing(few, decide, situation, city.rules, city.sender, city.place, city.around)
        decision = city.floor.under(decided)
        named = [replace(one, channels=outlets(one.channels, city.channels)) for one in decision.alerts]
        held = [_suppression(drop) for drop in decision.drops]
        moved = named or decision.withdrawn or seen.ripe
        if not moved and not suppressions.differ(seen.held, [*held, *seen.over_budget]):
            return None
        return _Made(await drafted(self._store, city, named, situation.now), decision.withdrawn, held, seen)

    async def _put(self, connection: AsyncConnection, made: _Made) -> Sequence[str]:
        """The bells to ring: of what was written for people, and of the channels that have something to send."""
        city, situation = self._city, made.seen.situation
        now, status = situation.now, situation.status
        out: set[str] = set()
        for draft in made.drafts:
            out |= await self._propose(connection, draft, now)
        for gone in made.withdrawn:
            await self._close(connection, gone, status, now)
        held = [*made.held, *await self._over_budget(connection, status)]
        if suppressions.differ(made.seen.held, held):
            await suppressions.replace_standing(connection, status, now, held)
        hazards = {one.key: one for one in situation.hazards}
        present = Present(floor=city.floor, channels=city.channels, hazards=hazards)
        ripe = made.seen.ripe and await leave(connection, status, now, present)
        for outcome, many in (("drafted", len(made.drafts)), ("withdrawn", len(made.withdrawn))):
            EVALUATE_ALERTS.labels(status.value, outcome).inc(many)
        if not (made.drafts or made.withdrawn or ripe):
            return ()
        return ["alerts", *(["outbox"] if ripe else [f"outbox:{name}" for name in sorted(out)])]

    async def _over_budget(self, connection: AsyncConnection, status: Status) -> list[Suppression]:
        """What open revisions themselves say. Where nothing costs anything the planner holds nothing back."""
        rows = await alerts.refused(connection, status, BUDGET) if self._city.meters else []
        return [
            Suppression(rule=rule, series=series, stage="budget", reason=f"budget:{name}", detail=f"{name}：{reason}")
            for series, rule, name, reason in rows
        ]

    async def _propose(self, connection: AsyncConnection, draft: Revision, now: datetime) -> frozenset[str]:
        """Store the draft with everything it would send; what needs no person leaves the house at once, by these
        channels."""
        alert = draft.alert
        trail.tell(connection, trail.DRAFTED, **trail.ids_of(alert), rule=alert.rule, hazards=alert.hazards)
        if alert.approval is Approval.AUTO and not alert.hold_off_s:
            await alerts.add_issued(connection, alert, draft.payloads, now)
            return await send_out(connection, draft, now, who=f"規則 {alert.rule}")
        await alerts.add_draft(connection, alert, draft.payloads, now)
        if alert.approval is Approval.AUTO:
            await release(connection, draft, now, who=f"規則 {alert.rule}")
            return frozenset()
        text = f"「{alert.texts['ja'].headline}」第{alert.revision}報の案を作った（承認待ち）"
        await chronology.append(connection, [_entry(alert, "draft", text, now)])
        return frozenset()

    async def _close(self, connection: AsyncConnection, gone: Withdrawal, status: Status, now: datetime) -> None:
        """A draft nobody needs goes; a series that is over ends. What was issued before a withdrawn draft stands."""
        turned = await alerts.give_way(connection, gone.series, gone.state, now)
        await hold_offs.end(connection, gone.series, now)
        over = gone.state is not State.WITHDRAWN
        if not (turned or over):
            return
        what = "終わった" if over else "案を取り下げた"
        text = f"{what}：{gone.series} 第{gone.revision}報（{gone.reason.ja}{gone.detail}）"
        refs = {"series": gone.series, "revision": str(gone.revision), "reason": gone.reason.value}
        kind = "ended" if over else "withdrawn"
        await chronology.append(
            connection, [Entry(at=now, status=status, kind=kind, who=self.name, text=text, refs=refs)]
        )


def _suppression(drop: Drop) -> Suppression:
    detail = f"{drop.reason.ja}：{drop.detail}" if drop.detail else drop.reason.ja
    told = tuple(sorted(drop.hazards))
    return Suppression(drop.rule, drop.series, drop.stage, drop.reason.value, detail, told)


def _ran_out(alert: Alert, now: datetime) -> Entry:
    text = f"「{alert.texts['ja'].headline}」第{alert.revision}報の有効期限が切れた（新しい案はまだ出ていない）"
    return _entry(alert, "expired", text, now)


def _entry(alert: Alert, kind: str, text: str, now: datetime) -> Entry:
    refs = {"series": alert.series, "revision": str(alert.revision), "rule": alert.rule}
    return Entry(at=now, status=alert.status, kind=kind, who="evaluate", text=text, refs=refs)
