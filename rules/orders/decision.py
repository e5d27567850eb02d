"""What is known of a section, and what a city's rule says to it: the record that can be read out to a caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from feeds.status import Status
from geo.hazard import Evidence


class Kind(StrEnum):
    """What an order asks for."""

    PLOW = "plow"  # 除雪
    RUTS = "ruts"  # わだち・段差
    HAULING = "hauling"  # 排雪
    LEVELLING = "levelling"  # 路面整正
    DEICING = "deicing"  # 凍結防止剤散布


KINDS_JA: Mapping[Kind, str] = {
    Kind.PLOW: "除雪",
    Kind.RUTS: "わだち処理",
    Kind.HAULING: "排雪",
    Kind.LEVELLING: "路面整正",
    Kind.DEICING: "凍結防止剤散布",
}
KINDS_EN: Mapping[Kind, str] = {
    Kind.PLOW: "plowing",
    Kind.RUTS: "removal of ruts",
    Kind.HAULING: "hauling",
    Kind.LEVELLING: "levelling",
    Kind.DEICING: "de-icing",
}


class Outcome(StrEnum):
    """What becomes of it. A proposal is for a person to decide: nothing here orders."""

    PROPOSE = "propose"  # a rule fired
    VETO = "veto"  # a rule fired, and something named speaks against it
    WAIT = "wait"  # a rule fired, and it is not the hour to begin
    NEAR = "near"  # little is missing
    BELOW = "below"
    UNKNOWN = "unknown"  # no gauge speaks: nobody may take that for "no snow"


class Reason(StrEnum):
    """Why, by name."""

    NEW_SNOW = "new_snow"
    FORECAST = "forecast"
    RUTS = "ruts"
    DRIFT = "drift"
    THAW_AHEAD = "thaw_ahead"  # thickly packed snow before a thaw (ザクザク)
    ICE = "ice"
    NARROW = "narrow"
    NOT_ENOUGH = "not_enough"
    NO_RUTS = "no_ruts"  # the rule wants ruts beside the snow, and nobody has told of any
    STAGE_BEFORE = "stage_before"  # another rule's round has to be done first
    OUT_OF_SEASON = "out_of_season"
    GONE = "gone"  # most of the new snow does not lie any more
    BEGAN_LATE = "began_late"  # the snow began in the hours whose snow the city leaves
    TOO_LATE = "too_late"  # after the last hour to begin
    NOT_ITS_HOUR = "not_its_hour"  # the city decides at set times only
    WILL_MELT = "will_melt"
    RAIN = "rain"
    NO_GAUGE = "no_gauge"
    NO_RULE = "no_rule"  # the city's rules name none for this day


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """What one gauge says of the section; centimetres."""

    station: str
    name: str
    depth_cm: float
    new_cm: float  # since the last pass, at most as long as the rules count
    at_least: bool  # hours are missing
    lies: bool  # enough of the new snow does still
    rate_cm_h: float  # over the last three hours
    since: datetime  # what ``new_cm`` counts from
    began_at: datetime | None  # when this snow began
    at: datetime
    ref: str  # the newest reading's key
    counted: Mapping[str, tuple[float, datetime]] = field(default_factory=dict)  # rule → cm since; where it differs

    def fallen(self, rule: str) -> tuple[float, datetime]:
        """Centimetres as this rule counts them, and since when."""
        return self.counted.get(rule, (self.new_cm, self.since))


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Snow that is expected, as a person noted it from a forecast; centimetres from ``at`` to ``until``."""

    cm: float
    at: datetime
    until: datetime
    source: str  # 気象台の予報, and who noted it


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What is expected until the finish hour. None where nobody knows."""

    snow_cm: float | None = None  # of a range what the city's rules take
    source: str = ""  # whose forecast, issued when; empty: the trend of the last three hours
    low_cm: float | None = None  # both ends of what is foreseen, where it is a forecast
    high_cm: float | None = None
    until: datetime | None = None  # where the forecast ends before the finish hour
    refs: tuple[str, ...] = ()  # keys of the records that it stands in; none: it was noted by hand
    warmest_c: float | None = None  # of the air
    thaw_chance: float | None = None  # that it reaches the city's ``thaw_c``
    rain_mm: float = 0.0  # fallen in the last hour above +1 °C


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One section at one time, of one status. Everything that a decision rests on is in it."""

    at: datetime
    status: Status
    section: str
    section_name: str
    section_name_en: str = ""
    gauges: tuple[Gauge, ...] = ()
    silent: tuple[str, ...] = ()  # names of gauges that ought to speak and do not
    passed_at: datetime | None = None  # since when most of it is plowed
    ahead: Ahead = field(default_factory=Ahead)
    rut_cm: float | None = None  # as people report it; None: nobody has
    drifting: bool = False
    finished: Mapping[str, datetime] = field(default_factory=dict)  # rule → when its last order was done
    extras: Mapping[Reason, tuple[Evidence, ...]] = field(default_factory=dict)  # what calls for more than the plow
    packed_cm: float | None = None  # packed snow before a thaw, as the model reckons it


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one rule says."""

    rule: str
    kind: Kind
    classes: tuple[int, ...]  # route classes; empty: all
    outcome: Outcome
    reason: Reason
    fired: Reason | None = None  # what fired, also where something speaks against it
    have_cm: float | None = None
    need_cm: float | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def missing_cm(self) -> float:
        """How much is missing to what the rule asks for; 0 where nothing is."""
        return max(0.0, (self.need_cm or 0.0) - (self.have_cm or 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One section at one decision time: every rule's verdict, the most pressing first."""

    picture: Picture
    preset: str  # whose rules, by id
    finish_at: datetime  # when the round should be done
    next_at: datetime | None  # the next time at which the city decides; None: at any time
    verdicts: tuple[Verdict, ...]

    @property
    def main(self) -> Verdict:
        return self.verdicts[0]

    @property
    def proposals(self) -> tuple[Verdict, ...]:
        """Those that a person is asked to decide about."""
        return tuple(one for one in self.verdicts if one.outcome is Outcome.PROPOSE)

    @property
    def new_cm(self) -> float | None:
        """The most that a gauge of the section says since the last pass; None where none speaks."""
        return max((one.new_cm for one in self.picture.gauges), default=None)

    @property
    def counted_cm(self) -> float | None:
        """The most that a gauge says as the first verdict's rule counts it, so from the rule's own last round on."""
        return max((one.fallen(self.main.rule)[0] for one in self.picture.gauges), default=None)

    @property
    def depth_cm(self) -> float | None:
        return max((one.depth_cm for one in self.picture.gauges), default=None)
