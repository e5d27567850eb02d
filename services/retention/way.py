"""How rows of one kind are found, while others write, and then deleted, in a turn to write that is kept short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Due:
    """What is older than it need be and may go: how many rows (or series), and the age of the oldest."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Picked:
    """Some of what may go. ``upto`` is how far a way that walks has come with it."""

    keys: Sequence[Any]
    upto: int = 0


class Way(Protocol):
    """Found by reading alone; :meth:`drop` looks again at what may have changed since, in its own transaction."""

    async def due(self, connection: AsyncConnection, before: datetime) -> Due:
        """Everything that may go. May be slow: people ask."""
        ...

    async def pick(self, connection: AsyncConnection, before: datetime, most: int) -> Picked | None:
        """Some of it, the oldest first; None where there is nothing."""
        ...

    async def drop(self, connection: AsyncConnection, picked: Picked, before: datetime, now: datetime) -> int:
        """Let it go; how many went. Call inside ``store.write()``."""
        ...
