"""Networks out of files: a city's own, national and OpenStreetMap roads, and the one drawn for the demonstration."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely

from geo.area import Area, Areas
from geo.geojson import ProfileError
from geo.ground import load_ground
from geo.layers.importing import Request, import_layer
from geo.plow.network import Network
from geo.plow.reading import Drawn, kilometres, read_drawn
from tests.geo.plow.making import lat_of, lon_of
from tests.geo.plow.streets import Line

MORIOKA = Path(__file__).resolve().parents[3] / "config" / "morioka"
SECTION = shapely.box(lon_of(-50), lat_of(-50), lon_of(110), lat_of(50))
AREAS = Areas([Area(code="plow-west", name="西工区", kind="plow_section", geometry=SECTION)])


def write(path: Path, *roads: tuple[Line, dict[str, Any]], **members: Any) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": facts,
            "geometry": {"type": "LineString", "coordinates": [[lon_of(x), lat_of(y)] for x, y in line]},
        }
        for line, facts in roads
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}), encoding="utf-8")
    return path


def imported(tmp_path: Path, *roads: tuple[Line, dict[str, Any]]) -> tuple[Drawn, dict[str, Any]]:
    file = write(tmp_path / "roads.geojson", *roads)
    request = Request(file=file, kind="plow_road", imported_at=datetime(2026, 11, 21, tzinfo=UTC))
    report = import_layer(request, tmp_path / "network")
    return read_drawn(tmp_path, tmp_path / "network", AREAS), report


MAIN, SIDE = ((0, 0), (100, 0), (200, 0)), ((100, 0), (100, 90))


def test_a_city_s_own_map_tells_everything(tmp_path: Path) -> None:
    own = {"id": "m1", "road_class": "municipal", "contractor": "工務店", "route_class": 2, "school_route": "○"}
    drawn, _ = imported(tmp_path, (MAIN, own), (SIDE, {"road_class": "prefectural", "section": "plow-far"}))
    one, two, side = sorted(drawn.segments, key=lambda segment: segment.id)
    assert (one.id, two.id) == ("m1-1", "m1-2") and side.id.startswith("r")
    assert (one.administrator, one.contractor, one.route_class, one.school_route) == ("city", "工務店", 2, True)
    assert (one.section, two.section, side.section) == ("plow-west", "", "plow-far")
    assert side.administrator == "prefecture" and not drawn.demonstration


def test_importing_again_changes_no_id(tmp_path: Path) -> None:
    facts = {"road_class": "municipal"}
    first, _ = imported(tmp_path / "1", (MAIN, facts), (SIDE, facts))
    again, _ = imported(tmp_path / "2", (SIDE, facts), (MAIN, facts), (SIDE, facts))
    assert {one.id for one in first.segments} == {one.id for one in again.segments} and len(again.segments) == 3


def test_national_road_lines(tmp_path: Path) -> None:
    facts = {"N13_003": "3", "N13_004": "2", "N13_006": "2"}
    drawn, report = imported(tmp_path, (MAIN, facts), (SIDE, {**facts, "N13_003": "1", "N13_004": "1"}))
    assert report["schema"] == "N13"
    assert sorted((one.road_class, one.administrator, one.bridge) for one in drawn.segments) == [
        *[("municipal", "city", True)] * 2,
        ("national", "nation", False),
    ]


def test_openstreetmap(tmp_path: Path) -> None:
    drawn, report = imported(
        tmp_path,
        (MAIN, {"highway": "residential", "oneway": "yes", "name": "大通", "bridge": "no", "osm_id": "w7"}),
        (SIDE, {"highway": "residential", "oneway": "-1", "name": "", "bridge": "no", "osm_id": "w8"}),
        (((0, 4), (200, 4)), {"highway": "steps", "osm_id": "w9"}),
    )
    assert sorted((one.id, one.name, one.oneway) for one in drawn.segments) == [
        ("w7-1", "大通", True),
        ("w7-2", "大通", True),
        ("w8", "", False),  # one-way against its line: better both ways than no road
    ]
    assert report["refused"][0]["reason"] == "steps: no road, and no sidewalk"


def test_openstreetmap_as_it_is_downloaded(tmp_path: Path) -> None:
    """One-way and sidewalk stand among the other tags; a footpath beside its road would take the plows from it."""
    places = {1: (0, 0), 2: (200, 0), 3: (0, 6), 4: (200, 6)}
    node = '<node id="{}" version="1" lon="{}" lat="{}"/>'
    nodes = "".join(node.format(key, lon_of(x), lat_of(y)) for key, (x, y) in places.items())
    ways = ""
    for key, refs, tags in (
        (7, (1, 2), {"highway": "residential", "oneway": "yes"}),
        (8, (3, 4), {"highway": "footway", "footway": "sidewalk"}),
        (9, (1, 4), {"highway": "footway"}),
    ):
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        inner += "".join(f'<tag k="{name}" v="{value}"/>' for name, value in tags.items())
        ways += f'<way id="{key}" version="1">{inner}</way>'
    file = tmp_path / "m.osm"
    file.write_text(f'<?xml version="1.0"?><osm version="0.6">{nodes}{ways}</osm>', encoding="utf-8")
    request = Request(file=file, kind="plow_road", member="lines", imported_at=datetime(2026, 11, 21, tzinfo=UTC))
    report = import_layer(request, tmp_path / "network")
    road, walk = sorted(read_drawn(tmp_path, tmp_path / "network", AREAS).segments, key=lambda one: one.id)
    assert (road.id, road.oneway, road.sidewalk, walk.id, walk.sidewalk) == ("7", True, "", "8", "apart")
    assert walk.administrator == "city" and report["refused"][0]["reason"] == "footway: no road, and no sidewalk"


def test_a_sidewalk_drawn_on_its_road_is_another_segment_and_cuts_nothing(tmp_path: Path) -> None:
    """Registers draw sidewalks on the line of the road, with the road's own number, or with none."""
    road, left = {"id": "m1", "road_class": "municipal"}, {"id": "m1", "road_class": "municipal", "sidewalk": "left"}
    beside = ((0, 5), (200, 5))
    drawn, _ = imported(
        tmp_path, (MAIN, road), (MAIN, left), (beside, {**left, "sidewalk": "right", "school_route": "1"})
    )
    found = {one.id: one for one in drawn.segments}
    assert sorted(found) == ["m1", "m1-left", "m1-right"] and found["m1-right"].school_route
    assert found["m1"].length_m == pytest.approx(200, abs=0.5)

    nameless = {"road_class": "municipal"}
    walks = [(MAIN, {**nameless, "sidewalk": side}) for side in ("left", "right")]
    drawn, _ = imported(tmp_path / "2", (MAIN, nameless), *walks)
    assert sorted(one.sidewalk for one in drawn.segments) == ["", "both"]  # no receiver tells sides of one line apart


def test_a_line_drawn_twice_is_one_road_whichever_way_it_is_drawn(tmp_path: Path) -> None:
    facts = {"road_class": "municipal"}
    once, _ = imported(tmp_path / "1", (MAIN, facts))
    twice, _ = imported(tmp_path / "2", (MAIN, facts), (MAIN[::-1], facts))
    assert [one.id for one in once.segments] == [one.id for one in twice.segments]


def test_ids_do_not_hang_on_the_order_of_the_file_and_no_road_is_lost_to_another_s_number(tmp_path: Path) -> None:
    facts = {"id": "m1", "road_class": "municipal"}
    roads = [(MAIN, facts), (((0, 50), (90, 50)), facts), (((0, -50), (9, -50)), {**facts, "id": "m1-2"}), (SIDE, {})]
    roads[3] = (SIDE, {"road_class": "prefectural"})
    there, _ = imported(tmp_path / "1", *roads)
    back, _ = imported(tmp_path / "2", *reversed(roads))
    places = [{one.id: shapely.normalize(one.geometry).wkt for one in drawn.segments} for drawn in (there, back)]
    assert places[0] == places[1] and len(places[0]) == 5
    assert sorted(one for one in places[0] if one.startswith("m")) == ["m1-1", "m1-2", "m1-3", "m1-4"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"road_class": "市道"}, "road class"),
        ({"road_class": "municipal", "administrator": "town"}, "administrator"),
        ({"road_class": "municipal", "sidewalk": "east"}, "sidewalk"),
        ({"road_class": "municipal", "route_class": "9"}, "route class"),
    ],
)
def test_what_cannot_be_is_refused_by_name(tmp_path: Path, facts: dict[str, Any], reason: str) -> None:
    _, report = imported(tmp_path, (MAIN, {"road_class": "municipal"}), (SIDE, facts))
    assert report["written"] == 1 and reason in report["refused"][0]["reason"]


def test_a_drawn_network_gives_way_to_an_imported_one(tmp_path: Path) -> None:
    members = {"name": "d", "kind": "plow_road", "demonstration": True}
    write(tmp_path / "profile" / "network" / "d.geojson", (MAIN, {"id": "d", "road_class": "municipal"}), **members)
    assert read_drawn(tmp_path / "profile", tmp_path / "none", AREAS).demonstration
    imported(tmp_path, (SIDE, {"road_class": "municipal"}))
    assert not read_drawn(tmp_path / "profile", tmp_path / "network", AREAS).demonstration


def test_another_kind_is_no_network(tmp_path: Path) -> None:
    write(tmp_path / "network" / "d.geojson", (MAIN, {"road_class": "municipal"}), name="d", kind="road")
    with pytest.raises(ProfileError, match="of kind road"):
        read_drawn(tmp_path, tmp_path / "none", AREAS)


def test_the_demonstration_of_morioka_is_whole_and_named_so() -> None:
    drawn = read_drawn(MORIOKA, MORIOKA / "none", load_ground(MORIOKA, []).areas)
    assert drawn.demonstration and len(drawn.fences.fences) == 3
    assert all("見本" in segment.name for segment in drawn.segments)
    assert set(kilometres(drawn.segments, "administrator")) == {"city", "prefecture", "nation"}
    assert {segment.section for segment in drawn.segments} == {"plow-chuo"}
    roads = Network([segment for segment in drawn.segments if not segment.sidewalk], route_bound_m=5000)
    apart = {int(node) for node in roads.begins} | {int(node) for node in roads.ends}
    reached = sum(1 for node in apart if roads.routes.metres(roads.begins[:1], roads.begins[:1] * 0 + node)[0] < 1e9)
    assert reached == len(apart), "every street can be reached from the first one"
