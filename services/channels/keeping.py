"""Outlets that keep what they were given: a file in a folder, a retained message. What has ended is taken away there.

Sending alone does not do it: an alert may run out while nothing is sent, or while the hub is down.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from services.channels.channel import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What an outlet should be showing of one series: the newest revision that is out there and not over."""

    series: str
    revision: int
    payload: Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the store knows of an outlet at one instant."""

    shown: tuple[Shown, ...] = ()
    moving: frozenset[str] = frozenset()  # series that are being sent just now, by whatever process: not to be touched


Look = Callable[[], Awaitable[View]]


@runtime_checkable
class Keeper(Protocol):
    """A channel that can make its outlet show this and nothing else of ours."""

    name: str

    async def keep(self, look: Look) -> bool:
        """Put back what is missing, take away what is over. True where something had to be done.

        First reads what is there, then looks: whatever another process has hung up by then is in the view, as shown or
        as moving, so nothing is taken for left over that has only just come. Raises OSError where the outlet cannot be
        reached; it is tried again.
        """
        ...
