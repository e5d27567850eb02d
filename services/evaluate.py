"""Evaluate: the hazard picture meets the rules. Drafts, deliveries, reasons and log in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import Alert, Approval, State
from rules.engine import Drop, Withdrawal, decide
from rules.situation import Situation, told_keys
from services.bell import Bell
from services.channels.budget.purse import Purse
from services.channels.registry import outlets
from services.channels.rendering import BUDGET, rendered
from services.city import City
from services.clock import Clock, wall
from services.desks.hold_off import Present, leave
from services.desks.review import release
from services.lease import Leased
from services.store import alerts, chronology, cursors, hazards, hold_offs, silences, suppressions
from services.store.chronology import Entry
from services.store.codec import from_json
from services.store.engine import Store
from services.store.suppressions import Suppression
from services.telemetry import DRAFTS


class Evaluate:
    """The loop over the rules. Runs on every change and every second, because holds and expiries are made of time."""

    name = "evaluate"

    def __init__(self, store: Store | Leased, bell: Bell, clock: Clock, city: City) -> None:
        self._store, self._bell, self._clock, self._city = store, bell, clock, city

    async def step(self, statuses: Iterable[Status] = tuple(Status)) -> bool:
        """Decide for these statuses; True if anything was written for people or channels."""
        moved = False
        for status in statuses:
            now = self._clock.now()
            async with self._store.write() as connection:
                moved |= await self._decide(connection, status, now)
                await cursors.move(connection, f"{self.name}:{status}", await hazards.latest_seq(connection))
        if moved:
            self._bell.ring("alerts")
            self._bell.ring("outbox")
        return moved

    async def _decide(self, connection: AsyncConnection, status: Status, now: datetime) -> bool:
        for row in await alerts.run_out(connection, status, now):
            await hold_offs.end(connection, row["series"])
            await chronology.append(connection, [_ran_out(from_json(Alert, row["body"]), now)])
        picture = await hazards.current(connection, status)
        standing = await alerts.standing(connection, status, now)
        quiet = await silences.holding(connection, now, status)
        left = await hazards.gone(connection, told_keys(standing) - picture.keys())
        seen = tuple(picture.values())
        situation = Situation(now=now, status=status, hazards=seen, standing=standing, silences=quiet, gone=left)
        decided = decide(situation, self._city.rules, self._city.sender, self._city.place, self._city.around)
        decision = self._city.floor.under(decided)
        purse = Purse(connection, self._city.meters, now, wall())
        for alert in decision.alerts:
            named = replace(alert, channels=outlets(alert.channels, self._city.channels))
            await self._propose(connection, named, now, purse)
        for gone in decision.withdrawn:
            await self._close(connection, gone, status, now)
        held = [_suppression(drop) for drop in decision.drops]
        if self._city.meters:  # where nothing costs anything the planner holds nothing back
            held += [_kept_back(*one) for one in await alerts.refused(connection, status, BUDGET)]
        await suppressions.replace_standing(connection, status, now, held)
        present = Present(floor=self._city.floor, channels=self._city.channels, hazards=picture)
        ripe = await leave(connection, status, now, present)
        DRAFTS.labels(status.value).set(await alerts.drafts(connection, status))
        return bool(decision.alerts or decision.withdrawn or ripe)

    async def _propose(self, connection: AsyncConnection, alert: Alert, now: datetime, purse: Purse) -> None:
        """Store the draft with everything it would send; what needs no person leaves the house at once."""
        payloads, notes = await rendered(alert, self._city.channels, purse)
        alert = replace(alert, evidence=(*alert.evidence, *notes))
        await alerts.add_draft(connection, alert, payloads, now)
        if alert.approval is Approval.AUTO:
            draft = await alerts.get(connection, alert.series, alert.revision)
            assert draft is not None
            await release(connection, draft, now, who=f"規則 {alert.rule}")
            return
        text = f"「{alert.texts['ja'].headline}」第{alert.revision}報の案を作った（承認待ち）"
        await chronology.append(connection, [_entry(alert, "draft", text, now)])

    async def _close(self, connection: AsyncConnection, gone: Withdrawal, status: Status, now: datetime) -> None:
        """A draft nobody needs goes; a series that is over ends. What was issued before a withdrawn draft stands."""
        turned = await alerts.give_way(connection, gone.series, gone.state, now)
        await hold_offs.end(connection, gone.series)
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


def _kept_back(series: str, rule: str, channel: str, reason: str) -> Suppression:
    return Suppression(
        rule=rule, series=series, stage="budget", reason=f"budget:{channel}", detail=f"{channel}：{reason}"
    )


def _ran_out(alert: Alert, now: datetime) -> Entry:
    text = f"「{alert.texts['ja'].headline}」第{alert.revision}報の有効期限が切れた（新しい案は承認されていない）"
    return _entry(alert, "expired", text, now)


def _entry(alert: Alert, kind: str, text: str, now: datetime) -> Entry:
    refs = {"series": alert.series, "revision": str(alert.revision), "rule": alert.rule}
    return Entry(at=now, status=alert.status, kind=kind, who="evaluate", text=text, refs=refs)
