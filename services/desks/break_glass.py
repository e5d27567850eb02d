"""Breaking the glass: the people needed cannot be reached, and one who has the right to issues alone.

It replaces the other person and nothing else: the right is named in the person's scope, the scope must cover the alert,
the bytes are the ones that were seen. A reason and the password, typed again, are asked for here and not only on the
page. Everybody is told, and it stays on every page of the desk until an admin who did not do it has signed it off. In a
drill all of this is the same, and marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from prometheus_client import Counter
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.floor import Floor
from services.callout import desk as callout
from services.desks.agreement import agreed_to
from services.desks.authority import may_break_glass
from services.desks.review import ReviewError, entry, issue, leave_none_behind, name_of, permit, waiting
from services.store import chronology, glass, hold_offs, users
from services.store.alerts import Revision
from services.store.engine import Store
from services.store.glass import Broken
from services.store.tables import approvals
from services.store.users import Role
from services.web.auth_password import matches

SHORTEST_REASON, LONGEST_REASON = 10, 500  # characters
BROKEN = Counter("shirase_break_glass_total", "Revisions that one person issued alone in an emergency", ["status"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """Who wants to issue what alone, and why. ``password`` was typed for this and for nothing else."""

    series: str
    revision: int
    digest: str
    person: str
    reason: str
    password: str


async def break_glass(store: Store, wanted: Emergency, floor: Floor, now: datetime) -> Broken:
    """Issue the draft at once, on the word of one.

    Raises ReviewError: bad_reason, wrong_password, no_right, not_permitted, not_needed, held, channel_owed, and those
    of :func:`services.desks.review.waiting`.
    """
    reason = wanted.reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise ReviewError("bad_reason", f"理由を{SHORTEST_REASON}字以上、{LONGEST_REASON}字以内で書いてください")
    async with store.read() as connection:
        account = await users.find(connection, wanted.person)
    known = account.password if account and account.usable else None
    if not await matches(known, wanted.password):
        raise ReviewError("wrong_password", "パスワードが違います。一度だけのパスワードでは、緊急発表はできません")
    async with store.write() as connection:
        draft, agreed = await _permitted(connection, wanted, floor, now)
        have = {*agreed, wanted.person}
        needed = len(have) + floor.missing(draft.alert, have)
        broken = _broken(draft, wanted.person, reason, needed, agreed, now)
        await _write_down(connection, draft, broken, wanted.digest)
        await issue(connection, draft, now, who=f"{wanted.person}（緊急発表）")
    BROKEN.labels(broken.status.value).inc()
    return broken


async def sign_off(store: Store, *, series: str, revision: int, person: str, note: str, now: datetime) -> None:
    """An admin who did not do it has looked at what was issued alone.

    Raises ReviewError: not_found, signed, same_person, not_permitted.
    """
    async with store.write() as connection:
        one = (await glass.of(connection, [(series, revision)])).get((series, revision))
        account = await users.find(connection, person)
        if one is None:
            raise ReviewError("not_found", f"{series} 第{revision}報 は緊急発表ではありません")
        if account is None or account.revoked or not account.role.covers(Role.ADMIN):
            raise ReviewError("not_permitted", "点検できるのは管理者（admin）だけです")
        if one.person == person:
            raise ReviewError("same_person", "自分の緊急発表は、自分では点検できません。別の管理者に頼んでください")
        if not await glass.sign(connection, series, revision, person=person, note=note, now=now):
            raise ReviewError("signed", f"もう点検済みです（{one.signed_by}）")
        text = f"緊急発表「{one.headline}」第{revision}報（{one.person}）を点検した{f'：{note}' if note else ''}"
        await chronology.append(connection, [_entry(one, "break_glass", person, text, now)])


async def _permitted(
    connection: AsyncConnection, wanted: Emergency, floor: Floor, now: datetime
) -> tuple[Revision, tuple[str, ...]]:
    draft = await waiting(connection, wanted.series, wanted.revision, wanted.digest, now)
    held = await hold_offs.of(connection, wanted.series, wanted.revision)
    if held and not held.stays:
        raise ReviewError("held", "承認はそろっています。「いますぐ送る」で送れます")
    agreed = await agreed_to(connection, draft.alert, wanted.digest)
    await permit(connection, wanted.person, draft.alert, agreed)
    if not may_break_glass(await users.find(connection, wanted.person)):
        how = "`shirase users scope --break-glass`"
        raise ReviewError("no_right", f"{wanted.person} には緊急発表の権限がありません（{how}）")
    if not floor.missing(draft.alert, {*agreed, wanted.person}):
        raise ReviewError("not_needed", "承認すれば発表できます。緊急発表は要りません")
    await leave_none_behind(connection, draft)
    return draft, agreed


async def _write_down(connection: AsyncConnection, draft: Revision, broken: Broken, digest: str) -> None:
    """The deed, the person's own approval, the log, and the call to everybody else: all or nothing."""
    alert, now = draft.alert, broken.at
    if broken.person not in broken.agreed:
        row = {"series": alert.series, "revision": alert.revision, "person": broken.person, "digest": digest, "at": now}
        await connection.execute(insert(approvals), row)
    await glass.add(connection, broken)
    had = f"承認 {len({*broken.agreed, broken.person})}/{broken.needed}"
    text = f"緊急発表：{name_of(alert)} を一人で発表した（{had}）。理由：{broken.reason}"
    made = entry(alert, "break_glass", broken.person, text, now)
    await chronology.append(connection, [made])
    who, level = broken.person, alert.level
    await callout.break_glass(connection, key=alert.identifier, status=alert.status, level=level, who=who, now=now)


def _broken(draft: Revision, person: str, reason: str, needed: int, agreed: tuple[str, ...], now: datetime) -> Broken:
    alert = draft.alert
    return Broken(
        series=alert.series,
        revision=alert.revision,
        status=alert.status,
        headline=alert.texts["ja"].headline,
        level=alert.level,
        person=person,
        reason=reason,
        at=now,
        needed=needed,
        agreed=agreed,
    )


def _entry(one: Broken, kind: str, who: str, text: str, now: datetime) -> chronology.Entry:
    refs = {"series": one.series, "revision": str(one.revision)}
    return chronology.Entry(at=now, status=one.status, kind=kind, who=who, text=text, refs=refs)
