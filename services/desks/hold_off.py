"""The hold-off: what is free to leave waits for the clock, in the store. A person may send it now; to stop it: reject.

The loop over the rules calls :func:`leave` after it has decided, so that what is out of date by then does not leave.
Whatever else may have changed while it waited is looked at again: where something speaks against it now, it stays, with
a reason that staff read and are called for. It leaves when nothing does any more, or when a person sends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import Alert
from rules.floor import Floor
from services.channels.channel import Channel, Payload
from services.desks.agreement import agreed_to
from services.desks.review import ReviewError, behind, entry, issue, leave_none_behind, name_of, permit, waiting
from services.store import alerts, chronology, hold_offs
from services.store.alerts import Revision, digest_of
from services.store.engine import Store


class Stay(StrEnum):
    """Why a revision did not leave when its time had come. The value is for programs, the words for staff."""

    ja: str
    en: str

    def __new__(cls, word: str, ja: str, en: str) -> Stay:
        member = str.__new__(cls, word)
        member._value_ = word
        member.ja, member.en = ja, en
        return member

    APPROVERS = "approvers", "承認した人が、もう承認できません", "somebody who agreed may not approve it any more"
    CHANGED = "changed", "保存された内容が、案の作成時と違います", "what is stored is not what was drafted"
    CHANNELS = "channels", "経路の設定が、その後に変わりました", "a channel was taken away, or refuses this status now"
    OWED = (
        "channel_owed",
        "前の発表が、この案にない経路にも届きました",
        "another channel told of the series since",
    )
    OVER = "hazard_over", "もとの危険が、もうありません", "the hazards behind it are over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What the hub is at this moment: whom it asks, its channels, and the hazards in the picture, by key."""

    floor: Floor
    channels: Mapping[str, Channel]
    hazards: Mapping[str, Hazard]


async def leave(connection: AsyncConnection, status: Status, now: datetime, present: Present) -> bool:
    """Issue every revision whose time has come and that nothing speaks against; True where anything was written."""
    moved = False
    for due in await hold_offs.due(connection, status, now):
        draft = await alerts.get(connection, due.series, due.revision)
        assert draft is not None
        if due.anew is not None:
            await hold_offs.begin(connection, draft.alert, now, due.anew, due.who)
            moved = True
            continue
        if found := await _against(connection, draft, now, present):
            why, detail = found
            moved |= await _stays(connection, draft.alert, due, f"{why.ja}{detail}", (why, now))
            continue
        await hold_offs.end(connection, due.series, now)
        await issue(connection, draft, now, who=due.who)
        moved = True
    return moved


async def send_now(  # noqa: PLR0913 - a decision has this many parts
    store: Store, *, series: str, revision: int, digest: str, person: str, now: datetime, floor: Floor | None = None
) -> None:
    """A person who could approve it sends what waits for the clock, or what stayed when its time had come.

    Raises ReviewError: not_found, not_waiting, expired, digest_mismatch, not_permitted, not_held, needs_approval,
    channel_owed.
    """
    async with store.write() as connection:
        draft = await waiting(connection, series, revision, digest, now)
        if await hold_offs.of(connection, series, revision) is None:
            raise ReviewError("not_held", "この案は送信待ちではありません。承認が必要です")
        agreed = await agreed_to(connection, draft.alert, digest)
        await permit(connection, person, draft.alert, agreed)
        if missing := (floor or Floor()).missing(draft.alert, {*agreed, person}):
            raise ReviewError("needs_approval", f"承認した人が減ったため、あと{missing}人の承認が必要です")
        await leave_none_behind(connection, draft)
        await hold_offs.end(connection, series, now)
        text = f"{name_of(draft.alert)} を、待たずに送ることにした"
        await chronology.append(connection, [entry(draft.alert, "sent_now", person, text, now)])
        await issue(connection, draft, now, who=person)


async def _against(
    connection: AsyncConnection, draft: Revision, now: datetime, present: Present
) -> tuple[Stay, str] | None:
    """The first thing that speaks against it now, and whom or what it is about."""
    alert = draft.alert
    if digest_of(draft.payloads) != draft.digest:
        return Stay.CHANGED, ""
    agreed = await agreed_to(connection, alert, draft.digest)
    if missing := present.floor.missing(alert, agreed):
        return Stay.APPROVERS, f"（あと{missing}人の承認が必要）"
    if turned := [name for name, one in draft.payloads.items() if not _takes(present.channels.get(name), one, alert)]:
        return Stay.CHANNELS, f"：{'、'.join(turned)}"
    if owed := await behind(connection, draft):
        return Stay.OWED, f"：{'、'.join(owed)}"
    still = [key for key in alert.hazards if (one := present.hazards.get(key)) and one.level and one.valid_until > now]
    return (Stay.OVER, "") if alert.hazards and not alert.ends and not still else None


def _takes(channel: Channel | None, one: object, alert: Alert) -> bool:
    """False for a payload that its channel would not take as things are; what was refused from the start is no news."""
    return not isinstance(one, Payload) or (channel is not None and alert.status in channel.statuses)


async def _stays(
    connection: AsyncConnection, alert: Alert, due: hold_offs.Due, why: str, told: tuple[Stay, datetime]
) -> bool:
    """Written down once for each reason; the watch over the calls rings for it."""
    if due.stays == why:
        return False
    await hold_offs.stay(connection, due.series, why, told[1])
    made = entry(alert, "stayed", "hold_off", f"{name_of(alert)} は送らずに残した：{why}", told[1])
    await chronology.append(connection, [replace(made, refs={**made.refs, "reason": told[0].value})])
    return True
