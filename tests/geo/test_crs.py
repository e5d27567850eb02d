"""Coordinate systems: known answers, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.crs import CrsError, circle, to_degrees, to_jgd2011, to_metres

HALL = shapely.Point(141.15450, 39.70205)
ESRI_2000 = (
    'GEOGCS["GCS_JGD_2000",DATUM["D_JGD_2000",SPHEROID["GRS_1980",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def array(*shapes: shapely.Geometry) -> np.ndarray:
    return np.array(shapes, dtype=object)


def test_city_hall_in_metres_of_zone_x() -> None:
    point = to_metres(HALL)
    assert (point.x, point.y) == pytest.approx((27541.76, -33029.30), abs=0.01)
    assert to_degrees(point).distance(HALL) < 1e-9


def test_a_circle_has_its_radius_in_metres() -> None:
    assert to_metres(circle(141.15, 39.7, 500)).area == pytest.approx(np.pi * 500**2, rel=0.01)


@pytest.mark.parametrize("crs", ["EPSG:6668", "EPSG:4326", "OGC:CRS84", 6697])
def test_the_same_numbers_stay(crs: object) -> None:
    moved = to_jgd2011(array(HALL), crs, "f")
    assert moved.geometries[0] == HALL
    assert not moved.findings


@pytest.mark.parametrize("crs", ["EPSG:6678", "EPSG:3857", "EPSG:32654"])
def test_projected_systems_are_undone(crs: str) -> None:
    from pyproj import Transformer

    there = Transformer.from_crs(6668, crs, always_xy=True).transform(HALL.x, HALL.y)
    assert to_jgd2011(array(shapely.Point(there)), crs, "f").geometries[0].distance(HALL) < 1e-8


@pytest.mark.parametrize("crs", ["EPSG:4612", "EPSG:2452", ESRI_2000])
def test_jgd2000_is_taken_with_a_finding(crs: str) -> None:
    from pyproj import Transformer

    there = Transformer.from_crs(4612, crs, always_xy=True).transform(HALL.x, HALL.y)
    moved = to_jgd2011(array(shapely.Point(there)), crs, "f")
    assert moved.geometries[0].distance(HALL) < 1e-8
    assert "JGD2000" in moved.findings[0]


@pytest.mark.parametrize(
    ("crs", "says"),
    [
        (None, "no coordinate system"),
        ("EPSG:4301", "Tokyo"),
        ("EPSG:30170", "Tokyo"),
        ("EPSG:4258", "not used"),
        ("EPSG:x", "not known"),
    ],
)
def test_refused_systems(crs: object, says: str) -> None:
    with pytest.raises(CrsError, match=says):
        to_jgd2011(array(HALL), crs, "map.shp")


def test_a_system_that_the_coordinates_contradict_is_refused() -> None:
    with pytest.raises(CrsError, match=r"map\.shp: says EPSG:6668.*outside Japan"):
        to_jgd2011(array(shapely.Point(39.7, 141.1)), 6668, "map.shp")
    with pytest.raises(CrsError, match="outside Japan"):
        to_jgd2011(array(shapely.Point(27541, -33029)), 6668, "map.shp")


def test_missing_geometries_pass_through() -> None:
    moved = to_jgd2011(array(None, HALL), 6668, "f")  # type: ignore[arg-type]
    assert moved.geometries[0] is None
    assert to_jgd2011(array(), 6668, "f").geometries.size == 0


def written(name: str, datum: str) -> str:
    """A .prj as other programs write it."""
    return (
        f'GEOGCS["{name}",DATUM["{datum}",SPHEROID["GRS_1980",6378137.0,298.257222101]],'
        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
    )


@pytest.mark.parametrize(
    ("name", "datum", "found"),
    [
        ("GCS_JGD_2011", "D_JGD_2011", "EPSG:6668"),
        ("JGD2011", "Japanese_Geodetic_Datum_2011", "EPSG:6668"),
        ("JGD2011", "unknown", "EPSG:6668"),
        ("GCS_JGD_2000", "D_JGD_2000_misspelled", "EPSG:4612"),
        ("GCS_JGD_2000", "Not_specified", "EPSG:4612"),
    ],
)
def test_names_that_other_programs_write(name: str, datum: str, found: str) -> None:
    assert to_jgd2011(array(HALL), written(name, datum), "f").crs_from == found


@pytest.mark.parametrize(("name", "datum"), [("unknown", "unknown"), ("GCS_ETRS_1989", "D_ETRS_1989"), ("x", "y")])
def test_the_right_ellipsoid_alone_is_no_datum(name: str, datum: str) -> None:
    """JGD2000 and JGD2011 share it, and lie metres apart in Iwate."""
    with pytest.raises(CrsError, match="a datum that is not used in Japan"):
        to_jgd2011(array(HALL), written(name, datum), "f")
