"""A copy back into an empty store, on either engine: the way back after a loss, and the way from SQLite to PostgreSQL.

Everything is read and checked before anything is written, and then written in one transaction. A copy of older tables
is read into tables of that version, which are then brought to today's.

A restore goes back in time. What waited to be sent when the copy was made may be out since then: such deliveries become
"not known whether it arrived", so that each channel looks at its own timeline first, as after any lost connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.backup import files, numbers, rows
from services.backup.archive import Archive, ArchiveError, Member, read
from services.settings import Settings
from services.store import chronology, past
from services.store.chronology import Chain, Entry
from services.store.delivery_state import DeliveryState
from services.store.engine import Store, of_today
from services.store.migrate import VersionError, build
from services.store.tables import outbox

_OPEN = outbox.c.state.in_([one.value for one in (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.UNKNOWN)])


async def restore(file: Path, settings: Settings, now: datetime) -> Chain:
    """Fill the store of the settings; what its chronology's chain shows then.

    Raises ArchiveError (nothing was written), StoreError, OSError.
    """
    with read(file) as archive:
        require_ours(archive, settings)
        archive.verify()
        files.require_room(archive, settings.data_dir)
        store = await Store.open(settings.database_url, _Filling(archive, settings.data_dir, now).fill)
        try:
            async with store.read() as connection:
                return await chronology.verify(connection)
        finally:
            await store.close()


def require_ours(archive: Archive, settings: Settings) -> None:
    """Raise ArchiveError for a copy of another city, or of a drill where this is none."""
    told = archive.manifest
    if told.city != settings.city.code:
        raise ArchiveError(f"this is a copy of {told.city}, and the profile is of {settings.city.code}")
    if told.exercise != (settings.exercise is not None):
        raise ArchiveError("a copy of an exercise belongs into an exercise, and one of the real hub into no exercise")


class _Filling:
    """What happens in the transaction that opens the store."""

    def __init__(self, archive: Archive, data_dir: Path, now: datetime) -> None:
        self._archive, self._data_dir, self._now = archive, data_dir, now

    async def fill(self, connection: AsyncConnection) -> None:
        told = self._archive.manifest
        try:
            await connection.run_sync(build, told.revision)
        except VersionError as error:
            raise ArchiveError(f"nothing was written: {error}") from error
        there = await connection.run_sync(_columns)
        for member in told.tables:
            await self._table(connection, member, there)
        await numbers.go_on(connection, told.sequences, [_name(one) for one in told.tables])
        await of_today(connection)
        await self._say(connection, await _look_first(connection, self._now))
        files.take(
            self._archive, self._data_dir
        )  # before the commit: a store without its files would not be tried again

    async def _table(self, connection: AsyncConnection, member: Member, there: Mapping[str, set[str]]) -> None:
        name, written = _name(member), 0
        if not {one for one, _ in member.columns} <= there.get(name, set()):
            version = self._archive.manifest.revision
            raise ArchiveError(f"{member.name}: version {version} has no such columns; this copy was changed")
        for lines in self._archive.lines(member, rows.at_once(member.columns)):
            try:
                await rows.write(connection, name, member.columns, lines)
            except ValueError as error:
                raise ArchiveError(f"{member.name}, after line {written}: {error}; this copy was changed") from error
            written += len(lines)
        if written != member.rows:
            raise ArchiveError(f"{member.name} has {written} rows, and its manifest says {member.rows}")

    async def _say(self, connection: AsyncConnection, unknown: int) -> None:
        made = self._archive.manifest.made_at
        words = f"控えから戻した。控えは {made} のもので、それより後の記録はここにない"
        if unknown:
            words += f"。送信中・送信待ちだった {unknown} 件は、届いたか不明とした"
        entry = Entry(at=self._now, status=Status.ACTUAL, kind="system", who="restore", text=words, refs={"made": made})
        await chronology.append(connection, [entry])


async def _look_first(connection: AsyncConnection, now: datetime) -> int:
    """Whatever waits may be out since then: the next try looks first. How many there were."""
    perhaps = {"state": DeliveryState.UNKNOWN.value, "after_unknown": True, "lease_until": None}
    return (await past.change(connection, update(outbox).where(_OPEN).values(perhaps), now)).rowcount


def _columns(connection: Connection) -> dict[str, set[str]]:
    found = inspect(connection)
    return {name: {one["name"] for one in found.get_columns(name)} for name in found.get_table_names()}


def _name(member: Member) -> str:
    return member.name.removeprefix("tables/").removesuffix(".jsonl")
