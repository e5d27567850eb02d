"""Is the store there, of today, whole, copied, and does its machine know the time?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.doctor.finding import Finding, Grade
from services.store.standing import Standing

_COPY = timedelta(hours=36)
_OFF = timedelta(seconds=5)
_QUICK = 500_000_000  # octets; larger files take too long to be read in passing


def away(error: Exception) -> Finding:
    """It cannot be opened; its address stands in the error, its password does not."""
    return Finding(
        "store_away",
        Grade.BROKEN,
        "データベースを開けません",
        "The store cannot be opened",
        "docs/store.md; shirase serve",
        about=str(error),
    )


async def whole(connection: AsyncConnection, seen: Standing) -> Iterator[Finding]:
    """SQLite reads its own file through; PostgreSQL has programs of its own for that."""
    told = "ok"
    if connection.dialect.name == "sqlite" and seen.size <= _QUICK:
        told = str(await connection.scalar(text("PRAGMA quick_check(1)")))
    return iter(
        ()
        if told == "ok"
        else (
            Finding(
                "store_damaged",
                Grade.BROKEN,
                "データベースのファイルが壊れています。ハブを止め、控えから戻してください",
                "The file of the store is damaged: stop the hub and restore a copy",
                "shirase restore FILE",
                about=told[:200],
            ),
        )
    )


def standing(seen: Standing, wall: datetime) -> Iterator[Finding]:
    """Copies and the clock. ``wall`` is ours."""
    if seen.copied_at is None or wall - seen.copied_at > _COPY:
        last = f"{seen.copied_at:%Y-%m-%d %H:%MZ}" if seen.copied_at else ""
        yield Finding(
            "backup_old" if last else "backup_none",
            Grade.WARNING,
            f"控えが古くなっています（{last}）" if last else "控えが一つもありません",
            f"The newest copy is old ({last})" if last else "There is no copy of the store",
            "shirase backup FOLDER --keep 14",
        )
    if seen.server_time and abs(wall - seen.server_time) > _OFF:
        yield clock_off("database", wall - seen.server_time)


def clock_off(against: str, off: timedelta) -> Finding:
    """Another's clock differs from ours."""
    seconds = f"{off.total_seconds():+.0f}"
    return Finding(
        "clock_off",
        Grade.WARNING if abs(off) < timedelta(seconds=60) else Grade.BROKEN,
        f"この計算機の時計が {seconds} 秒ずれています",
        f"The clock of this machine is {seconds} s off",
        "timedatectl set-ntp true",
        about=against,
    )
