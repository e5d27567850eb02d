"""A hub that cannot start says why and how to mend it, and leaves nothing running behind."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from services.app import Hub
from services.city import StartError
from services.settings import Settings, load
from services.store.engine import Store, StoreError


def settings(tmp_path: Path, **environment: str) -> Settings:
    return load(environment={"SHIRASE_DATA_DIR": str(tmp_path / "var"), "SHIRASE_PORT": "0", **environment})


async def refusal(to_start: Settings) -> str:
    with pytest.raises((StartError, StoreError)) as refused:
        async with Hub.running(to_start):
            raise AssertionError("it started")
    return str(refused.value)


async def test_a_taken_port_is_named_and_the_broker_does_not_stay_behind(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = await refusal(settings(tmp_path, SHIRASE_PORT=str(port)))
    assert f"port {port}" in said and "SHIRASE_PORT" in said
    pid = int((tmp_path / "var" / "broker" / "nats-server.pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_the_store_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/var/shirase.db")
        modes = {one.name: one.stat().st_mode & 0o777 for one in (tmp_path / "var").iterdir()}
        await store.close()
    finally:
        os.umask(before)
    assert modes.keys() >= {"shirase.db", "shirase.db-wal"} and set(modes.values()) == {0o600}


async def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    file = tmp_path / "var" / "shirase.db"
    file.write_bytes(b"not a database" * 1000)
    assert str(file) in await refusal(settings(tmp_path))
    assert file.read_bytes() == b"not a database" * 1000


def test_a_folder_that_cannot_be_made_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    environment = {**os.environ, "SHIRASE_DATA_DIR": str(tmp_path / "var" / "data")}
    command = [sys.executable, "-m", "services", "serve"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    refused = json.loads(ended.stderr)
    assert (ended.returncode, refused["error"]) == (1, "cannot_start")
    assert "SHIRASE_DATA_DIR" in refused["message"]
