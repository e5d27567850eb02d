"""What is left of each channel, read once for a batch of drafts, and the form in which each draft goes there.

This happens before people see the draft: what they approve is what goes out, byte for byte (docs/adr/0004, 0018).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from rules.alert import Alert
from services.channels.budget.meter import Meter
from services.channels.budget.plan import Gauge, Plan, plan, rank_of
from services.channels.budget.use import use_of
from services.channels.channel import WHOLE, Channel, Form, Payload, Shortens


@dataclass(frozen=True, slots=True)
class Planned:
    """A payload in the form that was chosen; None where the alert does not go to this channel."""

    payload: Payload | None
    plan: Plan


class Purse:
    """For one transaction: gauges are read when a channel is first asked for, and what was planned counts at once."""

    def __init__(self, connection: AsyncConnection, meters: Mapping[str, Meter], now: datetime, at: datetime) -> None:
        """``now`` is hub time, ``at`` wall time."""
        self._connection, self._meters, self._now, self._at = connection, meters, now, at
        self._gauges: dict[str, tuple[Gauge, ...]] = {}

    async def render(self, channel: Channel, alert: Alert) -> Planned:
        """Raises ValueError as the channel does."""
        meter = self._meters.get(channel.name)
        if meter is None:
            return Planned(channel.render(alert), Plan())
        gauges = await self._of(meter)
        rank = rank_of(alert.level, ends=alert.ends, msg_type=alert.msg_type, severity=alert.severity)
        found = plan(
            gauges,
            rank,
            self._at + (alert.expires - self._now),
            lambda form: use_of(meter.tariff, rendered(channel, alert, form).parts),
        )
        if not found.goes:
            return Planned(None, found)
        payload = rendered(channel, alert, found.form)
        self._commit(meter, gauges, payload)
        changed = bool(found.steps) and payload.digest != rendered(channel, alert, WHOLE).digest
        return Planned(payload, found if changed else Plan())

    async def _of(self, meter: Meter) -> tuple[Gauge, ...]:
        if meter.channel not in self._gauges:
            self._gauges[meter.channel] = await meter.gauges(self._connection, self._at, with_waiting=True)
        return self._gauges[meter.channel]

    def _commit(self, meter: Meter, gauges: tuple[Gauge, ...], payload: Payload) -> None:
        use = use_of(meter.tariff, payload.parts)
        self._gauges[meter.channel] = tuple(gauge.with_more(use) for gauge in gauges)


def rendered(channel: Channel, alert: Alert, form: Form) -> Payload:
    """In the form where the channel has forms, else as ever."""
    return channel.render_as(alert, form) if isinstance(channel, Shortens) else channel.render(alert)
