"""An orderly end that takes too long says what it waits for, before whoever supervises the process makes an end of it.

Told from a thread of its own: what does not end may be the event loop itself, or a thread that outlives it.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from collections.abc import Iterator
from types import CodeType
from typing import Any

import structlog

log = structlog.get_logger(__name__)

TAKES_LONG = 20.0  # seconds; loops have 5 for the step they are in, a turn to write comes within 20 or not at all
_DEPTH = 12  # places of each, the innermost


def told_after(seconds: float = TAKES_LONG) -> threading.Timer:
    """Say so after ``seconds``, unless the process has ended by then. Called in the event loop that is to end."""
    timer = threading.Timer(seconds, _tell, (asyncio.get_running_loop(), seconds))
    timer.daemon = True
    timer.start()
    return timer


def _tell(loop: asyncio.AbstractEventLoop, seconds: float) -> None:
    tasks = {task.get_name(): list(_places(task.get_coro()))[-_DEPTH:] for task in asyncio.all_tasks(loop)}
    log.warning("the end takes long", seconds=seconds, tasks=tasks, threads=dict(_threads()))


def _places(awaited: Any) -> Iterator[str]:
    """Where a coroutine waits: its own line first, then of each that it awaits."""
    while awaited is not None:
        for kind in ("cr", "gi", "ag"):
            code, frame = getattr(awaited, f"{kind}_code", None), getattr(awaited, f"{kind}_frame", None)
            if isinstance(code, CodeType):
                yield f"{code.co_filename.rpartition('/')[2]}:{frame.f_lineno if frame else 0} {code.co_name}"
                awaited = getattr(awaited, "gi_yieldfrom" if kind == "gi" else f"{kind}_await", None)
                break
        else:
            yield repr(awaited)[:200]
            return


def _threads() -> Iterator[tuple[str, list[str]]]:
    frames, me = sys._current_frames(), threading.get_ident()
    for thread in threading.enumerate():
        if thread.ident != me and (frame := frames.get(thread.ident or 0)):
            stack = traceback.extract_stack(frame)[-_DEPTH:]
            yield thread.name, [f"{one.filename.rpartition('/')[2]}:{one.lineno} {one.name}" for one in stack]
