"""An area drawn on the map: what may be told, how it is named, and that its code is its shape."""

from __future__ import annotations

import pytest

from geo.drawn import MOST_CORNERS, DrawnError, drawn, least_km2
from tests.services.web_floor import ground

GROUND = ground()
INSIDE = "39.702,141.102 39.702,141.118 39.718,141.118 39.718,141.102"


def refused(text: str, kind: str = "snow_removal") -> str:
    with pytest.raises(DrawnError) as caught:
        drawn(text, kind, GROUND)
    return caught.value.code


def test_an_area_is_named_by_its_districts_and_coded_by_its_shape() -> None:
    one = drawn(INSIDE, "snow_removal", GROUND)
    assert (one.name, one.name_en, one.within) == ("内丸の一部", "parts of Uchimaru", ("032010001",))
    assert one.ring[0] == one.ring[-1] and len(one.ring) == 5 and 2.3 < one.km2 < 2.5
    assert drawn(f"{INSIDE} 39.702,141.102", "road", GROUND).code == one.code, "closed or not, it is the same"
    assert drawn(INSIDE.replace("39.718,141.102", "39.7181,141.102"), "road", GROUND).code != one.code
    swapped = " ".join(",".join(reversed(pair.split(","))) for pair in INSIDE.split())
    assert drawn(swapped, "road", GROUND).ring == one.ring


def test_whole_districts_are_not_parts_and_both_are_named() -> None:
    both = drawn("39.70,141.10 39.70,141.14 39.72,141.14 39.72,141.10", "road", GROUND)
    assert both.name == "内丸・本町通" and set(both.within) == {"032010001", "032010002"}
    mostly = drawn("39.69,141.11 39.69,141.13 39.705,141.13 39.705,141.11", "road", GROUND)
    assert (mostly.name, mostly.name_en[-10:]) == ("内丸・本町通の一部と周辺", "and around")
    outside = drawn("39.55,141.2 39.55,141.22 39.57,141.21", "road", GROUND)
    assert (outside.name, outside.within) == ("盛岡市の一部（地図の区域）", ())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_corners"),
        ("39.7,141.1 39.71,141.1 39.7,141.1 39.71,141.1", "no_corners"),
        ("39.7,141.1 39.71,141.1 39.7,141.11 39.71,141.09", "crosses_itself"),
        ("39.7,141.1 39.71,141.1 39.72,141.1", "crosses_itself"),
        ("39.7,141.1 39.7001,141.1 39.7,141.1001", "too_small"),
        ("35.6,139.7 35.7,139.7 35.6,139.8", "outside"),
        ("39.7,141.1 39.7,142.0 39.6,141.1", "outside"),
        ("39.7,141.1 nan,141.2 39.6,141.1", "not_coordinates"),
        ("39.7,141.1 1e3,141.2 39.6,141.1", "not_coordinates"),
        ("39.7 141.1", "not_coordinates"),
        ("0,0 1,0 0,1", "outside_japan"),
        ("<svg>,1", "not_coordinates"),
        (" ".join(f"39.7{n:05d},141.1" for n in range(MOST_CORNERS + 2)), "too_many"),
    ],
)
def test_what_cannot_be_told_says_why(text: str, code: str) -> None:
    assert refused(text) == code


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("39.7,141.1 39.71,141.1 39.7,141.11 39.71,141.09", "1 to 2 meets that from 3 to 4"),
        ("39.7,141.1 39.71,141.1 39.72,141.1", "1 to 2 meets that from 3 to 1"),  # back over the first
        ("39.7,141.1 39.7,141.12 39.71,141.11 39.69,141.11", "1 to 2 meets that from 3 to 4"),
        ("39.7,141.1 39.7,141.12 39.72,141.12 39.7,141.11 39.72,141.1", "1 to 2 meets that from 3 to 4"),  # touches it
        ("39.7,141.1 39.7,141.12 39.72,141.12 39.7,141.12 39.72,141.1", "1 to 2 meets that from 3 to 4"),  # a thorn
    ],
)
def test_what_crosses_itself_is_told_by_its_sides(text: str, sides: str) -> None:
    with pytest.raises(DrawnError, match=sides):
        drawn(text, "road", GROUND)


def test_of_animals_and_people_no_place_is_told_finely() -> None:
    street = "39.705,141.105 39.705,141.108 39.7075,141.108 39.7075,141.105"  # 0.07 km²
    assert drawn(street, "snow_removal", GROUND).km2 < 0.1
    for kind in ("bear", "bear_cluster", "emergency_culling", "suspicious_person", "missing_person"):
        assert refused(street, kind) == "too_small"
    assert least_km2("bear", GROUND) == pytest.approx(0.25, abs=0.02)
    assert least_km2("emergency_culling", GROUND) == 0.9 and least_km2("other", GROUND) == 0.0025
