"""A SQLite store with the tables of today, made once a run for all to copy: every migration takes a third of a second.

That they make these tables out of nothing, and out of what older versions wrote, is shown by test_migrations.py, by
growth/test_migrated.py, and by every hub that a test starts from nothing.
"""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.engine import Store, of_today, parse

Prepare = Callable[[AsyncConnection], Awaitable[None]]


@cache
def template() -> Path:
    """An empty store; copy it."""
    folder = Path(tempfile.mkdtemp(prefix="store-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "shirase.db"

    async def make() -> None:
        await (await Store.open(f"sqlite:///{path}")).close()

    with ThreadPoolExecutor(1) as apart:  # its own thread: a test's event loop is not ours to touch
        apart.submit(asyncio.run, make()).result()
    return path


@contextmanager
def laid() -> Iterator[None]:
    """Within the block a store of today's tables that would be new is a copy, wherever it is opened."""
    template()
    opening = Store.open

    async def open_laid(_: type[Store], url: str, prepare: Prepare = of_today, **more: Any) -> Store:
        file = Path(parse(url).database or "")
        if prepare is of_today and file.suffix == ".db" and not file.exists():
            with suppress(OSError):  # where nothing can be written, the store itself shall say so
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(template(), file)
        return await opening(url, prepare, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "open", classmethod(open_laid))
        yield
