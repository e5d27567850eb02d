"""Processes that must not outlive the hub, and those of an earlier life that did."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def dies_with_parent() -> Callable[[], None] | None:
    """What the child runs between fork and exec so that the kernel ends it when the hub dies, even by SIGKILL.

    None where the system has no such thing (anything but Linux): there the next start ends the orphan. The signal
    goes out when the *thread* that forked ends, so start such a child from a thread that lives as long as the hub.
    """
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None, use_errno=True), os.getpid()

    def prepare() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # the hub died before the signal was ordered
            os._exit(1)

    return prepare


def end_orphan(pid_file: Path, mark: str, patience: float = 5.0) -> int | None:
    """End the process that ``pid_file`` names, if its command line holds ``mark``; its pid if one was ended.

    A pid is only a number that someone else may have by now: whatever does not carry our mark is left alone.
    Blocks for up to ``patience`` seconds before it sends SIGKILL.
    """
    pid = _read_pid(pid_file)
    if pid is None or not _is_ours(pid, mark):
        return None
    for send in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, send)
        except ProcessLookupError:
            return pid
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not _is_ours(pid, mark):
                return pid
            time.sleep(0.02)
    raise RuntimeError(f"process {pid} of an earlier start does not end: end it by hand and start again")


def _read_pid(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text())
    except (OSError, ValueError):
        return None


def _is_ours(pid: int, mark: str) -> bool:
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return mark.encode() in arguments  # a zombie has no arguments left and counts as gone
