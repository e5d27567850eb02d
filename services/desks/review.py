"""The review desk: people approve or reject drafts. Approval is bound to exactly what will be sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import exact
from rules.alert import GRAVE, Alert, State
from rules.floor import Floor, gravity
from rules.redraft import owed
from services import trail
from services.board_words import said
from services.channels.channel import Payload
from services.clock import wall
from services.desks import authority
from services.desks.agreement import agreed_to
from services.store import alerts, chronology, hold_offs, outbox, users
from services.store.alerts import Revision, digest_of
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.reached import reached
from services.store.tables import approvals

_FLOOR = Floor()
BECAME = {  # of a draft that waits no more
    State.ISSUED: "すでに発表されています",
    State.REJECTED: "差し戻されました",
    State.SUPERSEDED: "発表され、その後の版に替わりました",
    State.WITHDRAWN: "新しい案に替わったか、要らなくなって取り下げられました",
    State.EXPIRED: "発表され、期限が切れました",
    State.LIFTED: "発表され、担当者が終えました",
    State.KEPT: "発表しないまま終わりました",
    State.ENDED: "発表され、終わりました",
}


class ReviewError(Exception):
    """A decision that cannot be taken; ``code`` is for programs, the text for the officer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Approved:
    """What an approval came to."""

    issued: bool  # False: more persons are needed, or it waits for the clock
    approved_by: tuple[str, ...]
    needs: int  # persons still missing
    leaves_at: datetime | None = None  # enough have agreed; it leaves then by itself


async def approve(  # noqa: PLR0913 - a decision has this many parts
    store: Store, *, series: str, revision: int, digest: str, person: str, now: datetime, floor: Floor = _FLOOR
) -> Approved:
    """One person agrees to exactly the payloads behind ``digest``; the last one needed issues the revision.

    Raises ReviewError: not_found, not_waiting, expired, digest_mismatch, same_person, not_permitted, held,
    channel_owed.
    """
    async with store.write() as connection:
        draft = await waiting(connection, series, revision, digest, now)
        held = await hold_offs.of(connection, series, revision)
        if held and not held.stays:
            raise ReviewError("held", f"承認はそろっています。{exact(held.leaves_at)}に送られます")
        agreed = await agreed_to(connection, draft.alert, digest)
        if person in agreed:
            raise ReviewError("same_person", f"{person} は承認済みです。別の人の承認が必要です")
        await permit(connection, person, draft.alert, agreed)
        await leave_none_behind(connection, draft)
        row = {"series": series, "revision": revision, "person": person, "digest": digest, "at": now}
        await connection.execute(insert(approvals), row)
        agreed = (*agreed, person)
        missing = floor.missing(draft.alert, agreed)
        await chronology.append(connection, [_approved(draft.alert, person, missing, digest, now)])
        leaves_at = None
        if not missing and held:  # it stayed when its time had come: it has waited
            await hold_offs.end(connection, series, now)
            await issue(connection, draft, now, who="、".join(agreed))
        elif not missing:
            leaves_at = await release(connection, draft, now, who="、".join(agreed))
        done = missing == 0 and leaves_at is None
        return Approved(issued=done, approved_by=agreed, needs=missing, leaves_at=leaves_at)


async def reject(  # noqa: PLR0913 - a decision has this many parts
    store: Store, *, series: str, revision: int, digest: str, person: str, reason: str, now: datetime
) -> None:
    """A person says no, and why, to a draft or to what waits for the clock.

    After a no the rules are silent until something rises. So from level 4 on, and where others have agreed already, it
    takes somebody who could have said yes. Raises ReviewError like :func:`approve`.
    """
    async with store.write() as connection:
        draft = await waiting(connection, series, revision, digest, now)
        held = await hold_offs.of(connection, series, revision)
        if gravity(draft.alert) >= GRAVE or await agreed_to(connection, draft.alert, digest):
            await permit(connection, person, draft.alert)
        await hold_offs.end(connection, series, now)
        await alerts.mark_rejected(connection, draft.alert, now)
        what = "の送信を止めた" if held else "を差し戻した"
        text = f"{name_of(draft.alert)} {what}：{reason or '理由の記入なし'}"
        await chronology.append(connection, [entry(draft.alert, "rejected", person, text, now)])


async def permit(connection: AsyncConnection, person: str, alert: Alert, agreed: tuple[str, ...] = ()) -> None:
    """Nothing where the person may approve the alert, as the store has it in this moment.

    Raises ReviewError ``not_permitted``, which says why not, and who may.
    """
    against = authority.objections(await users.find(connection, person), alert)
    if against:
        others = [one for one in await users.on_duty(connection, wall()) if one.name not in agreed]
        who = authority.named(authority.able(others, alert))
        raise ReviewError("not_permitted", f"{person} はこの案を承認できません：{'、'.join(against)}。{who}")


async def leave_none_behind(connection: AsyncConnection, draft: Revision) -> None:
    """Raises ReviewError ``channel_owed`` where a channel told of the series after the draft was written without it."""
    if left := await behind(connection, draft):
        told = "、".join(said("channels", name) for name in left)
        raise ReviewError(
            "channel_owed", f"案ができた後に、前の発表がほかの経路にも届きました：{told}。差し戻して作り直してください"
        )


async def behind(connection: AsyncConnection, draft: Revision) -> list[str]:
    """Channels that told of the series after the draft was written without them."""
    out = await reached(connection, draft.alert.series)
    return [name for name in owed(draft.alert, out) if name not in draft.alert.channels]


async def release(connection: AsyncConnection, draft: Revision, now: datetime, who: str) -> datetime | None:
    """Nothing more is asked of people: the revision leaves the house, or waits for the clock; then, until when."""
    wait = timedelta(seconds=draft.alert.hold_off_s)
    if not wait:
        await issue(connection, draft, now, who)
        return None
    leaves_at = await hold_offs.begin(connection, draft.alert, now, wait, who)
    text = f"{name_of(draft.alert)} は{exact(leaves_at)}に送る（それまでに止められる）"
    await chronology.append(connection, [entry(draft.alert, "held", who, text, now)])
    return leaves_at


async def issue(connection: AsyncConnection, draft: Revision, now: datetime, who: str) -> None:
    """The revision leaves the house: state, deliveries and log in the caller's one transaction."""
    await alerts.mark_issued(connection, draft.alert, now)
    await send_out(connection, draft, now, who)


async def send_out(connection: AsyncConnection, draft: Revision, now: datetime, who: str) -> frozenset[str]:
    """Deliveries and log of a revision that the caller's transaction has written down as issued; to which channels."""
    await outbox.add(connection, draft.alert, draft.payloads, now, wall())
    out = [name for name, one in draft.payloads.items() if isinstance(one, Payload)]
    trail.tell(connection, trail.ISSUED, **trail.ids_of(draft.alert), channels=out)
    told = "、".join(said("channels", name) for name in out) or "送る経路なし"
    refused = "、".join(said("channels", name) for name, one in draft.payloads.items() if not isinstance(one, Payload))
    text = f"{name_of(draft.alert)} を発表した（{told}{f'。送らない経路：{refused}' if refused else ''}）"
    await chronology.append(connection, [entry(draft.alert, "issued", who, text, now)])
    return frozenset(out)


async def waiting(connection: AsyncConnection, series: str, revision: int, digest: str, now: datetime) -> Revision:
    """The draft behind exactly this digest. Raises ReviewError: not_found, not_waiting, expired, digest_mismatch."""
    draft = await alerts.get(connection, series, revision)
    if draft is None:
        raise ReviewError("not_found", f"{series} 第{revision}報 はありません")
    if draft.state is not State.DRAFT:
        raise ReviewError("not_waiting", f"この案はもう承認を待っていません。{BECAME[draft.state]}")
    if draft.alert.expires <= now:
        raise ReviewError("expired", "この案は期限が切れています。新しい案を待つか、「差し戻す」を押してください")
    if digest_of(draft.payloads) != draft.digest:  # somebody wrote into the store by another way than ours
        raise ReviewError("digest_mismatch", "保存された内容が、案の作成時と違います。管理者に知らせてください")
    if draft.digest != digest:
        raise ReviewError(
            "digest_mismatch",
            "読んだ後に、この案の内容が変わりました。閉じて、一覧の新しい内容を読んでから押してください",
        )
    return draft


def _approved(alert: Alert, person: str, missing: int, digest: str, now: datetime) -> Entry:
    rest = f"（あと{missing}人の承認が必要）" if missing else ""
    made = entry(alert, "approved", person, f"{name_of(alert)} を承認した{rest}", now)
    return replace(made, refs={**made.refs, "digest": digest})


def entry(alert: Alert, kind: str, who: str, text: str, now: datetime) -> Entry:
    """An entry of the chronology about the alert."""
    refs = {"series": alert.series, "revision": str(alert.revision), "identifier": alert.identifier}
    return Entry(at=now, status=alert.status, kind=kind, who=who, text=text, refs=refs)


def name_of(alert: Alert) -> str:
    """The alert in words: its headline and which revision it is."""
    return f"「{alert.texts['ja'].headline}」第{alert.revision}報"
