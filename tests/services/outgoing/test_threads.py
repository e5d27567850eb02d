"""What a library opens in a thread: judged when it connects, whatever the library; other threads are left alone."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import AsyncIterator, Iterator

import pytest
import requests
from pydantic import SecretStr

from services.callout.outlet import Apprise
from services.outgoing.reach import Reach, RefusedError, open_to
from services.outgoing.threads import judged
from services.store.call_sends import SendState
from tests.fakes.phones import FakeChat
from tests.services.callout.test_outlet import TOLD

pytestmark = pytest.mark.one_engine


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    open_to(Reach())


@pytest.fixture
async def chat() -> AsyncIterator[FakeChat]:
    server = FakeChat()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as line:
        yield line


def test_every_library_is_stopped_at_the_address_itself(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with judged("partner.example"):
        with pytest.raises(RefusedError, match=r"127\.0\.0\.1"):
            socket.create_connection(("localhost", port), timeout=2)
        with pytest.raises(OSError, match="no public address"):
            requests.get(f"http://127.0.0.1:{port}/", timeout=2)
        with pytest.raises(OSError, match="no public address"):
            smtplib.SMTP("localhost", port, timeout=2)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line, pytest.raises(RefusedError):
            line.sendto(b"x", ("169.254.169.254", 80))
        with socket.socket(socket.AF_UNIX) as line, pytest.raises(RefusedError, match="only the internet"):
            line.connect("/run/any.sock")
    socket.create_connection(("127.0.0.1", port), timeout=2).close()  # outside of it nothing is judged


def test_what_the_settings_wrote_or_allow_is_reached(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with judged("127.0.0.1"):
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    with judged("bridge.example"), pytest.raises(RefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)
    for allowed in ("bridge.example", "127.0.0.0/8", "localhost"):  # the last: a name that leads to this address
        open_to(Reach.of([allowed]))
        with judged("bridge.example"):
            socket.create_connection(("127.0.0.1", port), timeout=2).close()


async def test_a_message_to_staff_leads_nowhere_inside(chat: FakeChat) -> None:
    hub = Apprise(timeout_s=2.0)
    port = chat.host.rpartition(":")[2]
    try:
        for address in (f"json://2130706433:{port}/x", f"json://127.1:{port}/x", f"json://[::ffff:127.0.0.1]:{port}/x"):
            told = await hub.send(SecretStr(address), TOLD)
            assert told.state is SendState.FAILED, address
            assert "see [outgoing]" in told.detail or "cannot read" in told.detail, "its own reader refuses 127.1"
        assert chat.inbox == []
        assert (await hub.send(SecretStr(f"json://{chat.host}/x"), TOLD)).state is SendState.SENT
    finally:
        hub.close()
