"""No old figure looks like a new one: what nobody can say any more is not said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from services.callout.watch import RINGING
from services.clock import wall
from services.lease import Leased
from services.measured import Measuring
from services.store import leases, polled
from services.store.engine import Store
from services.store.polled import Version
from services.store.tables import leases as table
from tests.services.making import NOW, SetClock

pytestmark = pytest.mark.one_engine
OF_THE_STORE = (
    "shirase_backup_timestamp_seconds",
    "shirase_cursor_behind_seconds",
    "shirase_drafts",
    "shirase_feed_news_timestamp_seconds",
    "shirase_hub_timestamp_seconds",
    "shirase_quarantine_messages",
    "shirase_store_bytes",
)


def told(name: str) -> list[float]:
    """The figures of this name that are any."""
    families = text_string_to_metric_families(generate_latest().decode())
    found = (sample.value for family in families for sample in family.samples if sample.name == name)
    return [value for value in found if value == value]


async def test_of_a_store_that_is_away_nothing_is_told_but_that(store: Store) -> None:
    async with store.write() as connection:
        await polled.taken(connection, "https://example.jp/extra.xml", Version(), NOW)
    await Measuring(store, SetClock().now).refresh()
    assert told("shirase_store_readable") == [1]
    assert not [name for name in OF_THE_STORE if name != "shirase_cursor_behind_seconds" and not told(name)]
    async with store.write() as connection:
        await connection.execute(text("ALTER TABLE quarantine RENAME TO elsewhere"))
    await Measuring(store, SetClock().now).refresh()
    assert told("shirase_store_readable") == [0]
    assert not [name for name in OF_THE_STORE if told(name)]


async def test_who_lost_a_verb_tells_its_figures_no_more(store: Store) -> None:
    one, other = Leased(store, "callout", "one"), Leased(store, "callout", "other")
    assert await one.renew()
    RINGING.labels("Actual", "draft").set(1)
    async with store.write() as connection:
        await connection.execute(table.update().values(until=wall() - timedelta(seconds=1)))
    assert await other.renew()
    one._renew_at = wall()
    assert not await one.renew()
    assert told("shirase_calls_ringing") == []


async def test_a_lease_that_has_run_out_unseen_is_not_told_as_held(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    leased = Leased(store, "alone", "one")
    assert await leased.renew()
    held = {"lease": "alone"}
    assert REGISTRY.get_sample_value("shirase_lease_held", held) == 1
    later = wall() + leases.LEASE + timedelta(seconds=1)
    monkeypatch.setattr("services.lease.wall", lambda: later)  # the store was away meanwhile: nobody could renew
    assert REGISTRY.get_sample_value("shirase_lease_held", held) == 0
