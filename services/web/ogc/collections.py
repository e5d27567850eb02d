"""The one table of what is given away by OGC API – Features. A collection is a line here and a function that reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geo.layers.layer import Layer
from services.web.api import alerts, areas, crimes, hazards, inundation, readings, reports, season, sensors, shelters
from services.web.api.endpoint import Endpoint
from services.web.context import WebContext
from services.web.damage import open as damage
from services.web.dumps.told import DUMP
from services.web.ogc import read_now as now
from services.web.ogc import read_places as places
from services.web.ogc import read_snow as snow
from services.web.ogc.collection import FOREVER, Collection, public
from services.web.roads import lines


def _of(endpoints: Sequence[Endpoint], path: str) -> Mapping[str, str]:
    """What the members of /api/v1's answer mean: the same here."""
    return public(next(one for one in endpoints if one.path == path and one.method == "GET"))


NOW = (
    Collection(
        id="hazards",
        title="いま続いている危険",
        title_en="Hazards in force",
        description="Dangers that hold now, observed, and foreseen where the city may say so, by area.",
        properties=_of(hazards.ENDPOINTS, "/hazards"),
        filters=("kind", "area", "level", "status", "observed"),
        times=("since", "valid_until"),
        read=now.hazards_in_force,
    ),
    Collection(
        id="alerts",
        title="出ている情報",
        title_en="Alerts in force",
        description="What the city has issued and has not run out; the documents themselves: /cap/feed.atom.",
        properties=_of(alerts.ENDPOINTS, "/alerts"),
        filters=("kind", "level", "series", "status"),
        times=("effective", "expires"),
        read=now.alerts_in_force,
    ),
    Collection(
        id="shelters",
        title="避難場所と開設状況",
        title_en="Places of refuge and whether they are open",
        description="Every place on the city's list, and what the city issued of it; opening null: nobody has said.",
        properties=_of(shelters.ENDPOINTS, "/shelters"),
        filters=("code", "opening", "crowding", "status"),
        times=("since", "since"),
        read=places.places_of_refuge,
    ),
    Collection(
        id="readings",
        title="最新の観測値",
        title_en="Newest readings",
        description="The newest trusted value of each sensor and quantity. Preliminary.",
        properties=_of(readings.ENDPOINTS, "/readings/latest"),
        filters=("station", "quantity", "river", "status"),
        times=("time", "time"),
        read=now.newest_readings,
    ),
    Collection(
        id="stations",
        title="観測所",
        title_en="Sensors",
        description="Where each sensor stands, what it measures and what its values mean.",
        properties=_of(sensors.ENDPOINTS, "/sensors"),
        filters=("code", "river", "unit"),
        read=places.sensors_of_the_city,
    ),
    Collection(
        id="inundation",
        title="想定される浸水",
        title_en="Expected inundation",
        description="Zones of the published map that a gauge's level stands nearest to; no simulation.",
        properties=_of(inundation.ENDPOINTS, "/inundation"),
        filters=("area", "river", "depth_rank", "status"),
        times=("since", "valid_until"),
        seconds=30,
        read=now.expected_inundation,
    ),
    Collection(
        id="reports",
        title="確認された通報",
        title_en="Confirmed reports",
        description="What people saw and an officer confirmed, by square or district and hour; never exact places.",
        properties=_of(reports.ENDPOINTS, "/reports"),
        filters=("kind", "status"),
        times=("time", "time"),
        read=now.confirmed_reports,
    ),
    Collection(
        id="animals",
        title="動物の目撃（日・区画別）",
        title_en="Animals seen, by day and square",
        description="Confirmed sightings that are listed no more, as numbers by day and square of about a kilometre.",
        properties=_of(season.ENDPOINTS, "/reports/season"),
        filters=("day", "kind", "square"),
        times=("day", "day"),
        seconds=60,
        read=now.animals_by_square,
    ),
    Collection(
        id="crimes",
        title="街頭犯罪の件数",
        title_en="Street crime",
        description="Numbers by block and month, three at least, of months that ended 90 days ago.",
        properties=_of(crimes.ENDPOINTS, "/crimes"),
        filters=("period", "act", "area"),
        seconds=60,
        read=now.street_crime,
    ),
    Collection(
        id="damage",
        title="地区別の被害",
        title_en="Damage by district",
        description="Damage to property and works as approved documents tell it; never of persons.",
        properties=_of(damage.ENDPOINTS, "/damage/districts"),
        filters=("code", "disaster", "status"),
        times=("as_of", "as_of"),
        read=now.damage_by_district,
    ),
    Collection(
        id="areas",
        title="地区など",
        title_en="Districts and other areas",
        description="The named areas that everything else speaks of.",
        properties=_of(areas.ENDPOINTS, "/areas"),
        filters=("code", "kind", "name"),
        seconds=FOREVER,
        read=places.areas(),
    ),
)
SNOW = (
    Collection(
        id="snow-sections",
        title="除雪工区の状況",
        title_en="Plow sections",
        description="How plowing of each section stands: ordered, at work, done.",
        properties=snow.SECTION,
        filters=("code", "state", "status"),
        times=("since", "since"),
        seconds=15,
        read=snow.sections,
    ),
    Collection(
        id="snow-roads",
        title="道路ごとの除雪",
        title_en="Roads: how long ago each was plowed",
        description="Delayed, and in spans of hours: nobody shall follow a plow. Where vehicles are is not published.",
        properties=_of(lines.ENDPOINTS, "/snow/roads"),
        filters=("section", "route_class", "administrator", "age", "order", "status"),
        seconds=60,
        read=snow.roads,
    ),
    Collection(
        id="snow-dumps",
        title="雪捨て場",
        title_en="Snow dumps",
        description="Open, full or closed; the queue, and when they will be full.",
        properties=DUMP,
        filters=("state", "crowd", "status"),
        times=("since", "since"),
        seconds=15,
        read=snow.dumps,
    ),
)


def collections_of(context: WebContext) -> tuple[Collection, ...]:
    """All of this hub, and each hazard map that it may pass on; what was drawn for drills only where all see drills."""
    kept_back = context.open_data.kept_back_layers
    maps = sorted(context.ground.layers, key=lambda one: one.name)
    shown = [one for one in maps if one.name not in kept_back and (context.public_exercise or not one.demonstration)]
    return (*NOW, *SNOW, *(_zones(one) for one in shown))


def _zones(layer: Layer) -> Collection:
    drawn = (
        "見本として作図。実際の想定ではない。Drawn for the demonstration, no real map. " if layer.demonstration else ""
    )
    names = sorted({name for zone in layer.zones[:1000] for name in zone.facts})
    return Collection(
        id=f"zones-{layer.name}",
        title=f"ハザードマップの区域：{layer.name}",
        title_en=f"Zones of the hazard map {layer.name}",
        description=f"{drawn}Polygons, version {layer.version}. Outside of them: not drawn, which is never safe.",
        properties=dict.fromkeys(names, f"by the layer's kind, {layer.kind}"),
        filters=tuple(name for name in names if name in _OF_ZONES),
        seconds=FOREVER,
        read=places.zones(layer),
        credit=layer.credit,
    )


_OF_ZONES = frozenset({"depth_rank", "scenario", "river", "phenomenon", "zone", "class", "designation", "code"})
