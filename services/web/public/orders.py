"""Which alerts are evacuation information itself, which raise the level at the top, and which come first."""

from __future__ import annotations

from feeds.status import Status
from rules.alert import Alert
from services.web.context import WebContext

ORDERS = {5: ("緊急安全確保",), 4: ("避難指示",), 3: ("高齢者等避難",)}  # 警戒レベル → what the city then issues


def is_order(alert: Alert) -> bool:
    """Whether this is evacuation information itself, called as the law calls it, or only corresponds to a level.

    To tell people 「避難指示」 where the city has ordered nothing would be as wrong as the other way round.
    """
    called = bool(alert.order) or any(name in alert.texts["ja"].event for name in ORDERS.get(alert.level, ()))
    return alert.alert_level and not alert.ends and called


def counts(alert: Alert, context: WebContext) -> bool:
    """Whether the alert raises the level at the top of the page: a drill only does where all of the hub is one."""
    real = alert.status is Status.ACTUAL or (context.exercise and context.public_exercise)
    return alert.alert_level and real and not alert.ends


def gravest_first(alert: Alert) -> tuple[bool, bool, int, float]:
    """To sort by: orders of the city, then what has a 警戒レベル, the highest first; the newest first among equals."""
    return (not is_order(alert), not alert.alert_level, -alert.level, -alert.sent.timestamp())
