"""The script of a storm: what is put in, when and by whom, and what must come of it. Pure, and the same for a seed.

What must come out is written down beside what is put in, by whoever writes the scene; nothing here asks the hub's code.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

JMA, POLICE, RESIDENTS, LALERT = "@jma", "@police", "@residents", "@lalert"  # who is no gateway
DESK = "@desk"  # an officer at the snow desk
RELAY = "jma-relay"  # who hands on the forecaster's telegrams


class Word(StrEnum):
    """What the officers do with the drafts of a series."""

    APPROVE = "approve"
    REFUSE = "refuse"
    LEAVE = "leave"


@dataclass(frozen=True, order=True)
class Cue:
    """One thing that is put in. ``topic`` of the forecaster's pages is the type of the telegram."""

    at: datetime
    number: int
    by: str
    topic: str
    payload: bytes


@dataclass(frozen=True)
class Step:
    """A word that must be told: its level, whether it ends the story, and when it came to be known."""

    at: datetime
    level: int | None  # None: whichever
    ends: bool = False


@dataclass(frozen=True)
class Tale:
    """One story under a stem of series. Exact: these steps and no other, in this order.

    Loose: of what a model makes of a river; at least one word, of each level in ``levels`` one, between begin and end,
    and the end told if ``ends``.
    """

    stem: str
    steps: tuple[Step, ...] = ()
    begin: datetime | None = None
    end: datetime | None = None
    levels: tuple[int, ...] = ()

    @property
    def exact(self) -> bool:
        return bool(self.steps)


@dataclass
class Plot:
    """Everything of one storm."""

    start: datetime
    hours: float
    cues: list[Cue] = field(default_factory=list)
    tales: list[Tale] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)  # begin of a stem → so many series …
    ended: set[str] = field(default_factory=set)  # … of which each is told once, and of these its end too
    silent: dict[str, str] = field(default_factory=dict)  # stem that must never be told → why
    words: dict[str, Word] = field(default_factory=dict)  # stem → what officers do; others are approved
    keys: set[str] = field(default_factory=set)  # records that must be stored, by key
    subjects: Counter[tuple[str, str]] = field(default_factory=Counter)  # (type, subject) → how many, without keys
    bad: list[bytes] = field(default_factory=list)  # must be in quarantine, byte by byte

    def at(self, hour: float) -> datetime:
        return self.start + timedelta(hours=hour)

    def cue(self, at: datetime, by: str, topic: str, payload: bytes | Mapping[str, Any] | list[Any]) -> None:
        """Put something in at this time, at the latest when the storm ends."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
        self.cues.append(Cue(min(at, self.at(self.hours)), len(self.cues), by, topic, body))

    def send(self, at: datetime, gateway: str, place: str, payload: bytes | Mapping[str, Any] | list[Any]) -> None:
        self.cue(at, gateway, f"hub/v1/{gateway}/{place}", payload)

    def word_of(self, series: str) -> Word:
        """What officers do with this series."""
        return self.words.get(stem_of(series), Word.APPROVE)

    def in_order(self) -> list[Cue]:
        return sorted(self.cues)


def stem_of(series: str) -> str:
    """A series is its stem and when it began."""
    return series.rpartition("-")[0]


def told(plot: Plot, stem: str, steps: Iterable[tuple[float, int | None, bool]]) -> None:
    """An exact story, its steps as (hour, level, ends)."""
    plot.tales.append(Tale(stem, tuple(Step(plot.at(hour), level, ends) for hour, level, ends in steps)))
