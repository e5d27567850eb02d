"""A notice written by hand (お知らせ): no rule asked for it, a person did. A draft that goes the way of all drafts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from feeds.japan import JAPAN
from feeds.status import Status
from rules.alert import BY_HAND, Act, Alert, Approval, Place, Text
from rules.evacuation import titled
from rules.redraft import AmendmentError, Pen, Said, revised
from rules.rule import CATEGORIES

_SEVERITIES = ("Minor", "Minor", "Moderate", "Severe", "Severe", "Extreme")  # by level
_URGENCIES = ("Unknown", "Future", "Expected", "Expected", "Immediate", "Immediate")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the person wrote. ``level`` 0 to 5; ``alert_level``: it is a 警戒レベル."""

    status: Status
    kind: str
    level: int
    category: str  # CAP
    texts: Mapping[str, Text]
    areas: tuple[str, ...]
    expires: datetime
    channels: tuple[str, ...]
    alert_level: bool = False
    drawn: tuple[Place, ...] = ()  # areas that no code names: drawn on the map


def name_of(status: Status, at: datetime, turn: int = 1) -> str:
    """The series of the notice that was the ``turn``-th of its second: each has a name that people can read out."""
    stem = "notice" if turn == 1 else f"notice.{turn}"
    return f"{status}-{stem}-{at.astimezone(JAPAN):%Y%m%dT%H%M%S}"


def compose(notice: Notice, pen: Pen, series: str = "") -> Alert:
    """The first revision of a new series. Words that order an evacuation make it evacuation information, whatever it
    was meant to be: two people must agree. ``series`` is its name, where another notice has the usual one.

    Raises AmendmentError: bad_kind, bad_level, bad_category, and those of :func:`rules.redraft.revised`.
    """
    _check(notice)
    sent = pen.now.replace(microsecond=0)
    series = series or name_of(notice.status, sent)
    orders = any(titled(text) for text in notice.texts.values())
    coded = (replace(pen.places(code), code=code) for code in dict.fromkeys(notice.areas))
    places = (*coded, *{one.code: one for one in notice.drawn}.values())
    bare = Alert(
        series=series,
        revision=1,
        identifier=f"{series}-1",
        sender=pen.sender.id,
        sent=sent,
        status=notice.status,
        msg_type="Alert",
        references=(),
        rule=BY_HAND,
        kind=notice.kind,
        level=notice.level,
        alert_level=notice.alert_level,
        category=notice.category,
        response="Evacuate" if orders else "Monitor",
        urgency=_URGENCIES[notice.level],
        severity=_SEVERITIES[notice.level],
        certainty="Observed",
        effective=sent,
        expires=notice.expires,
        places=places,
        texts={},
        hazards=(),
        evidence=(f"{pen.author} が書いたお知らせです（規則によらない）",),
        approval=Approval.TWO if orders else Approval.ONE,
        channels=notice.channels,
        sender_name=pen.sender.name,
        web=pen.sender.web,
        contact=pen.sender.contact,
        act=Act.NOTICE,
        author=pen.author,
    )
    areas = tuple(one.code for one in places)
    said = Said(texts=notice.texts, areas=areas, expires=notice.expires, channels=notice.channels)
    return revised(bare, said, (), pen.now)


def _check(notice: Notice) -> None:
    if not _KIND.fullmatch(notice.kind):
        raise AmendmentError("bad_kind", "種類は英小文字・数字・下線で書いてください（例：snow_removal）")
    if not 0 <= notice.level <= 5:
        raise AmendmentError("bad_level", "レベルは0から5です")
    if notice.category not in CATEGORIES:
        raise AmendmentError("bad_category", f"分類は {', '.join(CATEGORIES)} のどれかです")
