"""One look at everything the loop decides by: wards, what came in, what is open, which homes are in danger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import JAPAN
from feeds.status import Status
from feeds.watch import Signal
from geo.area import Areas
from rules.alert import Alert
from rules.watch.alarm import ASKS, Call, Reply
from rules.watch.covering import LEAST, calling
from rules.watch.following import Gateways, Opening, due, missed
from rules.watch.ward import Expected, Ward
from services.store import cursors, vitals, watch_alarms, watch_alerts, watch_sends, watch_signals, watch_wards
from services.store.watch_alarms import Alarm
from services.store.watch_sends import NOT_REACHED, Send, SendKind
from services.store.watch_wards import Heard
from services.watch.vault import Vault
from services.watch.wards import Wards

CURSOR = "watch"
_FRESH = 200  # signals of one step
_TODAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """``fresh``: signals in order. ``danger``: by ward, what calls for help to the home, the worst first. ``missed``:
    what was expected by now, and was never asked about."""

    now: datetime
    wards: Mapping[str, Ward]
    fresh: Sequence[tuple[Ward, Signal]]
    position: int  # behind the last signal, also of wards that are gone
    moved: bool
    closed: frozenset[str]  # wards that the key does not open: nothing of theirs ends for that
    open: Sequence[Alarm]
    replies: Mapping[int, Sequence[Reply]]
    sends: Mapping[int, Sequence[Send]]
    danger: Mapping[tuple[str, Status], Sequence[Alert]]
    missed: Sequence[tuple[Ward, Opening]] = ()
    heard: Sequence[Heard] = ()
    gateways: Gateways = field(default_factory=dict)

    def call(self, alarm: Alarm) -> Call:
        """An alarm as the rules judge it."""
        return call_of(alarm, self.replies.get(alarm.id, ()), self.sends.get(alarm.id, ()))


def call_of(alarm: Alarm, replies: Sequence[Reply], sends: Sequence[Send]) -> Call:
    """An alarm with its answers, and who of the last step was certainly not reached."""
    last = [one for one in sends if one.kind is SendKind.ASK and one.step == alarm.step - 1]
    missed = frozenset(one.supporter for one in last if one.state.value in NOT_REACHED)
    return Call(
        what=alarm.what,
        status=alarm.status,
        step=alarm.step,
        step_at=alarm.step_at,
        replies=replies,
        not_reached=missed,
    )


class Sight:
    """Looks; keeps what costs: opened wards, alerts that were read, and which homes they cover."""

    def __init__(self, vault: Vault, areas: Areas, own: Status) -> None:
        self.wards = Wards(vault)
        self._vault, self._areas, self._own = vault, areas, own
        self._alerts: tuple[watch_alerts.Mark, list[Alert]] = ((), [])
        self._settled: tuple[date, set[tuple[str, Expected]]] = (date.min, set())
        self._covered: tuple[object, dict[tuple[str, Status], list[Alert]]] = (None, {})

    async def look(self, connection: AsyncConnection, now: datetime) -> Seen:
        wards = await self.wards.read(connection)
        position = await cursors.position(connection, CURSOR)
        came = await watch_signals.after(connection, position, _FRESH)
        opened = await watch_alarms.still_open(connection)
        gateways = {one.name: one for one in await vitals.everyone(connection)}
        asking = [one.id for one in opened if one.what in ASKS]
        return Seen(
            now=now,
            wards=wards,
            fresh=[
                (wards[one.ward], self._vault.open(one.key, Signal, one.sealed)) for one in came if one.ward in wards
            ],
            position=came[-1].seq if came else position,
            moved=bool(came),
            closed=self.wards.closed,
            open=opened,
            replies=await watch_alarms.replies_of(connection, asking),
            sends=await watch_sends.of_alarms(connection, asking),
            danger=await self._danger(connection, wards, now),
            missed=await self._missed(connection, wards, gateways, now),
            gateways=gateways,
            heard=await watch_wards.all_heard(connection),
        )

    async def _danger(
        self, connection: AsyncConnection, wards: Mapping[str, Ward], now: datetime
    ) -> dict[tuple[str, Status], list[Alert]]:
        mark = await watch_alerts.mark(connection, LEAST, now)
        if mark != self._alerts[0]:
            self._alerts = mark, await watch_alerts.read(connection, mark)
        known = (mark, self.wards.mark)
        if known != self._covered[0]:
            found: dict[tuple[str, Status], list[Alert]] = {}
            for status in {one.status for one in self._alerts[1]}:
                some = [one for one in self._alerts[1] if one.status is status]
                for uid, ward in wards.items():
                    if called := calling(some, ward.home, self._areas):
                        found[uid, status] = called
            self._covered = known, found
        return self._covered[1]

    async def _missed(
        self, connection: AsyncConnection, wards: Mapping[str, Ward], gateways: Gateways, now: datetime
    ) -> list[tuple[Ward, Opening]]:
        found, day = [], now.astimezone(JAPAN).date()
        if day != self._settled[0]:
            self._settled = day, set()
        waiting = [(one, each) for one in wards.values() for each in one.expected if due(each, now)]
        for ward, expected in [each for each in waiting if (each[0].uid, each[1]) not in self._settled[1]]:
            kept = await watch_signals.of_ward(connection, ward.uid, now - _TODAY)
            signals = [self._vault.open(one.key, Signal, one.sealed) for one in kept]
            opening = missed(ward, expected, signals, gateways, now, self._own)
            if opening is not None and not await watch_alarms.ever(connection, [opening.key]):
                found.append((ward, opening))
            else:  # seen, or asked: a class of children is not looked up again every few seconds of an evening
                self._settled[1].add((ward.uid, expected))
        return found
