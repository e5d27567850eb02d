"""What supporters answer by their links, and the desk for them. A look alone never answers anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from rules.watch.alarm import ASKS, DESK, Answer, Reply, What, purpose_of
from rules.watch.following import Opening
from rules.watch.ward import Supporter, Ward
from services.clock import wall
from services.store import watch_alarms, watch_log, watch_sends, watch_wards
from services.store.engine import Store
from services.store.watch_alarms import Alarm
from services.store.watch_log import Look
from services.store.watch_sends import Send, SendKind
from services.watch.opening import Pen, Telling
from services.watch.permission import WatchError, require
from services.watch.register import By
from services.watch.vault import Vault

_TOLD = frozenset({Answer.GOING, Answer.DONE})  # what the others must know


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A supporter before the question. ``open``: it can still be answered."""

    alarm: Alarm
    opening: Opening
    ward: Ward
    supporter: Supporter
    replies: tuple[Reply, ...]
    open: bool

    @property
    def mine(self) -> Answer | None:
        """What this supporter said last."""
        return next((one.answer for one in reversed(self.replies) if one.supporter == self.supporter.number), None)


async def asked_by(store: Store, vault: Vault, token: str, now: datetime) -> Asked | None:
    """What a link asks; None for a stranger's, for one that has run out, or for somebody who is no supporter now.

    A consent that ended ends the links that are out, too.
    """
    async with store.read() as connection:
        send = await watch_sends.linked(connection, token, now)
        return await _asked(connection, vault, send, now) if send else None


async def answer(store: Store, vault: Vault, token: str, said: Answer, now: datetime) -> Asked | None:
    """Write the answer, tell the others, and end what is over. As :func:`asked_by` afterwards.

    The same answer again changes nothing. Raises WatchError over.
    """
    async with store.write() as connection:
        send = await watch_sends.linked(connection, token, now)
        asked = await _asked(connection, vault, send, now) if send else None
        if asked is None or send is None:
            return None
        if not asked.open:
            raise WatchError("over", "この呼びかけはもう終わっています")
        if asked.mine is not said:
            number = asked.supporter.number
            pen = Pen(connection=connection, vault=vault, now=now)
            await _say(pen, asked.alarm, asked.ward, Reply(supporter=number, answer=said, at=now))
            look = Look(at=wall(), who=f"supporter:{number}", ward=asked.ward.uid, what=f"answered:{said.value}")
            await watch_log.append(connection, [look])
        return await _asked(connection, vault, send, now)


async def answer_for(store: Store, vault: Vault, number: int, said: Answer, by: By, now: datetime) -> None:
    """The desk says how it stands, after a telephone call. Raises WatchError: not_allowed, not_found, over."""
    async with store.write() as connection:
        await require(connection, by.who, by.at)
        alarm = await watch_alarms.find(connection, number)
        kept = await watch_wards.find(connection, alarm.ward) if alarm else None
        if alarm is None or kept is None or alarm.what not in ASKS:
            raise WatchError("not_found", f"番号 {number} の呼びかけはありません")
        if alarm.closed_at is not None:
            raise WatchError("over", "この呼びかけはもう終わっています")
        ward = vault.open(kept.uid, Ward, kept.sealed)
        pen = Pen(connection=connection, vault=vault, now=now)
        await _say(pen, alarm, ward, Reply(supporter=DESK, answer=said, at=now, who=by.who))
        look = Look(at=by.at, who=by.who, ward=ward.uid, what=f"answered:{said.value}", why=by.why)
        await watch_log.append(connection, [look])


async def looked(store: Store, asked: Asked) -> None:
    """A supporter has seen more than that somebody asks: an entry in the access log."""
    look = Look(at=wall(), who=f"supporter:{asked.supporter.number}", ward=asked.ward.uid, what="link")
    async with store.write() as connection:
        await watch_log.append(connection, [look])


async def _say(pen: Pen, alarm: Alarm, ward: Ward, reply: Reply) -> None:
    await watch_alarms.reply(pen.connection, alarm.id, reply)
    if reply.answer in _TOLD:
        said = (await watch_alarms.replies_of(pen.connection, [alarm.id]))[alarm.id]
        sends = (await watch_sends.of_alarms(pen.connection, [alarm.id]))[alarm.id]
        detail = f"{reply.supporter}:{reply.answer.value}"
        telling = Telling(kind=SendKind.TAKEN, number=len(said), detail=detail, but=reply.supporter)
        await pen.tell_others(alarm, ward, sends, telling)
    if reply.answer is Answer.DONE and alarm.what is not What.EVACUATE:  # there the list keeps who is safe
        await watch_alarms.close(pen.connection, [alarm.id], "done", pen.now)


async def _asked(connection: AsyncConnection, vault: Vault, send: Send, now: datetime) -> Asked | None:
    alarm = await watch_alarms.find(connection, send.alarm)
    kept = await watch_wards.find(connection, send.ward)
    if alarm is None or kept is None:
        return None
    if alarm.closed_at is not None and alarm.why == "raised":  # the danger grew, and it goes on under another number
        newer = [one for one in await watch_alarms.still_open(connection) if one.key == alarm.key]
        alarm = newer[0] if newer else alarm
    ward = vault.open(kept.uid, Ward, kept.sealed)
    supporter = next((one for one in ward.helpers(send.status, now) if one.number == send.supporter), None)
    if supporter is None or not ward.agreed_to(purpose_of(alarm.what), alarm.status, now):
        return None
    replies = (await watch_alarms.replies_of(connection, [alarm.id]))[alarm.id]
    return Asked(
        alarm=alarm,
        opening=vault.open(alarm.key, Opening, alarm.sealed),
        ward=ward,
        supporter=supporter,
        replies=tuple(replies),
        open=alarm.closed_at is None,
    )
