"""Photos of reports, as they were written anew. Kept for a while, in wall time, and deleted then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, delete, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.photos import Photo
from services.store.columns import Instant
from services.store.engine import insert
from services.store.tables import photos


async def keep(connection: AsyncConnection, photo: Photo, now: datetime, expires: datetime) -> None:
    """Keep it until then; the same picture once more is kept for longer."""
    row = {
        "sha256": photo.sha256,
        "sent_sha256": photo.sent_sha256,
        "width": photo.width,
        "height": photo.height,
        "data": photo.data,
        "kept_at": now,
        "expires": expires,
    }
    statement = insert(connection, photos).values(row)
    longer = case((photos.c.expires > expires, photos.c.expires), else_=literal(expires, Instant))
    again = statement.on_conflict_do_update(index_elements=["sha256"], set_={"expires": longer})
    await connection.execute(again)


async def prolong(connection: AsyncConnection, names: Sequence[str], expires: datetime) -> None:
    """Keep these at least until then."""
    mine = (photos.c.sha256.in_(names), photos.c.expires < expires)
    await connection.execute(update(photos).where(*mine).values(expires=expires))


async def find(connection: AsyncConnection, sha256: str, now: datetime) -> bytes | None:
    """The JPEG; None where there is none, or its time is over."""
    chosen = select(photos.c.data).where(photos.c.sha256 == sha256, photos.c.expires > now)
    found = await connection.scalar(chosen)
    return None if found is None else bytes(found)


async def sent_as(connection: AsyncConnection, names: Sequence[str]) -> list[tuple[bytes, str]]:
    """The JPEGs of these that are kept, in their order, each with the hash of the file as it came."""
    chosen = select(photos.c.sha256, photos.c.data, photos.c.sent_sha256).where(photos.c.sha256.in_(names))
    found = {row.sha256: (bytes(row.data), row.sent_sha256) for row in await connection.execute(chosen)}
    return [found[name] for name in names if name in found]


async def forget(connection: AsyncConnection, now: datetime) -> int:
    """Delete what is over; how many there were."""
    return (await connection.execute(delete(photos).where(photos.c.expires <= now))).rowcount
