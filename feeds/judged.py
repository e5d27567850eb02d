"""What the city's people have come to about a report; it stands in the revision that the hub keeps after a decision."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``revision`` numbers what was kept of the report, so that no two are alike though people go back and forth."""

    revision: int = 0
    released: bool = False  # people may be told, though it is not confirmed
    gone: bool = False  # it is not so, was taken back, or another report stands for it
    corrected: int = 0  # how often since people may have been told
    also: tuple[str, ...] = ()  # keys of the reports that it stands for
