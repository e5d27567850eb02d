"""The linkage channel against a real server that plays the city's linkage system."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr, ValidationError

from feeds.cap.envelope import unwrap
from feeds.cap.verify import read_verified
from feeds.status import Status
from services.channels.channel import Delivery, Outcome, Verdict
from services.channels.http import retry_at
from services.channels.linkage import Config, Linkage
from services.clock import wall
from tests.fakes.linkage import FakeLinkage
from tests.feeds.cap.keys import signer
from tests.rules.test_cap_message import flood

NOW = datetime(2026, 1, 14, 21, 11, tzinfo=UTC)


@pytest.fixture
async def city() -> AsyncIterator[FakeLinkage]:
    server = FakeLinkage()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def channel(city: FakeLinkage) -> AsyncIterator[Linkage]:
    one = Linkage(config(city))
    yield one
    await one.close()


def config(city: FakeLinkage, token: str = "") -> Config:
    statuses = frozenset({Status.ACTUAL, Status.EXERCISE})
    return Config(url=city.url, token=SecretStr(token or city.token), statuses=statuses)


def delivery(channel: Linkage, key: str = "key-1", identifier: str = "") -> Delivery:
    alert = replace(flood(), identifier=identifier) if identifier else flood()
    return Delivery(
        id="d1",
        key=key,
        series=alert.series,
        revision=alert.revision,
        channel="linkage",
        payload=channel.render(alert),
        status=alert.status,
        attempts=1,
        after_unknown=False,
        first_tried_at=None,
        expires=alert.expires,
    )


async def send(channel: Linkage, one: Delivery) -> Outcome:
    async def progress(_remote_id: str) -> None:
        raise AssertionError("one part has no progress")

    return await channel.send(one, NOW, progress)


async def test_accepted_with_the_receipt_and_the_very_bytes(city: FakeLinkage, channel: Linkage) -> None:
    one = delivery(channel)
    outcome = await send(channel, one)
    assert (outcome.verdict, outcome.remote_id) == (Verdict.ACCEPTED, "R-000001")
    assert city.received[0].document.decode() == one.payload.parts[0]
    assert city.received[0].key == "key-1"


@pytest.mark.parametrize("status", [Status.ACTUAL, Status.EXERCISE])
async def test_in_an_envelope_the_signed_alert_arrives_as_it_is(city: FakeLinkage, status: Status) -> None:
    channel = Linkage(config(city).model_copy(update={"format": "edxl"}), signer())
    one = delivery(channel)
    drill = replace(one, payload=channel.render(replace(flood(), status=status)), status=status)
    outcomes = [await send(channel, drill) for _ in range(2)]
    await channel.close()
    assert [outcome.verdict for outcome in outcomes] == [Verdict.ACCEPTED, Verdict.DUPLICATE]
    envelope = unwrap(city.received[0].document)
    assert envelope.status == status.value
    assert read_verified(envelope.documents[0], signer().chain).status == status.value


async def test_the_same_key_again_is_a_double(city: FakeLinkage, channel: Linkage) -> None:
    first, second = [await send(channel, delivery(channel)) for _ in range(2)]
    assert (first.verdict, second.verdict) == (Verdict.ACCEPTED, Verdict.DUPLICATE)
    assert second.remote_id == first.remote_id
    assert len(city.received) == 1


async def test_the_same_alert_under_another_key_is_a_double(city: FakeLinkage, channel: Linkage) -> None:
    await send(channel, delivery(channel, "key-1"))
    assert (await send(channel, delivery(channel, "key-2"))).verdict is Verdict.DUPLICATE
    assert len(city.received) == 1


async def test_an_unknown_outcome_is_settled_by_sending_again(city: FakeLinkage, channel: Linkage) -> None:
    city.drop_next(stored=True)
    one = delivery(channel)
    assert (await send(channel, one)).verdict is Verdict.UNKNOWN
    again = await send(channel, replace(one, after_unknown=True, attempts=2))
    assert again.verdict is Verdict.DUPLICATE
    assert len(city.received) == 1


async def test_an_unknown_outcome_that_never_arrived_is_accepted_the_second_time(
    city: FakeLinkage, channel: Linkage
) -> None:
    city.drop_next(stored=False)
    one = delivery(channel)
    assert (await send(channel, one)).verdict is Verdict.UNKNOWN
    assert (await send(channel, replace(one, after_unknown=True))).verdict is Verdict.ACCEPTED
    assert city.requests == 2


async def test_no_answer_in_time_is_unknown(city: FakeLinkage) -> None:
    impatient = Linkage(config(city).model_copy(update={"timeout_s": 0.2}))
    city.hang_next(5)
    assert (await send(impatient, delivery(impatient))).verdict is Verdict.UNKNOWN
    await impatient.close()


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (204, Verdict.ACCEPTED),
        (302, Verdict.REJECTED),  # the token is not carried elsewhere
        (400, Verdict.REJECTED),
        (401, Verdict.REJECTED),
        (403, Verdict.REJECTED),
        (404, Verdict.REJECTED),
        (408, Verdict.LATER),
        (413, Verdict.REJECTED),
        (422, Verdict.REJECTED),
        (429, Verdict.LATER),
        (500, Verdict.UNKNOWN),
        (502, Verdict.UNKNOWN),
        (503, Verdict.LATER),
        (504, Verdict.UNKNOWN),
    ],
)
async def test_every_status_has_its_verdict(city: FakeLinkage, channel: Linkage, status: int, verdict: Verdict) -> None:
    city.fail_next(1, status)
    outcome = await send(channel, delivery(channel))
    assert outcome.verdict is verdict
    assert str(status) in outcome.detail
    assert not city.received


async def test_retry_after_is_obeyed(city: FakeLinkage, channel: Linkage) -> None:
    city.fail_next(1, 429, retry_after="90")
    before = wall()
    outcome = await send(channel, delivery(channel))
    assert outcome.retry_at is not None
    waits = outcome.retry_at - before  # by the wall's clock, whatever hub time an exercise has
    assert timedelta(seconds=90) <= waits < timedelta(seconds=120)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("0", NOW),
        ("Wed, 14 Jan 2026 21:12:30 GMT", NOW + timedelta(seconds=90)),
        ("Wed, 14 Jan 2026 21:00:00 GMT", NOW),  # over already
        ("999999999", NOW + timedelta(minutes=15)),
        ("Thu, 14 Jan 2027 21:12:30 GMT", NOW + timedelta(minutes=15)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("٩", None),  # a digit, but not of ASCII
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, wanted: datetime | None) -> None:
    assert retry_at(header, NOW) == wanted


async def test_the_reason_is_told_without_the_token_and_in_bounds(city: FakeLinkage, channel: Linkage) -> None:
    city.fail_next(1, 422, body='{"error": "bad", "message": "no\\n\\u0007 ' + city.token + "x" * 9000 + '"}')
    long = await send(channel, delivery(channel))
    city.fail_next(1, 400, body='{"message": "polygon is open,\\n token ' + city.token + '"}')
    short = await send(channel, delivery(channel))
    assert city.token not in long.detail + short.detail
    assert len(long.detail) < 400
    assert short.detail == "400 polygon is open, token ***"


async def test_a_wrong_token_is_rejected_by_name(city: FakeLinkage) -> None:
    stranger = Linkage(config(city, token="somebody-else"))
    outcome = await send(stranger, delivery(stranger))
    await stranger.close()
    assert outcome.verdict is Verdict.REJECTED
    assert "bearer token" in outcome.detail


async def test_nobody_listening_means_later(channel: Linkage) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refused, and nobody else gets the port
        port = taken.getsockname()[1]
        alone = Linkage(Config(url=f"http://127.0.0.1:{port}/cap", token=SecretStr("t")))
        outcome = await send(alone, delivery(channel))
        await alone.close()
    assert outcome.verdict is Verdict.LATER


async def test_an_unknown_host_means_later(channel: Linkage) -> None:
    lost = Linkage(Config(url="https://linkage.invalid/cap", token=SecretStr("t")))
    outcome = await send(lost, delivery(channel))
    await lost.close()
    assert outcome.verdict is Verdict.LATER


async def test_a_body_that_breaks_off_does_not_undo_an_acceptance(channel: Linkage) -> None:
    async def take(request: web.Request) -> web.StreamResponse:
        await request.read()
        answer = web.StreamResponse(status=201, headers={"Content-Length": "500"})
        await answer.prepare(request)
        await answer.write(b'{"receipt": "R-')
        assert request.transport is not None
        request.transport.close()
        return answer

    app = web.Application()
    app.router.add_post("/cap", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    half = Linkage(Config(url=f"http://127.0.0.1:{runner.addresses[0][1]}/cap", token=SecretStr("t")))
    outcome = await send(half, delivery(channel))
    await half.close()
    await runner.cleanup()
    assert outcome.verdict is Verdict.ACCEPTED


async def test_a_drill_does_not_go_to_a_real_account(city: FakeLinkage) -> None:
    real = Linkage(Config(url=city.url, token=SecretStr(city.token)))
    outcome = await send(real, replace(delivery(real), status=Status.EXERCISE))
    await real.close()
    assert outcome.verdict is Verdict.REJECTED
    assert city.requests == 0


async def test_what_expired_is_not_sent(city: FakeLinkage, channel: Linkage) -> None:
    outcome = await send(channel, replace(delivery(channel), expires=NOW))
    assert outcome.verdict is Verdict.REJECTED
    assert city.requests == 0


async def test_the_viewer_sees_what_was_received(city: FakeLinkage, channel: Linkage) -> None:
    await send(channel, delivery(channel, "key-1"))
    await send(channel, delivery(channel, "key-2", identifier="morioka-20260115-0008-c4"))
    url = city.url.replace("/cap", "/received")
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        shown = await response.json()
    assert [one["identifier"] for one in shown] == ["morioka-20260115-0008-c4", "morioka-20260115-0007-b3"]
    assert shown[0]["msg_type"] == "Update"


async def test_many_at_once_are_all_taken_once(city: FakeLinkage, channel: Linkage) -> None:
    sent = [delivery(channel, f"key-{i % 10}", identifier=f"morioka-{i % 10}") for i in range(30)]
    outcomes = await asyncio.gather(*(send(channel, one) for one in sent))
    assert sorted(one.verdict for one in outcomes) == [Verdict.ACCEPTED] * 10 + [Verdict.DUPLICATE] * 20
    assert len(city.received) == 10


@pytest.mark.parametrize(
    "url", ["http://city.example.jp/cap", "ftp://127.0.0.1/", "https://u:p@city.example.jp/", "city.example.jp", ""]
)
def test_an_unsafe_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        Config(url=url, token=SecretStr("t"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://[::1]:9/", "http://localhost/x", "https://a.example/"])
def test_a_safe_address_is_taken(url: str) -> None:
    assert Config(url=url, token=SecretStr("t")).url == url


@pytest.mark.parametrize("token", ["", "with space", "line\n", "トークン"])
def test_a_token_that_fits_no_header_is_refused(token: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Config.model_validate({"url": "https://a.example/", "token": token})
    assert not token or token not in str(refusal.value), "the token itself is never told"


def test_a_missing_certificate_file_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="ca_file"):
        Config(url="https://a.example/", token=SecretStr("t"), ca_file=tmp_path / "none.pem")
