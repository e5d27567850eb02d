"""Death between any two statements: each of them is a trip to the driver's thread, and so an await."""

from __future__ import annotations

import pytest

from services.store.in_passing import Passing


@pytest.fixture(autouse=True)
def _every_statement_is_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Passing, "allowed", False)
