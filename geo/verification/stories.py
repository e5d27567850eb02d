"""Warnings and events as stories: was what came foreseen, how long before, and did what was foreseen come?

One story is of one place, model and level. It begins with a warning or with the event itself, and ends twelve hours
after the last of either: a river that stands at its threshold is one flood, however often it dips below.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

APART = timedelta(hours=12)  # below the level before a crossing is a new event; after a warning before it was false


class Verdict(StrEnum):
    """What became of it."""

    OPEN = "open"  # a warning that stands, or has ended less than twelve hours ago
    HIT = "hit"  # a warning stood without a break until the event came
    MISS = "miss"  # the event came, and no warning stood
    FALSE = "false"  # a warning, and no event until twelve hours after its end
    UNKNOWN = "unknown"  # nobody could see; never a success


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one step of the model said of one place and level. None: nothing new."""

    at: datetime  # when the hub knew
    warned: bool | None = None  # the level is foreseen
    reached: bool | None = None  # the level is observed
    late: bool = False  # what is observed came too late to be news


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """``warned_at`` and ``ended_at`` are of the last warning; ``lead`` is fixed when the event comes."""

    warned_at: datetime | None = None
    ended_at: datetime | None = None
    crossed_at: datetime | None = None
    left_at: datetime | None = None  # below the level again
    lead: timedelta | None = None
    verdict: Verdict = Verdict.OPEN
    why: str = ""  # of what is unknown: silent, late, no_counterpart

    @property
    def warned(self) -> bool:
        """A warning stands."""
        return self.warned_at is not None and self.ended_at is None

    @property
    def reached(self) -> bool:
        """The level stands at or above."""
        return self.crossed_at is not None and self.left_at is None

    @property
    def empty(self) -> bool:
        """Nothing has been told yet."""
        return self.warned_at is None and self.crossed_at is None

    def over(self, now: datetime) -> bool:
        """Neither a warning nor the event for twelve hours."""
        last = self.left_at if self.crossed_at else self.ended_at
        return last is not None and not self.reached and now - last > APART


def tell(story: Story, sight: Sight) -> Story:
    """The story with what was seen next; ask :meth:`Story.over` before, for then another one begins."""
    if sight.reached and not story.reached:
        story = _crossed(story, sight)
    elif sight.reached is False and story.reached:
        story = replace(story, left_at=sight.at)
    if sight.warned and not story.warned:
        return replace(story, warned_at=sight.at, ended_at=None)
    if sight.warned is False and story.warned:
        return replace(story, ended_at=sight.at)
    return story


def ended(story: Story) -> tuple[Story, Story]:
    """A story that is over, with its verdict, and the one that follows: empty, or with the warning that outlived it."""
    if story.crossed_at is None:
        return replace(story, verdict=Verdict.FALSE), Story()
    assert story.left_at is not None
    outlived = story.warned_at is not None and story.warned_at > story.left_at
    following = Story(warned_at=story.warned_at, ended_at=story.ended_at) if outlived else Story()
    return story, following


def unknown(story: Story, why: str) -> Story:
    """The story, not to be counted as success or failure."""
    return replace(story, verdict=Verdict.UNKNOWN, why=why)


def _crossed(story: Story, sight: Sight) -> Story:
    """The event comes: a second crossing within twelve hours is the same event. A warning that stood until this very
    step is a hit, for it ends because the event is there."""
    if story.crossed_at is not None:
        return replace(story, left_at=None)
    crossed = replace(story, crossed_at=sight.at)
    if sight.late:
        return unknown(crossed, "late")
    if story.warned:
        assert story.warned_at is not None
        return replace(crossed, lead=sight.at - story.warned_at, verdict=Verdict.HIT)
    return replace(crossed, verdict=Verdict.MISS)
