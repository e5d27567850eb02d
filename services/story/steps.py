"""The story of one revision as steps in time: each says who, what, and how long after the one before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from rules.alert import Alert, State
from services.store.alerts import Rendered


class Kind(StrEnum):
    """What a step is, in the order in which steps of one instant are told."""

    READING = "reading"
    HAZARD = "hazard"
    HELD = "held"
    DRAFT = "draft"
    APPROVAL = "approval"
    DECISION = "decision"  # anything else that people or the hub did with the draft
    ISSUED = "issued"
    RECEIPT = "receipt"


TITLES = {
    Kind.READING: "観測",
    Kind.HAZARD: "危険の判定",
    Kind.HELD: "見合わせ",
    Kind.DRAFT: "案",
    Kind.APPROVAL: "承認",
    Kind.DECISION: "操作",
    Kind.ISSUED: "発表",
    Kind.RECEIPT: "配信",
}
_ORDER = list(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened. ``at`` is hub time; None for what has not happened yet."""

    kind: Kind
    at: datetime | None
    who: str
    text: str
    detail: str = ""
    channel: str = ""  # of a receipt
    state: str = ""  # of a receipt: as the outbox has it
    cause: str = ""  # of a receipt that is none: why, as a word; ``words`` are then the other side's
    words: str = ""
    receipts: tuple[str, ...] = ()  # the other side's own names
    after_s: float | None = None  # seconds since the step before


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One revision."""

    alert: Alert
    state: State
    digest: str  # SHA-256 over all payloads: what the approvals are bound to
    revisions: tuple[int, ...]  # all of the series
    steps: tuple[Step, ...]
    payloads: Rendered


def in_time(steps: Iterable[Step]) -> tuple[Step, ...]:
    """In order, each with the seconds since the one before; what has not happened yet stands last."""
    done = sorted((one for one in steps if one.at), key=lambda one: (one.at, _ORDER.index(one.kind), one.channel))
    told: list[Step] = []
    for one in done:
        before = told[-1].at if told else None
        gap = (one.at - before).total_seconds() if one.at and before else None
        told.append(replace(one, after_s=gap))
    return (*told, *(one for one in steps if not one.at))
