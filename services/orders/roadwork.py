"""What plows did for the orders that were given, read of the roads where anything changed since the last look.

What is kept here only saves work: it is made of the store alone, and a process that begins reads all of it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.passes import Pass
from geo.plow.rounds import own
from rules.orders.life import GIVEN, Act, Event, Order
from rules.orders.progress import Worked, concerned, is_seen, progress, worked
from services.roads import Roads
from services.store import plowed


@dataclass(frozen=True, slots=True)
class Read:
    """Segments of an order that were read, and all passes over them since it was given."""

    order: Order
    segments: frozenset[str]
    passes: Sequence[Pass]


@dataclass(frozen=True, slots=True)
class News:
    """What was read at one look."""

    upto: int = 0  # the change of passes that it had come to
    orders: Sequence[Read] = ()


class Roadwork:
    """Of vehicles of the order's own status: a drill's never count for the real one."""

    def __init__(self, roads: Roads | None) -> None:
        self._statuses = roads.statuses if roads else frozenset[Status]()
        self._own = own(roads.carriageways.segments) if roads else {}
        self._upto: dict[Status, int] = {}
        self._known: dict[Status, dict[int, dict[str, Worked]]] = {}  # by order, by segment

    async def read(self, connection: AsyncConnection, status: Status, known: Sequence[Order]) -> News:
        """The passes that :meth:`acts` has not counted yet, for those of the orders that they can tell of."""
        given = [one for one in known if one.state in GIVEN and is_seen(one.kind) and one.when(Act.ORDER)]
        if status not in self._statuses or not given:
            return News()
        before, counted = self._upto.get(status, 0), self._known.get(status, {})
        upto = await plowed.changes(connection, status)
        changed = frozenset(await plowed.changed(connection, status, before) if counted else ())
        read = []
        for order in given:
            mine = frozenset(one.id for one in concerned(order, self._own.get(order.section, ())))
            wanted = mine & changed if order.id in counted else mine
            read.append(Read(order, wanted, await _since(connection, order, wanted)))
        return News(upto, read)

    def acts(self, status: Status, news: News, now: datetime) -> dict[int, tuple[int, list[Event]]]:
        """By order how many acts it had, and those that its passes come to. After a restart on a hard night these are
        200,000 passes: not for the event loop."""
        before, after, found = self._known.get(status, {}), dict[int, dict[str, Worked]](), {}
        for one in news.orders:
            kept = {
                segment: told for segment, told in before.get(one.order.id, {}).items() if segment not in one.segments
            }
            after[one.order.id] = kept | worked(one.order, one.passes)
            acts = progress(one.order, self._own.get(one.order.section, ()), after[one.order.id], now)
            found[one.order.id] = len(one.order.events), acts
        self._upto[status], self._known[status] = news.upto, after
        return found


async def _since(connection: AsyncConnection, order: Order, segments: frozenset[str]) -> list[Pass]:
    given = order.when(Act.ORDER)
    if given is None or not segments:
        return []
    return list((await plowed.passes_over(connection, order.status, segments, given)).values())
