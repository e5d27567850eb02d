"""What may ask staff: an earthquake as the agency says it was felt, a warning in force, our own evacuation order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from feeds.status import Status
from geo.hazard import Hazard
from geo.seismic import CLASSES
from rules.alert import Alert, State
from rules.situation import Standing

_WARNINGS = frozenset({"weather", "river_forecast"})  # models that say what offices have announced


class Kind(StrEnum):
    """Where a trigger comes from, and what a rule names."""

    QUAKE = "intensity"  # strength: the place in geo.seismic.CLASSES
    WARNING = "warning_level"  # strength: 3 警報, 4 危険警報・土砂災害警戒情報, 5 特別警報
    ISSUED = "issued_level"  # strength: 警戒レベル of the evacuation information that the city has issued


FAMILY = {Kind.QUAKE: "earthquake", Kind.WARNING: "weather", Kind.ISSUED: "weather"}  # one muster for each at a time
BY_HAND = "by_hand"  # the family of a muster that a person begins without any


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One reason to ask. ``key`` is the same as long as it is the same event, however strong it is said to be."""

    kind: Kind
    key: str
    status: Status
    strength: int
    words: str  # one line, Japanese
    at: datetime
    until: datetime  # until when it stands unless somebody takes it back

    @property
    def family(self) -> str:
        return FAMILY[self.kind]


def triggers(hazards: Iterable[Hazard], standing: Iterable[Standing]) -> list[Trigger]:
    """Everything in the picture that a rule could name, the earliest first.

    The city's own seismometers ask nobody: a lorry may have hit one.
    """
    return sorted([*_of_hazards(hazards), *_of_alerts(standing)], key=lambda one: (one.at, one.key))


def _of_hazards(hazards: Iterable[Hazard]) -> Iterator[Trigger]:
    for one in hazards:
        model, felt = one.model.partition("@")[0], one.facts.get("intensity")
        words = one.evidence[0].text if one.evidence else one.headline
        if model == "quake" and one.facts.get("official") is True and ":" not in one.source and felt in CLASSES:
            key, strength = f"quake/{one.source}", CLASSES.index(str(felt))
            yield _trigger(Kind.QUAKE, key, strength, words, one)
        elif model in _WARNINGS and one.observed and one.level >= 3 and not one.for_staff:
            key = f"warning/{one.kind}/{one.source}"
            yield _trigger(Kind.WARNING, key, one.level, one.headline, one)


def _trigger(kind: Kind, key: str, strength: int, words: str, one: Hazard) -> Trigger:
    return Trigger(
        kind=kind, key=key, status=one.status, strength=strength, words=words, at=one.since, until=one.valid_until
    )


def _of_alerts(standing: Iterable[Standing]) -> Iterator[Trigger]:
    for one in standing:
        alert = one.alert if one.state is State.ISSUED else None
        if alert is not None and alert.order and alert.alert_level and not alert.ends:
            yield _issued(alert)


def _issued(alert: Alert) -> Trigger:
    return Trigger(
        kind=Kind.ISSUED,
        key=f"issued/{alert.series}",
        status=alert.status,
        strength=alert.level,
        words=f"{alert.order}（警戒レベル{alert.level}）を発令",
        at=alert.sent,
        until=max(alert.expires, alert.sent + timedelta(minutes=1)),
    )
