"""The frozen picture that is handed to the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from feeds.status import Status
from geo.hazard import Hazard
from rules.alert import REMEMBERED, Alert, State
from rules.silence import Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The newest revision of a series that is not over, and what became of it."""

    alert: Alert
    state: State  # draft, issued, rejected, lifted, or kept
    issued_revision: int = 0  # newest revision that left the house; 0: none yet
    issued: int = 0  # how many have
    chain: tuple[Alert, ...] = ()  # issued revisions not yet expired, oldest first
    last_revision: int = 0  # highest number ever written in the series, withdrawn drafts too: the next one is this + 1

    def in_force(self, now: datetime) -> tuple[Alert, ...]:
        """Issued revisions that have not expired, oldest first: what a new revision must refer to.

        Empty once a person ended the series: nothing more is said in it.
        """
        if self.state in REMEMBERED:
            return ()
        chain = self.chain
        if self.state is State.ISSUED and not (chain and chain[-1].revision == self.alert.revision):
            chain = (*chain, self.alert)
        return tuple([alert for alert in chain if alert.expires > now])


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything the rules may look at, of one status. Frozen: what is decided from it can be explained by it."""

    now: datetime
    status: Status
    hazards: Sequence[Hazard] = ()
    standing: Mapping[str, Standing] = field(default_factory=dict)  # series → newest revision
    silences: Sequence[Silence] = ()  # that hold now
    gone: Mapping[str, datetime] = field(default_factory=dict)  # hazard key → when it left the picture, of those told
    # hazard key → station/quantity of the readings it rests on; of the picture where a sensor is kept silent
    resting: Mapping[str, frozenset[str]] = field(default_factory=dict)
    doubted: frozenset[str] = frozenset()  # keys of those that went while people do not believe their sensor
    taken_back: frozenset[str] = frozenset()  # keys of those that went because who announced them was mistaken (取消)


def told_keys(standing: Mapping[str, Standing]) -> set[str]:
    """Keys of every hazard that a series which is not over speaks of."""
    return {key for one in standing.values() for alert in (one.alert, *one.chain) for key in alert.hazards}
