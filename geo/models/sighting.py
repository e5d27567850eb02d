"""Reports of bears and other animals, suspicious persons and street crime as hazards on the map.

A hazard never holds more of a report than the public may be told (:mod:`geo.sighted.told`): a square or a district, the
hour where the minute is too much, and no sentence of it. The report itself stays with the desk, which can open it.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from feeds.finding import Finding
from feeds.records import Report
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs
from geo.sighted.telling import standard
from geo.sighted.told import Told, held_back, told


class Sighting:
    """One hazard per report, in the square or district of its position, or in the city where it has none."""

    name = "sighting"
    version = "5"
    quantities = frozenset[str]()
    window = timedelta(days=14)
    telegrams = False
    reports = frozenset(kind for kind, telling in standard().items() if telling.level)

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every report of a known kind that still lives; one from outside the city is not the city's.

        One that people have set aside, or merged into another, is none; one that nobody has judged is for staff.
        """
        newest = {report.key: report for report in inputs.reports if report.measured_at <= inputs.now}
        hazards = []
        for report in newest.values():
            one = told(report, ground)
            if one and one.telling.level and inputs.now < one.at + one.telling.lasts:
                hazards.append(self._hazard(report, one, inputs))
        return sorted(hazards, key=lambda hazard: hazard.key)

    def _hazard(self, report: Report, one: Told, inputs: Inputs) -> Hazard:
        also = report.judged.also if report.judged else ()
        calls = f"、通報{1 + len(also)}件" if also else ""
        sure = "確認済み" if one.confirmed else "未確認"
        text = f"{one.what}（{one.place}、{one.day}{one.clock}、{sure}{calls}）"
        when = {"seen_at": one.at.isoformat("T", "minutes")} if one.exact == "minute" else {}
        return Hazard(
            kind=report.kind,
            area=one.area.code,
            area_name=one.area.name,
            level=_level(one),
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,
            since=one.at,  # as coarse as it may be told, and so is the end
            valid_until=one.at + one.telling.lasts,
            headline=text,
            held_back=held_back(report),
            source=_source(report),
            evidence=tuple(Evidence(ref=key, text=text) for key in (report.key, *also)),
            facts={
                "confirmed": one.confirmed,
                **when,
                "when": one.when,
                "what": one.what,
                **({"finding": one.finding.value} if one.finding else {}),
                "place": one.place,
                "text": one.sentence,
                "source": one.source,
                "reports": 1 + len(also),
                **({"corrected": True} if _corrected(report) else {}),
            },
        )


def _level(one: Told) -> int:
    """A step lower for what nobody has confirmed, and for a trace: something was there, and need not be any more."""
    lower = (not one.confirmed) + (one.finding is Finding.TRACE)
    return max(1, one.telling.level - lower)


def anonymous(key: str) -> str:
    """Tells reports apart, always the same: the key itself may hold a name or a number, and a series is named by it."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _source(report: Report) -> str:
    """What was corrected is another hazard of the same series, so that it goes wherever the first word went."""
    corrected = _corrected(report)
    return f"{anonymous(report.key)}:{corrected}" if corrected else anonymous(report.key)


def _corrected(report: Report) -> int:
    """By its issuer, and by people of the city."""
    return report.corrected + (report.judged.corrected if report.judged else 0)
