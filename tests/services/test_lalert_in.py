"""L-Alert's node delivers by SOAP: over HTTP, into a real store, with everything a stranger may try."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp
import pytest
from lxml import etree
from pydantic import SecretStr
from sqlalchemy import select, text, update

from feeds.instant import iso_utc
from feeds.status import Status
from services.clock import wall
from services.configuration.sources import LalertReceiver
from services.desks.quarantine import Reader, replay
from services.store.engine import Store
from services.store.tables import quarantine, records
from services.web.lalert_in import MAX_BYTES
from tests.feeds.lalert_making import document, published
from tests.services.web_floor import floor as serving

PASSWORD = "of-the-test-node"
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
TYPES = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"


@dataclass(frozen=True)
class Token:
    """What the node shows in its header; each test spoils one part."""

    user: str = "fmmc"
    password: str = PASSWORD
    nonce: bytes = field(default_factory=lambda: os.urandom(16))
    created: datetime = field(default_factory=wall)
    kind: str = "#PasswordDigest"

    def header(self) -> str:
        created = iso_utc(self.created)
        digest = hashlib.sha1(self.nonce + created.encode() + self.password.encode()).digest()
        nonce, shown = (base64.b64encode(part).decode() for part in (self.nonce, digest))
        return (
            f'<S:Header><w:Security xmlns:w="{SECURITY}" xmlns:u="{UTILITY}"><w:UsernameToken>'
            f'<w:Username>{self.user}</w:Username><w:Password Type="{TYPES}{self.kind}">{shown}</w:Password>'
            f"<w:Nonce>{nonce}</w:Nonce><u:Created>{created}</u:Created></w:UsernameToken></w:Security></S:Header>"
        )


@dataclass
class Node:
    """L-Alert's node: posts, and reads the answer."""

    http: aiohttp.ClientSession
    store: Store

    async def post(self, body: bytes) -> tuple[int, str]:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        async with self.http.post(
            "/commons/subscriber/soap/morioka", data=io.BytesIO(body), headers=headers
        ) as response:
            return response.status, await response.text()

    async def publish(self, edxl: bytes, token: Token | None = None) -> tuple[int, str]:
        """Status and the code of processResponse, or what the Fault says."""
        status, answer = await self.post(published(edxl, (token or Token()).header()))
        root = etree.fromstring(answer.encode())
        return status, root.findtext(".//{*}code") or root.findtext(".//{*}faultstring") or ""

    async def stored(self) -> list[tuple[str, str]]:
        async with self.store.read() as connection:
            rows = await connection.execute(select(records.c.key, records.c.status).order_by(records.c.seq))
            return [(row.key.rpartition("-")[2], row.status) for row in rows]

    async def quarantined(self) -> list[str]:
        async with self.store.read() as connection:
            return list((await connection.execute(select(quarantine.c.code).order_by(quarantine.c.id))).scalars())


@pytest.fixture(params=[Status.ACTUAL])
async def node(store: Store, request: pytest.FixtureRequest) -> AsyncIterator[Node]:
    receiver = LalertReceiver(name="morioka", username="fmmc", password=SecretStr(PASSWORD), status=request.param)
    async with serving(store, lalert=receiver) as floor, aiohttp.ClientSession(floor.url) as http:
        yield Node(http, store)


async def test_a_document_is_stored_before_the_node_is_told(node: Node) -> None:
    assert await node.publish(document()) == (200, "0")
    assert await node.stored() == [("a9ff1d3fe316/2/Actual", "Actual")]


async def test_the_answer_is_qualified_as_the_call_is(node: Node) -> None:
    names = {"S": "http://schemas.xmlsoap.org/soap/envelope/", "p": "http://soap.publiccommons.ne.jp/"}
    _, answer = await node.post(published(document(), Token().header()))
    path = "S:Body/p:publishResponse/p:processResponse/p:code"
    assert etree.fromstring(answer.encode()).findtext(path, namespaces=names) == "0"


async def test_a_repeat_and_a_later_revision(node: Node) -> None:
    for revision in ("2", "2", "3"):
        assert await node.publish(document(revision=revision)) == (200, "0")
    assert [key for key, _ in await node.stored()] == ["a9ff1d3fe316/2/Actual", "a9ff1d3fe316/3/Actual"]


async def test_an_exercise_stays_one(node: Node) -> None:
    await node.publish(document(status="Exercise"))
    assert [status for _, status in await node.stored()] == ["Exercise"]


@pytest.mark.parametrize("node", [Status.TEST], indirect=True)
async def test_everything_of_a_test_node_is_a_test(node: Node) -> None:
    await node.publish(document())
    assert [status for _, status in await node.stored()] == ["Test"]


async def test_what_cannot_be_read_is_kept_and_the_node_told(node: Node) -> None:
    assert await node.publish(document(status="Really")) == (200, "1")
    assert await node.quarantined() == ["bad_status"] and await node.stored() == []


@pytest.mark.parametrize(
    "token",
    [
        Token(user="somebody"),
        Token(password="guessed-password"),
        Token(created=wall() - timedelta(minutes=10)),
        Token(created=wall() + timedelta(hours=9)),
        Token(nonce=b"short"),
        Token(kind="#PasswordText"),
    ],
    ids=["user", "password", "old", "ahead", "nonce", "plain"],
)
async def test_who_is_not_the_node_is_not_let_in(node: Node, token: Token) -> None:
    assert await node.publish(document(), token) == (500, "the token was not accepted")
    assert (await node.stored(), await node.quarantined()) == ([], [])


async def test_a_token_counts_once(node: Node) -> None:
    token = Token()
    assert await node.publish(document(), token) == (200, "0")
    assert (await node.publish(document(revision="9"), token))[0] == 500
    assert len(await node.stored()) == 1


async def test_guessing_is_stopped_and_the_node_itself_is_not_counted(node: Node) -> None:
    for _ in range(8):
        assert (await node.publish(document()))[0] == 200
    guesses = [(await node.publish(document(), Token(password="guessed-password")))[0] for _ in range(6)]
    assert guesses == [500] * 5 + [429]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 500),
        (b"not xml", 500),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", 500),
        (published(document()), 500),  # without any token
        (b"<a>" * 5000, 500),
        (b"<a>" + b"x" * MAX_BYTES + b"</a>", 413),
    ],
    ids=["empty", "text", "doctype", "no-token", "deep", "large"],
)
async def test_strangers_leave_no_trace(node: Node, body: bytes, status: int) -> None:
    found, answer = await node.post(body)
    assert found == status and "Fault" in answer and "Traceback" not in answer
    assert (await node.stored(), await node.quarantined()) == ([], [])


async def test_a_store_that_fails_asks_for_it_again(node: Node) -> None:
    """The node must keep what we could not: a Fault of the server, and nothing of it here."""
    for before, after in (("records", "away"), ("away", "records")):
        async with node.store.write() as connection:
            await connection.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))
        if after == "away":
            assert await node.publish(document()) == (500, "not stored; send it again")
    assert await node.publish(document()) == (200, "0")
    assert len(await node.stored()) == 1


async def test_without_the_setting_there_is_no_door(store: Store) -> None:
    async with serving(store) as floor, aiohttp.ClientSession(floor.url) as http:
        status, _ = await Node(http, store).post(published(document()))
    assert status == 404


async def test_ten_at_once_are_stored_once_each(node: Node) -> None:
    answers = await asyncio.gather(*(node.publish(document(revision=str(1 + number // 2))) for number in range(10)))
    assert set(answers) == {(200, "0")}
    assert len(await node.stored()) == 5


@pytest.mark.parametrize("node", [Status.TEST], indirect=True)
async def test_what_a_test_node_sent_stays_a_test_when_it_is_read_again(node: Node) -> None:
    """Refused by the decoder of yesterday, read by that of today: the door it came by still counts."""
    await node.publish(document(status="Really"))
    async with node.store.write() as connection:
        payload = published(document())  # as if today's decoder could read what was kept
        await connection.execute(update(quarantine).values(payload=payload))
        (one,) = await connection.scalars(select(quarantine.c.id))
    assert await replay(node.store, Reader(), one, "sato", wall()) == 1
    assert await node.stored() == [("a9ff1d3fe316/2/Test", "Test")]
