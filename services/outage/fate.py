"""What became of one delivery in an outage, and the sentences that tell it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from feeds.japan import dated
from feeds.status import Status
from services.board_words import said
from services.channels.unsent import Unsent
from services.store.delivery_state import TAKEN, DeliveryState

LATE = timedelta(minutes=3)  # a working channel takes seconds; what waited this long is told to staff


class Fate(StrEnum):
    """Where a delivery of an outage ended: a word for programs, a sentence for staff."""

    ja: str
    en: str

    def __new__(cls, word: str, ja: str, en: str) -> Fate:
        member = str.__new__(cls, word)
        member._value_ = word
        member.ja, member.en = ja, en
        return member

    EXPIRED = "expired", DeliveryState.EXPIRED.ja, DeliveryState.EXPIRED.en
    UNKNOWN = "unknown", DeliveryState.UNKNOWN.ja, DeliveryState.UNKNOWN.en
    PARTLY = "partly", "途中までしか送れなかった", "only the first posts went out"
    REJECTED = "rejected", DeliveryState.REJECTED.ja, DeliveryState.REJECTED.en
    WAITING = "waiting", DeliveryState.WAITING.ja, DeliveryState.WAITING.en
    SUPERSEDED = "superseded", DeliveryState.SUPERSEDED.ja, DeliveryState.SUPERSEDED.en
    NEEDLESS = (
        "needless",
        "前の報が伝わっていないため解除・取消を送らなかった",
        "an end of what nobody there had heard of",
    )
    LATE = "late", "遅れて送った", "sent late"
    IN_TIME = "in_time", "時間どおり送った", "sent in time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One alert revision on the channel that failed."""

    identifier: str
    series: str
    revision: int
    headline: str
    level: int
    fate: Fate
    created_at: datetime  # hub time: when it was issued
    finished_at: datetime | None
    expires: datetime
    reason: str
    state: str = ""  # as the outbox has it
    cause: str = ""

    @property
    def late_minutes(self) -> int | None:
        """How much later than issued it was sent; None where it was not."""
        if self.fate is not Fate.LATE or self.finished_at is None:
            return None
        return int((self.finished_at - self.created_at).total_seconds() // 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A stretch of hub time in which a channel did not take what it should have."""

    id: int
    channel: str
    status: Status
    began: datetime  # when the first of the late ones was issued
    ended: datetime | None  # None: it goes on
    seen_by: str | None = None
    seen_at: datetime | None = None


def fate_of(row: Mapping[str, object]) -> Fate | None:
    """Of a row of the outbox; None for what the channel was never meant to take.

    What goes to many takes minutes by its nature: where ``begun_at`` is known, it counts when the first was told.
    """
    state = DeliveryState(str(row["state"]))
    if state in TAKEN:
        created, finished = row["created_at"], row["finished_at"]
        assert isinstance(created, datetime) and isinstance(finished, datetime)
        begun = row.get("begun_at") or finished
        assert isinstance(begun, datetime)
        return Fate.LATE if min(begun, finished) - created >= LATE else Fate.IN_TIME
    if state is DeliveryState.REFUSED:
        return Fate.NEEDLESS if row["reason"] == Unsent.UNHEARD.sentence else None
    if state in (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.UNKNOWN):
        return Fate.WAITING
    if state is DeliveryState.REJECTED:
        return Fate.REJECTED
    if row["done"]:
        return Fate.PARTLY
    if row["after_unknown"]:
        return Fate.UNKNOWN
    return Fate.EXPIRED if state is DeliveryState.EXPIRED else Fate.SUPERSEDED


def counted(items: Iterable[Item]) -> dict[Fate, int]:
    """How many of each fate, the gravest first; only those there are."""
    found = Counter(item.fate for item in items)
    return {fate: found[fate] for fate in Fate if found[fate]}


def told(items: Sequence[Item]) -> str:
    """What became of them, the gravest first; empty where all went out in time."""
    return "、".join(_told(fate, number, items) for fate, number in counted(items).items() if fate is not Fate.IN_TIME)


def summary(outage: Outage, items: Sequence[Item]) -> str:
    """One sentence for the chronology."""
    span = f"{dated(outage.began)}から{f'{dated(outage.ended)}まで' if outage.ended else ''}"
    verb = "送れなかった" if outage.ended else "送れていない"
    return f"{said('channels', outage.channel)}：{span}、すぐに{verb}。{told(items) or '対象の発表なし'}"


def _told(fate: Fate, number: int, items: Sequence[Item]) -> str:
    if fate is not Fate.LATE:
        return f"{fate.ja} {number}件"
    worst = max((item.late_minutes or 0) for item in items)
    return f"{fate.ja} {number}件（最大{worst}分）"
