"""A log that cannot be written stops nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_engine
_WORK = """
import logging, structlog
from services.telemetry import LOG_LOST, configure_logging
configure_logging()
for number in range(3000):  # more than any buffer holds
    structlog.get_logger().info("a line", number=number)
    logging.getLogger("library").warning("another")
print("done", LOG_LOST._value.get() > 0)
"""


def _worked(stderr: int) -> str:
    ended = subprocess.run([sys.executable, "-c", _WORK], stdout=subprocess.PIPE, stderr=stderr, check=False)
    return ended.stdout.decode().strip()


def test_on_a_full_disk_the_work_goes_on_and_what_was_lost_is_counted() -> None:
    with Path("/dev/full").open("wb") as full:
        assert _worked(full.fileno()) == "done True"


def test_so_it_does_when_whoever_read_the_log_has_ended() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert _worked(writing) == "done True"
    finally:
        os.close(writing)


def test_where_it_can_be_written_nothing_is_lost(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        assert _worked(file.fileno()) == "done False"
    lines = (tmp_path / "log").read_text().splitlines()
    assert sum('"event": "a line"' in line for line in lines) == 3000
    assert len(lines) == 6000


_FORGED = """
import structlog
from services.telemetry import configure_logging
configure_logging()
structlog.get_logger().warning("refused", topic="a\\x9b2J\\x1b[31m\\u202eb\\u2028\\r\\nc")
"""


def test_what_strangers_name_moves_no_cursor_and_begins_no_line() -> None:
    ended = subprocess.run([sys.executable, "-c", _FORGED], capture_output=True, check=True)
    (line,) = ended.stderr.decode().splitlines()
    assert line.isprintable() and json.loads(line)["topic"] == "a\x9b2J\x1b[31m\u202eb\u2028\r\nc", "none of it is lost"


_HEARD = """
import asyncio, logging
from aiohttp import web
from services.telemetry import configure_logging
async def main():
    configure_logging()
    async def fail(_): raise ValueError("ours")
    app = web.Application()
    app.router.add_get("/", fail)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    wrong = b"GET / HTTP/1.1\\r\\nHost: x\\r\\nAuthorization: Bearer their-token\\x01"
    for told in (wrong, b"GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close"):
        reader, writer = await asyncio.open_connection(*runner.addresses[0])
        writer.write(told + b"\\r\\n\\r\\n")
        await reader.read()
        writer.close()
    await runner.cleanup()
    logging.getLogger("library").warning("two\\nlines")
asyncio.run(main())
"""


def test_libraries_speak_as_we_do_and_of_what_is_no_http_not_at_all() -> None:
    ended = subprocess.run([sys.executable, "-c", _HEARD], capture_output=True, text=True, check=True)
    fault, library = (json.loads(line) for line in ended.stderr.splitlines())
    assert "ValueError: ours" in fault["exception"] and fault["logger"] == "aiohttp.server"
    assert (library["event"], library["level"], library["logger"]) == ("two\nlines", "warning", "library")
    assert "their-token" not in ended.stderr
