"""What a notice of the police tells in fields, beside its wording. Nothing here is guessed: empty means not told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Ended(StrEnum):
    """Why a report is told nobody any more."""

    FOUND = "found"  # 発見: the missing person, the animal's body
    SOLVED = "solved"  # 解決, 検挙, 解除: there is nothing to warn of
    WITHDRAWN = "withdrawn"  # 取消: it should not have been told


class Follows(StrEnum):
    """What a notice does to an earlier one."""

    FOUND = "found"
    SOLVED = "solved"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"  # 訂正: the earlier one was wrong in something
    MORE = "more"  # 続報: more is known

    @property
    def ends(self) -> Ended | None:
        """How the earlier one ends by it; None where it goes on."""
        return Ended(self.value) if self in {Follows.FOUND, Follows.SOLVED, Follows.WITHDRAWN} else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crime:
    """A case as its issuer describes it. Words are the issuer's own; ``parts`` holds all of them."""

    what: str  # 声かけ, つきまとい, 自転車盗, …: as issued
    precision: Literal["minute", "hour", "day"]  # how exactly the report's time is told
    until: datetime | None = None  # UTC; the end where a span is told
    method: str = ""  # 手口
    issuer: str = ""  # the police station, or who sent the notice
    municipality: str = ""  # 盛岡市
    municipality_code: str = ""  # as told
    town: str = ""  # 町丁目
    scene: str = ""  # what kind of place: 道路上, 駐輪場
    offender: str = ""  # as issued, never more
    parts: tuple[tuple[str, str], ...] = ()  # label and text, in order
    follows: Follows | None = None  # a notice about an earlier one
    about: datetime | None = None  # UTC; when the case of the earlier one was, as the notice tells it
