"""Fixtures of the whole suite: a real store, real data where it lies, and honesty about missing parts."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.store.engine import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A fresh SQLite store on disk."""
    opened = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'shirase.db'}")
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real telegrams, layers and series; tests that need it say so when it is missing."""
    named = os.environ.get("SHIRASE_REAL_DATA", "")
    if not named or not Path(named).is_dir():
        missing("SHIRASE_REAL_DATA names no folder of real data")
    return Path(named)


def missing(what: str) -> None:
    """Skip on a laptop, fail in CI: a part that is not there must never pass for a part that works."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
