"""One line of the chronology as it is read, and which lines somebody asks for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from feeds.instant import instant
from feeds.status import Status
from rules.chronology.groups import OF, Group, important

_SAID = re.compile(r"(?:警戒)?レベル\s?([1-5])")  # in the words of lines that name it nowhere else


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """``at``: when it happened. ``seq``: its place in the chain, in the order in which lines were written."""

    seq: int
    at: datetime
    status: Status
    kind: str
    who: str
    text: str
    refs: Mapping[str, str] = field(default_factory=dict)
    hash: str = ""

    @property
    def by(self) -> str:
        """Who, and where a program did it in their name, by which token."""
        token = self.refs.get("token")
        return f"{self.who}（{self.refs.get('program', '')} {token}）" if token else self.who

    @property
    def entered(self) -> datetime:
        """When it was written down; for what the hub writes itself, when it happened."""
        said = self.refs.get("entered")
        try:
            return instant(said) if said else self.at
        except ValueError:
            return self.at

    @property
    def level(self) -> int | None:
        """The level it speaks of, 1 to 5: as its writer named it, else the highest in its words."""
        named = self.refs.get("level", "")
        if named in ("0", "1", "2", "3", "4", "5"):
            return int(named) or None
        said = [int(one) for one in _SAID.findall(unicodedata.normalize("NFKC", self.text))]
        return max(said, default=None)

    @property
    def important(self) -> bool:
        return important(self.kind, self.level, self.refs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """Which lines are asked for; what is empty or None asks for nothing. ``words``: all of them have to stand there."""

    groups: frozenset[Group] = frozenset()
    statuses: frozenset[Status] = frozenset()
    level: int | None = None  # at least
    district: str = ""
    who: str = ""
    words: tuple[str, ...] = ()
    important: bool = False

    @property
    def open(self) -> bool:
        """True where every line passes."""
        return self == Sieve()

    def passes(self, line: Line) -> bool:
        """True for a line that is asked for."""
        if self.statuses and line.status not in self.statuses:
            return False
        if self.groups and not any(line.kind in OF[group] for group in self.groups):
            return False
        if self.important and not line.important:
            return False
        if self.level is not None and (line.level or 0) < self.level:
            return False
        if self.who and folded(self.who) not in folded(line.by):
            return False
        if not self.words and not self.district:
            return True
        text = folded(line.text)
        return folded(self.district) in text and all(folded(one) in text for one in self.words)


def folded(text: str) -> str:
    """Full-width and half-width, large and small letters are the same to whoever searches."""
    return unicodedata.normalize("NFKC", text).casefold()
