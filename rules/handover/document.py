"""A handover: what one shift tells the next, in sections that always stand in the same order.

A section that has nothing to tell says so: a gap would leave open whether anybody looked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from feeds.japan import written
from feeds.status import Status
from rules.marks import MARKS

LONGEST_WORDS = 2000  # characters of what the leaving officer writes
MOST = 8  # points of a section: the whole has to fit on two sheets


class Weight(StrEnum):
    """How much a point matters to whoever comes on duty."""

    PLAIN = "plain"
    MIND = "mind"  # somebody has to do something
    BAD = "bad"  # it failed, or it is grave


class HandoverError(ValueError):
    """What cannot be done; ``code`` is for programs, the text for the officer, in Japanese and English."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One sentence."""

    text: str
    weight: Weight = Weight.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What is told of one thing. ``more``: how many points were left out for want of room."""

    key: str
    points: tuple[Point, ...] = ()
    more: int = 0

    @property
    def ja(self) -> str:
        return TITLES[self.key][0]

    @property
    def en(self) -> str:
        return TITLES[self.key][1]

    @property
    def nothing(self) -> str:
        """What is said where there is no point."""
        return TITLES[self.key][2]


TITLES: Mapping[str, tuple[str, str, str]] = {
    "danger": ("危険度と推移", "Danger and its course", "警戒レベル2以上はありません。"),
    "in_force": ("いま出ている発表", "In force now", "ありません。"),
    "forecast": ("この先6時間の予測", "The next six hours", "レベル2以上の予測はありません。"),
    "told": ("発表と配信の結果", "What was sent", "この間に送ったものはありません。"),
    "held": ("見合わせているもの", "Held back", "ありません。"),
    "waiting": ("判断を待つもの", "Waiting for a decision", "ありません。"),
    "matters": ("対応が終わっていない案件", "Open matters", "ありません。"),
    "people": ("呼び出し・安否参集", "Calls and musters", "応答を待つものはありません。"),
    "silences": ("通知の停止", "Silences", "ありません。"),
    "distrusts": ("信用しないとしているセンサー", "Sensors that are not trusted", "ありません。"),
    "shelters": ("避難所・災害対策本部", "Shelters and headquarters", "開設していません。"),
    "damage": ("被害", "Damage", "集計中の災害はありません。"),
    "snow": ("除雪指示", "Snow orders", "終わっていない指示はありません。"),
    "faults": ("動いていないもの", "What does not work", "ありません。"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole. ``words``: what the leaving officer adds."""

    city: str
    status: Status
    number: int
    since: datetime
    until: datetime
    made_by: str
    sections: tuple[Section, ...]
    words: str = ""

    @property
    def title(self) -> str:
        """Never without the mark of a drill."""
        return f"{MARKS[self.status][0]}{self.city} 当直引継書 第{self.number}号"

    @property
    def period(self) -> str:
        return f"{written(self.since)} 〜 {written(self.until)}（日本時間）"


def section(key: str, points: Iterable[Point], most: int = MOST) -> Section:
    """The section with what has to be minded first, and no more than there is room for."""
    order = list(Weight)
    found = sorted(points, key=lambda one: -order.index(one.weight))
    return Section(key=key, points=tuple(found[:most]), more=max(0, len(found) - most))


def complete(found: Iterable[Section]) -> tuple[Section, ...]:
    """Every section in its order; one that nobody gave has nothing to tell."""
    known = {one.key: one for one in found}
    return tuple(known.get(key, Section(key=key)) for key in TITLES)


def numbered(document: Document, number: int) -> Document:
    return replace(document, number=number)
