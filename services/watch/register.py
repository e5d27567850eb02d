"""The register of wards: read, changed, shown to the person and erased, each with its entry in the access log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from feeds.watch import Signal
from rules.watch.ward import Ward, soon_over
from services.store import chronology, watch_alarms, watch_log, watch_sends, watch_signals, watch_wards
from services.store.chronology import Entry
from services.store.codec import to_json
from services.store.engine import Store
from services.store.watch_log import Look
from services.watch.permission import WatchError, require
from services.watch.vault import Vault, new_uid

_MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who acts, at which time on the wall, and why."""

    who: str
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Something of a ward that runs out."""

    uid: str
    what: str
    at: datetime


class Register:
    """Every method that names a :class:`By` is entered in the access log, in the same transaction."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store, self._vault = store, vault

    async def add(self, ward: Ward, by: By) -> Ward:
        """Register a person; the ward with its uid. Raises WatchError: not_allowed, bad_ward, device_taken."""
        return (await self.add_all([ward], by))[0]

    async def add_all(self, found: list[Ward], by: By) -> list[Ward]:
        """Register all of a list, or none."""
        new = [_named(one) for one in found]
        async with self._store.write() as connection:
            await require(connection, by.who, by.at)
            for ward in new:
                _check(ward)
                sealed = self._vault.close(ward.uid, ward)
                await watch_wards.put(connection, ward.uid, sealed, 0, by.at)
                await self._bind(connection, ward, by.at)
            looks = [Look(at=by.at, who=by.who, ward=ward.uid, what="registered", why=by.why) for ward in new]
            await watch_log.append(connection, looks)
            await chronology.append(connection, [_entry(by, f"見守り：{len(new)}人を登録した")])
        return new

    async def change(self, uid: str, change: Callable[[Ward], Ward], by: By) -> Ward:
        """Put another ward in its place. Raises WatchError: not_allowed, not_found, bad_ward, device_taken."""
        async with self._store.write() as connection:
            await require(connection, by.who, by.at)
            kept = await watch_wards.find(connection, uid)
            if kept is None:
                raise _unknown(uid)
            ward = change(self._vault.open(uid, Ward, kept.sealed))
            _check(ward)
            await watch_wards.put(connection, uid, self._vault.close(uid, ward), kept.version, by.at)
            await self._bind(connection, ward, by.at)
            await watch_log.append(connection, [Look(at=by.at, who=by.who, ward=uid, what="changed", why=by.why)])
        return ward

    async def show(self, uid: str, by: By, *, what: str = "show", allowed: bool = False) -> Ward:
        """One person. ``allowed``: the right to look was proven otherwise. Raises WatchError."""
        async with self._store.write() as connection:
            if not allowed:
                await require(connection, by.who, by.at)
            ward = await self._open(connection, uid)
            await watch_log.append(connection, [Look(at=by.at, who=by.who, ward=uid, what=what, why=by.why)])
        return ward

    async def everyone(self, by: By, what: str = "list") -> list[Ward]:
        """All of them: an entry for each."""
        async with self._store.write() as connection:
            await require(connection, by.who, by.at)
            found = [self._vault.open(one.uid, Ward, one.sealed) for one in await watch_wards.everyone(connection)]
            looks = [Look(at=by.at, who=by.who, ward=one.uid, what=what, why=by.why) for one in found]
            await watch_log.append(connection, looks)
        return found

    async def ends(self, now: datetime, days: int) -> list[Ends]:
        """What runs out within so many days, the earliest first. No names."""
        async with self._store.read() as connection:
            kept = await watch_wards.everyone(connection)
        wards = [self._vault.open(one.uid, Ward, one.sealed) for one in kept]
        until = now + timedelta(days=days)
        found = [Ends(uid=ward.uid, what=what, at=at) for ward in wards for what, at in soon_over(ward, now, until)]
        return sorted(found, key=lambda one: one.at)

    async def export(self, uid: str, by: By) -> dict[str, Any]:
        """All that is known of one person, who looked included: for the person. Raises WatchError."""
        ward = await self.show(uid, by, what="export")
        async with self._store.read() as connection:
            since = by.at - timedelta(days=36_500)
            kept = await watch_signals.of_ward(connection, uid, since, _MOST)
            alarms = await watch_alarms.of_ward(connection, uid, _MOST)
            replies = await watch_alarms.replies_of(connection, [one.id for one in alarms])
            sends = await watch_sends.of_ward(connection, uid, _MOST)
            heard = await watch_wards.of_ward(connection, uid)
            looks = await watch_log.of_ward(connection, uid, _MOST)
        return {
            "ward": to_json(ward),
            "devices_heard": [to_json(one) for one in heard],
            "signals": [
                {**to_json(self._vault.open(one.key, Signal, one.sealed)), "received_at": one.received_at.isoformat()}
                for one in kept
            ],
            "alarms": [
                {
                    "id": one.id,
                    "what": one.what.value,
                    "status": one.status.value,
                    "since": one.since.isoformat(),
                    "opened_at": one.opened_at.isoformat(),
                    "closed_at": one.closed_at.isoformat() if one.closed_at else None,
                    "why": one.why,
                    "replies": [to_json(reply) for reply in replies[one.id]],
                }
                for one in alarms
            ],
            "messages": [to_json(one) for one in sends],
            "looks": [to_json(one) for one in looks],
        }

    async def remove(self, uid: str, by: By) -> dict[str, Any]:
        """Erase all of one person but that somebody looked at them; what went, for the proof. Raises WatchError."""
        async with self._store.write() as connection:
            await require(connection, by.who, by.at)
            if await watch_wards.find(connection, uid) is None:
                raise _unknown(uid)
            gone = await watch_wards.erase(connection, uid)
            gone["reasons"] = await watch_log.blank(connection, uid)
            await watch_log.append(connection, [Look(at=by.at, who=by.who, ward=uid, what="erased")])
            await chronology.append(connection, [_entry(by, "見守り：1人の登録をすべて消した")])
            left = await watch_log.of_ward(connection, uid)
        return {"ward": uid, "erased": gone, "log_entries_kept": len(left)}

    async def reseal(self, by: By) -> int:
        """Seal under the key of today what lies under a former one; how many wards."""
        many = 0
        async with self._store.write() as connection:
            await require(connection, by.who, by.at)
            for one in await watch_wards.everyone(connection):
                if not self._vault.current(one.sealed):
                    text = self._vault.open_text(one.uid, one.sealed)
                    sealed = self._vault.close_text(one.uid, text)
                    await watch_wards.put(connection, one.uid, sealed, one.version, by.at)
                    many += 1
        return many

    async def _open(self, connection: AsyncConnection, uid: str) -> Ward:
        kept = await watch_wards.find(connection, uid)
        if kept is None:
            raise _unknown(uid)
        return self._vault.open(uid, Ward, kept.sealed)

    async def _bind(self, connection: AsyncConnection, ward: Ward, now: datetime) -> None:
        """A device that was lent to somebody else meanwhile stays theirs; one in use is nobody else's."""
        owned = set()
        for one in ward.devices:
            owner = await watch_wards.owner_of(connection, one.gateway, one.device)
            if one.ended_at is not None and owner != ward.uid:
                continue
            if owner not in {None, ward.uid}:
                other = self._vault.open(str(owner), Ward, (await _kept(connection, str(owner))).sealed)
                theirs = other.device(one.gateway, one.device)
                if theirs is not None and theirs.holds(now):
                    raise WatchError("device_taken", f"{one.gateway}/{one.device} は {owner} が使っています")
            owned.add((one.gateway, one.device))
        await watch_wards.bind(connection, ward.uid, owned)


async def _kept(connection: AsyncConnection, uid: str) -> watch_wards.Kept:
    kept = await watch_wards.find(connection, uid)
    if kept is None:
        raise _unknown(uid)
    return kept


def _named(ward: Ward) -> Ward:
    return ward if ward.uid else replace(ward, uid=new_uid())


def _check(ward: Ward) -> None:
    """Raises WatchError bad_ward."""
    numbers = [one.number for one in ward.supporters]
    if not ward.name.strip() or not ward.alias.strip():
        raise WatchError("bad_ward", "名前と呼び名が要ります")
    if len(set(numbers)) != len(numbers) or 0 in numbers:
        raise WatchError("bad_ward", "支援者の番号が重なっています")
    spans = [(one.since, one.until) for one in ward.consents]
    spans += [(one.since, one.until) for one in ward.supporters]
    spans += [(one.since, one.until) for one in ward.devices]
    for since, until in spans:
        if until <= since:
            raise WatchError("bad_ward", "期限は始まりより後にしてください")


def _unknown(uid: str) -> WatchError:
    return WatchError("not_found", f"{uid} の登録はありません")


def _entry(by: By, text: str) -> Entry:
    return Entry(at=by.at, status=Status.ACTUAL, kind="access", who=by.who, text=text)
