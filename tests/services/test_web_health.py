"""What the machines that watch the hub are told."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import pytest

from services.store.engine import Store
from services.store.users import Role
from services.web.behind import Proxies
from tests.services.web_floor import WELL, floor


async def test_alive_and_ready(store: Store) -> None:
    async with floor(store) as running:
        stranger = await running.visitor()
        assert await stranger.get("/healthz") == (200, {"status": "alive", "version": version("shirase")})
        assert await stranger.get("/readyz") == (200, {"status": "ready", "reasons": []})


@pytest.mark.parametrize(
    ("fault", "word"),
    [({"broker": False}, "broker"), ({"ingest": False}, "ingest"), ({"reasons": ["predict stopped"]}, "predict")],
)
async def test_not_ready_says_why(store: Store, fault: dict[str, Any], word: str) -> None:
    async with floor(store, health=lambda: {**WELL, **fault}) as running:
        status, body = await (await running.visitor()).get("/readyz")
        assert status == 503
        assert [word in reason for reason in body["reasons"]] == [True]


async def test_what_is_not_known_does_not_count_as_well(store: Store) -> None:
    async with floor(store, health=dict) as running:
        stranger = await running.visitor()
        status, body = await stranger.get("/readyz")
        assert (status, len(body["reasons"])) == (503, 2)
        _, seen = await stranger.get("/api/v1/status")
        assert seen["line"] == {"ingest_last_at": None, "broker": False, "stale": True}


async def test_a_store_that_cannot_be_written_is_not_ready(store: Store) -> None:
    async with floor(store) as running:
        async with store.write() as connection:
            await connection.exec_driver_sql("DROP TABLE cursors")
        status, body = await (await running.visitor()).get("/readyz")
        assert (status, body["reasons"]) == (503, ["the store cannot be written"])


async def test_metrics_are_for_the_house(store: Store) -> None:
    async with floor(store, https=True, proxies=Proxies()) as running:
        stranger = await running.visitor()
        status, text = await stranger.get("/metrics")
        assert status == 200
        assert "python_info" in text
        for address, expected in (("8.8.8.8", 403), ("10.1.2.3, 8.8.8.8", 403), ("8.8.8.8, 10.1.2.3", 200)):
            assert (await stranger.get("/metrics", headers={"X-Forwarded-For": address}))[0] == expected
    async with floor(store) as running:
        assert (await (await running.person(Role.VIEWER)).get("/metrics"))[0] == 200
