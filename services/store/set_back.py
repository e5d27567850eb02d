"""Moments that were written before the clock was set back (:mod:`feeds.set_back`), as terms of SQL."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_

from feeds.set_back import beyond


def come(at: ColumnElement[datetime], now: datetime, longest: timedelta = timedelta()) -> ColumnElement[bool]:
    """The moment has come; or it lies further ahead than anybody sets one, and so must wait no longer."""
    return or_(at <= now, at > beyond(now, longest))


def to_come(at: ColumnElement[datetime], now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """The moment is still to come, as far ahead as somebody may have set it."""
    return and_(at > now, at <= beyond(now, longest))


def lately(at: ColumnElement[datetime], since: datetime, now: datetime) -> ColumnElement[bool]:
    """It was after ``since``, and is no later than now, by any clock that is right."""
    return and_(at > since, at <= beyond(now))
