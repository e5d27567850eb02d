"""A report upward (第４号様式) as it was handed over: frozen, so that the next one knows what was reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from feeds.status import Status

FORMS: Mapping[int, str] = {1: "その１（災害概況即報）", 2: "その２（被害状況即報）"}
TO_FILL = "要記入"  # what the hub does not know, and nobody has written


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box of the form that people fill: what the hub cannot know."""

    key: str
    ja: str
    forms: tuple[int, ...]
    rows: int = 1  # of the field on the page


BOXES: tuple[Box, ...] = (
    Box(key="reporter", ja="報告者名", forms=(1, 2)),
    Box(key="receiver", ja="都道府県（消防庁）受信者氏名", forms=(1, 2)),
    Box(key="calls_119", ja="119番通報の件数", forms=(1, 2)),
    Box(key="fire_activity", ja="消防機関等の活動状況", forms=(1, 2), rows=3),
    Box(key="self_defence", ja="自衛隊派遣要請の状況", forms=(1, 2), rows=2),
    Box(key="aid_asked", ja="他の地方公共団体への応援要請・応援活動の状況", forms=(2,), rows=2),
    Box(key="relief_act", ja="災害救助法適用市町村名", forms=(2,)),
    Box(key="firemen", ja="消防職員出動延人数", forms=(2,)),
    Box(key="volunteers", ja="消防団員出動延人数", forms=(2,)),
    Box(key="measures", ja="その他市が講じた応急対策", forms=(1, 2), rows=3),
    Box(key="remarks", ja="備考", forms=(2,), rows=2),
)
MAY_STAY_EMPTY = frozenset({"remarks"})
LONGEST_BOX = 1000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The headquarters as it was declared. ``until`` None: it stands."""

    type: str
    since: datetime | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuge:
    """A shelter as it was issued."""

    name: str
    open: bool
    since: datetime
    people: int | None = None
    households: int | None = None
    voluntary: int | None = None  # of the people


@dataclass(frozen=True, slots=True, kw_only=True)
class Evacuation:
    """Evacuation information of one name, as it was issued. Numbers of people stand where they are known."""

    sort: str  # 避難指示
    level: int
    areas: tuple[str, ...]
    since: datetime
    lifted: bool = False
    households: int | None = None
    people: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The report before it, of the same form."""

    number: int
    as_of: datetime
    figures: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What stands in the form. Figures in steps by key of the item; what nobody told is not there."""

    status: Status
    form: int
    number: int
    disaster: str
    began: datetime
    place: str
    outline: str
    city: str
    as_of: datetime
    figures: Mapping[str, int]  # confirmed
    unconfirmed: Mapping[str, int] = field(default_factory=dict)  # further, 未確認
    counting: Mapping[str, int] = field(default_factory=dict)  # records whose number is being looked into
    before: Before | None = None
    offices: tuple[Office, ...] = ()
    refuges: tuple[Refuge, ...] = ()
    evacuations: tuple[Evacuation, ...] = ()
    boxes: Mapping[str, str] = field(default_factory=dict)
    correction: str = ""  # what of an earlier report was wrong

    def box(self, key: str) -> str:
        """What people wrote, or that somebody has to."""
        said = self.boxes.get(key, "").strip()
        return said or ("" if key in MAY_STAY_EMPTY else TO_FILL)

    @property
    def missing(self) -> tuple[str, ...]:
        """The boxes that nobody has filled, in words."""
        mine = (one for one in BOXES if self.form in one.forms)
        return tuple(one.ja for one in mine if self.box(one.key) == TO_FILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One that was handed over."""

    disaster: int
    made_at: datetime
    made_by: str
    filled: Filled
    hashes: Mapping[str, str] = field(default_factory=dict)  # kind of file → SHA-256 of its bytes
