"""How a snow dump is told to be: a person says open, full or closed, and nothing opens by itself again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite


class State(StrEnum):
    """What whoever comes with snow has to know."""

    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"


class Act(StrEnum):
    """What a person does. Saying again what holds confirms it."""

    OPEN = "open"
    FULL = "full"
    CLOSE = "close"
    MEASURE = "measure"
    NOTE = "note"


STATES = {Act.OPEN: State.OPEN, Act.FULL: State.FULL, Act.CLOSE: State.CLOSED}
MOST_M3 = 1e8
LONGEST = timedelta(days=180)  # until which a dump may be told to stay closed


class DumpError(ValueError):
    """What was said does not fit; the text says why, in Japanese and English, and ``code`` names it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act, with who did it and when."""

    act: Act
    at: datetime
    who: str
    text: str = ""
    volume_m3: float | None = None  # of a measurement, as the snow lies
    visits: int | None = None  # of a measurement: how many trucks had come that day, whose snow is in it
    until: datetime | None = None  # when it should open again, as far as is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that is kept of what was said of one dump, in order."""

    events: Sequence[Event] = ()
    seen: int = 0  # number of the last act, which the next one has to name

    @property
    def last(self) -> Event | None:
        """The newest act that says how it is."""
        return next((one for one in reversed(self.events) if one.act in STATES), None)

    @property
    def state(self) -> State | None:
        """None: nobody has said, and nobody shall take that for open."""
        return STATES[self.last.act] if self.last else None

    @property
    def since(self) -> datetime | None:
        """Since when it has been so: the oldest of the newest acts that say the same."""
        found = None
        for one in reversed(self.events):
            if one.act in STATES:
                if STATES[one.act] is not self.state:
                    break
                found = one.at
        return found

    @property
    def reopened(self) -> bool:
        """It is open, and somebody had said that it was not."""
        said = {STATES[one.act] for one in self.events if one.act in STATES}
        return self.state is State.OPEN and len(said) > 1

    @property
    def measured(self) -> list[Event]:
        return [one for one in self.events if one.act is Act.MEASURE]


def fitting(event: Event) -> Event:
    """The act, where its parts fit together. Raises DumpError."""
    if (event.act is Act.MEASURE) != (event.volume_m3 is not None):
        raise DumpError("volume", "体積は測量のときだけ必要です / a volume belongs to a measurement, and only there")
    if event.volume_m3 is not None and not (isfinite(event.volume_m3) and 0 <= event.volume_m3 <= MOST_M3):
        raise DumpError("volume", f"体積は 0 から {MOST_M3:.0f} m3 です / a volume is of 0 to {MOST_M3:.0f} m3")
    if event.act is Act.NOTE and not event.text:
        raise DumpError("empty", "内容がありません / a note without words")
    if event.until is not None and event.act not in (Act.FULL, Act.CLOSE):
        raise DumpError("until", "再開の時刻は満杯・閉鎖のときだけです / a time of reopening belongs to full or close")
    if event.until is not None and not event.at < event.until <= event.at + LONGEST:
        raise DumpError("until", "再開はこれから180日以内の時刻です / reopening lies ahead, within 180 days")
    return event
