"""Every hazard model, one line each."""

from __future__ import annotations

from geo.model import Model
from geo.models.equipment import Equipment
from geo.models.flood import Flood
from geo.models.lalert import Lalert
from geo.models.river_forecast import RiverForecast
from geo.models.road_ice import RoadIce
from geo.models.short_notice import ShortNotice
from geo.models.sighting import Sighting
from geo.models.snow import Snow
from geo.models.weather import Weather

MODELS: tuple[Model, ...] = (
    Equipment(),
    Flood(),
    Lalert(),
    RiverForecast(),
    RoadIce(),
    ShortNotice(),
    Sighting(),
    Snow(),
    Weather(),
)


def by_name(name: str) -> Model | None:
    """The model of that name, None where there is none."""
    return next((model for model in MODELS if model.name == name), None)
