"""What the city's people have come to about a report; it stands in the revision that the hub keeps after a decision."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``acts`` numbers the decisions, so that no two revisions are alike even where people went back and forth."""

    acts: int
    released: bool = False  # people may be told, though it is not confirmed
    gone: bool = False  # it is not so, was taken back, or another report stands for it
    corrected: int = 0  # how often since people may have been told
    also: tuple[str, ...] = ()  # keys of the reports that it stands for
