"""Nothing that strangers must not read is in any archive, and nothing of a drill."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.archive.known import Known
from services.archive.period import Period, day_of
from services.archive.registry import KINDS
from services.store.engine import Store
from tests.services.archive.making import city
from tests.services.making import NOW
from tests.services.test_web_anonymity import SECRET, fill

pytestmark = pytest.mark.one_engine


async def test_no_archive_tells_what_strangers_must_not_know(store: Store) -> None:
    await fill(store)
    known, told = Known(ground=city(), forecasts=True), dict[str, bytes]()
    for kind in KINDS.values():
        for back in range(-2, 4):
            day = Period.day(day_of(NOW - timedelta(days=back)))
            async for rows in kind.read(store, known, day):
                told[kind.id] = told.get(kind.id, b"") + kind.lines(rows)
    assert told["hazards"], "or this would prove nothing"
    for kind, text in told.items():
        assert SECRET.encode() not in text, kind
        assert b"Exercise" not in text and b"Test" not in text, kind
