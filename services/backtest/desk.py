"""One set of rules at work on a picture: what they say, what people make of it, what they hold back and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import Alert, Approval, Place, State
from rules.engine import Around, Drop, Sender, decide
from rules.floor import Floor
from rules.ledger import Ledger
from rules.noise.inhibition import itself
from rules.proposal import Reason
from rules.rule import Rule
from rules.silence import Silence
from rules.situation import Situation, told_keys
from rules.timers import due
from services.backtest.people import People


@dataclass(frozen=True, slots=True)
class Said:
    """A revision is drafted for people, or leaves the house, or is rejected."""

    at: datetime
    alert: Alert
    act: str  # proposed, issued, rejected
    who: str = ""


@dataclass(frozen=True, slots=True)
class Over:
    """A series ends, or its draft is taken back, without a word to anybody outside."""

    at: datetime
    series: str
    rule: str
    ended: bool
    reason: Reason


@dataclass(slots=True)
class Held:
    """Why a rule kept silent: in how many cases, and the first of them."""

    times: int
    first_at: datetime
    last_at: datetime
    example: str


Event = Said | Over
_REMEMBERED = timedelta(days=2)  # longer than any rule lets a fall settle


@dataclass(slots=True, kw_only=True)
class Desk:
    """``held`` counts by rule, stage and reason, each case once for as long as it lasts."""

    status: Status
    rules: Sequence[Rule]
    sender: Sender
    place: Callable[[str], Place]
    people: People
    silences: Sequence[Silence] = ()
    floor: Floor = field(default_factory=Floor)
    around: Around = itself
    ledger: Ledger = field(init=False)
    held: dict[tuple[str, str, Reason], Held] = field(default_factory=dict)
    _holding: set[tuple[str, str, str, Reason]] = field(default_factory=set)
    _seen: frozenset[str] = frozenset()  # keys of the last picture
    _gone: dict[str, datetime] = field(default_factory=dict)
    _taken_back: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.status)

    def decide(
        self, now: datetime, picture: Mapping[str, Hazard], taken_back: frozenset[str] = frozenset()
    ) -> list[Event]:
        """What ``evaluate`` would write down at this instant, and what people then do. ``taken_back``: keys of those
        that are gone because their telegram was withdrawn."""
        self._miss(now, picture)
        self._taken_back = taken_back
        situation = self._situation(now, picture)
        decided = decide(situation, self.rules, self.sender, self.place, self.around)
        decision = self.floor.under(decided)
        rule_of = {name: one.alert.rule for name, one in situation.standing.items()}
        self._count(decision.drops, now)
        self.ledger.take(decision)
        events: list[Event] = []
        for alert in decision.alerts:
            events.append(Said(now, alert, "issued" if alert.approval is Approval.AUTO else "proposed"))
        for gone in decision.withdrawn:
            ended = gone.state is not State.WITHDRAWN
            events.append(Over(now, gone.series, rule_of.get(gone.series, ""), ended, gone.reason))
        for deed in self.people.deeds(now, self.ledger):
            (self.ledger.issue if deed.issued else self.ledger.reject)(deed.alert)
            events.append(Said(now, deed.alert, "issued" if deed.issued else "rejected", deed.who))
        return events

    def due(self, now: datetime, picture: Mapping[str, Hazard]) -> datetime | None:
        """When to decide again though nothing comes in."""
        begins = [silence.begins for silence in self.silences if silence.begins > now]
        instants = [due(self._situation(now, picture), self.rules), self.people.due(now), *begins]
        return min((at for at in instants if at is not None), default=None)

    def _situation(self, now: datetime, picture: Mapping[str, Hazard]) -> Situation:
        quiet = [one for one in self.silences if one.begins <= now < one.ends]
        standing = self.ledger.standing(now)
        gone = {key: at for key, at in self._gone.items() if key in told_keys(standing)}
        return Situation(
            now=now,
            status=self.status,
            hazards=tuple(picture.values()),
            standing=standing,
            silences=quiet,
            gone=gone,
            taken_back=self._taken_back & gone.keys(),
        )

    def _miss(self, now: datetime, picture: Mapping[str, Hazard]) -> None:
        """Note when each hazard left the picture."""
        self._gone |= dict.fromkeys(self._seen - picture.keys(), now)
        self._gone = {key: at for key, at in self._gone.items() if key not in picture and now - at < _REMEMBERED}
        self._seen = frozenset(picture)

    def _count(self, drops: Sequence[Drop], now: datetime) -> None:
        holding = {(drop.rule, drop.series, drop.stage, drop.reason) for drop in drops}
        for drop in drops:
            key = (drop.rule, drop.stage, drop.reason)
            known = self.held.setdefault(key, Held(0, now, now, drop.detail))
            known.times += (drop.rule, drop.series, drop.stage, drop.reason) not in self._holding
            known.last_at = now
        self._holding = holding
