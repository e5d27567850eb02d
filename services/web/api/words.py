"""How times are written, and how a drill is marked in every field that people read."""

from __future__ import annotations

from datetime import UTC, datetime

from feeds.records import Status

_MARKS = {Status.EXERCISE: "【訓練】", Status.TEST: "【試験】"}


def iso(at: datetime) -> str:
    """ISO 8601 in UTC with Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def iso_or_none(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def marked(text: str, status: Status) -> str:
    """The text, beginning with the mark of its status; an empty one stays empty, and nothing is marked twice."""
    mark = _MARKS.get(status, "")
    return text if not text or text.startswith(mark) else mark + text
