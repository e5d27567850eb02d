"""The watch: what telegrams and our own orders say is compared with the rules; rounds of messages are written down.

All it knows stands in the store. One process at a time; a restart in the middle changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.muster.deciding import DECIDED, Begin, Raise, Step, Withdrawn, decide
from rules.muster.rules import MusterRules
from rules.muster.trigger import Trigger, triggers
from rules.muster.want import Want
from services.bell import Bell
from services.clock import Clock
from services.lease import Leased
from services.muster import desk
from services.muster.desk import BELL, End, More
from services.muster.sender import WITHDRAWN_BY
from services.store import alerts, chronology, hazards, muster_people, muster_sends, musters, situations, staff
from services.store.chronology import Entry
from services.store.muster_sends import Kind, Line
from services.store.musters import Muster, MusterState

_AT_ONCE = 500  # people to whom messages are written down in one transaction
_BY_RULES = "参集の規則"


class Watch:
    """Run by one process at a time."""

    name = "muster"
    EVERY = 2.0  # seconds

    def __init__(self, once: Leased, bell: Bell, clock: Clock, rules: MusterRules) -> None:
        self._once, self._bell, self._clock, self._rules = once, bell, clock, rules
        self._seen: Mapping[Status, Any] = {}

    async def step(self) -> bool:
        """Look once; True where there may be more. While an exercise hurries through its past nothing begins."""
        if self._clock.hurried:
            return False
        now = self._clock.now()
        decided = await self._decide(now)
        rang = await self._ring(now)
        closed = await self._close_old(now)
        if decided or rang or closed:
            self._bell.ring(BELL)
        return rang == _AT_ONCE

    async def _decide(self, now: datetime) -> bool:
        async with self._once.read() as connection:
            marks = {status: await situations.mark(connection, status, now) for status in DECIDED}
            if marks == self._seen or not await staff.by_category(connection, drills=False):
                return False
            seen = await self._triggers(connection, now)
            known = await musters.known(connection, now)
        if decide(self._rules, seen, known, now):
            async with self._once.write() as connection:  # looked at anew: a person may have been first
                steps = decide(self._rules, seen, await musters.known(connection, now), now)
                for step in steps:
                    await self._do(connection, step, now)
        else:
            steps = []
        self._seen = marks
        return bool(steps)

    async def _triggers(self, connection: AsyncConnection, now: datetime) -> list[Trigger]:
        found: list[Trigger] = []
        for status in DECIDED:
            picture = await hazards.current(connection, status)
            standing = await alerts.standing(connection, status, now)
            found += triggers(picture.values(), standing.values())
        return found

    async def _do(self, connection: AsyncConnection, step: Step, now: datetime) -> None:
        if isinstance(step, Begin):
            await self._begin(connection, step, now)
        elif isinstance(step, Raise):
            await self._raise(connection, step, now)
        else:
            await self._withdraw(connection, step, now)

    async def _begin(self, connection: AsyncConnection, step: Begin, now: datetime) -> None:
        if step.replaces is not None:
            old = await desk.found(connection, step.replaces)
            await desk.end(connection, old, End(who=_BY_RULES, reason="別の地震で聞き直すため"), now)
        there = await staff.by_category(connection, drills=step.status is not Status.ACTUAL)
        somebody = any(there.get(category) for category in step.asks)
        state = MusterState.OPEN if step.automatic else MusterState.PROPOSED
        values: dict[str, Any] = {
            "family": step.family,
            "status": step.status.value,
            "state": state.value,
            "title": _title(step.causes),
            "asks": {category: want.value for category, want in step.asks.items()},
            "rules": list(step.rules),
        }
        if step.automatic:
            values |= {"opened_at": now, "opened_by": _BY_RULES}
        if not somebody:
            nobody = "対象の職員が名簿にいない" if step.status is Status.ACTUAL else "訓練に参加する職員が名簿にいない"
            values |= {"state": MusterState.LAPSED.value, "closed_at": now, "closed_by": _BY_RULES, "reason": nobody}
        number = await musters.add(connection, values, now)
        await musters.set_causes(connection, number, step.causes)
        muster = await desk.found(connection, number)
        if not somebody:
            await self._log(connection, muster, f"{muster.title}：{muster.reason}ため、参集を始めなかった", now)
        elif step.automatic:
            await desk.begin_by_rules(connection, self._rules, muster, _BY_RULES, now)
        else:
            asked = desk.asked_in_words(self._rules, muster.asks)
            await self._log(connection, muster, f"参集 {number}（{asked}）を提案した：{muster.title}（承認待ち）", now)

    async def _raise(self, connection: AsyncConnection, step: Raise, now: datetime) -> None:
        muster = await desk.found(connection, step.number)
        await musters.set_causes(connection, step.number, step.causes)
        why = _title(step.causes)
        if not step.changed:
            await self._log(connection, muster, f"参集 {muster.id} に関わる発表：{why}（対象は変わらない）", now)
            return
        await musters.change(connection, muster, title=desk.words_of([why]), rules=[*muster.rules, *step.rules])
        muster = await desk.found(connection, step.number)
        if muster.state is MusterState.OPEN:
            await desk.widen_in(connection, self._rules, muster, More(asks=step.asks, who=_BY_RULES, why=why), now)
            return
        asks = {category: want.value for category, want in step.asks.items()}
        await musters.change(connection, muster, asks=asks)
        await self._log(connection, muster, f"提案中の参集 {muster.id} を広げた：{why}（承認待ち）", now)

    async def _withdraw(self, connection: AsyncConnection, step: Withdrawn, now: datetime) -> None:
        """The announcement was taken back: who was asked hears so, unless people or another event keep it going."""
        muster = await desk.found(connection, step.number)
        await musters.forget_causes(connection, step.number, step.keys)
        if not step.whole:
            await self._log(connection, muster, f"参集 {muster.id} のもとになった地震の発表の一部が取り消された", now)
        elif muster.state is MusterState.OPEN:
            how = End(who=WITHDRAWN_BY, reason="もとになった地震の発表が取り消されたため", tell=True)
            await desk.end(connection, muster, how, now)
        else:
            over = {"state": MusterState.LAPSED.value, "closed_at": now, "closed_by": WITHDRAWN_BY}
            await musters.change(connection, muster, **over, reason="もとになった発表が取り消された")
            await self._log(connection, muster, f"参集の提案 {muster.id} を取り下げた（発表の取消）", now)

    async def _ring(self, now: datetime) -> int:
        """Write down the messages that are due: who is asked stands in the store before anything leaves the house."""
        async with self._once.read() as connection:
            if not await muster_people.due(connection, now, self._rules.remind_after, 1):
                return 0
        async with self._once.write() as connection:
            places = await muster_people.due(connection, now, self._rules.remind_after, _AT_ONCE)
            members = await staff.named(connection, {one.person for one in places})
            lines = []
            for one in places:
                first = one.left > self._rules.reminders or one.round == 0 or one.want is Want.INFORM
                for address in members[one.person].lookups if one.person in members else ():
                    lines.append(Line(one.muster, one.round, one.person, address, Kind.ASK if first else Kind.REMIND))
            await muster_people.rung(connection, places, self._rules.remind_after, now)
            await muster_sends.add(connection, lines, now)
        return len(places)

    async def _close_old(self, now: datetime) -> bool:
        async with self._once.read() as connection:
            old = [one for one in await musters.standing(connection) if now - one.began > self._rules.closes_after]
        if not old:
            return False
        async with self._once.write() as connection:
            for one in old:
                if one.state is MusterState.OPEN:
                    await desk.end(
                        connection, one, End(who=_BY_RULES, reason="だれも終えないまま時間が過ぎたため"), now
                    )
                    continue
                over = {"state": MusterState.LAPSED.value, "closed_at": now, "closed_by": _BY_RULES}
                await musters.change(connection, one, **over, reason="だれも決めないまま時間が過ぎた")
        return True

    async def _log(self, connection: AsyncConnection, muster: Muster, text: str, now: datetime) -> None:
        refs = {"muster": str(muster.id)}
        entry = Entry(at=now, status=muster.status, kind="muster", who=_BY_RULES, text=text, refs=refs)
        await chronology.append(connection, [entry])


def _title(causes: Sequence[Trigger]) -> str:
    return desk.words_of([one.words for one in sorted(causes, key=lambda one: -one.strength)])
