"""What the poller has read already. Written in the same transaction as the records that came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.engine import insert
from services.store.tables import polled_entries, polled_feeds

_AT_ONCE = 500  # links in one statement; every engine bounds them
_KEPT = timedelta(days=30)  # far longer than any entry stays in a feed


@dataclass(frozen=True, slots=True)
class Version:
    """By what a server knows a version of a feed again. Empty: it does not."""

    etag: str = ""
    last_modified: str = ""


async def version(connection: AsyncConnection, url: str) -> Version:
    """The version of the feed that was taken in whole."""
    statement = select(polled_feeds.c.etag, polled_feeds.c.last_modified).where(polled_feeds.c.url == url)
    row = (await connection.execute(statement)).first()
    return Version(*row) if row else Version()


async def taken(connection: AsyncConnection, url: str, whole: Version, at: datetime) -> None:
    """Every entry of this version is known; and what is long out of every feed is forgotten."""
    row = {"etag": whole.etag[:256], "last_modified": whole.last_modified[:64], "read_at": at}
    statement = insert(connection, polled_feeds).values(url=url, **row)
    await connection.execute(statement.on_conflict_do_update(index_elements=["url"], set_=row))
    await connection.execute(delete(polled_entries).where(polled_entries.c.seen_at < at - _KEPT))


async def known(connection: AsyncConnection, links: Sequence[str]) -> set[str]:
    """Those of the links that were fetched before."""
    found: set[str] = set()
    for begin in range(0, len(links), _AT_ONCE):
        some = links[begin : begin + _AT_ONCE]
        found.update(await connection.scalars(select(polled_entries.c.link).where(polled_entries.c.link.in_(some))))
    return found


async def remember(connection: AsyncConnection, links: Iterable[str], at: datetime) -> None:
    """These need not be fetched again."""
    rows = [{"link": link, "seen_at": at} for link in links]
    if rows:
        statement = insert(connection, polled_entries).on_conflict_do_nothing(index_elements=["link"])
        await connection.execute(statement, rows)
