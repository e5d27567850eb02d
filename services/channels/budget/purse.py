"""What is left of each channel, read once for a batch of drafts, and the form in which each draft goes there.

This happens before people see the draft: what they approve is what goes out, byte for byte (docs/adr/0004, 0018).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial

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
    """For one batch of drafts: what is planned of it counts at once for what comes after it.

    A plan, not a promise: what leaves meanwhile is not in it, and the last word is the gate's, when a delivery is sent.
    """

    def __init__(self, meters: Mapping[str, Meter], gauges: Mapping[str, tuple[Gauge, ...]], ahead: timedelta) -> None:
        """``gauges`` of each channel that has a meter; ``ahead``, by how much wall time is before hub time."""
        self._meters, self._gauges, self._ahead = meters, dict(gauges), ahead

    @classmethod
    async def of(
        cls,
        connection: AsyncConnection,
        meters: Mapping[str, Meter],
        channels: Collection[str],
        now: datetime,
        at: datetime,
    ) -> Purse:
        """What is left for these channels. ``now`` is hub time, ``at`` wall time."""
        asked = {name: meter for name, meter in meters.items() if name in channels}
        gauges = {name: await meter.gauges(connection, at, with_waiting=True) for name, meter in asked.items()}
        return cls(asked, gauges, at - now)

    def render(self, channel: Channel, alert: Alert) -> Planned:
        """Raises ValueError as the channel does."""
        meter = self._meters.get(channel.name)
        if meter is None:
            return Planned(channel.render(alert), Plan())
        gauges = self._gauges[channel.name]
        rank = rank_of(alert.status, alert.level, ends=alert.ends, msg_type=alert.msg_type, severity=alert.severity)
        in_form = cache(partial(rendered, channel, alert))
        found = plan(gauges, rank, alert.expires + self._ahead, lambda form: use_of(meter.tariff, in_form(form).parts))
        if not found.goes:
            return Planned(None, found)
        payload = in_form(found.form)
        use = use_of(meter.tariff, payload.parts)
        self._gauges[channel.name] = tuple(gauge.with_more(use) for gauge in gauges)
        changed = bool(found.steps) and payload.digest != in_form(WHOLE).digest
        return Planned(payload, found if changed else Plan())


def rendered(channel: Channel, alert: Alert, form: Form) -> Payload:
    """In the form where the channel has forms, else as ever."""
    return channel.render_as(alert, form) if isinstance(channel, Shortens) else channel.render(alert)
