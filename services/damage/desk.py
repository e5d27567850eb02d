"""What staff do with damage: each act is one transaction of the act and its line in the chronology.

Two officers at one record: whoever saw an older version is told who did what meanwhile, and nothing is overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import dated, dated_en
from feeds.status import Status
from rules.damage.disaster import Disaster, checked
from rules.damage.record import Act, Certainty, Content, Damage, DamageError, Event, Reason
from rules.reports.case import Case, State
from services.damage.words import ACTS, ACTS_JA, of_disaster, of_record
from services.store import chronology, damages, report_cases
from services.store.chronology import Entry
from services.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What an officer does with one record. ``seen``: its version as they looked at it."""

    number: int
    seen: int
    act: Act
    who: str
    reason: Reason | None = None
    content: Content | None = None  # None: as it stands


async def begin(store: Store, wanted: Disaster, who: str, now: datetime) -> Disaster:
    """A disaster that nobody has begun yet. Raises DamageError: bad_disaster, known."""
    one = replace(checked(wanted, now), name=" ".join(wanted.name.split()), version=1)
    async with store.write() as connection:
        if before := await damages.named(connection, one.status, one.name):
            words = f"「{before.name}」はもうあります（番号 {before.id}）"
            raise DamageError("known", f"{words} / there is one of this name: {before.id}")
        made = await damages.begin(connection, one)
        await _told(connection, made, who, now, "災害の記録を始めた")
    return made


async def rewrite(store: Store, wanted: Disaster, who: str, now: datetime) -> Disaster:
    """The disaster in other words, or closed, or open again; its ``version`` is the one that the officer saw.

    Its name stays, because what was issued bears it. Raises DamageError: not_found, changed, bad_disaster.
    """
    async with store.write() as connection:
        before = await _disaster(connection, wanted.id)
        if before.version != wanted.version:
            raise DamageError(
                "changed", "ほかの人が先に直しました。いまの数を見て、もう一度入れてください / changed since you looked"
            )
        fresh = replace(wanted, status=before.status, name=before.name, version=before.version + 1)
        checked(fresh, now)
        await damages.rewrite(connection, fresh)
        said = "災害の記録を直した"
        if (before.ended is None) is not (fresh.ended is None):
            said = "災害の記録を再開した" if fresh.ended is None else "災害の記録を締めた"
        await _told(connection, fresh, who, now, said)
    return fresh


async def enter(store: Store, disaster: int, content: Content, who: str, now: datetime) -> Damage:
    """A new record. Raises DamageError: not_found, closed, and those of :func:`rules.damage.record.apply`."""
    async with store.write() as connection:
        of = await _open(connection, disaster)
        record = Damage(id=0, disaster=of.id, status=of.status)
        return await _keep(connection, of, record, Event(act=Act.ENTER, at=now, who=who, content=content))


async def enter_report(
    store: Store, disaster: int, case: Case, area: tuple[str, str], who: str, now: datetime
) -> Damage:
    """A record out of a confirmed report of damage; ``area`` is code and name of its district.

    How much was damaged the report does not tell in numbers: that is entered by a further act. Raises DamageError as
    above, and not_confirmed, other_status, already.
    """
    async with store.write() as connection:
        of = await _open(connection, disaster)
        known = await report_cases.find(connection, case.id)
        if known is None or known.kind != "damage" or known.state is not State.CONFIRMED or known.same_as is not None:
            text = "確認済みの被害の通報だけを登録できます / only a confirmed report of damage, not a merged one"
            raise DamageError("not_confirmed", text)
        if known.status is not of.status:
            text = "訓練の通報と本番の災害は混ぜられません / a drill and the real thing never mix"
            raise DamageError("other_status", text)
        if before := await damages.of_report(connection, known.id):
            raise DamageError("already", f"もう登録されています（被害 {before.id}） / it is record {before.id} already")
        content = Content(
            certainty=Certainty.CONFIRMED,
            source=f"通報 {known.id}",
            place=known.place[:100],
            area=area[0],
            area_name=area[1],
            lon=known.lon,
            lat=known.lat,
            happened=known.seen_at,
        )
        record = Damage(id=0, disaster=of.id, status=of.status, report=known.id)
        return await _keep(connection, of, record, Event(act=Act.ENTER, at=now, who=who, content=content))


async def do(store: Store, deed: Deed, now: datetime) -> Damage:
    """One act on a record; the record after it. Raises DamageError: not_found, closed, changed, no_reason, …"""
    async with store.write() as connection:
        record = await damages.find(connection, deed.number)
        if record is None:
            raise DamageError("not_found", f"被害 {deed.number} はありません / there is no record {deed.number}")
        of = await _open(connection, record.disaster)
        if deed.seen != record.version:
            last = record.events[-1]
            did = f"{last.who} が{dated(last.at)}に「{ACTS_JA[last.act][0]}」を記録しました"
            english = f"changed since you looked, by {last.who}, {dated_en(last.at)}"
            raise DamageError("changed", f"その後に{did}。見比べてください / {english}")
        content = deed.content or record.content
        at = max(now, record.events[-1].at)  # the clock of an exercise may be set back
        return await _keep(
            connection, of, record, Event(act=deed.act, at=at, who=deed.who, reason=deed.reason, content=content)
        )


async def _keep(connection: AsyncConnection, of: Disaster, record: Damage, event: Event) -> Damage:
    after = await damages.keep(connection, record, event)
    await chronology.append(connection, [of_record(of, after)])
    ACTS.labels(after.status.value, event.act.value).inc()
    return after


async def _open(connection: AsyncConnection, number: int) -> Disaster:
    found = await _disaster(connection, number)
    if found.ended is not None:
        raise DamageError("closed", f"「{found.name}」は締められています。再開してから入れてください / it is closed")
    return found


async def _disaster(connection: AsyncConnection, number: int) -> Disaster:
    found = await damages.disaster(connection, number)
    if found is None:
        raise DamageError("not_found", f"災害 {number} はありません / there is no disaster {number}")
    return found


async def _told(connection: AsyncConnection, one: Disaster, who: str, now: datetime, said: str) -> None:
    bare = Entry(at=now, status=Status(one.status), kind="damage", who=who, text=said)
    await chronology.append(connection, [of_disaster(one, bare)])
