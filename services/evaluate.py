"""Evaluate: the hazard picture meets the rules. Drafts, deliveries, reasons and log in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.records import Status
from rules.alert import Alert, Approval, Place
from rules.engine import Decision, Sender, decide
from rules.rule import Rule
from rules.situation import Situation
from services.bell import Bell
from services.channels.channel import Channel, Payload
from services.clock import Clock
from services.desks.review import issue
from services.store import alerts, chronology, cursors, hazards, suppressions
from services.store.alerts import Refusal, Rendered
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.suppressions import Suppression
from services.telemetry import DRAFTS

log = structlog.get_logger()


class Evaluate:
    """The loop over the rules. Runs on every change and every second, because holds and expiries are made of time."""

    name = "evaluate"

    def __init__(
        self,
        store: Store,
        bell: Bell,
        clock: Clock,
        rules: Sequence[Rule],
        channels: Mapping[str, Channel],
        voice: tuple[Sender, Callable[[str], Place]],
    ) -> None:
        self._store, self._bell, self._clock = store, bell, clock
        self._rules, self._channels = rules, channels
        self._sender, self._places = voice

    async def step(self) -> bool:
        """Decide for every status; True if anything was written for people or channels."""
        moved = False
        for status in Status:
            now = self._clock.now()
            async with self._store.write() as connection:
                moved |= await self._decide(connection, status, now)
                await cursors.move(connection, f"{self.name}:{status}", await hazards.latest_seq(connection))
        if moved:
            self._bell.ring("alerts")
            self._bell.ring("outbox")
        return moved

    async def _decide(self, connection: AsyncConnection, status: Status, now: datetime) -> bool:
        picture = tuple((await hazards.current(connection, status)).values())
        standing = await alerts.standing(connection, status, now)
        situation = Situation(now=now, status=status, hazards=picture, standing=standing)
        decision = decide(situation, self._rules, self._sender, self._places)
        for alert in decision.alerts:
            await self._propose(connection, alert, now)
        await self._close(connection, decision, standing.keys(), status, now)
        held = [_suppression(drop) for drop in decision.drops]
        await suppressions.replace_standing(connection, status, now, held)
        after = await alerts.standing(connection, status, now)
        DRAFTS.labels(status.value).set(sum(one.state == "draft" for one in after.values()))
        return bool(decision.alerts or decision.withdrawn or decision.ended)

    async def _propose(self, connection: AsyncConnection, alert: Alert, now: datetime) -> None:
        """Store the draft with everything it would send; what needs no person leaves the house at once."""
        payloads = self._render(alert)
        await alerts.add_draft(connection, alert, payloads, now)
        if alert.approval is Approval.AUTO:
            draft = await alerts.get(connection, alert.series, alert.revision)
            assert draft is not None
            await issue(connection, draft, now, who=f"規則 {alert.rule}")
            return
        text = f"「{alert.texts['ja'].headline}」第{alert.revision}報の案を作った（承認待ち）"
        await chronology.append(connection, [_entry(alert, "draft", text, now)])

    def _render(self, alert: Alert) -> Rendered:
        rendered: dict[str, Payload | Refusal] = {}
        for name in alert.channels:
            channel = self._channels.get(name)
            if channel is None:
                rendered[name] = Refusal("この経路は設定されていない")
            elif alert.status not in channel.statuses:
                rendered[name] = Refusal(f"この経路は {alert.status} を受け付けない設定")
            else:
                rendered[name] = _try_render(channel, alert)
        return rendered

    async def _close(
        self, connection: AsyncConnection, decision: Decision, known: Iterable[str], status: Status, now: datetime
    ) -> None:
        for series, reason in decision.withdrawn:
            if await alerts.withdraw_draft(connection, series, now):
                entry = Entry(
                    at=now,
                    status=status,
                    kind="withdrawn",
                    who=self.name,
                    text=f"案を取り下げた：{reason}",
                    refs={"series": series},
                )
                await chronology.append(connection, [entry])
        for series in decision.ended:
            if series in known:
                await alerts.end_series(connection, series, now)
                entry = Entry(
                    at=now,
                    status=status,
                    kind="ended",
                    who=self.name,
                    text=f"終わった：{series}",
                    refs={"series": series},
                )
                await chronology.append(connection, [entry])


def _try_render(channel: Channel, alert: Alert) -> Payload | Refusal:
    try:
        return channel.render(alert)
    except ValueError as error:
        log.error("alert cannot be rendered", channel=channel.name, identifier=alert.identifier, error=str(error))
        return Refusal(f"この経路の形にできない：{error}")


def _suppression(drop: object) -> Suppression:
    return Suppression(
        rule=getattr(drop, "rule", ""),
        series=getattr(drop, "series", ""),
        stage=getattr(drop, "stage", ""),
        reason=str(getattr(drop, "reason", "")),
        detail=getattr(drop, "detail", ""),
    )


def _entry(alert: Alert, kind: str, text: str, now: datetime) -> Entry:
    refs = {"series": alert.series, "revision": str(alert.revision), "rule": alert.rule}
    return Entry(at=now, status=alert.status, kind=kind, who="evaluate", text=text, refs=refs)
