"""The hub at a city's broker over TLS: only the broker that it names, signed by whom it trusts, while that is valid."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.broker import export
from services.broker.client import Limits, MqttClient
from services.broker.rights import Gateway
from tests.certificates import Authority
from tests.city_broker import KINDS, CityBroker, any_port, until

pytestmark = pytest.mark.one_engine
PASSWORD = "only-for-this-test"
QUICK = Limits(first_delay=0.05, most_delay=0.1)


@asynccontextmanager
async def running(kind: str, folder: Path) -> AsyncIterator[CityBroker]:
    """A broker with whatever ``server.pem`` lies there."""
    (folder / "state").mkdir(parents=True, exist_ok=True)
    broker = CityBroker(kind, folder, any_port())
    export.write(folder, export.files(kind, broker.site, PASSWORD, {"gw07": Gateway(password=PASSWORD)}, ()))
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


async def reached(broker: CityBroker, **login: Any) -> tuple[bool, str]:
    """Whether the hub comes in, and what it says else."""
    client = MqttClient(replace(broker.login("hub", PASSWORD), **login), ("hub/v1/#",), limits=QUICK)
    await client.start()
    try:
        await until(lambda: client.state.ready or client.state.detail != "")
        return client.state.ready, client.state.detail
    finally:
        await client.stop()


@pytest.mark.parametrize("kind", KINDS)
async def test_the_right_broker_is_believed_and_no_other(kind: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "here")
    authority.issue("server", "localhost")
    async with running(kind, tmp_path / "here") as broker:
        assert await reached(broker) == (True, "")
        stranger = Authority(tmp_path / "stranger")
        ready, why = await reached(broker, ca=stranger.file)
        assert not ready and "no TLS connection" in why and "[broker] host, ca and certificate" in why
        ready, why = await reached(broker, host="127.0.0.1")  # the certificate is for localhost
        assert not ready and "no TLS connection" in why


@pytest.mark.parametrize("kind", KINDS)
async def test_a_certificate_that_has_ended_is_refused(kind: str, tmp_path: Path) -> None:
    Authority(tmp_path / "old").issue("server", "localhost", ended_days_ago=1)
    async with running(kind, tmp_path / "old") as broker:
        ready, why = await reached(broker)
        assert not ready and "expired" in why
