"""A disaster: what groups damage, shelters, the headquarters and reports upward. Its name is what all of them say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feeds.status import Status
from rules.damage.record import DamageError

LONGEST_NAME, LONGEST_PLACE, LONGEST_OUTLINE = 60, 200, 1000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Disaster:
    """One of a status. ``name`` is unique among those of its status: 11月20日からの大雨."""

    id: int
    status: Status
    name: str
    began: datetime
    place: str = ""  # where it happened, in the form's words: 市内全域
    outline: str = ""  # 災害の概況
    ended: datetime | None = None  # when counting its damage was closed
    version: int = 1  # how often somebody wrote it; what the next one has to name


def checked(one: Disaster, now: datetime) -> Disaster:
    """The disaster itself. Raises DamageError: bad_disaster."""
    if not 0 < len(one.name.strip()) <= LONGEST_NAME:
        words = f"災害名を{LONGEST_NAME}字までで入れてください（例：11月20日からの大雨）"
        raise DamageError("bad_disaster", f"{words} / name it in 1 to {LONGEST_NAME} characters")
    if len(one.place) > LONGEST_PLACE or len(one.outline) > LONGEST_OUTLINE:
        words = f"発生場所は{LONGEST_PLACE}字、概況は{LONGEST_OUTLINE}字までです"
        raise DamageError("bad_disaster", f"{words} / place or outline is too long")
    if one.began > now:
        raise DamageError("bad_disaster", "発生日時は、いまより前にしてください / it begins in the future")
    return one
