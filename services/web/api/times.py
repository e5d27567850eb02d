"""How times are written."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(at: datetime) -> str:
    """ISO 8601 in UTC with Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def iso_or_none(at: datetime | None) -> str | None:
    return None if at is None else iso(at)
