"""What the doctor finds: a name for programs, a sentence in both languages, how bad it is, and one thing to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any


class Grade(IntEnum):
    """How bad; the worst one is the exit code of the command."""

    WARNING = 1  # works, and will not for ever
    BROKEN = 2  # somebody is not warned, or a reading is not heard

    @property
    def ja(self) -> str:
        return {Grade.WARNING: "注意", Grade.BROKEN: "故障"}[self]

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    name: str  # disk_full, hub_down …
    grade: Grade
    ja: str
    en: str
    cure: str  # one command, or a heading in docs
    about: str = ""  # which channel, feed, file

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "grade": self.grade.word}

    def lines(self) -> list[str]:
        """For people at a terminal."""
        about = f" {self.about}" if self.about else ""
        return [
            f"[{self.grade.ja} {self.grade.word}] {self.name}{about}",
            f"  {self.ja}",
            f"  {self.en}",
            f"  → {self.cure}",
        ]


def worst(found: Iterable[Finding]) -> int:
    """0 where nothing was found."""
    return max((int(one.grade) for one in found), default=0)
