"""What headquarters has in hand（案件）: who said what to whom, whether something has to be done, and every act on it.

Nothing is ever changed: a correction is a further act that points at the one it puts right, and both are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from feeds.status import Status

LONGEST_WORDS, LONGEST_PARTY = 1000, 60  # characters
AHEAD = timedelta(minutes=5)  # how far two clocks of a town hall may differ
BACK = timedelta(days=31)  # what lies longer back is no news of this disaster


class _Worded(StrEnum):
    """A choice with its words, Japanese and English."""

    @property
    def ja(self) -> str:
        return _WORDS[type(self).__name__][self.value][0]

    @property
    def en(self) -> str:
        return _WORDS[type(self).__name__][self.value][1]


class Way(_Worded):
    """How it came in or went out."""

    PHONE = "phone"
    RADIO = "radio"
    FAX = "fax"
    VISIT = "visit"
    PATROL = "patrol"
    MAIL = "mail"
    MEETING = "meeting"
    OTHER = "other"


class Sort(_Worded):
    """What it is for the one who reads it."""

    TOLD = "told"
    ASKED = "asked"
    ORDERED = "ordered"
    DONE = "done"
    DECIDED = "decided"


class State(_Worded):
    """Whether somebody still has to do something."""

    RECORD = "record"
    OPEN = "open"
    DOING = "doing"
    DONE = "done"

    @property
    def waits(self) -> bool:
        return self in (State.OPEN, State.DOING)


class Priority(_Worded):
    """How urgent."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Act(_Worded):
    """What an officer does with a matter."""

    ENTER = "enter"
    FOLLOW = "follow"
    CORRECT = "correct"
    TAKE_BACK = "take_back"


_WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Way": {
        "phone": ("電話", "telephone"),
        "radio": ("無線", "radio"),
        "fax": ("FAX", "fax"),
        "visit": ("来庁", "in person"),
        "patrol": ("巡視", "patrol"),
        "mail": ("メール", "mail"),
        "meeting": ("本部会議", "meeting"),
        "other": ("その他", "other"),
    },
    "Sort": {
        "told": ("情報", "information"),
        "asked": ("要請", "request"),
        "ordered": ("指示", "direction"),
        "done": ("対応", "action"),
        "decided": ("決定", "decision"),
    },
    "State": {
        "record": ("記録のみ", "for the record"),
        "open": ("未対応", "open"),
        "doing": ("対応中", "in hand"),
        "done": ("完了", "done"),
    },
    "Priority": {
        "normal": ("通常", "normal"),
        "high": ("重要", "important"),
        "urgent": ("至急", "urgent"),
    },
    "Act": {
        "enter": ("記録", "entered"),
        "follow": ("経過", "followed up"),
        "correct": ("訂正", "corrected"),
        "take_back": ("取消", "taken back"),
    },
}


class MatterError(ValueError):
    """What cannot be done; ``code`` is for programs, the text for the officer, in Japanese and English."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an act says. ``area``: code of the district, empty where it is not known."""

    happened: datetime
    words: str
    state: State
    way: Way = Way.OTHER
    sort: Sort = Sort.TOLD
    source: str = ""  # an organisation or a post: 消防本部, 現地班, 住民
    to: str = ""
    area: str = ""
    area_name: str = ""
    priority: Priority = Priority.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act. ``of``: which act of the matter it puts right or takes back. ``line``: where it stands in the chain."""

    seq: int
    act: Act
    at: datetime  # when it was entered
    who: str
    content: Content
    of: int | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One matter with every act on it."""

    id: int
    status: Status
    events: Sequence[Event] = ()

    @property
    def version(self) -> int:
        """How many acts it has seen: what the next one has to name."""
        return len(self.events)

    @property
    def gone(self) -> frozenset[int]:
        """Acts that hold no more, because a later one put them right or took them back."""
        return frozenset(event.of for event in self.events if event.of is not None)

    @property
    def withdrawn(self) -> bool:
        return any(event.act is Act.TAKE_BACK and event.of == 1 for event in self.events)

    @property
    def content(self) -> Content:
        """What it is about, as last put right; its state is what was said last."""
        first = self.standing(1).content
        state = State.RECORD if self.withdrawn else self.events[-1].content.state
        return replace(first, state=state)

    @property
    def state(self) -> State:
        return self.content.state

    @property
    def changed(self) -> datetime:
        return self.events[-1].at

    def standing(self, seq: int) -> Event:
        """The act of this number, or the last that put it right."""
        found = self.events[seq - 1]
        for event in self.events:
            if event.act is Act.CORRECT and event.of == found.seq:
                found = event
        return found


def apply(matter: Matter, event: Event) -> Matter:
    """The matter after the act, which gets the next number. Raises MatterError."""
    event = replace(event, seq=matter.version + 1)
    if (event.act is Act.ENTER) is not (not matter.events) or matter.withdrawn:
        raise MatterError("bad_act", "この記録には、その操作はできません / this cannot be done with this entry")
    if event.act in (Act.CORRECT, Act.TAKE_BACK):
        event = _putting_right(matter, event)
    elif event.of is not None:
        raise MatterError("bad_act", "訂正でない記録に、訂正先は書けません / only a correction points at an act")
    _check(event)
    return replace(matter, events=(*matter.events, event))


def _putting_right(matter: Matter, event: Event) -> Event:
    if event.of is None or not 1 <= event.of <= matter.version:
        raise MatterError("bad_of", "訂正する行がありません / there is no such act to put right")
    old = matter.events[event.of - 1]
    if event.of in matter.gone or old.act is Act.TAKE_BACK:
        raise MatterError("already", "その行は、もう訂正・取消されています / it has been put right already")
    if event.act is Act.TAKE_BACK:
        after = _before(matter, event.of)
        return replace(event, content=replace(event.content, state=after))
    if replace(event.content, state=old.content.state) == old.content and event.content.state is matter.state:
        raise MatterError("nothing_new", "前と同じ内容です / it says what it said before")
    return event


def _before(matter: Matter, of: int) -> State:
    """What holds once an act is taken back: the state as the acts that stay have it."""
    if of == 1:
        return State.RECORD
    kept = [
        one for one in matter.events if one.seq != of and one.seq not in matter.gone and one.act is not Act.TAKE_BACK
    ]
    return kept[-1].content.state if kept else matter.state


def _check(event: Event) -> None:
    said = event.content
    if not said.words.strip() or len(said.words) > LONGEST_WORDS:
        raise MatterError(
            "bad_words", f"内容を{LONGEST_WORDS}字までで書いてください / say what, at most {LONGEST_WORDS}"
        )
    if max(len(said.source), len(said.to)) > LONGEST_PARTY:
        raise MatterError(
            "bad_party", f"発信者と受信者は{LONGEST_PARTY}字までです / at most {LONGEST_PARTY} characters"
        )
    if said.happened > event.at + AHEAD:
        raise MatterError(
            "bad_happened", "まだ来ていない時刻です。発生時刻を確かめてください / that time has not come yet"
        )
    if said.happened < event.at - BACK:
        raise MatterError(
            "bad_happened", f"{BACK.days}日より前のことは書けません / it lies more than {BACK.days} days back"
        )
