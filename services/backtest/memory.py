"""What is known by an instant, out of what has come by then: what the queries of ``predict`` find, without a store."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feeds.lalert.types import LalertDocument
from feeds.records import Report, Telegram
from feeds.status import Status
from geo.model import Inputs, Sample, Wants
from geo.official.documents import LONGEST
from geo.series.heard import Heard
from geo.series.remembered import Remembered
from services.store.arrivals import Arrival

Season = Mapping[tuple[str, str], list[Sample]]


@dataclass(slots=True)
class Memory:
    """Told every arrival in turn; forgets what is older than any model looks. ``now`` never goes back."""

    status: Status
    wants: Wants
    _series: dict[str, Remembered] = field(default_factory=dict)
    _telegrams: list[Arrival] = field(default_factory=list)
    _reports: dict[str, Arrival] = field(default_factory=dict)  # the last revision of each
    _documents: list[Arrival] = field(default_factory=list)

    @staticmethod
    def windows(wants: Wants) -> dict[str, timedelta]:
        """How far back each type of record must be told."""
        return {
            "reading": max(wants.readings.values(), default=timedelta()),
            "telegram": wants.telegrams,
            "report": wants.reports,
            "lalert": LONGEST,
        }

    def tell(self, arrival: Arrival) -> None:
        """The hub heard of this."""
        match arrival.thing:
            case Heard() as heard:
                quantity = arrival.subject.partition("/")[2]
                self._series.setdefault(arrival.subject, Remembered(quantity)).tell(arrival.seq, heard)
            case Telegram():
                insort(self._telegrams, arrival, key=_time)
            case Report() as report:
                before = self._reports.get(report.key, arrival)
                self._reports[report.key] = max(before, arrival, key=lambda one: one.seq)
            case LalertDocument():
                insort(self._documents, arrival, key=_time)

    def inputs(self, now: datetime, season: Season, lasting: Sequence[Telegram] = ()) -> Inputs:
        """What the models see at ``now``. Gateways' vital signs are not kept by the store, so there are none."""
        standing = _newest_telegrams(_window(self._telegrams, now - self.wants.telegrams, now))
        return Inputs(
            now=now,
            status=self.status,
            series=self._all_series(now),
            season=season,
            telegrams=[*standing, *lasting],
            reports=self._window_of_reports(now - self.wants.reports, now),
            documents=_highest_documents(_window(self._documents, now - LONGEST, now)),
        )

    def _window_of_reports(self, since: datetime, until: datetime) -> list[Report]:
        """Each in its last revision and by that one's time, as ``records.reports``; what is older is forgotten."""
        self._reports = {key: one for key, one in self._reports.items() if one.measured_at >= since}
        seen = sorted((one for one in self._reports.values() if one.measured_at <= until), key=_time)
        return [one.thing for one in seen if isinstance(one.thing, Report)]

    def _all_series(self, now: datetime) -> dict[tuple[str, str], list[Sample]]:
        found: dict[tuple[str, str], list[Sample]] = {}
        for subject in sorted(self._series):
            station, _, quantity = subject.partition("/")
            if samples := self._series[subject].between(now - self.wants.readings[quantity], now):
                found[station, quantity] = samples
        return found


def _time(arrival: Arrival) -> tuple[datetime, int]:
    return arrival.measured_at, arrival.seq


def _window(told: list[Arrival], since: datetime, until: datetime) -> list[Arrival]:
    """Those of [since, until]; what is older is forgotten."""
    del told[: bisect_left(told, since, key=lambda one: one.measured_at)]
    return told[: bisect_right(told, until, key=lambda one: one.measured_at)]


def _newest_telegrams(told: list[Arrival]) -> list[Telegram]:
    """The newest of each series, of one minute all, as ``records.standing_telegrams``."""
    newest = {one.subject: one.measured_at for one in told}
    chosen = [one for one in told if one.measured_at == newest[one.subject]]
    return [one.thing for one in sorted(chosen, key=lambda one: one.seq) if isinstance(one.thing, Telegram)]


def _highest_documents(told: list[Arrival]) -> list[LalertDocument]:
    """The highest revision of each, of equal ones the last received, as ``records.documents``."""
    highest: dict[str, tuple[int, int, LalertDocument]] = {}
    for one in told:
        if isinstance(one.thing, LalertDocument):
            rank = (one.thing.revision, one.seq, one.thing)
            highest[one.subject] = max(highest.get(one.subject, rank), rank, key=lambda of: of[:2])
    return [document for _, _, document in sorted(highest.values(), key=lambda of: of[1])]
