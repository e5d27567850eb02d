"""Outlets that keep what they were given: a file in a folder, a retained message. What has ended is taken away there.

Sending alone does not do it: an alert may run out while nothing is sent, or while the hub is down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from services.channels.channel import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What an outlet should be showing of one series: the newest revision that is out there and not over."""

    series: str
    revision: int
    payload: Payload


@runtime_checkable
class Keeper(Protocol):
    """A channel that can make its outlet show this and nothing else of ours."""

    name: str

    async def keep(self, shown: Sequence[Shown], now: datetime) -> bool:
        """Put back what is missing, take away what is over. True where something had to be done.

        Raises OSError where the outlet cannot be reached; it is tried again.
        """
        ...
