"""The flood model over a swollen river, beside the bare search of the layer's index."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feeds.status import Status
from geo.exposure import ranks
from geo.ground import load_ground
from geo.layers.importing import Request, import_layer
from geo.model import Ground, Inputs, Sample
from geo.models.flood import Flood
from tests.benchmarks.figure import Figure, beside, seconds
from tests.benchmarks.scale import Scale
from tests.exercise.scenario import RIVERS

NAME = "flood"
_PROFILE = Path(__file__).resolve().parents[2] / "config" / "morioka"
_NOW = datetime(2026, 7, 20, 12, 0, tzinfo=UTC)
_CREST = 10.0  # hour of the exercise at which every river is high
_BARE = "STRtree query only"


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """The bundled ground, and the official inundation layer where ``SHIRASE_REAL_DATA`` has it."""
    figures = _over("demonstration layer", _PROFILE / "layers" / "demo_inundation.geojson", scale)
    official = Path(os.environ.get("SHIRASE_REAL_DATA", "")) / "geo" / "morioka_flood_l2_A31b.fgb"
    if official.is_file():
        import_layer(Request(file=official, kind="flood", name="official", imported_at=_NOW), folder)
        figures += _over("official layer", folder / "official.fgb", scale)
    return figures


def _over(what: str, layer: Path, scale: Scale) -> list[Figure]:
    """``first``: nothing is known of the layer yet, as after a start. ``next``: as at every reading after it."""
    ground, model, inputs = load_ground(_PROFILE, [layer]), Flood(), _swollen()
    hazards = model.run(inputs, ground)
    districts = [area for code in sorted({one.area for one in hazards}) if (area := ground.areas.get(code))]

    def search() -> None:
        for area in districts:
            for one in ground.layers.of_kind("flood"):
                one.tree.query(area.geometry, predicate="intersects")

    first, later = [], []
    for _ in range(scale.steps):
        ranks.cache_clear()
        cold = 1000 * seconds(lambda: model.run(inputs, ground))
        warm = 1000 * seconds(lambda: model.run(inputs, ground))
        bare = 1000 * seconds(search)
        first.append((cold, bare))
        later.append((warm, bare))
    return [
        Figure(bench=NAME, figure=f"{what}: zones", value=_zones(ground), unit="polygons"),
        Figure(bench=NAME, figure=f"{what}: hazards", value=len(hazards), unit="hazards"),
        beside(NAME, f"{what}: first run", "ms", _BARE, first),
        beside(NAME, f"{what}: next run", "ms", _BARE, later),
    ]


def _zones(ground: Ground) -> int:
    return sum(len(layer.zones) for layer in ground.layers)


def _swollen() -> Inputs:
    """Every river of the exercise at its worst, six hours of reports every ten minutes."""
    series = {
        (station, "water_level"): [
            Sample(_NOW - timedelta(minutes=ago), wave.at(_CREST - ago / 60), f"{station}@{ago}")
            for ago in range(360, -1, -10)
        ]
        for station, wave in RIVERS.items()
    }
    return Inputs(now=_NOW, status=Status.EXERCISE, series=series)
