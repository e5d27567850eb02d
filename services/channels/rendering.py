"""What every channel of an alert would send, or why it would not: made once, when a revision is drafted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import structlog

from rules.alert import Alert
from services.channels.budget.purse import Purse
from services.channels.channel import Channel, Payload
from services.channels.registry import too_slow
from services.channels.unsent import Unsent
from services.store.alerts import Refusal, Rendered

BUDGET = f"{Unsent.BUDGET.value}_"  # named reasons of the planner
log = structlog.get_logger()


def rendered(
    alert: Alert, channels: Mapping[str, Channel], purse: Purse, reached: Collection[str] = ()
) -> tuple[Rendered, list[str]]:
    """What each channel would send, and sentences for the officer where the budget made it less.

    ``channels`` are those that are set up; ``reached``, where the series is out or may be. A correction is for those
    who have read what it corrects: where nothing is out yet, the corrected whole is told.
    """
    whole = replace(alert, correction={}, concerns=(), soundless=False) if alert.correction else alert
    payloads: dict[str, Payload | Refusal] = {}
    notes: list[str] = []
    for name in alert.channels:
        payloads[name], less = _of(alert if name in reached else whole, name, channels.get(name), purse)
        notes += [f"{name}：予算のため、{less}"] if less else []
    return payloads, notes


def _of(alert: Alert, name: str, channel: Channel | None, purse: Purse) -> tuple[Payload | Refusal, str]:
    if channel is None:
        return Unsent.NOT_SET_UP.refusal(), ""
    if too_slow(name, alert):
        return Unsent.TOO_SLOW.refusal(), ""
    if alert.status not in channel.statuses:
        return Unsent.STATUS.refusal(alert.status), ""
    try:
        planned = purse.render(channel, alert)
    except ValueError as error:  # what the channel is not for, or cannot say
        log.info("alert refused by its form", channel=name, identifier=alert.identifier, reason=str(error))
        return Unsent.FORM.refusal(error), ""
    except Exception as error:  # a fault of ours: one channel that cannot say it must not silence the others
        log.error("alert cannot be rendered", channel=channel.name, identifier=alert.identifier, exc_info=error)
        return Unsent.FORM.refusal(repr(error)), ""
    less = planned.plan.words()
    if planned.payload is None:
        return Unsent.BUDGET.refusal(less, planned.plan.steps[-1]), ""
    return planned.payload, less
