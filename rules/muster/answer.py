"""What somebody answers: whether they and theirs are safe, and whether and when they come. Short lists, few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from rules.muster.want import Want

LONGEST_NOTE, LONGEST_PLACE = 200, 60  # characters


class Safety(StrEnum):
    """Of the person."""

    SAFE = "safe"
    HURT = "hurt"
    RESCUE = "rescue"  # needs to be fetched


class Family(StrEnum):
    """Of those who live with the person."""

    SAFE = "safe"
    HURT = "hurt"
    UNKNOWN = "unknown"  # out of reach yet
    NONE = "none"


class Home(StrEnum):
    """Of where the person lives."""

    WHOLE = "whole"
    DAMAGED = "damaged"
    LOST = "lost"  # not to be lived in


class Coming(StrEnum):
    """Whether the person comes."""

    COMES = "comes"  # by ``arrives_at``
    ARRIVED = "arrived"
    CANNOT = "cannot"


# As lists to choose from; a clock would have to be typed on a phone in the dark.
SAFETY_JA = {Safety.SAFE: "無事", Safety.HURT: "負傷", Safety.RESCUE: "要救助"}
FAMILY_JA = {
    Family.SAFE: "全員無事",
    Family.HURT: "けが人あり",
    Family.UNKNOWN: "連絡がつかない",
    Family.NONE: "同居なし",
}
HOME_JA = {Home.WHOLE: "被害なし", Home.DAMAGED: "一部被害", Home.LOST: "住めない"}
COMING_JA = {Coming.COMES: "参集可", Coming.ARRIVED: "到着済み", Coming.CANNOT: "参集不可"}
SOON = {30: "30分以内", 60: "1時間以内", 90: "1時間半以内", 120: "2時間以内", 180: "3時間以内", 360: "6時間以内"}
SOON |= {720: "12時間以内", 1440: "24時間以内"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The newest word of somebody."""

    safety: Safety
    family: Family | None = None
    home: Home | None = None
    coming: Coming | None = None
    arrives_at: datetime | None = None
    place: str = ""  # where they are, or where they go
    note: str = ""
    at: datetime
    by: str = ""  # who entered it for them; empty: they themselves

    def settles(self, want: Want) -> bool:
        """True where nothing that was asked is left open."""
        return want is not Want.COME or self.coming is not None

    @property
    def urgent(self) -> bool:
        return self.safety is Safety.RESCUE


class AnswerError(ValueError):
    """An answer that is none; ``field`` names what to mend, the text says how."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


_Choice = TypeVar("_Choice", bound=StrEnum)


def answer_of(fields: Mapping[str, str], want: Want, now: datetime, by: str = "") -> Answer:
    """An answer out of what a form sent. Raises AnswerError with a sentence for whoever typed it.

    ``minutes`` is one of SOON, counted from ``now``. Who needs to be fetched need not say whether they come.
    """
    safety = _one_of(Safety, fields, "safety", "安否を選んでください。 / Say whether you are safe.")
    coming = _or_none(Coming, fields, "coming", "参集を選び直してください。 / Choose whether you come.")
    if safety is Safety.RESCUE and coming is None:
        coming = Coming.CANNOT
    if want is Want.COME and coming is None:
        raise AnswerError("coming", "参集できるかを選んでください。 / Say whether you come.")
    return Answer(
        safety=safety,
        family=_or_none(Family, fields, "family", "家族の欄を選び直してください。 / Choose again for your family."),
        home=_or_none(Home, fields, "home", "住まいの欄を選び直してください。 / Choose again for your home."),
        coming=coming,
        arrives_at=_arrival(fields, now) if coming is Coming.COMES else None,
        place=_words(fields, "place", LONGEST_PLACE),
        note=_words(fields, "note", LONGEST_NOTE),
        at=now,
        by=by,
    )


def _one_of(choices: type[_Choice], fields: Mapping[str, str], name: str, cure: str) -> _Choice:
    try:
        return choices(fields.get(name, ""))
    except ValueError:
        raise AnswerError(name, cure) from None


def _or_none(choices: type[_Choice], fields: Mapping[str, str], name: str, cure: str) -> _Choice | None:
    return _one_of(choices, fields, name, cure) if fields.get(name, "") else None


def _arrival(fields: Mapping[str, str], now: datetime) -> datetime:
    told = fields.get("minutes", "")
    minutes = int(told) if told.isascii() and told.isdigit() and len(told) < 6 else 0
    if minutes not in SOON:
        raise AnswerError("minutes", "到着の見込みを選んでください。 / Say when you will be there.")
    return now + timedelta(minutes=minutes)


def _words(fields: Mapping[str, str], name: str, most: int) -> str:
    told = " ".join("".join(c if c.isprintable() else " " for c in fields.get(name, "")).split())
    if len(told) > most:
        raise AnswerError(name, f"{most}字までにしてください（いま{len(told)}字）。 / At most {most} characters.")
    return told
