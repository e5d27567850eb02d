"""Where a second hub is refused, and where it may run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.alone import AlreadyRunningError, folders, hold
from services.configuration.gateways import Broker
from services.line import SERVICES
from services.settings import Settings, load

BROKER = Broker(host="broker.example.jp")


def settings(tmp_path: Path, **changes: Any) -> Settings:
    whole = load([], {"SHIRASE_DATA_DIR": str(tmp_path / "var")})
    return whole.model_copy(update=changes)


def test_on_sqlite_the_second_is_refused_and_told_why(tmp_path: Path) -> None:
    (folder,) = folders(settings(tmp_path), SERVICES)
    assert folder == tmp_path / "var"
    with hold(folder):
        told = r"var is in use by another hub \(process \d+\).*need PostgreSQL"
        with pytest.raises(AlreadyRunningError, match=told), hold(folder):
            pass
    with hold(folder):
        pass


def test_a_sqlite_file_elsewhere_is_held_where_it_lies(tmp_path: Path) -> None:
    elsewhere = f"sqlite:///{tmp_path / 'other' / 'city.db'}"
    assert folders(settings(tmp_path, database=elsewhere), SERVICES) == [tmp_path / "other", tmp_path / "var"]
    assert folders(settings(tmp_path, database=elsewhere, broker=BROKER), SERVICES) == [tmp_path / "other"]


def test_on_postgresql_only_our_own_broker_wants_its_folder_to_itself(tmp_path: Path) -> None:
    database = "postgresql://shirase@db.example.jp/shirase"
    assert folders(settings(tmp_path, database=database), SERVICES) == [tmp_path / "var"]
    assert folders(settings(tmp_path, database=database, broker=BROKER), SERVICES) == []


def test_on_postgresql_a_process_that_does_not_listen_needs_no_folder(tmp_path: Path) -> None:
    assert folders(settings(tmp_path, database="postgresql://shirase@db.example.jp/shirase"), ["predict", "web"]) == []
