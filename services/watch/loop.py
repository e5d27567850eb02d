"""The loop of watching over: what came in and what did not is compared with what was expected; supporters are called in
turn, and staff where nobody comes. All it goes by stands in the store: it may die anywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeAlias

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.area import Areas
from rules.alert import Alert
from rules.watch.alarm import ASKS, Answer, Standing, What, is_due, purpose_of, standing
from rules.watch.following import Opening, of_signal, silent
from rules.watch.ward import Ward
from services.bell import Bell
from services.callout.desk import BELL as CALLS
from services.callout.desk import announce
from services.callout.occasion import Event, Occasion
from services.clock import Clock
from services.configuration.watch import Watching
from services.figures import told_by
from services.lease import Leased
from services.store import cursors, watch_alarms
from services.store.watch_alarms import Alarm
from services.store.watch_sends import SendKind
from services.watch.ending import ended
from services.watch.opening import Pen, Telling
from services.watch.seeing import CURSOR, Seen, Sight
from services.watch.vault import Vault

OPEN = Gauge("shirase_watch_open", "Alarms of people who are watched over that somebody must take", ["what"])
told_by("watch", OPEN.clear)
told_by("watch", OPEN.clear)
SENDS = "watch_sends"
New: TypeAlias = tuple[Ward, Opening, int]  # of which ward, what, at which level
_AT_ONCE = 200  # in one transaction: other writers wait for it
_KEEPS = frozenset({Answer.GOING, Answer.DONE})  # answers that still hold when the danger grows


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What it works with. ``own``: the hub's own status, of what it asks by itself."""

    told: Watching
    vault: Vault
    areas: Areas
    own: Status = Status.ACTUAL


class Watchover:
    """One process at a time. Nothing happens while an exercise hurries through its past."""

    name = "watch"
    EVERY = 5.0  # seconds

    def __init__(self, once: Leased, bell: Bell, clock: Clock, means: Means) -> None:
        self._once, self._bell, self._clock = once, bell, clock
        self._vault, self._evening, self._own = means.vault, means.told.evening, means.own
        self._sight = Sight(means.vault, means.areas, means.own)

    @property
    def troubles(self) -> list[str]:
        """For the line, in a sentence that names nobody."""
        many = len(self._sight.wards.closed)
        return [f"見守りの登録のうち {many}人分を、設定の鍵では開けません（[watch] key, former_keys）"] if many else []

    async def step(self) -> bool:
        """Look once; True where something was written."""
        if self._clock.hurried:
            return False
        async with self._once.read() as connection:
            seen = await self._sight.look(connection, self._clock.now())
        for what in ASKS:
            OPEN.labels(what.value).set(sum(alarm.what is what for alarm in seen.open))
        openings = [*self._told(seen), *islice(self._found(seen), _AT_ONCE)]
        over = _in_turn(ended(seen), {opening.key for _, opening, _ in openings})
        closed = {alarm.id for alarm, _ in over}
        asking = [one for one in seen.open if one.id not in closed and one.what in ASKS]
        calls = [(one, seen.call(one), seen.wards[one.ward]) for one in asking if one.ward in seen.wards]
        due = [one for one in calls if is_due(one[1], one[2], seen.now)][:_AT_ONCE]
        alone = [
            alarm for alarm, call, ward in calls if not alarm.rung and standing(call, ward, seen.now) is Standing.NOBODY
        ][:_AT_ONCE]
        if not (seen.moved or openings or over or due or alone):
            return False
        async with self._once.write() as connection:
            pen = Pen(connection=connection, vault=self._vault, evening=self._evening, now=seen.now)
            for alarm, why in over:
                await self._close(pen, seen, alarm, why)
            for ward, opening, level in openings:
                await self._open(pen, seen, ward, opening, level)
            for alarm, call, ward in due:
                await pen.go_on(alarm, call, ward)
            for alarm in alone:
                await self._ring(connection, alarm, seen.now)
            await cursors.move(connection, CURSOR, seen.position)
        self._bell.ring(SENDS)
        if alone:
            self._bell.ring(CALLS)
        return True

    def _told(self, seen: Seen) -> Iterator[New]:
        """What fresh signals begin: all of it, for the cursor moves over them."""
        for ward, signal in seen.fresh:
            for opening in of_signal(ward, signal, seen.now):
                if _agreed(ward, opening, seen.now):
                    yield ward, opening, 0

    def _found(self, seen: Seen) -> Iterator[New]:
        """What else shall begin, and has not: found again at the next look where it is too much for one."""
        return (one for one in self._looked_for(seen) if _agreed(one[0], one[1], seen.now))

    def _looked_for(self, seen: Seen) -> Iterator[New]:
        for ward, opening in seen.missed:
            yield ward, opening, 0
        open_keys = {one.key: one for one in seen.open}
        for (uid, status), alerts in sorted(seen.danger.items(), key=lambda one: -one[1][0].level):
            opening = _evacuation(seen.wards[uid], status, alerts)
            known = open_keys.get(opening.key)
            if known is None or known.level < alerts[0].level:
                yield seen.wards[uid], opening, alerts[0].level
        for one in seen.heard:
            owner = seen.wards.get(one.ward)
            device = owner.device(one.gateway, one.device) if owner else None
            gateway = seen.gateways.get(one.gateway)
            told = silent(owner, device, one.seen_at, gateway, seen.now) if owner and device else None
            if owner and told and told.key not in open_keys:
                yield owner, told, 0

    async def _open(self, pen: Pen, seen: Seen, ward: Ward, opening: Opening, level: int) -> None:
        if opening.what is What.PASSED and await watch_alarms.ever(pen.connection, [opening.key]):
            return
        before = [one for one in seen.open if one.key == opening.key]
        carried = [reply for one in before for reply in seen.call(one).latest.values() if reply.answer in _KEEPS]
        await pen.begin(ward, opening, level, carried)

    async def _close(self, pen: Pen, seen: Seen, alarm: Alarm, why: str) -> None:
        if await watch_alarms.close(pen.connection, [alarm.id], why, pen.now) and why in {"over", "seen"}:
            telling = Telling(kind=SendKind.OVER)
            await pen.tell_others(alarm, seen.wards[alarm.ward], seen.sends.get(alarm.id, ()), telling)

    async def _ring(self, connection: AsyncConnection, alarm: Alarm, now: datetime) -> None:
        """Staff are called, in words that name nobody."""
        many = alarm.what is What.EVACUATE  # a storm must not call staff a hundred times
        subject = "避難支援の呼びかけに" if many else f"呼びかけ {alarm.id} に"
        occasion = Occasion(
            key=f"watch:{alarm.status.value}:evacuate" if many else f"watch:{alarm.id}",
            event=Event.WATCH,
            status=alarm.status,
            level=alarm.level,
            subject=f"見守り：{subject}応じる支援者がいない人がいます",
            subject_en="Nobody answers for a person who is watched over",
            path="/ops/watch",
            since=alarm.since,
            lasting=False,
        )
        await watch_alarms.ring(connection, alarm.id)
        await announce(connection, occasion, now)


def _evacuation(ward: Ward, status: Status, alerts: Sequence[Alert]) -> Opening:
    return Opening(
        key=f"{ward.uid}/{status.value}/evacuate",
        what=What.EVACUATE,
        status=status,
        since=min(one.sent for one in alerts),
        label="、".join(dict.fromkeys(one.texts["ja"].headline for one in alerts))[:300],
    )


def _in_turn(over: Iterator[tuple[Alarm, str]], begun: Collection[str]) -> list[tuple[Alarm, str]]:
    """Those for one transaction. What goes on under another number ends only where that begins with it."""
    found = list(over)
    raised = [one for one in found if one[1] == "raised" and one[0].key in begun]
    return raised + [one for one in found if one[1] != "raised"][:_AT_ONCE]


def _agreed(ward: Ward, opening: Opening, now: datetime) -> bool:
    return ward.agreed_to(purpose_of(opening.what), opening.status, now)
