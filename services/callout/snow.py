"""What rings at the snow desk: proposals nobody decides, orders nobody acknowledges, orders nobody says are done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from feeds.japan import dated
from feeds.status import Status
from rules.orders.decision import KINDS_EN, KINDS_JA
from rules.orders.life import GIVEN, Act, Order, State, overdue
from services.callout.occasion import Event, Occasion
from services.configuration.plow import Plow


def desk_of(status: Status) -> str:
    """Where the desk of this status is: a drill's link must not open the real one, where a press is a real order."""
    return "/ops/snow" if status is Status.ACTUAL else f"/ops/snow?status={status.value}"


def order_occasions(open_orders: Sequence[Order], plow: Plow, now: datetime) -> Iterator[Occasion]:
    """Everything about orders that rings at ``now``."""
    for status in Status:
        yield from _undecided([one for one in open_orders if one.status is status], status, plow, now)
    for order in open_orders:
        if overdue(order, now, plow.patience):
            yield _unanswered(order)
        elif order.state in GIVEN and order.finish_by and now >= order.finish_by + _late(plow):
            yield _untold(order, order.finish_by + _late(plow))


def _late(plow: Plow) -> timedelta:
    return timedelta(minutes=plow.late_minutes)


def _undecided(orders: Iterable[Order], status: Status, plow: Plow, now: datetime) -> Iterator[Occasion]:
    """One for all sections: a storm must not call a hundred times."""
    waiting = [(one, one.last(Act.PROPOSE)) for one in orders if one.state is State.PROPOSED]
    since = [asked.at for _, asked in waiting if asked is not None]
    if not since or now - min(since) < plow.patience:
        return
    names = [f"{one.section_name}（{KINDS_JA[one.kind]}）" for one, _ in waiting]
    yield Occasion(
        key=f"order:{status}:proposed",
        event=Event.ORDER,
        status=status,
        level=0,
        subject=f"除雪：{len(names)}件の提案が、{dated(min(since))}から決裁を待っています（指示は出ていません）",
        subject_en=f"{len(names)} snow orders are proposed and wait for a decision: nothing has been ordered",
        detail="、".join(names[:20]),
        path=desk_of(status),
        since=min(since),
    )


def _unanswered(order: Order) -> Occasion:
    given = order.last(Act.ORDER)
    assert given is not None  # it would not be overdue
    return Occasion(
        key=f"order:{order.id}:unanswered",
        event=Event.ORDER,
        status=order.status,
        level=0,
        subject=f"除雪：{order.section_name}の{KINDS_JA[order.kind]}の指示（{dated(given.at)}）を、受託者がまだ受領していません",
        subject_en=f"The contractor has not acknowledged order {order.id} ({KINDS_EN[order.kind]})",
        path=desk_of(order.status),
        since=given.at,
    )


def _untold(order: Order, since: datetime) -> Occasion:
    return Occasion(
        key=f"order:{order.id}:late",
        event=Event.ORDER,
        status=order.status,
        level=0,
        subject=f"除雪：{order.section_name}の指示（番号 {order.id}）が、目標の時刻を過ぎても完了していません",
        subject_en=f"Order {order.id} ({KINDS_EN[order.kind]}) should be done, and nobody has said that it is",
        path=desk_of(order.status),
        since=since,
    )
