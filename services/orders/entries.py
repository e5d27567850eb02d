"""Acts on orders as lines of the chronology, and as metrics."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import Counter, Gauge

from feeds.japan import dated
from feeds.status import Status
from rules.orders.decision import KINDS_JA, Expected
from rules.orders.life import OPEN, Act, Event, Order
from rules.orders.words import ACTS_JA
from services.figures import told_by
from services.store.chronology import Entry

ACTS = Counter("shirase_order_acts", "What was done with snow orders", ["status", "kind", "act"])
STANDING = Gauge("shirase_orders_open", "Snow orders that are not over", ["status", "state"])
told_by("orders", STANDING.clear)
_SILENT = frozenset({Act.UPDATE})  # figures that move are the order's own record


def entry(order: Order, event: Event) -> Entry | None:
    """The line that tells the act; None for what would only fill the log."""
    if event.act in _SILENT:
        return None
    when = f"（{dated(event.happened_at)}）" if event.happened_at else ""
    told = f"：{event.text}" if event.text else ""
    text = f"{order.section_name} {KINDS_JA[order.kind]}（指示番号 {order.id}）{ACTS_JA[event.act]}{when}{told}"
    refs = {"order": str(order.id), "section": order.section, "act": event.act.value}
    return Entry(at=event.at, status=order.status, kind="order", who=event.who, text=text, refs=refs)


def linked_entry(order: Order, who: str, at: datetime) -> Entry:
    """The line that tells who made the link by which a contractor answers; the link itself is in no record."""
    text = f"{order.section_name} {KINDS_JA[order.kind]}（指示番号 {order.id}）業者の返事のためのリンクを作った"
    refs = {"order": str(order.id), "section": order.section}
    return Entry(at=at, status=order.status, kind="order", who=who, text=text, refs=refs)


def expected_entry(status: Status, section: str, one: Expected, who: str) -> Entry:
    """The line that tells who noted a forecast: orders may rest on it."""
    text = f"降雪の予想を記入した：{section or 'すべての工区'} {dated(one.until)} までに {one.cm:g} cm（{one.source}）"
    refs = {"section": section} if section else {}
    return Entry(at=one.at, status=status, kind="order", who=who, text=text, refs=refs)


def count(order: Order, event: Event) -> None:
    ACTS.labels(order.status.value, order.kind.value, event.act.value).inc()


def show(orders: list[Order]) -> None:
    """Every state has its figure, or a query could not tell "none" from "not measured"."""
    for status in Status:
        for state in sorted(OPEN):
            some = sum(one.status is status and one.state is state for one in orders)
            STANDING.labels(status.value, state.value).set(some)
