"""Writing down what shall be told: an alarm and its messages, in the transaction of their cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy.ext.asyncio import AsyncConnection

from rules.watch.alarm import ASKS, Call, Reply, What, group_of, is_due, purpose_of
from rules.watch.following import Opening, waits_until
from rules.watch.ward import Supporter, Ward
from services.store import watch_alarms, watch_sends
from services.store.watch_alarms import Alarm, NewAlarm
from services.store.watch_sends import Message, Send, SendKind, SendState
from services.watch.seeing import call_of
from services.watch.vault import Vault

_LASTING = frozenset({What.BATTERY, What.SILENT})  # told once, until it is well again
_LEFT = frozenset({SendState.SENT, SendState.SENDING, SendState.UNKNOWN, SendState.DUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What those who were asked hear later, each ``number`` once."""

    kind: SendKind
    number: int = 0
    detail: str = ""
    but: int = 0  # a supporter who knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """Writes within one transaction, at one moment."""

    connection: AsyncConnection
    vault: Vault
    now: datetime
    evening: time = time(18, 30)  # when gathered notices go out, in Japan

    async def begin(self, ward: Ward, opening: Opening, level: int = 0, replies: Sequence[Reply] = ()) -> Alarm | None:
        """Open the alarm and write its first messages; None where one of the same key is open, or nobody agreed."""
        if not ward.agreed_to(purpose_of(opening.what), opening.status, self.now):
            return None
        new = NewAlarm(
            key=opening.key,
            ward=ward.uid,
            what=opening.what,
            status=opening.status,
            since=opening.since,
            level=level,
            sealed=self.vault.close(opening.key, opening),
        )
        alarm = await watch_alarms.begin(self.connection, new, self.now)
        if alarm is None:
            return None
        for one in replies:
            await watch_alarms.reply(self.connection, alarm.id, one)
        if opening.what in ASKS:
            call = call_of(alarm, replies, ())
            if is_due(call, ward, self.now):
                await self.go_on(alarm, call, ward)
            return alarm
        await watch_sends.add(self.connection, _notices(alarm, ward, self.now, self.evening))
        if opening.what not in _LASTING:
            await watch_alarms.close(self.connection, [alarm.id], "told", self.now)
        return alarm

    async def go_on(self, alarm: Alarm, call: Call, ward: Ward) -> bool:
        """Begin the next step: whom it calls stands in the store before anything leaves the house."""
        if not await watch_alarms.step_on(self.connection, alarm, self.now):
            return False
        able = group_of(call, ward, self.now)
        asks = [_message(alarm, SendKind.ASK, alarm.step, one, self.now) for one in able]
        await watch_sends.add(self.connection, asks)
        return True

    async def tell_others(self, alarm: Alarm, ward: Ward, sends: Sequence[Send], telling: Telling) -> None:
        """To everybody who was asked and can still be told."""
        asked = {one.supporter for one in sends if one.kind is SendKind.ASK and one.state in _LEFT} - {telling.but}
        able = [one for one in ward.helpers(alarm.status, self.now) if one.number in asked]
        new = [_message(alarm, telling.kind, telling.number, one, self.now, telling.detail) for one in able]
        await watch_sends.add(self.connection, new)


def _notices(alarm: Alarm, ward: Ward, now: datetime, evening: time) -> list[Message]:
    found = []
    able = ward.helpers(alarm.status, now)
    first = min((one.group for one in able), default=0)
    for one in able:
        if alarm.what in _LASTING and one.group != first:
            continue
        due_at = waits_until(one, alarm.what, evening, now)
        if due_at is not None:
            found.append(_message(alarm, SendKind.NOTICE, 0, one, due_at))
    return found


def _message(
    alarm: Alarm, kind: SendKind, step: int, supporter: Supporter, due_at: datetime, detail: str = ""
) -> Message:
    return Message(
        alarm=alarm.id,
        kind=kind,
        step=step,
        supporter=supporter.number,
        ward=alarm.ward,
        status=alarm.status,
        due_at=due_at,
        detail=detail,
    )
