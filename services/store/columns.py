"""What all tables are made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, MetaData, String, TypeDecorator


def stamp(value: datetime) -> str:
    """Fixed-width UTC text. Raises ValueError for a datetime without time zone."""
    if value.tzinfo is None:
        raise ValueError(f"a datetime without time zone cannot be stored: {value!r}; use datetime.now(UTC)")
    return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


LONG_AGO = "2000-01-01T00:00:00.000000Z"  # of rows that are older than the column


class Instant(TypeDecorator[datetime]):
    """An aware datetime as fixed-width UTC text; refuses naive ones."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else stamp(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)


metadata = (
    MetaData()
)  # text has no lengths here: PostgreSQL would enforce them, SQLite would not, and both keep it alike
Serial = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts by itself only on INTEGER PRIMARY KEY
