"""The channel ``line`` against an account with retry keys, a quota and three kinds of "too many"."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from feeds.status import Status
from services.channels.channel import Verdict
from services.channels.line import LIMIT, Config, Line, utf16_units
from services.clock import wall
from tests.fakes.line import FakeLine
from tests.services.making import alert
from tests.services.sender import ENGLISH, Sender, long_alert


@pytest.fixture
async def server() -> AsyncIterator[FakeLine]:
    fake = FakeLine()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def sender(server: FakeLine) -> AsyncIterator[Sender]:
    statuses = frozenset({Status.EXERCISE})
    channel = Line(Config(url=server.url, token=SecretStr(server.token), statuses=statuses, timeout_s=2))
    yield Sender(channel)
    await channel.close()


async def test_one_request_says_it_in_every_language_japanese_first_and_in_full(
    server: FakeLine, sender: Sender
) -> None:
    payload = sender.channel.render(long_alert())
    assert (await sender.send(payload)).verdict is Verdict.ACCEPTED
    (taken,) = server.broadcasts
    japanese, english = taken.texts
    assert japanese.startswith("【訓練】") and "11月20日18時00分発表 第1報" in japanese
    assert long_alert().texts["ja"].instruction in japanese
    assert japanese.endswith("https://bousai.example.jp/alerts/1\n【訓練】")
    assert ENGLISH.short in english and not taken.quiet


async def test_six_languages_make_five_messages_and_lose_none(sender: Sender) -> None:
    texts = {"ja": alert().texts["ja"]} | {
        tag: replace(ENGLISH, language=tag) for tag in ("en", "zh", "ko", "vi", "ja-x-easy")
    }
    payload = sender.channel.render(alert(texts=texts))
    assert len(payload.parts) == 5
    assert "".join(payload.parts).count(ENGLISH.short) == 5
    assert all(part.startswith("【訓練】") and part.endswith("【訓練】") for part in payload.parts)


async def test_a_minor_notice_makes_no_sound_and_the_approval_covers_that(server: FakeLine, sender: Sender) -> None:
    minor, severe = (sender.channel.render(alert(severity=word)) for word in ("Minor", "Severe"))
    assert minor.parts == severe.parts and minor.digest != severe.digest
    await sender.send(minor)
    assert server.broadcasts[0].quiet


async def test_a_key_that_line_has_forgotten_is_not_used_again(server: FakeLine, sender: Sender) -> None:
    payload = sender.channel.render(alert())
    server.lose_next()
    await sender.send(payload)
    late = await sender.again(payload, first_tried_at=wall() - timedelta(hours=23, minutes=1))
    assert late.verdict is Verdict.REJECTED and "may have been sent" in late.detail
    assert len(server.broadcasts) == 1


async def test_a_quota_that_is_used_up_is_named_with_the_cure(server: FakeLine, sender: Sender) -> None:
    server.quota = 0
    outcome = await sender.send(sender.channel.render(alert()))
    assert outcome.verdict is Verdict.LATER
    assert "monthly limit" in outcome.detail and "raise the plan" in outcome.detail


async def test_503_is_not_known(server: FakeLine, sender: Sender) -> None:
    server.fail_next(503)
    assert (await sender.send(sender.channel.render(alert()))).verdict is Verdict.UNKNOWN


def test_units_are_counted_as_line_counts_them_and_too_long_a_text_is_refused_when_drafted() -> None:
    assert utf16_units("雪") == 1 and utf16_units("⛄🐻") == 3
    channel = Line(Config(token=SecretStr("t")))
    long = replace(alert().texts["ja"], instruction="川" * LIMIT)
    with pytest.raises(ValueError, match="over the 5000 of LINE"):
        channel.render(alert(texts={"ja": long}))


async def test_a_drill_without_its_mark_is_refused_unsent(server: FakeLine, sender: Sender) -> None:
    bare = replace(sender.channel.render(alert()), parts=("川に近づかないでください",))
    outcome = await sender.send(bare)
    assert outcome.verdict is Verdict.REJECTED and "lacks its mark" in outcome.detail
    assert not server.broadcasts
