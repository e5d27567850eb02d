"""What is beyond an allowance: kept in packs, told once, seen by staff, read again or discarded by them."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

from sqlalchemy import select

from feeds.records import Message
from feeds.status import Status
from geo.gateway import GatewayState
from services.broker.embedded import EmbeddedBroker
from services.broker.link import Incoming
from services.configuration.gateways import Flood
from services.desks.quarantine import Reader, discard, look, replay, replay_all
from services.intake import Kind, Sorted
from services.lookout import Lookout
from services.overflow import Overflow, legible, packed, unpacked
from services.store import packs, quarantine, vitals
from services.store.engine import Store
from services.store.quarantine import Wanted
from services.store.tables import chronology, records
from services.store.tables import quarantine as table
from tests.services.conftest import until
from tests.services.gateways import reading
from tests.services.test_ingest import KNOWN, NOW, client_of, count, gateway, ingesting, rows, stored


def over(number: int, payload: bytes, name: str = "gw07", seconds: float = 0) -> Sorted:
    at = NOW + timedelta(seconds=seconds)
    topic = f"hub/v1/{name}/st1/snow_depth"
    came = Incoming(topic=topic, payload=payload, retained=False, received_at=at, connection=1, packet_id=number, qos=1)
    message = Message(topic=topic, payload=payload, received_at=at, gateway=name)
    return Sorted(incoming=came, message=message, kind=Kind.OVER)


def snow(number: int) -> bytes:
    return json.dumps(reading(number, "st1")).encode()


async def keep(store: Store, overflow: Overflow, *batch: Sorted) -> None:
    async with store.write() as connection:
        for one in packed(batch):
            if one.carries:
                await overflow.keep(connection, one, answered=False)


def test_a_batch_becomes_a_pack_for_each_gateway_and_nothing_of_it_changes() -> None:
    payloads = [snow(1), b"\xff\x00 torn", "雪\n".encode()]
    batch = [over(number, one) for number, one in enumerate(payloads)]
    first, other, *rest = packed([batch[0], over(9, b"{}", "gw08"), *batch[1:]])
    assert [one.carries for one in (first, other, *rest)] == [3, 1, 0, 0]
    assert [one.incoming.packet_id for one in (first, *rest)] == [0, 1, 2]  # each is acknowledged by its own number
    back = unpacked(first.message.payload)
    assert [(one.topic, one.payload, one.received_at) for one in back] == [
        (one.incoming.topic, one.incoming.payload, one.incoming.received_at) for one in batch
    ]


async def test_packs_of_a_gateway_go_into_one_row_until_that_is_full(store: Store) -> None:
    overflow = Overflow(10**9)
    for turn in range(30):
        await keep(store, overflow, *(over(number, snow(100 * turn + number)) for number in range(100)))
    found = await rows(store, table)
    assert [row.times for row in found] == [len(unpacked(row.payload)) for row in found]
    assert sum(row.times for row in found) == 3000
    assert len(found) <= 4 and all(len(row.payload) <= 16_384 for row in found)
    assert {(row.code, row.gateway) for row in found} == {("over_allowance", "gw07")}
    text = legible({"code": found[0].code, "payload": found[0].payload}, 4096)
    assert json.loads(text.splitlines()[0])["text"] == snow(0).decode()


async def test_messages_that_come_one_by_one_take_little_room_too(store: Store) -> None:
    overflow = Overflow(10**9)
    for number in range(300):
        await keep(store, overflow, over(number, snow(number)))
    (pack,) = await rows(store, table)
    assert (pack.times, len(pack.payload) < 16_384) == (300, True)
    assert [one.payload for one in unpacked(pack.payload)] == [snow(number) for number in range(300)]


async def test_what_is_read_again_becomes_records_and_refusals_and_its_room_is_free(store: Store) -> None:
    await keep(store, Overflow(10**9), over(1, snow(1)), over(2, b"{torn"), over(3, snow(2)))
    (row,) = await rows(store, table)
    _, found = await look(store, Reader(), row.id)
    assert (len(found.line["records"]), len(found.line["rejected"])) == (2, 1)
    assert await replay(store, Reader(), row.id, "sato", NOW) == 2
    pack, torn = await rows(store, table)
    assert (pack.payload, pack.replayed_at, torn.payload, torn.code) == (b"", NOW, b"{torn", "bad_json")
    assert await count(store, records) == 2
    await keep(store, Overflow(10**9), over(4, snow(3)))
    assert len(await rows(store, table)) == 3, "never into a pack that was read"


async def test_all_packs_of_a_gateway_are_read_again_at_once(store: Store) -> None:
    overflow = Overflow(10**9)
    for number in range(3):
        await keep(store, overflow, over(number, snow(number)), over(number, snow(number), "gw08"))
    outcome = await replay_all(store, Reader(), Wanted(code=packs.KEPT, gateway="gw07"), "sato", NOW)
    assert (outcome.read, outcome.new) == (1, 3)
    async with store.read() as connection:
        (left,) = await quarantine.newest(connection, 10)
    assert (left["gateway"], left["times"]) == ("gw08", 3)


async def test_beyond_the_room_for_packs_it_is_counted_until_staff_make_room(store: Store) -> None:
    overflow = Overflow(1_000)
    for number in range(40):
        await keep(store, overflow, over(number, snow(number)))
    pack, lost = await rows(store, table)
    assert (pack.code, lost.code, lost.payload) == (packs.KEPT, packs.DROPPED, b"")
    assert pack.times + lost.times == 40 and len(pack.payload) <= 1_000 < len(pack.payload) + 400
    assert overflow.dropped == "gw07"
    assert await discard(store, "gw07", "sato", NOW) == pack.times
    assert await discard(store, "gw07", "sato", NOW) == 0
    async with store.read() as connection:
        assert await quarantine.newest(connection, 10) == []
        assert (await connection.scalars(select(chronology.c.text))).all() == [
            f"gw07 が許容量を超えて送った {pack.times} 件を読まずに捨てた"
        ]
    await keep(store, overflow, over(50, snow(50), seconds=61))
    assert overflow.dropped == ""


async def packed_away(store: Store) -> int:
    return sum(row.times for row in await rows(store, table))


def seen(name: str) -> GatewayState:
    return GatewayState(name=name, status=Status.ACTUAL, checked_at=NOW, watched_since=NOW, seen_at=NOW)


async def test_a_flood_is_kept_told_once_and_shown_to_staff(broker: EmbeddedBroker, store: Store) -> None:
    async with store.write() as connection:  # known from an earlier life: no day of credit
        await vitals.put(connection, [seen("gw07"), seen("gw08")])
    client = client_of(broker)
    with gateway(broker, listen=("hub/v1/gw07/rejects",)) as gw07, gateway(broker, "gw08") as gw08:
        async with ingesting(client, store, flood=Flood(allowance=0.1)) as ingest:
            ingest.canary.level_at = NOW
            for number in range(300):
                gw07.send("st1/snow_depth", reading(number, "st1"))
            gw08.send_and_wait("st2/snow_depth", reading(1, "st2"))
            await until(lambda: gw07.heard)
            await stored(store, 61)
            async with asyncio.timeout(10):
                while await packed_away(store) < 240:
                    await asyncio.sleep(0.02)
            await Lookout(store, client, ingest.vitals, lambda: KNOWN).step()
            assert ingest.health()["reasons"] == []
    (answer,) = [json.loads(payload) for _, payload in gw07.heard]
    assert (answer["error"], "allowance" in answer["message"]) == ("over_allowance", True)
    async with store.read() as connection:
        over_since = {one.name: one.over_since for one in await vitals.everyone(connection)}
    assert over_since == {"gw07": NOW, "gw08": None}
    outcome = await replay_all(store, Reader(), Wanted(code=packs.KEPT), "sato", NOW)
    assert (outcome.new, await count(store, records)) == (240, 301)
