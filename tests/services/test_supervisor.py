"""What a systemd that listens on its socket hears of a process: more time, ready, alive, stopping."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest
import structlog

from services.supervisor import Supervisor

pytestmark = pytest.mark.one_engine


def listening(address: str | Path) -> socket.socket:
    door = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    door.bind(str(address))
    door.setblocking(False)
    return door


async def heard(door: socket.socket) -> str:
    return (await asyncio.wait_for(asyncio.get_running_loop().sock_recv(door, 4096), 60)).decode()


async def test_more_time_until_it_is_ready_then_signs_of_life(tmp_path: Path) -> None:
    with listening(tmp_path / "notify") as door:
        told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "30000", "WATCHDOG_PID": "7"}
        supervisor = Supervisor.of(told, pid=7)
        async with supervisor.watching():
            assert (await heard(door)).startswith("EXTEND_TIMEOUT_USEC=")
            supervisor.ready("http://127.0.0.1:8080")
            while (word := await heard(door)).startswith("EXTEND"):
                continue
            assert word == "READY=1\nSTATUS=http://127.0.0.1:8080"
            assert [await heard(door), await heard(door)] == ["WATCHDOG=1"] * 2
            supervisor.stopping()
            while (word := await heard(door)) == "WATCHDOG=1":
                continue
            assert word == "STOPPING=1"


async def test_an_abstract_socket_is_one_too() -> None:
    name = f"shirase-test-{os.getpid()}"
    with listening(f"\0{name}") as door:
        Supervisor(f"@{name}").stopping()
        assert await heard(door) == "STOPPING=1"


@pytest.mark.parametrize("told", [{"WATCHDOG_USEC": "30000", "WATCHDOG_PID": "8"}, {"WATCHDOG_USEC": "soon"}, {}])
def test_a_watchdog_that_is_not_ours_is_none(told: dict[str, str]) -> None:
    assert Supervisor.of(told, pid=7) == Supervisor()


async def test_nobody_there_stops_nothing(tmp_path: Path) -> None:
    Supervisor().stopping()
    with structlog.testing.capture_logs() as logged:
        Supervisor(str(tmp_path / "gone")).ready("here")
    assert [line["event"] for line in logged] == ["supervisor not told"]


async def test_the_hub_itself_speaks(tmp_path: Path) -> None:
    with listening(tmp_path / "notify") as door:
        ours = {
            "NOTIFY_SOCKET": str(tmp_path / "notify"),
            "SHIRASE_DATA_DIR": str(tmp_path / "var"),
            "SHIRASE_PORT": "0",
        }
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SHIRASE_")}
        with (tmp_path / "log").open("wb") as log:
            hub = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "services", "serve", "web"), env=clean | ours, stdout=log, stderr=log
            )
        try:
            while not (word := await heard(door)).startswith("READY=1"):
                assert word.startswith("EXTEND_TIMEOUT_USEC=")
            assert "STATUS=http://127.0.0.1:" in word
            hub.send_signal(signal.SIGTERM)
            while (word := await heard(door)) != "STOPPING=1":
                assert word == "WATCHDOG=1"
        finally:
            if hub.returncode is None:
                hub.terminate()
            assert await asyncio.wait_for(hub.wait(), 60) == 0
