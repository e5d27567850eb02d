"""Nothing that strangers must not read is in any archive, and nothing of a drill."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from feeds.status import Status
from services.archive.known import Known
from services.archive.period import Period, day_of
from services.archive.registry import KINDS
from services.store import hazards
from services.store.engine import Store
from tests.services.archive.making import city
from tests.services.making import NOW, hazard
from tests.services.test_web_anonymity import SECRET, fill

pytestmark = pytest.mark.one_engine


async def test_no_archive_tells_what_strangers_must_not_know(store: Store) -> None:
    await fill(store)
    shown = hazard(status=Status.ACTUAL, headline="公開", source="gauge")
    async with store.write() as connection:
        await hazards.replace_picture(connection, {}, [shown], NOW)
        await hazards.replace_picture(connection, {shown.key: shown}, [], NOW + timedelta(hours=1))
    known, told = Known(ground=city(), forecasts=True), dict[str, bytes]()
    for kind in KINDS.values():
        for back in range(-2, 4):
            day = Period.day(day_of(NOW - timedelta(days=back)))
            async for rows in kind.read(store, known, day):
                told[kind.id] = told.get(kind.id, b"") + kind.lines(rows)
    changes = [json.loads(line)["properties"] for line in told["hazards"].splitlines()]
    assert [(one["headline"], one["level"]) for one in changes] == [("公開", 3), ("公開", 0)], "began and ended"
    for kind, text in told.items():
        assert SECRET.encode() not in text, kind
        assert b"Exercise" not in text and b"Test" not in text, kind
