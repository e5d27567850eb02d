"""Processes of the hub that need not import the house again: each is forked from one that has.

To import all that a hub is takes Python two seconds of CPU, and to compile the wording of the catalogue one and a half;
the tests start dozens. Forked is what ``shirase`` runs with the same words; what it does from there on is its own: its
memory, its files, its death. That a hub starts from nothing, too, is shown by the tests of the start and of the
exercise, and by those on a small disk.
"""

from __future__ import annotations

import array
import asyncio
import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from services.broker.child import dies_with_parent

_LOADED = ("services.app", "services.cli.serve")
_MOST = 1 << 20  # octets of an order: words and the whole environment


class Warm:
    """A process of its own. Like one of asyncio's, as far as tests use those."""

    def __init__(self, pid: int, stdout: asyncio.StreamReader, end: asyncio.StreamReader) -> None:
        self.pid, self.stdout, self._end = pid, stdout, end
        self.returncode: int | None = None

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Its exit code; below 0 the signal that ended it."""
        if self.returncode is None:
            self.returncode = int(await self._end.readline())
        return self.returncode


async def start(words: Sequence[str], stderr: IO[bytes], environment: Mapping[str, str] | None = None) -> Warm:
    """``shirase`` with these words, in the environment of the tests and this."""
    out, of_it = os.pipe()
    end, told = os.pipe()
    order = json.dumps({"words": words, "environment": {**os.environ, **(environment or {})}})
    lent = array.array("i", [of_it, stderr.fileno(), told])
    try:
        _nest().sendmsg([order.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, lent)])
    finally:
        os.close(of_it)
        os.close(told)
    stdout, ends = await _reader(out), await _reader(end)
    return Warm(int(await ends.readline()), stdout, ends)


async def ended(words: Sequence[str], environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The same of what ends by itself: its exit code, and all that it said."""
    with tempfile.TemporaryFile() as stderr:
        process = await start(words, stderr, environment)
        said = await process.stdout.read()
        code = await process.wait()
        stderr.seek(0)
        return subprocess.CompletedProcess(list(words), code, said.decode(), stderr.read().decode())


async def _reader(end: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(end, "rb", 0))
    return reader


@cache
def _nest() -> socket.socket:
    """The line to the process that forks; it ends with the line, and so do those it has forked."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for line in (ours, theirs):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST)
    with theirs:
        command = [sys.executable, "-m", __name__, str(theirs.fileno())]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


class _Brood:
    """Those that were forked, each with the end of a pipe on which its exit code is waited for.

    A descriptor of the process says when it has ended. A signal would not do: one that comes while the next order is
    about to be waited for is heard with that order only, and after the last order never.
    """

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._poll = select.poll()
        self._poll.register(line, select.POLLIN)
        self._ends: dict[int, tuple[int, int]] = {}  # descriptor of the process → its number, and the end to tell

    def add(self, pid: int, told: int) -> None:
        end = os.pidfd_open(pid)
        self._ends[end] = pid, told
        self._poll.register(end, select.POLLIN)

    def wait(self) -> None:
        """Until there is an order, or the line has ended; meanwhile those that end are told."""
        while True:
            ready = [one for one, _ in self._poll.poll()]
            for end in ready:
                if end in self._ends:
                    self._bury(end)
            if self._line.fileno() in ready:
                return

    def forget(self) -> None:
        """In a child: they are its siblings, and none of its business."""
        for end, (_, told) in self._ends.items():
            os.close(end)
            os.close(told)

    def _bury(self, end: int) -> None:
        pid, told = self._ends.pop(end)
        _, status = os.waitpid(pid, 0)
        with suppress(BrokenPipeError):  # nobody waits for it
            os.write(told, b"%d\n" % os.waitstatus_to_exitcode(status))
        self._poll.unregister(end)
        os.close(end)
        os.close(told)


def _hatch(line: socket.socket) -> list[str] | None:
    """Fork for every order until the line ends. Comes back as the child, with its words; with None at the end."""
    brood, dying = _Brood(line), dies_with_parent()
    while True:
        brood.wait()
        order, lent, _, _ = socket.recv_fds(line, _MOST, 3)
        if not order:
            return None
        out, err, told = lent
        if pid := os.fork():
            os.write(told, b"%d\n" % pid)
            brood.add(pid, told)
            os.close(out)
            os.close(err)
            continue
        if dying:
            dying()
        brood.forget()
        _become(json.loads(order), out, err)
        for end in (line.detach(), told, out, err):
            os.close(end)
        return list(json.loads(order)["words"])


def _become(order: Mapping[str, Any], out: int, err: int) -> None:
    """The child's own outputs, environment and time zone."""
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()


def main() -> int:
    for name in _LOADED:
        importlib.import_module(name)
    from rules.rule import CATALOG, load_rules
    from services import __main__

    load_rules([CATALOG])  # whoever reads the same text again finds it compiled
    gc.collect()
    gc.freeze()
    words = _hatch(socket.socket(fileno=int(sys.argv[1])))
    if words is None:
        return 0
    sys.argv = [str(Path(__main__.__file__)), *words]
    return __main__.main()


if __name__ == "__main__":
    sys.exit(main())
