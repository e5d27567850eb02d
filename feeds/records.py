"""Records: what came in. A record never changes; a better one comes beside it.

Every record has a natural ``key``: the same thing arriving twice has the same key, so a repeat changes nothing.
All datetimes are aware; ``measured_at`` is when the thing was true, never when it arrived.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from feeds.cap.types import CapAlert
from feeds.contact import Contact
from feeds.crime_types import Crime, Ended
from feeds.finding import Finding
from feeds.flag import BARRING as BARRING  # noqa: PLC0414 - words of this module
from feeds.flag import Flag as Flag  # noqa: PLC0414
from feeds.judged import Judged
from feeds.lalert.types import LalertDocument
from feeds.rejected import Rejected as Rejected  # noqa: PLC0414 - one of the words of this module
from feeds.snow_ahead import SnowAhead, SnowForecast
from feeds.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value of one sensor (OGC SensorThings: Observation)."""

    gateway: str
    station: str
    quantity: str  # snow_depth, water_level, …
    value: float | None  # None only with Flag.MISSING
    unit: str
    measured_at: datetime  # UTC
    status: Status = Status.ACTUAL
    message_id: str | None = None  # unique per gateway for ever, where the format has one
    seq: int | None = None
    sent_at: datetime | None = None
    flags: frozenset[Flag] = frozenset()

    @property
    def key(self) -> str:
        if self.message_id:
            return f"{self.gateway}#{self.message_id}"
        return f"{self.gateway}/{self.station}/{self.quantity}@{self.measured_at.isoformat()}/{self.seq or 0}"

    @property
    def subject(self) -> str:
        return f"{self.station}/{self.quantity}"

    @property
    def trusted(self) -> bool:
        return self.flags.isdisjoint(BARRING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Where a vehicle was. Longitude and latitude in degrees WGS 84; kept raw, judged later."""

    gateway: str
    vehicle: str
    measured_at: datetime  # UTC
    lon: float
    lat: float
    accuracy_m: float | None = None
    speed_kmh: float | None = None
    heading_deg: float | None = None
    activity: str | None = None  # one of feeds.activities.ACTIVITIES, where the vehicle tells what it does
    activity_name: str = ""  # as it calls that itself: no two providers agree on names
    spread_g_m2: float | None = None  # de-icer on the road, as the spreader is set …
    spread_width_m: float | None = None  # … and how broad
    spread_kg: float | None = None  # its own counter: what it has spread since it was last set to nothing
    status: Status = Status.ACTUAL

    @property
    def key(self) -> str:
        return f"{self.gateway}/{self.vehicle}@{self.measured_at.isoformat()}"

    @property
    def subject(self) -> str:
        return self.vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a person saw, or what the police wrote. ``text`` is kept as issued."""

    gateway: str
    report_id: str
    kind: str  # bear, suspicious_person, …
    measured_at: datetime  # UTC, when it was seen
    text: str
    place: str  # in words, as given
    lon: float | None = None
    lat: float | None = None
    confirmed: bool = False
    source: str = ""  # who says so, as may be told to the public
    status: Status = Status.ACTUAL
    photos: tuple[str, ...] = ()  # SHA-256 of pictures that the hub keeps for a while
    finding: Finding | None = None  # of an animal; None: it was seen, or it is about none
    crime: Crime | None = None  # what a notice of the police tells in fields
    ended: Ended | None = None  # why it is told nobody any more
    corrected: int = 0  # how often its issuer corrected it
    judged: Judged | None = None  # by people of the city; None: as it came
    contact: Contact | None = None  # of its sender, on the way in alone: the store keeps it apart, sealed

    @property
    def key(self) -> str:
        return f"{self.gateway}/report/{self.report_id}"

    @property
    def subject(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of a forecast in which danger reaches a step; times as the sender wrote them."""

    start: str  # 2026-06-03T06:00:00+09:00
    duration: str | None  # PT3H
    code: str | None
    name: str  # 警戒レベル３相当, 警報級
    alert_level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramArea:
    """One (area, kind) of an official message; ``code`` is only meaningful with its ``code_type``."""

    code: str
    name: str
    hazard: str
    code_type: str = ""
    kind_code: str | None = None
    kind_name: str | None = None
    status: str | None = None  # 発表 / 継続 / 解除 / …
    condition: str | None = None
    last_code: str | None = None
    alert_level: int | None = None  # 警戒レベル 0–5; None: this kind has none
    max_intensity: str | None = None
    height: str | None = None  # of a tsunami, as people are told: 巨大, 高い, １０ｍ超, ３ｍ
    arrival: str | None = None  # of its first wave, as the sender wrote it
    periods: tuple[Period, ...] = ()  # of a forecast: when


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Something a telegram says was measured; words and unit as the sender wrote them."""

    station: str
    station_code: str | None
    element: str
    value: float | str  # text only for 震度: 5-, 6+
    unit: str
    time: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A gauge's threshold as a flood telegram gives it, in metres above the gauge's zero; outranks configured ones."""

    station: str
    station_code: str | None
    name: str  # レベル４氾濫危険水位
    level: int | None  # 警戒レベル the threshold stands for
    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypocenter:
    """Where an earthquake began. Degrees; None where the telegram says it is not known."""

    name: str
    code: str | None
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telegram:
    """An official message. Times stand here as instants and, for the contract, as the sender wrote them."""

    feed: str  # jma, cap, lalert
    telegram: str | None  # VPWW55, …
    control_title: str
    control_status: str
    control_datetime: str
    editorial_office: str
    publishing_office: str
    head_title: str
    report_datetime: str
    target_datetime: str | None
    valid_datetime: str | None
    event_id: str | None
    serial: str | None
    info_type: str
    info_kind: str | None
    info_kind_version: str | None
    headline: str | None
    status: Status
    hazard: str
    areas: tuple[TelegramArea, ...]
    areas_without_warning: tuple[str, ...]
    measured_at: datetime  # report_datetime as an instant
    gateway: str = ""
    municipalities: tuple[str, ...] = ()  # 7-digit codes a flood telegram names as concerned
    observations: tuple[Observation, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    max_intensity: str | None = None  # 震度: 1 2 3 4 5- 5+ 6- 6+ 7
    magnitude: float | None = None
    depth_km: float | None = None  # 0: very shallow
    hypocenter: Hypocenter | None = None
    volcanic_alert_level: int | None = None  # 噴火警戒レベル 1–5, which is not a 警戒レベル
    volcanic_alert_level_last: int | None = None
    snow_ahead: tuple[SnowAhead, ...] = ()  # what it foresees, where it has that as data

    @property
    def max_alert_level(self) -> int | None:
        """Highest 警戒レベル among the areas, None where no area has one."""
        return max((a.alert_level for a in self.areas if a.alert_level is not None), default=None)

    @property
    def cancels_event_id(self) -> str | None:
        """The event that this telegram withdraws, or None."""
        return self.event_id if self.info_type == "取消" else None

    @property
    def key(self) -> str:
        when = (self.report_datetime, self.control_datetime, self.serial or "", self.info_type)
        return "/".join((self.feed, self.subject, *when))

    @property
    def subject(self) -> str:
        """The series whose newest telegram replaces the older ones: office, type and event."""
        return f"{self.telegram or self.control_title}|{self.editorial_office}|{self.event_id or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CapTelegram:
    """An official message in CAP, whole as it was read. System and Draft messages count as Test."""

    alert: CapAlert
    status: Status
    gateway: str = ""

    @property
    def measured_at(self) -> datetime:
        return self.alert.sent

    @property
    def key(self) -> str:
        return f"cap/{self.subject}@{self.alert.sent.isoformat()}"

    @property
    def subject(self) -> str:
        return f"{self.alert.sender},{self.alert.identifier}"


Record: TypeAlias = Reading | Fix | Report | Telegram | CapTelegram | LalertDocument | SnowForecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Bytes as they came over MQTT, from a file or from a poller."""

    topic: str
    payload: bytes
    received_at: datetime
    retained: bool = False
    gateway: str = ""  # known where the topic does not tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The outcome of decoding one message: nothing is lost, each part is a record or a rejection."""

    records: tuple[Record, ...] = ()
    rejected: tuple[Rejected, ...] = ()
