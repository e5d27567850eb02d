"""The journal: minimal mode's own store, begun from what was laid aside, known by the hash of its first entry."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from feeds.status import Status
from services.backup.restoring import restore
from services.city import StartError
from services.configuration.gateways import Door
from services.configuration.listening import Listening
from services.minimal.aside import JOURNAL, copy_in
from services.settings import Settings
from services.store import chronology
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.tables import chronology as log_table

KIND = "minimal"  # of the entries that tell where minimal mode begins, and where it was brought in
_FOR_SUBSCRIBERS = frozenset({"mail", "push"})  # whom to tell stands in the store, sealed


def folder_of(settings: Settings) -> Path:
    """Raises StartError where the settings name none."""
    if settings.minimal is None:
        raise StartError('minimal mode needs a folder on another disk: set [minimal] folder = "…"')
    return settings.minimal.folder


def file_of(settings: Settings) -> Path:
    """Where the journal lies. Raises StartError."""
    return folder_of(settings) / JOURNAL


def aboard(settings: Settings) -> Settings:
    """As minimal mode runs: on the journal, and by nothing that needs the lost store. Raises StartError.

    A data directory that cannot be written is replaced by the folder, and a broker of the city's is met in passing: the
    hub's session stays there, and what comes in meanwhile waits in it for the hub.
    """
    changed = {
        "database": f"sqlite:///{file_of(settings).resolve()}",
        "data_dir": settings.data_dir if _writable(settings.data_dir) else folder_of(settings),
        "channels": {name: one for name, one in settings.channels.items() if name not in _FOR_SUBSCRIBERS},
        "sources": [],
        "listening": Listening(),
    }
    if settings.broker is not None:
        changed["broker"] = settings.broker.model_copy(update={"door": Door.SESSION})
    return settings.model_copy(update=changed)


async def begin(settings: Settings, now: datetime) -> None:
    """Begin the journal, or go on with it. ``settings``: as of :func:`aboard`, or the hub's.

    Raises StartError where nothing was laid aside, ArchiveError, StoreError.
    """
    own, copy = aboard(settings), copy_in(folder_of(settings))
    if not file_of(settings).exists():
        if not copy.exists():
            raise StartError(
                f"nothing was laid aside in {copy.parent}; `shirase minimal prepare` does it in good times"
            )
        await _begun(own, copy, file_of(settings), now)
    store = await Store.open(own.database_url)
    try:
        async with store.write() as connection:
            status = Status.EXERCISE if settings.exercise else Status.ACTUAL
            told = Entry(at=now, status=status, kind=KIND, who="minimal", text="記録に届かないため、最小運転を始めた")
            await chronology.append(connection, [told])
    finally:
        await store.close()


async def _begun(own: Settings, copy: Path, file: Path, now: datetime) -> None:
    """Under another name until it is whole: one without accounts would let nobody in, ever."""
    growing = file.with_name(f"{file.name}.new")
    for left in (growing, *(growing.with_name(f"{growing.name}-{end}") for end in ("wal", "shm"))):
        left.unlink(missing_ok=True)
    await restore(copy, own.model_copy(update={"database": f"sqlite:///{growing.resolve()}"}), now)
    growing.chmod(0o600)
    growing.rename(file)


async def name_of(journal: Store) -> str:
    """By what a journal is known: the hash of its first entry."""
    async with journal.read() as connection:
        return str(await connection.scalar(select(log_table.c.hash).order_by(log_table.c.seq).limit(1)))


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".minimal.tmp"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        return False
    return True
