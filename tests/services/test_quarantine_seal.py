"""A report that could not be read tells its sender, too: sealed, shown covered, and whole when it is read again."""

from __future__ import annotations

import json

from pydantic import SecretStr
from sqlalchemy import insert, select

from feeds.records import Message, Rejected
from services.configuration.gateways import Gateway
from services.configuration.reporters import Reporters
from services.desks.quarantine import Reader, look, replay
from services.overflow import legible
from services.reporters.moving import Moving, in_the_clear
from services.store import quarantine, quarantine_seal, reporters
from services.store.engine import Store
from services.store.tables import quarantine as table
from tests.services.making import NOW

PHONE, NAME = "090-5555-4321", "紫波 花子"
SENT = {"id": "m1", "kind": "bear", "time": NOW.isoformat(), "text": f"クマ {PHONE}", "contact_name": NAME}
MESSAGE = Message(topic="hub/v1/gw07/report", payload=json.dumps(SENT).encode(), received_at=NOW, gateway="gw07")
WHY = Rejected(code="unknown_kind", message="no kind", at="/kind")
KEY, NEXT = SecretStr("a-key-of-senders-" * 3), SecretStr("the-next-key-of-senders-" * 2)
READER = Reader(gateways={"gw07": Gateway(password=SecretStr("x" * 12))})


async def payloads(store: Store) -> str:
    async with store.read() as connection:
        return repr((await connection.execute(select(table))).all())


async def test_its_bytes_are_sealed_and_shown_covered_and_read_again_whole(store: Store) -> None:
    Reporters(key=KEY).seals(store)
    async with store.write() as connection:
        assert await quarantine.keep(connection, MESSAGE, WHY)
        assert not await quarantine.keep(connection, MESSAGE, WHY), "the same fault is known by its hash"
    assert "contact_name" not in await payloads(store)
    row, found = await look(store, READER, 1)
    assert row["payload"] == MESSAGE.payload and row["sealed"]
    told = legible({**row, "payload": json.dumps(SENT, ensure_ascii=False).encode()}) + json.dumps(found.line)
    assert "クマ ●●●" in told and PHONE not in told and NAME not in told
    assert await replay(store, READER, 1, "sato", NOW) == 1
    async with store.read() as connection:
        assert await reporters.known(connection, ["gw07/report/m1"]) == {"gw07/report/m1": ("name", "words")}


async def test_without_a_key_it_is_kept_with_the_sender_covered(store: Store) -> None:
    async with store.write() as connection:
        await quarantine.keep(connection, MESSAGE, WHY)
        half = b'{"text": "\\ud800 090-5555-4321"}'
        await quarantine.keep(connection, Message(topic=MESSAGE.topic, payload=half, received_at=NOW), WHY)
        await quarantine.keep(connection, Message(topic="hub/v1/gw07/batch", payload=b"[", received_at=NOW), WHY)
    kept = await payloads(store)
    assert "contact_name" in kept and PHONE not in kept and "\\u7d2b" not in kept
    async with store.read() as connection:
        assert await in_the_clear(connection) == {}
        assert [bytes(row["payload"]) for row in await quarantine.newest(connection, 1)] == [b"["]


async def test_what_lay_there_before_is_sealed_and_a_new_key_takes_it_over(store: Store) -> None:
    row = {
        "topic": MESSAGE.topic, "gateway": "gw07", "payload": MESSAGE.payload, "digest": "d", "received_at": NOW,
        "code": "x", "message": "", "at": "", "times": 1, "answered": True,
    }  # fmt: skip
    async with store.write() as connection:
        await connection.execute(insert(table).values(row))
        assert await in_the_clear(connection) == {"quarantine": 1}
    Reporters(key=KEY).seals(store)
    moving = Moving(store, keyed=True)
    while await moving.step():
        pass
    async with store.write() as connection:
        assert await in_the_clear(connection) == {}
        old = store.keyring
        assert old is not None and await quarantine_seal.keys(connection) == {old.current: 1}
    Reporters(key=NEXT, former=(KEY,)).seals(store)
    ring = store.keyring
    assert ring is not None
    async with store.write() as connection:
        assert await quarantine_seal.reseal(connection, ring, 0, 10) == (1, 1, 0)
        assert await quarantine_seal.reseal(connection, ring, 0, 10) == (0, 0, 0)
    Reporters(key=NEXT).seals(store)
    assert (await look(store, READER, 1))[0]["payload"] == MESSAGE.payload
    store.keyring = None
    assert (await look(store, READER, 1))[0]["payload"] == b"", "nobody can read it, and nothing falls over"
