"""How the queue stands, section by section: for the head of the page, its filters, and the snow desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from feeds.status import Status
from rules.requests.turn import Turn
from services.store import request_queue
from services.store.request_queue import NOWHERE, Tally
from services.web.context import WebContext

LATE = timedelta(hours=48)
WEEK = timedelta(days=7)
_WAIT = {Turn.URGENT, Turn.WAITS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """``open`` counts those behind a first one as one with it; ``rate`` is requests of seven days by 100 households,
    None where nobody has written down how many live there."""

    code: str
    name: str
    open: int
    waits: int
    urgent: int
    late: int
    rate: float | None = None


async def tally(context: WebContext, status: Status) -> list[Tally]:
    """The queue of this status."""
    async with context.store.read() as connection:
        return await request_queue.tally(connection, status, context.now() - LATE)


def summed(some: Iterable[Tally], code: str = "", name: str = "", rate: float | None = None) -> Figures:
    """All of them together."""
    told = list(some)
    return Figures(
        code=code,
        name=name,
        open=sum(one.count for one in told),
        waits=sum(one.count for one in told if one.turn in _WAIT),
        urgent=sum(one.count for one in told if one.turn is Turn.URGENT),
        late=sum(one.late for one in told),
        rate=rate,
    )


async def by_section(context: WebContext, status: Status, told: Sequence[Tally]) -> list[Figures]:
    """Each plow section that has any, or has a rate; those with the most that waits first."""
    households: Mapping[str, int] = context.services.settings.households if context.services else {}
    lately: Mapping[str, int] = {}
    if households:
        async with context.store.read() as connection:
            lately = await request_queue.asked_lately(connection, status, context.now() - WEEK)
    names = {area.code: area.name for area in context.ground.areas.of_kind("plow_section")}
    found = []
    for code in {one.section for one in told} | households.keys():
        mine = [one for one in told if one.section == code]
        living = households.get(code)
        rate = 100 * lately.get(code, 0) / living if living else None
        found.append(summed(mine, code or NOWHERE, names.get(code, code) or "工区の外・道路不明", rate))
    return sorted(found, key=lambda one: (-one.urgent, -one.waits, -one.open, one.code))
