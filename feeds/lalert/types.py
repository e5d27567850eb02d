"""A document of L-Alert, in its own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from feeds.status import Status

Fact: TypeAlias = str | int | float | list[str] | None


class LalertError(ValueError):
    """A document that is not what it says. Stays inside the feed: it becomes a Rejected."""

    def __init__(self, code: str, message: str, at: str) -> None:
        super().__init__(message)
        self.code, self.message, self.at = code, message, at


@dataclass(frozen=True, slots=True, kw_only=True)
class LalertArea:
    """A place a document speaks of. ``code``: JIS X 0402 with check digit; ``town_code``: 大字町丁目, 12 digits."""

    name: str
    code: str = ""
    kana: str = ""
    town_code: str = ""
    kind_name: str = ""  # Sort: 避難指示, …
    status: str = ""  # 発令 or 解除
    alert_level: int | None = None  # 警戒レベル; 0: lifted; None: this kind has none
    time: str | None = None
    circle: str = ""  # as written: latitude,longitude,radius
    polygon: str = ""
    households: int | None = None
    head_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LalertDocument:
    """One revision of one document. The highest revision of a ``document_id`` replaces the others. Times as written."""

    category: str  # EvacuationOrder, Shelter, GeneralInformation, …
    document_id: str
    revision: int
    previous_revision: str | None
    distribution_id: str
    type: str | None  # Report, Update, Cancel
    distribution_status: str
    status: Status
    sender: str
    sent: str
    measured_at: datetime  # sent, as an instant
    title: str
    headline: str
    report_datetime: str | None
    target_datetime: str | None
    valid_datetime: str | None
    urgency: str
    severity: str
    certainty: str
    errata: str
    office: str
    organization: str
    disaster: str
    areas: tuple[LalertArea, ...]
    items: tuple[dict[str, Fact], ...]
    facts: dict[str, Fact]  # what the body says beside its items: totals, remarks
    organization_code: str = ""  # who speaks, JIS X 0402 with check digit where it is a municipality
    target_areas: tuple[LalertArea, ...] = ()  # for whom the envelope is meant
    gateway: str = ""

    @property
    def key(self) -> str:
        return f"lalert/{self.document_id}/{self.revision}/{self.status}"

    @property
    def subject(self) -> str:
        return self.document_id
