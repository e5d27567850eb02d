"""Bringing a store to the tables of today, by Alembic, inside the transaction that opened it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


class VersionError(Exception):
    """The store has the tables of another version; the text says what to do."""


def alembic_config() -> Config:
    """Alembic's settings, without a file: the migrations lie beside this module."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config


def migrate(connection: Connection) -> None:
    """Run every migration the store has not seen."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def require_current(connection: Connection) -> None:
    """Change nothing; raise VersionError unless the store has the tables of today."""
    found = MigrationContext.configure(connection).get_current_revision()
    wanted = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if found is None:
        raise VersionError("it holds no tables of the hub; start the hub once")
    if found != wanted:
        raise VersionError(f"it has tables of version {found}, not {wanted}; start this version of the hub on it once")
