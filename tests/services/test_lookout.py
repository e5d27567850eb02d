"""The lookout: what the way in knows of each gateway, in the store, over restarts and revocations."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from feeds.status import Status
from geo.registry import MODELS
from services.bell import Bell
from services.broker.embedded import EmbeddedBroker
from services.grants import Grant
from services.lookout import Lookout
from services.predict import Predict
from services.store import vitals
from services.store.engine import Store
from services.store.tables import hazards
from services.vitals import Vitals
from tests.geo.making import ground
from tests.services.conftest import until
from tests.services.making import SetClock
from tests.services.test_ingest import NOW, client_of, gateway, ingesting

KNOWN = {"gw07": Grant(), "gw08": Grant(status=Status.EXERCISE)}


async def looked(store: Store) -> dict[str, tuple[object, ...]]:
    async with store.read() as connection:
        found = await vitals.everyone(connection)
    return {
        one.name: (one.status, one.online, one.seen_at is not None, one.skew_s, one.queue, one.beats) for one in found
    }


async def test_what_is_heard_goes_to_the_store(broker: EmbeddedBroker, store: Store) -> None:
    client = client_of(broker)
    with gateway(broker) as gw07, gateway(broker, "gw08") as gw08:
        async with ingesting(client, store, grants=KNOWN) as ingest:
            lookout = Lookout(store, client, ingest.vitals, lambda: ingest.grants)
            beat = {"time": (NOW - timedelta(seconds=90)).isoformat(), "queue": 4}
            gw07.send_and_wait("heartbeat", json.dumps(beat).encode())
            gw08.send_and_wait("status", b'{"state":"offline","time":"2026-01-15T05:50:00Z"}')
            await until(lambda: len(ingest.vitals.gateways) == 2)
            assert await lookout.step()
            assert await looked(store) == {
                "gw07": (Status.ACTUAL, True, True, 90.0, 4, True),
                "gw08": (Status.EXERCISE, False, False, None, None, False),
            }
            ingest.know({**KNOWN, "gw07": Grant(revoked=True)})
            await lookout.step()
            assert set(await looked(store)) == {"gw08"}


async def test_a_new_life_remembers_whom_it_waits_for(broker: EmbeddedBroker, store: Store) -> None:
    client = client_of(broker)
    async with ingesting(client, store, grants=KNOWN) as ingest:
        ingest.vitals.heard("gw07", NOW - timedelta(minutes=30))
        ingest.vitals.beat("gw07", b"{}", NOW - timedelta(minutes=30))
        await Lookout(store, client, ingest.vitals, lambda: KNOWN).step()
        after_a_restart = Lookout(store, client, Vitals(), lambda: KNOWN)
        assert await after_a_restart.step()
        async with store.read() as connection:
            (one,) = await vitals.everyone(connection)
        assert (one.seen_at, one.beats, one.watched_since) == (NOW - timedelta(minutes=30), True, NOW)


async def test_who_was_heard_by_a_clock_that_ran_ahead_is_missed_as_soon_as_anybody(
    broker: EmbeddedBroker, store: Store
) -> None:
    """In this life, and in the one before: silence counts from when the clock was set back, and no hour later."""
    client = client_of(broker)
    async with ingesting(client, store, grants=KNOWN) as ingest:
        ingest.vitals.heard("gw07", NOW + timedelta(hours=1))
        await Lookout(store, client, ingest.vitals, lambda: KNOWN).step()
        assert not ingest.vitals.gateways["gw07"].alive(NOW + timedelta(minutes=4))
        async with store.write() as connection:
            (one,) = await vitals.everyone(connection)
            assert one.seen_at == NOW
            await vitals.put(connection, [replace(one, seen_at=NOW + timedelta(hours=1))])
        await Lookout(store, client, Vitals(), lambda: KNOWN).step()
        async with store.read() as connection:
            (one,) = await vitals.everyone(connection)
        assert one.seen_at == NOW


async def test_silence_becomes_a_hazard_for_staff_alone(broker: EmbeddedBroker, store: Store) -> None:
    client = client_of(broker)
    async with ingesting(client, store, grants=KNOWN) as ingest:
        ingest.vitals.status("gw07", b'{"state":"offline","time":"2026-01-15T05:50:00Z"}', NOW, retained=False)
        await Lookout(store, client, ingest.vitals, lambda: KNOWN).step()
    seer = Predict(store, Bell(), SetClock(NOW), ground(), MODELS)
    assert await seer.step()
    async with store.read() as connection:
        row = (await connection.execute(select(hazards.c.kind, hazards.c.status, hazards.c.body))).one()
    assert (row.kind, row.status) == ("equipment", "Actual") and "gw07" in row.body["headline"]
    assert row.body["equipment"] is True
