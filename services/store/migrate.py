"""Bringing a store to the tables of today, by Alembic, inside the transaction that opened it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

log = structlog.get_logger(__name__)

# Asked at each start. Alembic's own question builds a whole inspection of the database, ten times the work.
_EVER_USED = {
    "sqlite": text("SELECT name FROM sqlite_master WHERE name = 'alembic_version'"),
    "postgresql": text("SELECT to_regclass('alembic_version')::text"),
}
_VERSION = text("SELECT version_num FROM alembic_version")


class VersionError(Exception):
    """The store has the tables of another version; the text says what to do."""


def alembic_config() -> Config:
    """Alembic's settings, without a file: the migrations lie beside this module."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config


def migrate(connection: Connection) -> None:
    """Run every migration the store has not seen. A store of today, as nearly every one is, costs two queries.

    Raises VersionError for a store of a newer version: nothing is changed.
    """
    found = _found(connection)
    if found == _newest():
        return
    if found is not None and found not in _known():
        raise VersionError(
            f"it has tables of version {found}, and this hub knows none after {_newest()}: a newer version used it. "
            "Start that one again, or bring back the copy of before the upgrade (docs/operations.md)"
        )
    if found is not None:
        log.info("tables are brought up to date", found=found, wanted=_newest())
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def build(connection: Connection, revision: str) -> None:
    """Make the tables of a version in an empty database. Raises VersionError where it is not empty, or not known."""
    if inspect(connection).get_table_names():
        raise VersionError("it is not empty: name a new database, or move this one away first")
    if revision not in _known():
        raise VersionError(
            f"tables of version {revision} are not known here; use the version of the hub that wrote them"
        )
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def newest() -> str:
    """The version of the tables of today."""
    found = _newest()
    assert found is not None
    return found


def require_current(connection: Connection) -> None:
    """Change nothing; raise VersionError unless the store has the tables of today."""
    found, wanted = _found(connection), _newest()
    if found is None:
        raise VersionError("it holds no tables of the hub; start the hub once")
    if found != wanted:
        raise VersionError(f"it has tables of version {found}, not {wanted}; start this version of the hub on it once")


def _found(connection: Connection) -> str | None:
    """The version of its tables; None where there are none. Migrations stand in one line, and so it has one row."""
    if connection.scalar(_EVER_USED[connection.dialect.name]) is None:
        return None
    return connection.execute(_VERSION).scalar_one_or_none()


@cache
def _known() -> frozenset[str]:
    return frozenset(one.revision for one in ScriptDirectory.from_config(alembic_config()).walk_revisions())


@cache  # they lie beside this module: read once
def _newest() -> str | None:
    return ScriptDirectory.from_config(alembic_config()).get_current_head()
