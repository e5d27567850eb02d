"""What may be told of a report at all."""

from __future__ import annotations

from feeds.records import Report


def held_back(report: Report) -> bool:
    """True while nobody may be told: neither confirmed, nor released as unconfirmed by an officer."""
    return not report.confirmed and not (report.judged and report.judged.released)
