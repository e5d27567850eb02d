"""Which area lies in which."""

from __future__ import annotations

import pytest
from shapely.geometry import box

from geo.area import Area, Areas

AREAS = Areas(
    Area(code=code, name=code, kind="x", geometry=box(*bounds))
    for code, bounds in {
        "city": (0, 0, 10, 10),
        "inside": (1, 1, 2, 2),
        "nearly": (0, -0.01, 1, 1),
        "across": (-0.1, 5, 1, 6),
        "outside": (20, 20, 21, 21),
    }.items()
)


@pytest.mark.parametrize(
    ("inner", "outer", "lies"),
    [
        ("inside", "city", True),
        ("nearly", "city", True),
        ("across", "city", False),
        ("outside", "city", False),
        ("city", "inside", False),
        ("city", "city", True),
        ("unknown", "city", False),
        ("inside", "unknown", False),
        ("unknown", "unknown", True),
    ],
)
def test_an_area_lies_in_another_but_for_a_strip(inner: str, outer: str, lies: bool) -> None:
    assert [outer in AREAS.around(inner), outer in AREAS.around(inner)] == [lies, lies]
