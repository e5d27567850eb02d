"""The picture of one area: what the maps hold, which shelters stand, what was sent, and to whom none of it is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rules.alert import Place, State
from services.store import alerts
from services.store.engine import Store
from services.store.tables import alerts as revisions
from services.store.users import Role
from tests.services.making import NOW, alert, payload
from tests.services.web_floor import floor

pytestmark = pytest.mark.one_engine

PATH = "/api/v1/areas/032010001/picture"
CITY = (Place(code="03201", name="盛岡市", name_en="Morioka"),)
OTHER = (Place(code="032010002", name="本町通", name_en=""),)


async def test_what_was_sent_is_of_the_area_and_of_what_holds_it_and_of_no_other(store: Store) -> None:
    series = {"here": alert(series="here"), "city": alert(series="city", places=CITY)}
    others = (alert(series="other", places=OTHER), alert(series="old", sent=NOW - timedelta(days=3)))
    async with store.write() as connection:
        for one in (*series.values(), *others):
            await alerts.add_draft(connection, one, {"log": payload()}, NOW)
    async with floor(store) as running:
        viewer = await running.person(Role.VIEWER)
        status, told = await viewer.get(PATH)
    assert status == 200, told
    assert {(one["series"], one["wide"]) for one in told["sent"]} == {("here", False), ("city", True)}
    assert all(one["state"] == State.DRAFT for one in told["sent"])
    assert told["within"] == [{"code": "03201", "name": "盛岡市", "kind": "city"}]
    (water,) = told["exposed"]["water"]
    assert (water["rank"], water["people"], told["exposed"]["people"]) == (3, None, None)
    assert 0.2 < water["share"] < 0.3 and told["watched"] is None
    async with store.read() as connection:
        assert (await connection.execute(revisions.select())).first() is not None


async def test_a_square_of_the_mesh_has_a_picture_and_what_is_no_area_has_none(store: Store) -> None:
    async with floor(store) as running:
        viewer = await running.person(Role.VIEWER)
        status, told = await viewer.get("/api/v1/areas/mesh-594141534/picture")
        assert status == 200 and told["kind"] == "mesh", told
        for code in ("nowhere", "mesh-1", "mesh-594199999999"):
            assert (await viewer.get(f"/api/v1/areas/{code}/picture"))[0] == 404
        assert (await (await running.visitor()).get(PATH))[0] == 401
