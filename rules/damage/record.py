"""One record of damage: what was damaged where, who says so, and every act on it.

A record is for one event or place. A figure that stands with None is *being counted* (調査中): there is such damage,
and nobody knows how much. A figure that does not stand there at all is not spoken of. Neither is zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from feeds.status import Status
from rules.damage.items import BY_KEY, MOST

LONGEST_PLACE, LONGEST_NOTE, LONGEST_SOURCE = 100, 400, 60  # characters


class Certainty(StrEnum):
    """Whether somebody of the city, the police or the fire brigade stands for it."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"  # 未確認


class Act(StrEnum):
    """What a person does with a record."""

    ENTER = "enter"
    UPDATE = "update"  # more is known: 続報
    CORRECT = "correct"  # what stood there was wrong
    WITHDRAW = "withdraw"  # it counts no more
    RESTORE = "restore"  # it was withdrawn by mistake


class Reason(StrEnum):
    """Why something was put right or taken out: named, so that it can be counted."""

    MISTYPED = "mistyped"
    RECOUNTED = "recounted"
    JUDGED_ANEW = "judged_anew"
    WRONG_PLACE = "wrong_place"
    DOUBLE = "double"
    NOTHING_THERE = "nothing_there"
    NOT_OF_THIS = "not_of_this"
    OUR_MISTAKE = "our_mistake"

    @property
    def ja(self) -> str:
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        return _WORDS[self][1]


_WORDS: Mapping[Reason, tuple[str, str]] = {
    Reason.MISTYPED: ("入力の誤り", "it was typed wrongly"),
    Reason.RECOUNTED: ("数え直した", "it was counted again"),
    Reason.JUDGED_ANEW: ("被害の程度の判定が変わった", "how bad it is was judged anew"),
    Reason.WRONG_PLACE: ("場所・時刻の誤り", "place or time was wrong"),
    Reason.DOUBLE: ("重複している", "another record says the same"),
    Reason.NOTHING_THERE: ("被害はなかった", "there was no damage"),
    Reason.NOT_OF_THIS: ("この災害の被害ではない", "it is not of this disaster"),
    Reason.OUR_MISTAKE: ("取り下げが誤りだった", "it was withdrawn by mistake"),
}
REASONS: Mapping[Act, tuple[Reason, ...]] = {
    Act.CORRECT: (Reason.MISTYPED, Reason.RECOUNTED, Reason.JUDGED_ANEW, Reason.WRONG_PLACE),
    Act.WITHDRAW: (Reason.DOUBLE, Reason.NOTHING_THERE, Reason.NOT_OF_THIS, Reason.MISTYPED),
    Act.RESTORE: (Reason.OUR_MISTAKE,),
}


class DamageError(ValueError):
    """What cannot be done; ``code`` is for programs, the text for the officer, in Japanese and English."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a record says. ``area``: code of the district (町丁目), empty where it is not known."""

    certainty: Certainty
    source: str  # 消防, 警察, 現地班, 住民の通報 12
    place: str = ""
    area: str = ""
    area_name: str = ""
    lon: float | None = None
    lat: float | None = None
    happened: datetime | None = None
    figures: Mapping[str, int | None] = field(default_factory=dict)  # key → steps; None: being counted
    note: str = ""  # for the desk alone; no names of people


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act, with what the record says after it."""

    act: Act
    at: datetime
    who: str
    content: Content
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One record as it stands. ``report``: number of the case in the review queue that it was made of."""

    id: int
    disaster: int
    status: Status
    report: int | None = None
    withdrawn: bool = False
    events: Sequence[Event] = ()

    @property
    def version(self) -> int:
        """How many acts it has seen: what the next one has to name."""
        return len(self.events)

    @property
    def content(self) -> Content:
        """What it says now."""
        return self.events[-1].content

    @property
    def confirmed(self) -> bool:
        return self.content.certainty is Certainty.CONFIRMED


def apply(record: Damage, event: Event) -> Damage:
    """The record after the act. Raises DamageError: bad_act, no_reason, bad_figures, bad_text, nothing_new."""
    first, act = not record.events, event.act
    if first is not (act is Act.ENTER):
        raise DamageError("bad_act", "この記録には、その操作はできません / this cannot be done with this record")
    if record.withdrawn is not (act is Act.RESTORE) and not first:
        words = ("取り下げた記録です。戻してから直してください", "it is withdrawn; restore it first")
        if act is Act.RESTORE:
            words = ("取り下げられていません", "it is not withdrawn")
        raise DamageError("bad_act", " / ".join(words))
    if event.reason not in (REASONS.get(act) or (None,)):
        raise DamageError("no_reason", "理由を選んでください / choose one of the reasons")
    if act in (Act.WITHDRAW, Act.RESTORE):
        event = replace(event, content=record.content)
    elif not first and event.content == record.content:
        raise DamageError("nothing_new", "前と同じ内容です / it says what it said before")
    _check(event.content)
    return replace(record, withdrawn=act is Act.WITHDRAW, events=(*record.events, event))


def stood(record: Damage, at: datetime) -> Damage | None:
    """The record as it was after the acts up to ``at``; None where it was not entered yet."""
    acts = [one for one in record.events if one.at <= at]
    return replace(record, withdrawn=acts[-1].act is Act.WITHDRAW, events=tuple(acts)) if acts else None


def _check(content: Content) -> None:
    for key, steps in content.figures.items():
        if key not in BY_KEY:
            raise DamageError("bad_figures", f"{key[:40]} という項目はありません / there is no such item")
        if steps is not None and not 0 <= steps <= MOST:
            raise DamageError("bad_figures", f"{BY_KEY[key].title}の数が正しくありません / not a count")
    long = (len(content.place) > LONGEST_PLACE, len(content.note) > LONGEST_NOTE, len(content.source) > LONGEST_SOURCE)
    if any(long) or not content.source.strip():
        words = f"情報源（{LONGEST_SOURCE}字まで）を入れ、場所は{LONGEST_PLACE}字、メモは{LONGEST_NOTE}字までに"
        raise DamageError("bad_text", f"{words}してください / name the source; place and note are too long")
    if not content.figures and not content.place.strip() and not content.area:
        raise DamageError("bad_figures", "場所か数を入れてください / say where, or how much")
