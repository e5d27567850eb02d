"""Web Push: the RFC's own example, a browser that reads what was sealed, and what services answer."""

from __future__ import annotations

import json
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from feeds.status import Status
from rules.alert import Alert
from services.channels.channel import Delivery, Outcome, Verdict
from services.channels.http import Answer, Door
from services.channels.people.book import Fate, Person
from services.channels.push.channel import Config, Push
from services.channels.push.encryption import MOST, base64url, encrypted, point, unbase64
from services.channels.push.text import bears, render, topic_of
from services.channels.push.vapid import Vapid, new_key
from services.channels.registry import ChannelError, build
from services.cli import run
from services.residents.seal import Seal
from tests.fakes.push import FakePush
from tests.fakes.served import Order, Served
from tests.services.making import NOW, alert
from tests.services.people import MemoryBook, person
from tests.services.sender import ENGLISH

KEY = new_key()


@pytest.fixture
async def service() -> AsyncIterator[FakePush]:
    fake = FakePush()
    await fake.start()
    yield fake
    await fake.stop()


def channel(*services: str) -> Push:
    return Push(Config(
        private_key=SecretStr(KEY), contact="mailto:bousai@city.example", per_second=1000, services=services,
        statuses=frozenset(Status),
    ))  # fmt: skip


def bilingual(**changes: Any) -> Alert:
    whole = alert(**{"status": Status.ACTUAL, "series": "Actual-river"} | changes)
    return replace(whole, texts={**whole.texts, "en": ENGLISH})


async def sent(one: Alert, people: list[Person], *services: str) -> tuple[Outcome, MemoryBook]:
    pushing = channel(*(services or ("127.0.0.1",)))
    pushing.book = book = MemoryBook(people)
    delivery = Delivery(
        id="d", key="k", series=one.series, revision=one.revision, channel="push", payload=render(one),
        status=one.status, attempts=1, after_unknown=False, first_tried_at=NOW, expires=NOW + timedelta(hours=3),
    )  # fmt: skip

    async def progress(remote_id: str) -> None:
        assert remote_id == "k"

    try:
        return await pushing.send(delivery, NOW, progress), book
    finally:
        await pushing.close()


def test_the_example_of_rfc_8291() -> None:
    """Appendix A, byte for byte."""
    number = int.from_bytes(unbase64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    body = encrypted(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        own=ec.derive_private_key(number, ec.SECP256R1()),
        salt=unbase64("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert body == unbase64(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6P"
        "Bru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_longest_text_fits_and_one_byte_more_does_not() -> None:
    browser = point(ec.generate_private_key(ec.SECP256R1()).public_key())
    told = {"p256dh": base64url(browser), "auth": base64url(b"a" * 16)}
    assert len(encrypted(b"x" * MOST, **told)) == 4096
    with pytest.raises(ValueError, match="3994 bytes, over 3993"):
        encrypted(b"x" * (MOST + 1), **told)


async def test_a_browser_reads_it_in_its_language_and_the_service_learns_how_to_keep_it(service: FakePush) -> None:
    people = [
        person(1, address=service.browser("one").text),
        person(2, address=service.browser("two").text, language="en"),
        person(3, address=service.browser("three").text, language="ko"),
    ]
    outcome, _ = await sent(bilingual(level=4), people)
    assert (outcome.verdict, outcome.detail) == (Verdict.ACCEPTED, "3人に送った")
    one, two, three = (browser.shown[topic_of("Actual-river")] for browser in service.browsers.values())
    assert one["title"] == "レベル4 北上川の水位が避難判断水位を超えました" and one["body"].startswith(
        "北上川（館坂橋）"
    )
    assert two["lang"] == "en" and two["title"].startswith("Level 4: ") and three == one
    assert (one["url"], one["tag"], one["quiet"], one["level"]) == ("/", topic_of("Actual-river"), False, 4)
    headers = service.heard[0]
    assert (headers["TTL"], headers["Urgency"], headers["Topic"]) == ("10800", "high", topic_of("Actual-river"))
    assert len(headers["Topic"]) == 32


async def test_a_newer_revision_takes_the_place_of_the_older(service: FakePush) -> None:
    people = [person(address=service.browser().text)]
    await sent(bilingual(level=2), people)
    assert service.heard[0]["Urgency"] == "normal"
    await sent(bilingual(revision=2, msg_type="Update"), people)
    (shown,) = service.shown
    assert shown["title"].startswith("【更新】")


async def test_a_drill_says_so_at_both_ends(service: FakePush) -> None:
    one = bilingual(status=Status.EXERCISE)
    await sent(one, [person(address=service.browser().text)])
    (shown,) = service.shown
    assert shown["title"].startswith("【訓練】") and shown["body"].endswith("【訓練】")
    assert all(bears(part, "【訓練】") for part in render(one).parts)
    assert not bears(render(bilingual()).parts[0], "【訓練】")


@pytest.mark.parametrize(
    ("order", "fate", "code"),
    [
        (Order(status=400), Fate.REFUSED, "400"),
        (Order(status=403), Fate.REFUSED, "403"),
        (Order(status=413), Fate.REFUSED, "413"),
        (Order(status=429, headers={"Retry-After": "120"}), Fate.LATER, "429"),
        (Order(status=503), Fate.LATER, "503"),
        (Order(status=500), Fate.UNKNOWN, "500"),
        (Order(status=302, headers={"Location": "http://127.0.0.1:1/"}), Fate.REFUSED, "302"),
    ],
)
async def test_what_answers_mean_for_a_browser(service: FakePush, order: Order, fate: Fate, code: str) -> None:
    service.order(order)
    outcome, book = await sent(bilingual(), [person(address=service.browser().text)])
    assert (book.said[1].fate, book.said[1].code) == (fate, code)
    assert "/push/" not in f"{outcome}{book.said}"


async def test_a_browser_that_has_left_is_forgotten(service: FakePush) -> None:
    address = service.browser()
    service.browsers["one"].left = True
    unknown = replace(address, endpoint=f"{service.url}/push/nobody")
    _, book = await sent(bilingual(), [person(1, address=address.text), person(2, address=unknown.text)])
    assert [(book.said[n].fate, book.said[n].code) for n in (1, 2)] == [(Fate.GONE, "410"), (Fate.GONE, "404")]


async def test_a_service_that_asks_for_a_pause_is_left_alone_until_then(service: FakePush) -> None:
    service.order(Order(status=429, headers={"Retry-After": "120"}))
    pushing = channel("127.0.0.1")
    address = service.browser()
    headers = {"TTL": "60", "Content-Encoding": "aes128gcm"}
    said = [await pushing.push(address, "{}", headers) for _ in range(3)]
    await pushing.close()
    assert [one.fate for one in said] == [Fate.LATER, Fate.HELD, Fate.HELD] and len(service.requests) == 1
    assert said[2].retry_at and said[2].retry_at > datetime.now(UTC) + timedelta(seconds=100)


async def test_nothing_but_known_services_is_called(service: FakePush) -> None:
    outcome, book = await sent(bilingual(), [person(address=service.browser().text)], "fcm.googleapis.com")
    assert outcome.verdict is Verdict.REJECTED and "not in the settings" in outcome.detail
    assert service.requests == [] and book.said[1].fate is Fate.REFUSED


async def test_many_calls_share_connections() -> None:
    lines: set[object] = set()

    class Counting(Served):
        def routes(self) -> list[web.RouteDef]:
            return [web.post("/", self._take)]

        async def _take(self, request: web.Request) -> web.Response:
            assert request.transport is not None
            lines.add(request.transport.get_extra_info("peername"))
            return web.Response(status=201)

    service, door = Counting(), Door(5.0, many=True)
    await service.start()
    try:
        answers = [await door.call("POST", service.url) for _ in range(3)]
    finally:
        await door.close()
        await service.stop()
    assert [one.status for one in answers if isinstance(one, Answer)] == [201, 201, 201] and len(lines) == 1


def test_a_token_is_kept_while_it_is_fresh() -> None:
    vapid = Vapid(KEY, "mailto:a@b.example")
    first = vapid.header("https://push.example/a", NOW)
    assert vapid.header("https://push.example/b", NOW + timedelta(hours=5)) == first
    assert vapid.header("https://push.example/b", NOW + timedelta(hours=7)) != first
    assert vapid.header("https://other.example/b", NOW) != first
    claims = json.loads(unbase64(first.split("t=")[1].split(".")[1]))
    assert claims["aud"] == "https://push.example" and KEY not in first


def test_settings_faults_are_told_without_the_key() -> None:
    good = {"private_key": KEY, "contact": "mailto:a@b.example"}
    with pytest.raises(ChannelError, match="shirase secrets vapid FILE") as refused:
        build("push", {**good, "private_key": KEY[:-3]})
    assert KEY[:-3] not in str(refused.value)
    with pytest.raises(ChannelError, match=r"channels\.push\.contact"):
        build("push", {**good, "contact": "a@b.example"})


@pytest.mark.parametrize("kind", ["vapid", "subscriptions"])
def test_secrets_are_made_for_their_owner_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    file = tmp_path / "secret"
    assert run(["secrets", kind, str(file)]) == 0
    told = capsys.readouterr().out
    content = file.read_text().strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and content not in told
    if kind == "vapid":
        assert json.loads(told)["public_key"] == Vapid(content, "").public_key
    else:
        assert Seal(SecretStr(content)).lookup("a")
    assert run(["secrets", kind, str(file)]) == 1
    assert file.read_text().strip() == content and "not_written" in capsys.readouterr().err
