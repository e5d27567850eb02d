"""What could not be decoded is kept whole, and read again when its cause is mended."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from feeds.records import Message, Rejected
from feeds.status import Status
from services.configuration.gateways import Gateway
from services.desks.quarantine import QuarantineError, Reader, replay, replay_all
from services.grants import of_settings
from services.intake import Intake
from services.store import quarantine
from services.store.engine import Store
from services.store.quarantine import ALL, Wanted
from services.store.tables import chronology, records
from services.store.users import Role
from tests.exercise.telegrams import Warned, telegram
from tests.services.making import NOW
from tests.services.web_floor import floor

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


def warned() -> bytes:
    return telegram("大雨", NOW, "大雨に注意。", [Warned("盛岡市", "レベル２大雨注意報", "10")]).encode()


async def fill(store: Store) -> tuple[int, int, int]:
    """A telegram that lacks its grant, a torn payload that will never be read, and one of no feed."""
    telegram_id = await refused(store, "hub/v1/relay/telegram", warned(), {})
    torn = await refused(store, "hub/v1/gw1/s/water_level", b'{"v":1,\xff', {})
    return telegram_id, torn, await refused(store, "elsewhere/x", b"\x00\x01", {})


async def test_all_of_a_filter_are_read_again_and_the_rest_is_counted(store: Store) -> None:
    await fill(store)
    reader = Reader(gateways=GRANTED)
    nothing = await replay_all(store, reader, Wanted(code="no_such"), "sato", NOW)
    assert (nothing.read, nothing.new, nothing.still_refused) == (0, 0, {})
    one = await replay_all(store, reader, Wanted(code="no_grant", topic="hub/v1/relay/"), "sato", NOW)
    assert (one.read, one.new, one.still_refused) == (1, 1, {})
    rest = await replay_all(store, reader, ALL, "sato", NOW)
    assert (rest.read, dict(rest.still_refused)) == (0, {"bad_encoding": 1, "no_feed": 1})
    async with store.read() as connection:
        assert len(await quarantine.newest(connection, 10)) == 2
        assert (await connection.scalars(select(chronology.c.text))).all() == [
            "保管していた受信データ 1 件を読み直した（hub/v1/relay/telegram ほか）"
        ]


async def test_many_are_read_in_several_transactions(store: Store) -> None:
    line = {"v": 1, "station": "tatesakabashi", "quantity": "water_level", "value": 2.0, "unit": "m"}
    async with store.write() as connection:
        for minute in range(230):
            at = NOW - timedelta(minutes=minute)
            payload = json.dumps({**line, "time": at.isoformat()}).encode()
            message = Message(topic="hub/v1/gw1/batch", payload=payload, received_at=NOW, gateway="gw1")
            fault = Rejected(code="decoder_failed", message="a bug of ours", at="/")
            await quarantine.keep(connection, message, fault)
    outcome = await replay_all(store, Reader(), Wanted(code="decoder_failed", gateway="gw1"), "sato", NOW)
    assert (outcome.read, outcome.new, outcome.still_refused) == (230, 230, {})
    async with store.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(chronology)) == 3


async def test_what_came_into_an_exercise_is_a_drill_when_it_is_read_later(store: Store) -> None:
    one = await refused(store, "hub/v1/relay/telegram", warned(), {})
    await replay(store, Reader(gateways=GRANTED, status=Status.EXERCISE), one, "sato", NOW)
    async with store.read() as connection:
        assert (await connection.scalars(select(records.c.status))).all() == ["Exercise"]


async def test_the_desk_sees_the_bytes_and_what_it_would_be_now(store: Store) -> None:
    telegram_id, torn, _ = await fill(store)
    async with floor(store, reader=Reader(gateways=GRANTED)) as running:
        desk, stranger = await running.person(Role.OPERATOR, "sato"), await running.visitor()
        assert (await stranger.get(f"/api/v1/quarantine/{torn}"))[0] == 401
        _, told = await desk.get(f"/api/v1/quarantine/{torn}")
        assert told["hex"] == b'{"v":1,\xff'.hex(" ") and told["text"].startswith('{"v":1,')
        assert (told["now"]["readable"], told["now"]["rejected"][0]["error"]) == (False, "bad_encoding")
        _, told = await desk.get(f"/api/v1/quarantine/{telegram_id}")
        assert told["now"]["readable"] and told["now"]["records"][0]["head_title"]
        for strange in ("0", "999999", "x", "１", "9" * 40, "-1"):
            assert (await desk.get(f"/api/v1/quarantine/{strange}"))[0] == 404, strange
        for query, expected in (
            ("code=no_grant", {telegram_id}),
            ("topic=hub/v1/", {telegram_id, torn}),
            ("topic=HUB/v1/", set()),
            ("topic=%25", set()),
            ("gateway=relay&code=bad_encoding", {torn}),
        ):
            _, body = await desk.get(f"/api/v1/quarantine?{query}")
            assert {item["id"] for item in body["items"]} == expected, query


async def test_a_filter_by_the_api_needs_to_be_one(store: Store) -> None:
    await fill(store)
    async with floor(store, reader=Reader(gateways=GRANTED)) as running:
        desk, viewer = await running.person(Role.OPERATOR, "sato"), await running.person(Role.VIEWER)
        path = "/api/v1/quarantine/replay"
        assert (await viewer.post(path, {"code": "no_grant"}))[0] == 403
        for body in ({}, {"code": ""}, {"code": 5}, {"everything": "yes"}, {"code": "a", "id2": 1}, {"topic": "\x00"}):
            assert (await desk.post(path, body))[0] == 400, body
        status, told = await desk.post(path, {"code": "no_grant"})
        assert (status, told) == (200, {"read": 1, "new": 1, "still_refused": {}})
