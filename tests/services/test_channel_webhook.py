"""The channel ``webhook`` against a partner that checks signatures by itself."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr, ValidationError

from feeds.status import Status
from services.channels.channel import Verdict
from services.channels.webhook import Config, Webhook, signature
from tests.fakes.webhook import FakePartner
from tests.services.making import alert
from tests.services.sender import Sender, long_alert


@pytest.fixture
async def partner() -> AsyncIterator[FakePartner]:
    fake = FakePartner()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def sender(partner: FakePartner) -> AsyncIterator[Sender]:
    options = Config(
        url=f"{partner.url}/hook", secret=SecretStr(partner.secret), statuses=frozenset({Status.EXERCISE}), timeout_s=2
    )
    channel = Webhook(options)
    yield Sender(channel)
    await channel.close()


async def test_a_partner_gets_every_fact_once_however_often_it_is_sent(partner: FakePartner, sender: Sender) -> None:
    payload = sender.channel.render(long_alert())
    assert (await sender.send(payload)).verdict is Verdict.ACCEPTED
    assert (await sender.again(payload)).verdict is Verdict.DUPLICATE
    (taken,) = partner.received.values()
    assert taken["type"] == "alert.alert" and taken["data"]["status"] == "Exercise"
    assert taken["data"]["texts"]["en"]["short"].startswith("【訓練】[EXERCISE]")
    assert taken["data"]["areas"] and taken["data"]["expires"].endswith("+00:00")
    assert json.loads(payload.parts[0]) == taken


async def test_a_wrong_secret_is_refused_by_the_partner_and_never_shown(partner: FakePartner, sender: Sender) -> None:
    partner.key = b"another key of thirty-two bytes.."
    outcome = await sender.send(sender.channel.render(alert()))
    assert outcome.verdict is Verdict.REJECTED and "signature does not fit" in outcome.detail
    assert partner.secret not in outcome.detail


def test_the_known_answer_of_the_standard() -> None:
    """The example of standardwebhooks.com."""
    secret = SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == expected


@pytest.mark.parametrize("secret", ["", "whsec_", "not base64!", "whsec_" + base64.b64encode(b"short").decode()])
def test_a_secret_that_protects_nothing_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError, match="secret"):
        Config(url="https://partner.example/hook", secret=SecretStr(secret))
