"""What the search field of the map is answered."""

from __future__ import annotations

import pytest

from services.store.engine import Store
from services.store.users import Role
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine


async def test_a_place_is_found_with_what_the_map_selects(store: Store) -> None:
    async with floor(store) as running:
        desk = await running.person(Role.VIEWER)
        _, named = await desk.get("/api/v1/places?q=%E3%81%86%E3%81%A1%E3%81%BE%E3%82%8B")
        _, square = await desk.get("/api/v1/places?q=59414142")
        _, nothing = await desk.get("/api/v1/places?q=%20")
        status, _ = await (await running.visitor()).get("/api/v1/places?q=5941")
    district = named["features"][0]
    assert district["properties"]["select"] == f"area:{district['properties']['code']}"
    assert district["geometry"]["type"] == "Polygon"
    (mesh,) = square["features"]
    assert (mesh["properties"]["kind"], mesh["properties"]["select"]) == ("mesh", "")
    assert nothing["features"] == [] and status == 401
