"""Ending a task that was started beside others: it is asked until it has ended.

One word is not always enough: a cancellation that comes together with what the task waited for can be taken for that
(``asyncio.wait_for`` of Python 3.11 does so, CPython issue 86296), and whoever then waits for its end waits for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import structlog

log = structlog.get_logger(__name__)

_AGAIN = 1.0  # seconds


async def cancelled(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel them and wait until all have ended. What one of them failed with is told, and hinders nobody."""
    tasks = set(tasks)
    left = tasks
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_AGAIN)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()):
            log.warning("ended with an error", task=task.get_name(), exc_info=error)
