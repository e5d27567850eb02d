"""Every channel of the registry, and every way in which its other end can fail that its contract does not try.

What each refusal means stands in docs/channels.md and is tried by tests/services/test_channel_errors.py, the statuses
by test_channel_contract.py. Here the answer itself goes wrong after the other side has done its work, or TLS does.
Whatever it is: what is out is never called a failure, what is not out is never called sent, and the next try makes no
second one.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.channels.channel import Verdict
from services.channels.registry import CHANNELS, renderer
from tests.city_broker import certify_as
from tests.faults.proxy import WAYS, before
from tests.services.people import MemoryBook, person
from tests.services.test_channel_contract import FAKES, OVER_HTTP, Rig, rig_of, sent

_OUT = {Verdict.ACCEPTED, Verdict.DUPLICATE}
# Nobody is called over HTTP: what can go wrong with each is tried where it is named.
ELSEWHERE = {
    "mail": "test_channel_mail.py",
    "mqtt": "test_channel_mqtt.py",
    "voice": "test_channel_voice.py",
    "cap_feed": "test_cap_feed.py",
    "log": "test_channel_contract.py",
}


def test_every_channel_has_its_failures() -> None:
    assert CHANNELS.keys() == {*OVER_HTTP, *ELSEWHERE}
    assert all((Path(__file__).parents[1] / "services" / name).is_file() for name in ELSEWHERE.values())


@pytest.mark.parametrize("name", OVER_HTTP)
async def test_a_spoilt_answer_makes_no_guess_and_no_double(name: str) -> None:
    for way in WAYS:
        for turn in (0, 1):
            await _spoilt(name, way, turn)


async def _spoilt(name: str, way: str, turn: int) -> None:
    what = f"{name}, answer {turn}: {way}"
    make, rigged = FAKES[name]
    fake = make()
    await fake.start()
    async with before(_origin(fake.url)) as proxy:
        rig = _moved(rigged(fake), _origin(fake.url), proxy.url)
        fake.url = fake.url.replace(_origin(fake.url), proxy.url)  # some are told whom they were called as
        proxy.way, proxy.turn = way, turn
        payload = renderer(name).render(rig.says())
        first = await sent(rig.build(), payload)
        assert not [secret for secret in rig.secrets if secret in f"{first}"], what
        out = rig.published()
        assert out <= 1, what
        if out and len(payload.parts) == 1:
            assert first.verdict in {*_OUT, Verdict.UNKNOWN, Verdict.PARTLY}, f"{what}: out, and called {first}"
        if not out:
            assert first.verdict not in _OUT, f"{what}: not out, and called {first}"
        if first.verdict not in {*_OUT, Verdict.REJECTED}:
            unsure = first.verdict is Verdict.UNKNOWN
            again = await sent(rig.build(), payload, attempts=2, after_unknown=unsure)
            assert again.verdict in _OUT, f"{what}: {first}, then {again}"
            assert rig.published() == 1, what
    await fake.stop()


@pytest.mark.parametrize("name", OVER_HTTP)
async def test_who_cannot_prove_who_they_are_gets_nothing(name: str, tmp_path: Path) -> None:
    certify_as(tmp_path, "server", "localhost")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    async with rig_of(name) as plain:
        far = _origin(f"{plain.options}{[one.address for one in plain.book.people] if plain.book else ''}")
        async with before(far, tls) as proxy:
            rig = _moved(plain, far, proxy.url)
            outcome = await sent(rig.build(), renderer(name).render(rig.says()))
            assert outcome.verdict is Verdict.LATER, f"nothing left the house: {outcome}"
            assert rig.published() == 0


def _origin(text: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", text)
    assert found, text
    return found[0]


def _moved(rig: Rig, far: str, near: str) -> Rig:
    """The same rig, whose channel calls the proxy."""
    options: dict[str, Any] = {
        key: value.replace(far, near) if isinstance(value, str) else value for key, value in rig.options.items()
    }
    book = rig.book
    if book is not None:
        book = MemoryBook([person(one.id, address=one.address.replace(far, near)) for one in book.people])
    return replace(rig, options=options, book=book)
