"""Keyset paging over a time that falls: the instant in a cursor, and the rows that come after it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from services.web.security import WebError


def instant(text: str) -> datetime:
    """The instant of a cursor; a WebError 400 for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 1900 < at.year < 9999:
        raise WebError(400, "bad_cursor", "cursor is not one that a next link gave; start again without it")
    return at


def before(column: ColumnElement[datetime], at: datetime, tie: ColumnElement[bool]) -> ColumnElement[bool]:
    """Rows older than ``at``, and of those of that very instant the ones for which ``tie`` holds."""
    return or_(column < at, and_(column == at, tie))
