"""When a section was last gone round: what "new snow since the last pass" counts from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from geo.plow.segment import Segment

SHARE = 0.8  # of the section's length


def own(segments: Iterable[Segment]) -> dict[str, list[Segment]]:
    """What the city itself clears of a network, by section; others' plows are no pass of the section."""
    found: dict[str, list[Segment]] = {}
    for segment in segments:
        if segment.section and segment.administrator == "city":
            found.setdefault(segment.section, []).append(segment)
    return found


def passed_at(segments: Sequence[Segment], done_at: Mapping[str, float]) -> float | None:
    """The time since which most of a section has been done, None while less of it is.

    Not when the last machine came by, but the earliest among the newest passes that make up ``SHARE`` of the length:
    snow that fell on what was plowed first counts.
    """
    whole = sum(segment.length_m for segment in segments)
    newest = sorted(((done_at[one.id], one.length_m) for one in segments if one.id in done_at), reverse=True)
    done = 0.0
    for at, metres in newest:
        done += metres
        if done >= SHARE * whole:
            return at
    return None


def reached_at(segments: Sequence[Segment], done_at: Mapping[str, float]) -> float | None:
    """When so much of the section was done for the first time, by passes of one round; None while less of it is."""
    whole = sum(segment.length_m for segment in segments)
    done = 0.0
    for at, metres in sorted((done_at[one.id], one.length_m) for one in segments if one.id in done_at):
        done += metres
        if done >= SHARE * whole:
            return at
    return None
