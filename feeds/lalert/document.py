"""What we tell L-Alert: a document in our words, before it is written in the format's.

A document is the whole current state of what it tells: each revision repeats all that is in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

Type: TypeAlias = Literal["Report", "Update", "Cancel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who speaks."""

    code: str  # JIS X 0402 with check digit: 032018
    organization: str  # 岩手県盛岡市
    name: str  # 危機管理防災課
    domain: str = ""
    contacts: Mapping[str, str] = field(default_factory=dict)  # phone, fax, e-mail, personResponsible


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A district of a document; (latitude, longitude) of its middle, and its 大字町丁目 code of 12 digits if known."""

    name: str
    municipality: str  # JIS X 0402 with check digit
    town_code: str = ""
    middle: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Districts of which the same is said: one of the format's ``Detail``."""

    sort: str  # 高齢者等避難, 避難指示, 緊急安全確保
    lifts: bool
    spots: tuple[Spot, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evacuation:
    """EvacuationOrder: strongest first, issued before lifted."""

    disaster: str
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """GeneralInformation (お知らせ). ``kind`` is Alert, Disaster or Ordinary; the last has no ``disaster``."""

    kind: str
    category: str
    subcategory: str
    title: str
    description: str
    url: str = ""
    disaster: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuge:
    """One place to stay, with what is known of it; None and empty: not known."""

    name: str
    address: str
    type: str  # 避難所, 臨時避難所, 広域避難場所, 一時避難場所
    sort: str  # 未開設, 開設, 閉鎖, 不明, 常設
    since: datetime | None = None  # opened or closed
    crowding: str = ""  # 空き, 混雑, 定員一杯, 不明
    capacity: int | None = None
    people: int | None = None
    households: int | None = None
    people_voluntary: int | None = None  # of these, who came without being told to
    households_voluntary: int | None = None
    checked: datetime | None = None  # when these figures were looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuges:
    """Shelter: every place that has been opened in this disaster, those closed since among them."""

    disaster: str
    refuges: tuple[Refuge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One figure of damage in the format's words: HouseDamage, 床上浸水, 棟, "12". What nobody knows is left out."""

    element: str  # HumanDamage, HouseDamage, BuildingDamage, OtherDamage, Sufferer, FireDamage
    type: str
    unit: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Damages:
    """DamageInformation: everything that is known to be damaged, in the format's order."""

    disaster: str
    figures: tuple[Damage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Headquarters:
    """AntidisasterHeadquarter. ``type`` is what the city calls it: 災害警戒本部, 災害対策本部."""

    disaster: str
    type: str
    stands: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """UrgentMail (緊急速報メール): what phones show, at once and with a sound."""

    title: str
    message: str


Body: TypeAlias = Evacuation | Refuges | Headquarters | Damages | Notice | Mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One transmission of one revision of one document."""

    category: str  # the body element's name: EvacuationOrder, Shelter, GeneralInformation, …
    body: Body
    document_id: str  # a UUID, the same for all revisions
    revision: int  # from 1
    distribution_id: str  # a UUID, the same at every attempt to send this revision
    type: Type
    status: str  # Actual, Exercise, Test
    sender_id: str
    sent: datetime
    first_sent: datetime  # of the first revision
    until: datetime | None
    title: str
    headline: str
    office: Office
    targets: tuple[Spot, ...]  # municipalities
    urgency: str
    severity: str
    certainty: str
    errata: str = ""  # what was wrong, with Cancel and with an Update that corrects
    carrier: str = ""  # UMC1, UMC2, UMC3: whose phones an UrgentMail is for
