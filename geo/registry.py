"""Every hazard model, one line each."""

from __future__ import annotations

from geo.model import Model
from geo.models.avalanche import Avalanche
from geo.models.cluster import Cluster
from geo.models.equipment import Equipment
from geo.models.flood import Flood
from geo.models.heat import Heat
from geo.models.inundation import Inundation
from geo.models.lalert import Lalert
from geo.models.landslide import Landslide
from geo.models.packed_snow import PackedSnow
from geo.models.plow_orders import PlowOrders
from geo.models.quake import Quake
from geo.models.river_forecast import RiverForecast
from geo.models.road_ice import RoadIce
from geo.models.roof_slide import RoofSlide
from geo.models.roof_snow import RoofSnow
from geo.models.short_notice import ShortNotice
from geo.models.sighting import Sighting
from geo.models.small_stream import SmallStream
from geo.models.snow import Snow
from geo.models.snow_dumps import SnowDumps
from geo.models.snowmelt import Snowmelt
from geo.models.trap import Trap
from geo.models.underpass import Underpass
from geo.models.volcano import Volcano
from geo.models.weather import Weather

MODELS: tuple[Model, ...] = (
    Avalanche(),
    Cluster(),
    Equipment(),
    Flood(),
    Heat(),
    Inundation(),
    Lalert(),
    Landslide(),
    PackedSnow(),
    PlowOrders(),
    Quake(),
    RiverForecast(),
    RoadIce(),
    RoofSlide(),
    RoofSnow(),
    ShortNotice(),
    Sighting(),
    SmallStream(),
    Snow(),
    SnowDumps(),
    Snowmelt(),
    Trap(),
    Underpass(),
    Volcano(),
    Weather(),
)


# Every hazard of these comes of one gauge, which is its source: they can be worked out catchment by catchment.
BY_GAUGE = frozenset({Flood.name, Inundation.name})


def by_name(name: str) -> Model | None:
    """The model of that name, None where there is none."""
    return next((model for model in MODELS if model.name == name), None)
