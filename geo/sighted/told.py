"""What the public may be told of one report. Every public view of reports is made from this and from nothing else.

Place, time and words come out as coarse as the kind asks for (:mod:`geo.sighted.telling`). The report itself, with its
exact place, its sentences and whoever sent it, stays with the desk and with responders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from feeds.crime_people import act_of, looks_of, names_of, suspect_of
from feeds.finding import ANIMALS, Finding
from feeds.masking import masked
from feeds.records import Report
from geo.area import Area
from geo.model import Ground
from geo.sighted.place import area_of
from geo.sighted.squares import snapped
from geo.sighted.telling import TIMES, Exact, Telling, coarser, floored, spoken

_FOUND = {Finding.INJURY: "による人身被害", Finding.TRACE: "の痕跡"}
_OFFICE = re.compile(
    r"\S{2,30}(?:署|警察|消防|本部|支部|市|町|村|県|省|庁|役所|役場|局|課|係|室|所|センター|学校|園|委員会|猟友会|協会|組合|駅|大学|病院)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One report as it may be told; ``at`` is the beginning of the span that ``exact`` names."""

    kind: str
    telling: Telling
    area: Area
    place: str
    at: datetime
    exact: Exact
    act: str  # what was done, of a notice of the police
    person: str  # suspect or missing person, as far as may be told
    source: str
    confirmed: bool
    finding: Finding | None = None

    @property
    def what(self) -> str:
        """クマの目撃, クマによる人身被害, クマの痕跡; any other kind in its own words."""
        suffix = _FOUND.get(self.finding) if self.finding else None
        return f"{self.telling.words.removesuffix('の目撃')}{suffix}" if suffix else self.telling.words

    @property
    def clock(self) -> str:
        """17:40, 17時ごろ, 15〜18時; empty where only the day is told."""
        return spoken(self.at, self.exact)

    @property
    def day(self) -> str:
        """8月1日."""
        return f"{self.at.month}月{self.at.day}日"

    @property
    def when(self) -> str:
        """8月1日17時40分ごろ, 8月1日15〜18時, 8月1日: for sentences."""
        return f"{self.day}{f'{self.at.hour}時{self.at.minute}分ごろ' if self.exact == 'minute' else self.clock}"

    @property
    def sentence(self) -> str:
        """What happened, in one sentence; empty where a notice tells no act that is known here."""
        if self.telling.person == "missing":
            return f"特徴：{self.person}。" if self.person else ""
        if not self.act:
            return ""
        return f"{self.act}（相手：{self.person}）。" if self.person else f"{self.act}。"


def told(report: Report, ground: Ground) -> Told | None:
    """None for a report from outside the city, of a kind that is told nobody, or that no longer holds."""
    telling = ground.tellings.get(report.kind)
    if telling is None or not stands(report):
        return None
    area = _area(report, telling, ground)
    if area is None:
        return None
    crime = report.crime
    exact: Exact = telling.time
    if crime is not None and not coarser(exact, crime.precision, TIMES):
        exact = crime.precision
    if telling.person == "missing" and crime is None and exact == "minute":
        exact = "hour"  # as issued, but nobody issued it
    missing = telling.person == "missing" and crime is not None
    return Told(
        kind=report.kind,
        telling=telling,
        area=area,
        place=area.name,
        at=floored(report.measured_at, exact),
        exact=exact,
        act="" if crime is None or missing else act_of(crime.what, crime.method, report.text),
        person="" if crime is None else _person(report, telling),
        source=_source(report),
        confirmed=report.confirmed,
        finding=report.finding if report.kind in ANIMALS else None,
    )


def stands(report: Report) -> bool:
    """False for one that was ended, set aside or merged away, and for a notice that only ends or changes another."""
    gone = report.ended or (report.judged is not None and report.judged.gone)
    return not gone and (report.crime is None or not report.crime.follows)


def held_back(report: Report) -> bool:
    """True while nobody may be told: neither confirmed, nor released as unconfirmed by an officer."""
    return not report.confirmed and not (report.judged and report.judged.released)


def _area(report: Report, telling: Telling, ground: Ground) -> Area | None:
    if telling.mesh is not None and report.lon is not None and report.lat is not None:
        square = snapped(report.lon, report.lat, telling.mesh, ground.areas)
        if square is not None:
            return square
    found = area_of(report, ground)
    if found is not None and (telling.place == "city" or telling.mesh is not None):
        return next(iter(ground.areas.of_kind("city")), found)
    return found


def _source(report: Report) -> str:
    """Who says so, where that is an office: of what nobody has confirmed, and of a person, nothing is told."""
    if not report.confirmed:
        return ""
    if report.crime is not None and report.source == report.crime.issuer:
        return masked(report.source)
    return " ".join(word for word in masked(report.source).split() if _OFFICE.fullmatch(word))


def _person(report: Report, telling: Telling) -> str:
    assert report.crime is not None
    if telling.person == "missing":
        return looks_of(report.crime.offender, names_of(report.crime.parts))
    return suspect_of(report.crime.offender) if telling.person == "suspect" else ""
