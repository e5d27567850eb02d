"""One process to a folder: the second is refused, and told why."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from services.city import StartError
from services.settings import Settings
from services.store.engine import parse


class AlreadyRunningError(Exception):
    """Another hub holds this folder."""


def folders(settings: Settings, services: Sequence[str]) -> list[Path]:
    """Folders that a process must have to itself: SQLite has one writer, our own broker one folder of messages."""
    database = parse(settings.database_url)
    folders = [settings.data_dir] if settings.broker is None and "ingest" in services else []
    if database.get_backend_name() == "sqlite" and database.database:
        folders.append(Path(database.database).parent)
    return sorted({folder.resolve() for folder in folders})


def is_held(folder: Path) -> bool:
    """True where a process holds the folder at this moment. Its number alone says nothing: another gets it later."""
    try:
        with (folder / "hub.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold a folder for as long as the block lasts. Raises AlreadyRunningError or StartError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock: IO[str] = (folder / "hub.lock").open("a+")
    except OSError as error:
        raise StartError(f"{folder} cannot hold the data ({error.strerror}); set SHIRASE_DATA_DIR") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        owner = lock.read().strip() or "unknown"
        lock.close()
        raise AlreadyRunningError(
            f"{folder} is in use by another hub (process {owner}); stop it, or set SHIRASE_DATA_DIR to another folder. "
            "Several processes on one store need PostgreSQL and a broker of their own: see docs/store.md"
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    try:
        yield
    finally:
        lock.close()
