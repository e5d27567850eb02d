"""The chronology through a sieve, a page at a time. One question reads a bounded number of rows, whatever it asks."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from rules.chronology.line import Line, Sieve
from services.store.chronology_read import MOST, Span, slice_of
from services.store.engine import Store

READ = 10_000  # rows that one question looks at
After = tuple[datetime, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """``following``: from where to go on; None: there is no more. ``looked_to``: how far a search came that found too
    little before its bound; None: it is complete."""

    lines: tuple[Line, ...]
    following: After | None = None
    looked_to: datetime | None = None


async def page_of(
    connection: AsyncConnection, span: Span, sieve: Sieve, after: After | None, wanted: int, most: int = READ
) -> Page:
    """So many lines that pass."""
    found: list[Line] = []
    looked = 0
    while looked < most:
        some = await slice_of(connection, span, after, min(MOST, most - looked))
        for line in some:
            if sieve.passes(line):
                if len(found) == wanted:
                    return Page(lines=tuple(found), following=_key(found[-1]))
                found.append(line)
        looked += len(some)
        if len(some) < MOST and looked < most:
            return Page(lines=tuple(found))
        after = _key(some[-1]) if some else after
        if not some:
            return Page(lines=tuple(found))
    return Page(lines=tuple(found), following=after, looked_to=after[0] if after else None)


async def every(store: Store, span: Span, sieve: Sieve, upto: int, most: int) -> AsyncGenerator[Line]:
    """At most so many lines that pass, of those up to this link of the chain.

    No more than a slice of them is held at once, and no connection while whoever takes them is slow.
    """
    after: After | None = None
    given = 0
    while True:
        async with store.read() as connection:
            some = await slice_of(connection, span, after)
        for line in some:
            if line.seq <= upto and sieve.passes(line):
                if given == most:
                    return
                given += 1
                yield line
        if len(some) < MOST:
            return
        after = _key(some[-1])


def _key(line: Line) -> After:
    return line.at, line.seq
