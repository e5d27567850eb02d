"""All kinds of layers. A new one is a file beside this one, a line here, a test, and a row in docs/layers.md."""

from __future__ import annotations

from collections.abc import Mapping

from geo.layers.kinds import area, depth, flood, landslide, place, plow_road, population, river, road, shelter
from geo.layers.schema import Kind

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        flood.FLOOD,
        flood.DURATION,
        flood.COLLAPSE,
        landslide.LANDSLIDE,
        depth.INLAND_FLOOD,
        depth.TSUNAMI,
        depth.STORM_SURGE,
        shelter.SHELTER,
        area.BOUNDARY,
        area.FORECAST_AREA,
        population.POPULATION,
        river.RIVER,
        road.ROAD,
        plow_road.PLOW_ROAD,
        place.GAUGE,
        place.WEATHER_STATION,
        place.CAMERA,
        place.TOWN,
    )
}
