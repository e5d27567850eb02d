"""Alerts as they are spoken, over the API."""

from __future__ import annotations

from feeds.status import Status
from services.store import alerts
from services.store.engine import Store
from services.store.users import Role
from services.web.api.voice import ENDPOINTS
from tests.services.making import NOW, alert, payload
from tests.services.web_floor import floor


async def test_an_alert_is_spoken_on_every_outlet_and_a_draft_for_the_desk_only(store: Store) -> None:
    real = alert(status=Status.ACTUAL)
    async with store.write() as connection:
        await alerts.add_draft(connection, real, {"log": payload()}, NOW)
    path = f"/api/v1/alerts/{real.series}/voice"
    async with floor(store) as running:
        officer, stranger = await running.person(Role.VIEWER), await running.visitor()
        assert (await stranger.get(path))[1]["items"] == []
        status, told = await officer.get(path)
        assert status == 200
        assert [one["name"] for one in told["items"]] == [
            "radio-ja-1",
            "loudspeaker-ja-1",
            "telephone-ja-1",
            "page-ja-1",
        ]
        assert all(one.keys() == ENDPOINTS[0].properties.keys() for one in told["items"])
        assert all(
            one["ssml"].startswith("<?xml") and "川に近づかないでください。" in one["text"] for one in told["items"]
        )
        async with store.write() as connection:
            await alerts.mark_issued(connection, real, NOW)
        _, told = await stranger.get(f"{path}?form=telephone")
        assert [one["form"] for one in told["items"]] == ["telephone"]
        status, wrong = await stranger.get(f"{path}?form=shout")
        assert (status, wrong["error"]) == (400, "bad_form")
