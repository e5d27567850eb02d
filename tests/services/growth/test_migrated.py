"""A store that has lived is brought up to date with what it knows: codes, reasons of hazards, what alerts spoke of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from feeds.status import Status
from services.store import alerts, suppressions
from services.store.columns import stamp
from services.store.engine import Store, parse
from services.store.migrate import alembic_config
from services.store.tables import hazards
from tests.postgresql import Cluster
from tests.services.making import NOW

pytestmark = pytest.mark.from_nothing

AT = stamp(NOW)
_ALERT = """
INSERT INTO alerts (series, revision, identifier, status, rule, kind, level, state, ends, sent, expires, changed_at,
 digest, payloads, body)
VALUES ('s', 1, 's-1', 'Actual', 'river', 'flood', 3, 'draft', false, :at, :at, :at, '', :payloads, :body)
"""
_REASON = """
INSERT INTO suppressions (status, rule, series, stage, reason, detail, first_at, last_at, times, current, hazards)
VALUES ('Actual', 'r', 's', 'quiet', 'night', '夜', :at, :at, 1, true, :hazards)
"""
_HAZARDS = """
INSERT INTO hazards (key, status, model, kind, area, level, at, valid_until, current, body)
VALUES ('k1', 'Actual', 'm', 'flood', 'a', 2, :early, :at, false, '{}'),
 ('k1', 'Actual', 'm', 'flood', 'a', 3, :at, :at, true, '{}'),
 ('k2', 'Actual', 'm', 'flood', 'a', 3, :at, :at, true, '{}')
"""
_VALUES = {
    "at": AT,
    "early": stamp(NOW.replace(hour=1)),
    "payloads": json.dumps({"x": {"reason": "予算", "code": "budget_spent"}, "log": {"parts": ["雪"]}}),
    "body": json.dumps({"hazards": ["k1"]}),
    "hazards": json.dumps(["k1", "k2"]),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def lived(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'lived.db'}"
    server: Cluster = request.getfixturevalue("postgresql")
    return server.database("lived")


async def test_what_was_written_before_is_found_as_if_it_had_been_written_today(lived: str) -> None:
    def back_then(connection: Connection) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0023")
        for statement in (_ALERT, _REASON, _HAZARDS):
            wanted = {name: value for name, value in _VALUES.items() if f":{name}" in statement}
            connection.execute(text(statement), wanted)

    engine = create_async_engine(parse(lived))
    async with engine.begin() as connection:
        await connection.run_sync(back_then)
    await engine.dispose()
    store = await Store.open(lived)
    async with store.read() as connection:
        assert await alerts.refused(connection, Status.ACTUAL, "budget_") == [("s", "river", "x", "予算")]
        for key in ("k1", "k2"):
            (held,) = await suppressions.at(connection, Status.ACTUAL, key, NOW)
            assert (held.since, held.until, held.what.detail) == (NOW, None, "夜")
        told = {(row.key, row.level): row.told for row in await connection.execute(select(hazards))}
    assert told == {("k1", 2): None, ("k1", 3): NOW, ("k2", 3): None}
    await store.close()
