"""Every calculation that ``shirase model`` knows, one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from services.calculations.rain_mesh import rain_mesh
from services.calculations.road_ice import road_ice
from services.calculations.seismic_intensity import seismic_intensity
from services.calculations.snow_water_equivalent import snow_water_equivalent
from services.calculations.soil_water_index import soil_water_index
from services.calculations.table import Row

Calculation: TypeAlias = Callable[[Path, Mapping[str, str]], Iterator[Row]]

CALCULATIONS: Mapping[str, Calculation] = {
    "rain_mesh": rain_mesh,
    "road_ice": road_ice,
    "seismic_intensity": seismic_intensity,
    "snow_water_equivalent": snow_water_equivalent,
    "soil_water_index": soil_water_index,
}
