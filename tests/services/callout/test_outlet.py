"""apprise itself, to a real mail server and a real chat: what arrives, how failures are told, and what no log holds."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from services.callout import outlet
from services.callout.message import Message
from services.callout.outlet import Apprise, readable
from services.store.call_sends import SendState
from services.store.engine import Store
from tests.fakes.phones import FakeChat, FakeMail
from tests.services.callout.scene import Scene, roster

TOLD = Message(
    subject="【訓練】[EXERCISE] 承認待ち：河川の水位", body="【訓練】[EXERCISE] 承認待ち\n見る: ${HOME} \\n :smile:"
)


@pytest.fixture
async def mail() -> AsyncIterator[FakeMail]:
    server = FakeMail()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def chat() -> AsyncIterator[FakeChat]:
    server = FakeChat()
    await server.start()
    yield server
    await server.stop()


def mailto(server: FakeMail) -> SecretStr:
    return SecretStr(f"mailto://127.0.0.1:{server.port}?from=hub@city.example&to=sato@city.example&mode=insecure")


async def test_a_mail_arrives_with_its_mark_first_and_nothing_in_it_is_interpreted(mail: FakeMail) -> None:
    result = await Apprise().send(mailto(mail), TOLD)
    assert result.state is SendState.SENT, result
    (arrived,) = mail.inbox
    assert arrived.to == ("sato@city.example",)
    assert arrived.subject == TOLD.subject
    assert arrived.body.replace("\r\n", "\n").strip() == TOLD.body


async def test_a_chat_gets_the_same(chat: FakeChat) -> None:
    result = await Apprise().send(SecretStr(f"json://{chat.host}/night"), TOLD)
    assert result.state is SendState.SENT
    (arrived,) = chat.inbox
    assert (arrived["title"], arrived["message"]) == (TOLD.subject, TOLD.body)


async def test_failures_are_told_apart_and_none_holds_the_address(
    mail: FakeMail, chat: FakeChat, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    mail.refuse = True
    chat.fail_next(500)
    hub = Apprise(timeout_s=1.0)
    addresses = [
        mailto(mail),
        SecretStr(f"json://user:hush-hush@{chat.host}/secret-room"),
        SecretStr("json://127.0.0.1:9/secret-room"),
        SecretStr("nonsense://secret-room"),
        SecretStr("mailto://secret-user:hush-hush@:0"),
    ]
    results = [await hub.send(one, TOLD) for one in addresses]
    assert [one.state for one in results] == [SendState.FAILED] * 5, results
    ours = [line.getMessage() for line in caplog.records if line.name != "mail.log"]  # that is the server's own
    shown = "".join([*(one.detail for one in results), *ours, *capfd.readouterr()])
    for secret in ("secret-room", "hush-hush", "secret-user", "sato@city.example"):
        assert secret not in shown


@pytest.mark.one_engine
async def test_a_server_that_hangs_is_given_up_as_not_known_and_holds_nobody_else(
    store: Store, mail: FakeMail, chat: FakeChat
) -> None:
    mail.hang = asyncio.Event()
    people = {
        "sato": {"name": "佐藤", "urls": [mailto(mail)]},
        "suzuki": {"name": "鈴木", "urls": [f"json://{chat.host}/night"]},
    }
    callout = roster(people=people, groups={"night": ["sato", "suzuki"]}, chains=[{"groups": ["night"]}])
    scene = Scene(store, callout, Apprise(timeout_s=0.5))
    await scene.draft(level=4)
    with capture_logs() as lines:
        await scene.at(seconds=0)
    mail.hang.set()
    states = {one.person: one.state for one in await scene.sends()}
    assert states == {"sato": SendState.UNKNOWN, "suzuki": SendState.SENT}
    assert "sato@city.example" not in str(lines)
    assert chat.inbox[0]["title"].startswith("【訓練】")


async def test_what_was_given_up_before_its_turn_never_goes_out(chat: FakeChat) -> None:
    free, threads = threading.Event(), ThreadPoolExecutor(1)
    threads.submit(free.wait)  # as one that hangs at a name server
    result = await Apprise(timeout_s=0.05, slack_s=0.0, threads=threads).send(SecretStr(f"json://{chat.host}/n"), TOLD)
    free.set()
    await asyncio.to_thread(threads.shutdown)
    assert result.state is SendState.FAILED and "no turn in time" in result.detail
    assert chat.inbox == []


def test_apprise_is_loaded_by_nobody_who_does_not_call() -> None:
    assert not hasattr(outlet, "apprise"), "half a second and some hundred modules at every start"


def test_an_address_is_tried_without_being_shown() -> None:
    assert readable(SecretStr("json://chat.example/room"))
    assert not readable(SecretStr("nonsense://room"))
