"""Bringing a store to the tables of today, by Alembic, inside the transaction that opened it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


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
