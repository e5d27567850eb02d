"""The scenario of a flood map on import: told by the columns, by the one who imports it, or by nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from geo.flooding.scenario import scenario_of
from geo.layers.importing import Request, import_layer
from geo.layers.layer import read_layer
from geo.layers.recognise import SchemaError

AT = datetime(2026, 8, 1, tzinfo=UTC)


def bring(folder: Path, columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    file = folder / "map.fgb"
    geopandas.GeoDataFrame(columns, geometry=[shapely.box(141.1, 39.7, 141.2, 39.8)], crs=6668).to_file(file)
    import_layer(Request(file=file, kind="flood", name="map", imported_at=AT, **more), folder / "layers")
    return dict(read_layer(folder / "layers" / "map.fgb").zones[0].facts)


@pytest.mark.parametrize(
    ("columns", "facts", "key"),
    [
        ({"A31b_101": [2]}, {}, "planned"),
        ({"A31b_201": [2]}, {}, "maximum"),
        ({"A31b_101": [2]}, {"return_period_years": "150"}, "planned"),
        ({"depth_rank": [2]}, {"return_period_years": "30"}, "1/30"),
        ({"depth_rank": [2]}, {"scenario": "maximum"}, "maximum"),
        ({"depth_rank": [2], "return_period_years": ["50"]}, {}, "1/50"),
        ({"depth_rank": [2]}, {}, "unstated"),
    ],
)
def test_whoever_tells_it(tmp_path: Path, columns: dict[str, Any], facts: dict[str, str], key: str) -> None:
    assert scenario_of(bring(tmp_path, columns, facts=facts)).key == key


def test_a_mapped_column_with_the_rain_it_was_made_for(tmp_path: Path) -> None:
    told = {"return_period_years": "10", "river": "北上川"}
    zone = bring(tmp_path, {"shinsui": [3]}, mapping={"depth_rank": "shinsui"}, facts=told)
    assert (scenario_of(zone).key, zone["river"], zone["depth_rank"]) == ("1/10", "北上川", 3)


@pytest.mark.parametrize(
    ("columns", "facts", "reason"),
    [
        ({"A31b_201": [2]}, {"scenario": "planned"}, r"the file tells it itself \(maximum\)"),
        ({"depth_rank": [2], "river": ["雫石川"]}, {"river": "北上川"}, r"the file tells it itself \(river\)"),
        ({"depth_rank": [2]}, {"rain": "200"}, r"cannot be told of a whole flood layer; use .*return_period_years"),
        ({"A31b_201": [2]}, {"depth_rank": "3"}, r"cannot be told of a whole flood layer"),
    ],
)
def test_nobody_tells_a_file_what_it_says_itself(
    tmp_path: Path, columns: dict[str, Any], facts: dict[str, str], reason: str
) -> None:
    with pytest.raises(SchemaError, match=reason):
        bring(tmp_path, columns, facts=facts)


@pytest.mark.parametrize("facts", [{"return_period_years": "1000"}, {"scenario": "L1"}, {"scenario": "frequency"}])
def test_what_is_no_scenario_is_refused(tmp_path: Path, facts: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"no usable area among 1 features.*(scenario|return period)"):
        bring(tmp_path, {"depth_rank": [2]}, facts=facts)


def test_the_river_code_of_a31a_is_kept(tmp_path: Path) -> None:
    columns = {"A31a_201": ["8202040001"], "A31a_202": ["北上川"], "A31a_205": ["2"]}
    zone = bring(tmp_path, columns)
    assert (zone["river_code"], zone["river"]) == ("8202040001", "北上川")
