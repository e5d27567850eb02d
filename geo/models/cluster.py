"""Where animals were seen again and again, and where theft and suspicious approaches gather, without exposing anybody.

A gathering is a fixed place with three or more separate, confirmed events. Its hazard holds the place, a class of
numbers and a span of days: no point, no hour, no word and no key of any report. What today brings is counted from
tomorrow on; until then each report stands for itself (``sighting``).

Animals are placed by the cell of the regional mesh. What happens to people is placed by the district, which is told of
each report anyway, and small districts together by the cell that holds their middle: were it the cell of the point, a
gathering that appears the day after a report would tell where in its district the report was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache

from feeds.japan import JAPAN
from feeds.records import Report
from geo.area import Area
from geo.hazard import Evidence, Hazard
from geo.mesh import MeshError, cell_at, cells_over
from geo.model import Ground, Inputs
from geo.sighted.gathering import LEAST, Gathering, Link, Seen, gatherings
from geo.sighted.place import area_of
from geo.sighted.squares import METRES, known_area, mesh_cell, mesh_place
from geo.sighted.told import stands

_SMALL = 4  # a district that lies in more cells is a place of its own
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kind:
    """How reports of one kind are gathered. ``mesh``: 3 is 1 km, 4 is 500 m."""

    words: str
    mesh: int
    days: int
    half_life_days: float
    link: Link | None
    of_people: bool = False


# One animal walks at most 15 km/h, and is taken for the same for three hours (a working assumption).
_ANIMAL = Link(timedelta(hours=3), 15.0)
_INCIDENT = Link(timedelta(hours=1), 0.0)  # several calls about one
KINDS: Mapping[str, Kind] = {
    "bear": Kind("クマの目撃", 4, 14, 7.0, _ANIMAL),
    "boar": Kind("イノシシの目撃", 4, 14, 7.0, _ANIMAL),
    "deer": Kind("シカの目撃", 4, 14, 7.0, _ANIMAL),
    "suspicious_person": Kind("不審者情報", 3, 14, 7.0, _INCIDENT, of_people=True),
    "crime": Kind("犯罪情報", 3, 14, 7.0, _INCIDENT, of_people=True),
    "theft": Kind("盗難情報", 3, 90, 30.0, None, of_people=True),
}


class Cluster:
    """One hazard per kind and place; level 2 where events weigh as three of yesterday do, else 1; no 警戒レベル."""

    name = "cluster"
    version = "1"
    quantities = frozenset[str]()
    window = timedelta(days=max(kind.days for kind in KINDS.values()) + 1)
    telegrams = False
    reports = frozenset(KINDS)

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every gathering of the days before that of ``inputs.now``, the same all day long."""
        midnight = datetime.combine(inputs.now.astimezone(JAPAN).date(), time(), JAPAN)
        known = {report.key: report for report in inputs.reports if report.measured_at <= inputs.now}
        newest = {key: report for key, report in known.items() if stands(report)}
        hazards = []
        for name, kind in KINDS.items():
            since = midnight - kind.days * _DAY
            seen = [
                Seen(report.measured_at, place, report.key)
                for report in newest.values()
                if report.kind == name
                and report.confirmed
                and stands(report)
                and since <= report.measured_at < midnight
                if (place := _place(report, kind, ground)) is not None
            ]
            found = gatherings(seen, midnight.date(), kind.half_life_days, kind.link)
            hazards += [self._hazard(name, one, midnight, inputs, ground) for one in found]
        return hazards

    def _hazard(self, name: str, one: Gathering, midnight: datetime, inputs: Inputs, ground: Ground) -> Hazard:
        kind, near = KINDS[name], _near(one.place, ground)
        count = f"{one.low}〜{one.high}件" if one.high else f"{one.low}件以上"
        where = f"{near}、{METRES[kind.mesh]}メッシュ" if mesh_cell(one.place) else near
        text = f"{kind.words}が集まっている（{where}、{kind.days}日間に{count}）"
        return Hazard(
            kind=f"{name}_cluster",
            area=one.place,
            area_name=near,
            level=2 if one.weight >= LEAST else 1,
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,
            since=midnight,
            valid_until=midnight + _DAY + timedelta(hours=1),  # the next picture may be some minutes late
            headline=text,
            evidence=(Evidence(ref=f"layer:mesh-{kind.mesh}", text=text),),  # and no key of a report
            facts={
                "confirmed": True,
                "what": kind.words,
                "at_least": one.low,
                "count": count,
                "days": kind.days,
            },
        )


def _place(report: Report, kind: Kind, ground: Ground) -> str | None:
    """Where a report is counted; None outside the city, and where only the city is known."""
    if report.lon is not None and report.lat is not None and not kind.of_people:
        try:
            cell = cell_at(report.lon, report.lat, kind.mesh)
        except MeshError:
            return None  # far from Japan
        # By the cell and not by the point: within a cell nothing may depend on where.
        return mesh_place(cell) if ground.areas.touching(cell.polygon, "city") else None
    area = area_of(report, ground)
    return _place_of(area, kind.mesh) if area is not None and area.kind == "district" else None


@lru_cache(maxsize=4096)
def _place_of(district: Area, mesh: int) -> str:
    if len(cells_over(district.geometry, mesh)) > _SMALL:
        return district.code
    middle = district.geometry.representative_point()
    return mesh_place(cell_at(middle.x, middle.y, mesh))


def _near(place: str, ground: Ground) -> str:
    """What people call the place, or the middle of the cell."""
    area = known_area(place, ground.areas)
    return area.name if area else place
