"""Reports of bears and other animals, suspicious persons and street crime as hazards on the map.

A hazard never holds more of the place than the district: the exact position and the words of the report stay with the
report, which staff can open. The same report always falls into the same district, so that nothing can be averaged out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from feeds.japan import JAPAN
from feeds.records import Report
from geo.area import Area
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs
from geo.sighted.place import area_of


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of report is treated. The level only orders hazards among themselves."""

    words: str
    level: int  # when confirmed; one less, but at least 1, when not
    lasts: timedelta


KINDS: Mapping[str, Kind] = {
    "bear": Kind("クマの目撃", 3, timedelta(hours=24)),
    "boar": Kind("イノシシの目撃", 2, timedelta(hours=24)),
    "deer": Kind("シカの目撃", 1, timedelta(hours=24)),
    "suspicious_person": Kind("不審者情報", 2, timedelta(days=14)),
    "crime": Kind("犯罪情報", 2, timedelta(days=14)),
    "theft": Kind("盗難情報", 1, timedelta(days=14)),
    "fraud": Kind("特殊詐欺の電話", 2, timedelta(days=3)),
    "missing_person": Kind("行方不明者情報", 2, timedelta(days=7)),
}


class Sighting:
    """One hazard per report, in the district of its position, or in the city where it has none."""

    name = "sighting"
    version = "2"
    quantities = frozenset[str]()
    window = timedelta(days=14)
    telegrams = False
    reports = frozenset(KINDS)

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every report of a known kind that still lives; one from outside the city is not the city's."""
        newest = {report.key: report for report in inputs.reports if report.measured_at <= inputs.now}
        hazards = []
        for report in newest.values():
            kind = KINDS.get(report.kind)
            area = area_of(report, ground)
            if kind and area and inputs.now < report.measured_at + kind.lasts:
                hazards.append(self._hazard(report, kind, area, inputs))
        return sorted(hazards, key=lambda hazard: hazard.key)

    def _hazard(self, report: Report, kind: Kind, area: Area, inputs: Inputs) -> Hazard:
        seen = report.measured_at.astimezone(JAPAN)
        sure = "確認済み" if report.confirmed else "未確認"
        exact = report.crime.precision if report.crime else "minute"
        clock = {"minute": f"{seen:%H:%M}", "hour": f"{seen.hour}時ごろ", "day": ""}[exact]
        text = f"{kind.words}（{area.name}、{seen.month}月{seen.day}日{clock}、{sure}）"
        return Hazard(
            kind=report.kind,
            area=area.code,
            area_name=area.name,
            level=kind.level if report.confirmed else max(1, kind.level - 1),
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,
            since=report.measured_at,
            valid_until=report.measured_at + kind.lasts,
            headline=text,
            source=_anonymous(report),
            evidence=(Evidence(ref=report.key, text=text),),
            facts={
                "confirmed": report.confirmed,
                **({} if exact == "day" else {"seen_at": seen.isoformat("T", "minutes")}),
                "what": kind.words,
                "place": area.name,
                "source": report.source,
            },
        )


def _anonymous(report: Report) -> str:
    """Tells reports apart, always the same: the key itself may hold a name or a number, and a series is named by it."""
    return hashlib.sha256(report.key.encode()).hexdigest()[:16]
