"""Reports: what has stood long enough expires, and what was set aside after people were told is taken back by a draft.

What it goes by stands in the store, so it may die at any point and be started again: nothing is drafted twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from geo.models.sighting import anonymous
from rules.alert import Act as AlertAct
from rules.alert import State as AlertState
from rules.redraft import Said
from rules.reports.case import WAITING, Act, Case, Event, How, State
from rules.reports.reason import Reason
from rules.rule import Rule
from rules.situation import Standing
from services.city import City
from services.clock import Clock
from services.desks.review import ReviewError
from services.desks.writing import Ask, write
from services.lease import Leased
from services.reports.entries import WAITING as WAITING_NOW
from services.reports.entries import count
from services.reports.told import of_it_alone, speaking, spoken_of
from services.store import alerts, report_cases
from services.store.engine import Store

_AT_ONCE = 200
_TOLD = timedelta(days=31)  # no alert lives longer
log = structlog.get_logger()


class Queue:
    """The loop; one process at a time."""

    name = "reports"
    EVERY = 20.0  # seconds; sooner when something comes in

    def __init__(self, once: Leased | Store, store: Store, clock: Clock, city: City) -> None:
        self._once, self._store, self._clock, self._city = once, store, clock, city
        self._failing: set[str] = set()

    async def step(self) -> bool:
        """True where there is more to do at once."""
        now = self._clock.now()
        more = await self._expire(now)
        await self._take_back(now)
        async with self._once.read() as connection:
            WAITING_NOW.set((await report_cases.waiting(connection)).total())
        return more

    async def _expire(self, now: datetime) -> bool:
        async with self._once.read() as connection:
            anything = bool(await report_cases.due(connection, now, 1))
        if not anything:
            return False
        async with self._once.write() as connection:
            due = await report_cases.due(connection, now, _AT_ONCE)
            for case in due:
                event = _expiry(case, now)
                await report_cases.act(connection, case, event)
                count(case, event)
        return len(due) == _AT_ONCE

    async def _take_back(self, now: datetime) -> None:
        """Drafts the end of alerts in force that rest on a report which was set aside, where no rule ends them."""
        async with self._once.read() as connection:
            aside = await report_cases.set_aside(connection, now - _TOLD)
            standing = {
                status: await alerts.standing(connection, status, now) for status in {one.status for one in aside}
            }
            told = {status: spoken_of(some) for status, some in standing.items()}
            keys = [one.key for one in aside if anonymous(one.key) in told[one.status]]
            gone = sorted((await report_cases.of_keys(connection, keys)).values(), key=lambda case: case.id)
        for case in gone:
            for series, revision in _to_cancel(case, standing[case.status], self._city.rules, now):
                ask = Ask(
                    person=case.events[-1].who,
                    now=now,
                    act=_end_of(case),
                    series=series,
                    revision=revision,
                    said=Said(),
                )
                await self._draft(ask)

    async def _draft(self, ask: Ask) -> None:
        try:
            await write(self._store, self._city, ask)
            self._failing.discard(ask.series)
        except ReviewError as error:  # it moved meanwhile, or cannot be said so: looked at again with the next step
            if ask.series not in self._failing:
                log.warning("cancellation not drafted", series=ask.series, code=error.code, why=str(error))
            self._failing.add(ask.series)


def _expiry(case: Case, now: datetime) -> Event:
    reason = Reason.NEVER_JUDGED if case.state in WAITING else Reason.RAN_OUT
    return Event(act=Act.EXPIRE, at=max(now, case.events[-1].at), how=How.HUB, who="hub", reason=reason)


def _end_of(case: Case) -> AlertAct:
    """What was found is over; everything else should never have been told."""
    last = case.last(Act.WITHDRAW)
    found = case.state is State.WITHDRAWN and last is not None and last.reason is Reason.FOUND
    return AlertAct.ALL_CLEAR if found else AlertAct.CANCEL


def _to_cancel(
    case: Case, standing: Mapping[str, Standing], rules: Sequence[Rule], now: datetime
) -> Iterator[tuple[str, int]]:
    """Series in force that rest on this report alone and whose rule has no all-clear but lets them run out, with the
    newest revision; none for which an end waits, or was refused by a person."""
    for series, one in speaking(standing, case).items():
        in_force = one.in_force(now)
        rule = next((rule for rule in rules if rule.id == one.alert.rule), None)
        if rule is not None and rule.all_clear:
            continue
        ended = one.alert.ends and one.state in {AlertState.DRAFT, AlertState.REJECTED, AlertState.ISSUED}
        if in_force and not in_force[-1].ends and not ended and of_it_alone(in_force[-1], case):
            yield series, in_force[-1].revision
