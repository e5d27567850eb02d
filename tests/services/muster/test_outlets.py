"""Out of the house: a real mail server, a real bridge; how each refusal is told, and that no address is."""

from __future__ import annotations

from pydantic import SecretStr

from services.callout.message import Message
from services.callout.outlet import Apprise
from services.configuration.muster import Mustering
from services.muster.outlets import Outlets
from services.store.muster_sends import Kind, Send, SendState
from tests.fakes.phones import FakeChat
from tests.fakes.smtp import FakeSmtp, Order
from tests.services.making import NOW
from tests.services.muster.scene import KEY

TOLD = Message(
    subject="【訓練】[EXERCISE] 安否確認・参集：震度5弱",
    body="【訓練】[EXERCISE] 安否確認\nhttps://x.example/muster?t=a",
)


def send(person: str = "a", round_: int = 0) -> Send:
    return Send(
        muster=1,
        round=round_,
        person=person,
        address="hash",
        kind=Kind.ASK,
        state=SendState.SENDING,
        detail="",
        due_at=NOW,
        started_at=NOW,
        finished_at=None,
    )


def outlets(port: int = 0, sms: str = "") -> Outlets:
    mail = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "muster@city.example", "per_second": 1000}
    told = Mustering.model_validate({"key": KEY, "sms": SecretStr(sms), **({"mail": mail} if port else {})})
    return Outlets(told, Apprise())


async def test_plain_mail_arrives_marked_and_is_no_list(smtp: FakeSmtp) -> None:
    ways = outlets(smtp.port)
    assert (await ways.send(send(), "hanako@city.example", TOLD))[0] is SendState.SENT
    (mail,) = smtp.box("hanako@city.example")
    assert mail["Subject"] == TOLD.subject and mail["List-Unsubscribe"] is None and mail["Importance"] == "high"
    text = mail.get_body(("plain",))
    assert text is not None and text.get_content().startswith("【訓練】")
    await ways.close()


async def test_each_refusal_is_told_by_its_code_and_never_by_an_address(smtp: FakeSmtp) -> None:
    smtp.refused["gone@city.example"] = "550 5.1.1 <gone@city.example> unknown"
    ways = outlets(smtp.port)
    gone = await ways.send(send("b"), "gone@city.example", TOLD)
    smtp.order(Order(at="rcpt", reply="451 4.7.1 greylisted"))
    later = await ways.send(send("c"), "later@city.example", TOLD)
    smtp.lose_next()
    lost = await ways.send(send("d"), "lost@city.example", TOLD)
    assert [state for state, _ in (gone, later, lost)] == [SendState.FAILED, SendState.FAILED, SendState.UNKNOWN]
    assert gone[1] == "mail：550 5.1.1" and "city.example" not in str((gone, later, lost))
    await ways.close()
    await smtp.stop()
    nobody = outlets(smtp.port)
    assert (await nobody.send(send(), "a@city.example", TOLD))[0] is SendState.FAILED
    await nobody.close()


async def test_a_number_goes_by_the_bridge_and_without_one_it_is_said() -> None:
    chat = FakeChat()
    await chat.start()
    ways = outlets(sms=f"json://{chat.host}/{{number}}")
    assert (await ways.send(send(), "+819012345678", TOLD))[0] is SendState.SENT
    assert [one["message"] for one in chat.inbox] == [TOLD.body]
    await ways.close()
    await chat.stop()
    none = outlets()
    inside = await none.send(send(), "json://127.0.0.1:9/night", TOLD)  # somebody's word in a spreadsheet
    assert inside[0] is SendState.FAILED and "[outgoing]" in inside[1] and "night" not in inside[1]
    for address in ("+819012345678", "a@city.example"):
        state, detail = await none.send(send(), address, TOLD)
        assert state is SendState.FAILED and address not in detail
    await none.close()
