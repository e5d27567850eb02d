"""What could not be decoded is kept whole, and read again when its cause is mended."""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from feeds.records import Message
from services.desks.quarantine import QuarantineError, Reader, replay
from services.grants import of_settings
from services.intake import Intake
from services.settings import Gateway
from services.store import quarantine
from services.store.engine import Store
from services.store.tables import chronology, records
from tests.exercise.telegrams import Warned, telegram
from tests.services.making import NOW

GRANTED = {"relay": Gateway(password=SecretStr("x"), telegram=True)}


async def refused(store: Store, topic: str, payload: bytes, gateways: dict[str, Gateway]) -> int:
    """What ingest does with a message that its rules refuse."""
    from services.broker.link import Incoming

    came = Incoming(topic=topic, payload=payload, retained=False, received_at=NOW, connection=1, packet_id=1, qos=1)
    found = Intake(of_settings(gateways)).sort(came)
    assert len(found.rejected) == 1
    message = Message(topic=topic, payload=payload, received_at=NOW, gateway="relay")
    async with store.write() as connection:
        await quarantine.keep(connection, message, found.rejected[0])
        return int((await quarantine.newest(connection, 1))[0]["id"])


async def test_a_telegram_without_grant_is_read_once_the_grant_is_given(store: Store) -> None:
    text = telegram("大雨", NOW, "大雨に注意。", [Warned("盛岡市", "レベル２大雨注意報", "10")]).encode()
    one = await refused(store, "hub/v1/relay/telegram", text, {})
    with pytest.raises(QuarantineError, match="telegram = true") as still:
        await replay(store, Reader(), one, "sato", NOW)
    assert still.value.code == "still_refused"
    assert await replay(store, Reader(gateways=GRANTED), one, "sato", NOW) == 1
    async with store.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(records)) == 1
        assert (await connection.scalars(select(chronology.c.who))).all() == ["sato"]
        assert await quarantine.newest(connection, 10) == []


async def test_nothing_is_replayed_twice(store: Store) -> None:
    text = telegram("大雨", NOW, "大雨に注意。", [Warned("盛岡市", "レベル２大雨注意報", "10")]).encode()
    one = await refused(store, "hub/v1/relay/telegram", text, {})
    await replay(store, Reader(gateways=GRANTED), one, "sato", NOW)
    with pytest.raises(QuarantineError) as gone:
        await replay(store, Reader(gateways=GRANTED), one, "suzuki", NOW)
    assert gone.value.code == "not_found"


async def test_what_is_still_broken_stays_with_its_bytes(store: Store) -> None:
    torn = json.dumps({"v": 1, "station": "s"}).encode()[:-3]
    one = await refused(store, "hub/v1/gw1/s/water_level", torn, {})
    with pytest.raises(QuarantineError, match="まだ読めません"):
        await replay(store, Reader(), one, "sato", NOW)
    async with store.read() as connection:
        (row,) = await quarantine.newest(connection, 10)
    assert row["payload"] == torn and row["replayed_at"] is None
