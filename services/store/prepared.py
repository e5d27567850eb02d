"""Writing what took long to make: made before the turn, and written only where nothing it rests on has moved.

The store has one writer at a time, and the ingest of every reading waits in the same queue. Whoever needs long for what
it writes looks, works beside the store, and takes its turn for the writing alone (docs/adr/0025).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

Mark = tuple[object, ...]  # equal as long as nothing has moved
Seen = TypeVar("Seen")
Made = TypeVar("Made")
Done = TypeVar("Done")
log = structlog.get_logger()
_TRIES = 3  # beside the store; after that, inside of the turn


class Turns(Protocol):
    """A store, or one under a lease."""

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]: ...

    def write(self) -> AbstractAsyncContextManager[AsyncConnection]: ...


async def write_prepared(
    store: Turns,
    mark: Callable[[AsyncConnection], Awaitable[Mark]],
    look: Callable[[AsyncConnection], Awaitable[tuple[Mark, Seen]]],
    make: Callable[[Seen], Awaitable[Made | None]],
    put: Callable[[AsyncConnection, Made], Awaitable[Done]],
) -> Done | None:
    """Look, make and put; what ``put`` gave, or None where nothing was made and so no turn was taken.

    ``mark`` names what the making rests on; ``look`` gives the same with what it saw, for it has mostly asked for all
    of that already. Where it is another when the turn has come, nothing is put and all begins
    anew; whatever ``look`` raises then is for the caller. Where something moves each time, the last try is made with
    the turn in hand, so that a storm cannot keep it from ending.
    """
    for _ in range(_TRIES):
        async with store.read() as connection:
            before, seen = await look(connection)
        made = await make(seen)
        if made is None:
            return None
        async with store.write() as connection:
            if await mark(connection) == before:
                return await put(connection, made)
        log.info("made again: something moved meanwhile")
    async with store.write() as connection:
        made = await make((await look(connection))[1])
        return None if made is None else await put(connection, made)
