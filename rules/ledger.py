"""What becomes of the revisions of a series: tables that the store writes by, and a ledger that needs no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from feeds.status import Status
from rules.alert import OUT, Alert, Approval, State
from rules.engine import Decision
from rules.situation import Standing

OPEN = (State.DRAFT, State.ISSUED, State.REJECTED, State.LIFTED, State.KEPT)
HELD_TO = OUT - {State.LIFTED, State.ENDED}  # a later revision must quote it, until it expires
Turn = Mapping[State, State]  # revisions in this state come to be in that one

# Of the revisions before the one that is written, or leaves the house. What was refused has never been out: a later
# revision must not quote it.
BEFORE_DRAFTED: Turn = {State.DRAFT: State.WITHDRAWN}
BEFORE_ISSUED: Turn = {
    State.ISSUED: State.SUPERSEDED,
    State.DRAFT: State.WITHDRAWN,
    State.REJECTED: State.WITHDRAWN,
}
# Of all revisions, when nobody needs the draft any more, or the last word has run out. What never left the house ends
# otherwise than what did, so that a series tells for ever what the public last heard.
GIVES_WAY: Mapping[State, Turn] = {
    State.WITHDRAWN: {State.DRAFT: State.WITHDRAWN},
    State.ENDED: {
        **dict.fromkeys((State.ISSUED, State.LIFTED), State.ENDED),
        **dict.fromkeys((State.DRAFT, State.REJECTED, State.KEPT), State.WITHDRAWN),
    },
    State.LIFTED: {
        **dict.fromkeys((State.ISSUED, State.EXPIRED), State.LIFTED),
        **dict.fromkeys((State.DRAFT, State.REJECTED), State.KEPT),
    },
}


@dataclass(frozen=True, slots=True)
class Written:
    """One revision that was ever written."""

    revision: int
    state: State
    alert: Alert | None  # None: neither open nor in force any more


def issued_as(alert: Alert) -> State:
    """The state of a revision that leaves the house; one that ends the series ends it.

    What a person ended while hazards were there is kept, lest the rules begin anew with the same.
    """
    if not alert.ends:
        return State.ISSUED
    return State.LIFTED if alert.left_out else State.ENDED


def run_out(family: tuple[Written, ...], now: datetime) -> tuple[Written, ...]:
    """The revisions of a series; what was issued and ran out while a newer one waits, or was refused, is marked so."""

    def over(one: Written) -> bool:
        expired = one.state is State.ISSUED and one.alert is not None and one.alert.expires <= now
        return expired and any(newer.revision > one.revision and newer.state in OPEN for newer in family)

    return tuple(replace(one, state=State.EXPIRED) if over(one) else one for one in family)


def standing_of(family: Sequence[Written], now: datetime) -> Standing:
    """The series as the rules want it. ``family`` are all its revisions in order, at least one of them open."""
    issued = [one for one in family if one.state in OUT]
    state, newest = [(one.state, one.alert) for one in family if one.state in OPEN and one.alert][-1]
    return Standing(
        alert=newest,
        state=state,
        issued_revision=issued[-1].revision if issued else 0,
        issued=len(issued),
        chain=tuple(one.alert for one in issued if one.state in HELD_TO and one.alert and one.alert.expires > now),
        last_revision=family[-1].revision,
    )


@dataclass(slots=True)
class Ledger:
    """The series of one status that are not over, in memory."""

    status: Status
    families: dict[str, tuple[Written, ...]] = field(default_factory=dict)

    def standing(self, now: datetime) -> dict[str, Standing]:
        """Every series that is not over, as the rules want it."""
        still_open = {name: of for name, of in self.families.items() if any(one.state in OPEN for one in of)}
        still_open = {name: run_out(family, now) for name, family in still_open.items()}
        self.families = still_open  # what is over is forgotten
        return {series: standing_of(family, now) for series, family in sorted(still_open.items())}

    def take(self, decision: Decision) -> list[Alert]:
        """Write down what was decided; what needs no person leaves the house at once, and is returned."""
        for alert in decision.alerts:
            self.draft(alert)
        issued = [alert for alert in decision.alerts if alert.approval is Approval.AUTO]
        for alert in issued:
            self.issue(alert)
        for gone in decision.withdrawn:
            self._turn(gone.series, GIVES_WAY[gone.state])
        return issued

    def draft(self, alert: Alert) -> None:
        """A new revision waits; an older draft of the series gives way."""
        self._turn(alert.series, BEFORE_DRAFTED, before=alert.revision)
        family = self.families.get(alert.series, ())
        self.families[alert.series] = (*family, Written(alert.revision, State.DRAFT, alert))

    def issue(self, alert: Alert) -> None:
        """The revision leaves the house."""
        self._turn(alert.series, BEFORE_ISSUED, before=alert.revision)
        self._set(alert, issued_as(alert))

    def reject(self, alert: Alert) -> None:
        """A person says no."""
        self._set(alert, State.REJECTED)

    def waiting(self, series: str, revision: int) -> Alert | None:
        """The revision, where it waits for people."""
        family = self.families.get(series, ())
        return next((one.alert for one in family if one.revision == revision and one.state is State.DRAFT), None)

    def _set(self, alert: Alert, state: State) -> None:
        self.families[alert.series] = tuple(
            replace(one, state=state) if one.revision == alert.revision else one for one in self.families[alert.series]
        )

    def _turn(self, series: str, turn: Turn, before: int | None = None) -> None:
        self.families[series] = tuple(
            replace(one, state=turn.get(one.state, one.state)) if before is None or one.revision < before else one
            for one in self.families.get(series, ())
        )

    def drafts(self) -> list[Alert]:
        """Every revision that waits for people, by series."""
        return [
            one.alert
            for _, family in sorted(self.families.items())
            for one in family
            if one.state is State.DRAFT and one.alert
        ]
