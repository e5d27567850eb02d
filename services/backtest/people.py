"""What people make of drafts in a back-test: they agree at once, or decide as they did then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rules.alert import Alert
from rules.ledger import Ledger
from services.store.chronology import Entry


@dataclass(frozen=True, slots=True)
class Deed:
    """A person's word on a draft."""

    alert: Alert
    issued: bool  # False: rejected
    who: str


class People(Protocol):
    """Who decides on drafts."""

    name: str

    def deeds(self, now: datetime, ledger: Ledger) -> list[Deed]:
        """What they decide at ``now``."""
        ...

    def due(self, now: datetime) -> datetime | None:
        """When they decide next, whatever is drafted; None where never."""
        ...


class AtOnce:
    """Every draft is approved in the second in which it is written: the most that would have been sent."""

    name = "at_once"

    def deeds(self, now: datetime, ledger: Ledger) -> list[Deed]:  # noqa: ARG002 - whenever it is
        return [Deed(alert, issued=True, who="") for alert in ledger.drafts()]

    def due(self, now: datetime) -> datetime | None:  # noqa: ARG002 - they never wait
        return None


@dataclass(frozen=True, slots=True)
class Decided:
    """What the chronology says a person did."""

    at: datetime
    series: str
    revision: int
    issued: bool
    who: str


class Recorded:
    """As the chronology has it: each decision at its time, on the draft it was about.

    Where the rules draft otherwise than they did then, a decision falls on what waits of the same rule and group: the
    officer's word on the matter. What was never decided waits.
    """

    name = "recorded"

    def __init__(self, decided: Iterable[Decided]) -> None:
        self._left: Sequence[Decided] = sorted(decided, key=lambda one: one.at)
        self.unmatched: list[Decided] = []

    def deeds(self, now: datetime, ledger: Ledger) -> list[Deed]:
        found: list[Deed] = []
        while self._left and self._left[0].at <= now:
            one, *self._left = self._left
            alert = ledger.waiting(one.series, one.revision) or _same_matter(one, ledger)
            if alert is None or any(deed.alert == alert for deed in found):
                self.unmatched.append(one)
            else:
                found.append(Deed(alert, one.issued, one.who))
        return found

    def due(self, now: datetime) -> datetime | None:
        return max(self._left[0].at, now) if self._left else None


def _same_matter(one: Decided, ledger: Ledger) -> Alert | None:
    stem = one.series.rpartition("-")[0]
    return next((alert for alert in ledger.drafts() if alert.series.rpartition("-")[0] == stem), None)


def decided(entries: Iterable[Entry]) -> list[Decided]:
    """The decisions among entries of the chronology of the kinds ``issued`` and ``rejected``."""
    return [
        Decided(one.at, one.refs["series"], int(one.refs["revision"]), one.kind == "issued", one.who) for one in entries
    ]
