"""緊急速報メール: whose phones ring, for what, and that a refusal by one carrier keeps no other silent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from feeds.status import Status
from rules.alert import Alert, Place
from services.channels.channel import Verdict
from services.channels.lalert.urgent_mail import UrgentMail
from services.channels.registry import CHANNELS, build, renderer
from tests.fakes.lalert import FakeNode
from tests.services.making import alert
from tests.services.sender import Sender

HERE, THERE = Place(code="032010001", name="内丸"), Place(code="032010010012", name="仙北一丁目")


def order(**changes: Any) -> Alert:
    event = changes.pop("event", "避難指示")
    text = replace(alert().texts["ja"], event=event, instruction=changes.pop("instruction", "避難してください。"))
    whole = {"level": 4, "response": "Evacuate", "texts": {"ja": text}, "status": Status.ACTUAL, "places": (HERE,)}
    return alert(**whole | changes)


def mails(one: Alert) -> list[etree._Element]:
    return [etree.fromstring(part.encode()) for part in renderer("urgent_mail").render(one).parts]


def said(mail: etree._Element) -> tuple[str, str]:
    return mail.findtext(".//{*}UrgentMail/{*}Information/{*}Title"), mail.findtext(".//{*}Message")


def test_each_carrier_has_a_document_of_its_own_and_all_say_the_same() -> None:
    found = mails(order())
    assert [mail.findtext(".//{*}consumerRole/{*}value") for mail in found] == ["UMC1", "UMC2", "UMC3"]
    assert len({mail.findtext(".//{*}documentID") for mail in found}) == 3
    assert {said(mail) for mail in found} == {("避難指示", f"{order().texts['ja'].short}\n避難してください。")}


def test_what_to_do_is_said_whole_or_not_at_all() -> None:
    ((_, message), *_) = map(said, mails(order(instruction="高い所へ。" * 100)))
    assert message == order().texts["ja"].short


@pytest.mark.parametrize("event", ["高齢者等避難", "緊急安全確保", "避難指示（解除）"])
def test_a_drill_says_so_first_and_fits(event: str) -> None:
    for title, message in map(said, mails(order(status=Status.EXERCISE, event=event))):
        assert title == f"【訓練】{event}" and len(title) <= 15
        assert message.startswith("【訓練】") and message.endswith("【訓練】")


def test_too_long_a_title_is_what_the_law_calls_it_or_cut_like_a_label() -> None:
    long = "岩手山 噴火警戒レベル４（高齢者等避難）"
    assert said(mails(order(event=long, order="高齢者等避難"))[0])[0] == "高齢者等避難"
    assert said(mails(order(event=long))[0])[0] == "岩手山 噴火警戒レベル４（高…"


def test_too_long_a_text_is_refused_with_its_length() -> None:
    text = replace(order().texts["ja"], short="逃げてください。" * 100)
    with pytest.raises(ValueError, match="本文は500字までで、これは800字"):
        mails(order(texts={"ja": text}))


TWO = {"places": (HERE, THERE), "hazards": ("Actual/a/b/032010001/g", "Actual/a/b/032010010012/g")}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"event": "河川の水位", "response": "Monitor"}, "避難情報だけ"),
        ({"ends": True, "level": 0, "announced": {HERE.code: 4}, "event": "避難指示（解除）"}, "解除では鳴らさない"),
        ({"msg_type": "Update", "announced": {HERE.code: 4}}, "新しい区域も"),
        ({**TWO, "levels": (4, 4), "announced": {HERE.code: 4, THERE.code: 5}}, "新しい区域も"),
        ({"msg_type": "Cancel"}, "出ていない"),
    ],
)
def test_phones_stay_silent_for_what_is_no_news(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        mails(order(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {**TWO, "levels": (4, 4), "announced": {HERE.code: 4}},  # a further district
        {**TWO, "levels": (5, 4), "announced": {HERE.code: 4, THERE.code: 4}},  # a higher level
        {"msg_type": "Cancel", "announced": {HERE.code: 4}},  # who was woken for an error has to know
    ],
)
def test_phones_ring_for_what_is(changes: dict[str, Any]) -> None:
    assert len(mails(order(**changes))) == 3


@pytest.fixture
async def node() -> AsyncIterator[FakeNode]:
    fake = FakeNode()
    await fake.start()
    yield fake
    await fake.stop()


def channel(node: FakeNode) -> UrgentMail:
    account = {"url": f"{node.url}/commons/MQService", "user": node.user, "password": node.password}
    made = build("urgent_mail", {**CHANNELS["urgent_mail"].render_only, **account, "statuses": ["Exercise"]})
    assert isinstance(made, UrgentMail)
    return made


async def test_one_carrier_that_refuses_keeps_no_other_phone_silent(node: FakeNode) -> None:
    sender = Sender(channel(node))
    node.fail_next(403)
    outcome = await sender.send(sender.channel.render(order(status=Status.EXERCISE)))
    assert outcome.verdict is Verdict.REJECTED and "1 of 3 carriers" in outcome.detail
    assert len(node.kept) == 2 and len(sender.done) == 3
    await sender.channel.close()
