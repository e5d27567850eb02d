"""The channel ``mail`` against a real SMTP server on this machine: what a mail is like, and what replies mean."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from feeds.status import Status
from rules.alert import Alert
from services.channels.channel import Delivery, Outcome, Verdict
from services.channels.mail.channel import Config, Mail
from services.channels.mail.lines import judged
from services.channels.mail.message import From, Written
from services.channels.mail.message import mail as letter
from services.channels.mail.text import render, subject_of
from services.channels.people.book import Fate, Person, Said
from services.channels.registry import ChannelError, build
from services.outgoing.session import trusting
from tests.fakes.smtp import FakeSmtp, Order
from tests.services.making import NOW, alert
from tests.services.people import MemoryBook, person
from tests.services.sender import ENGLISH


@pytest.fixture
async def smtp() -> AsyncIterator[FakeSmtp]:
    fake = FakeSmtp()
    await fake.start()
    yield fake
    await fake.stop()


def config(fake: FakeSmtp, **changes: Any) -> Config:
    told = {"host": fake.host, "port": fake.port, "security": "none", "sender": "alerts@city.example",
            "sender_name": "盛岡市危機管理防災課", "per_second": 1000, "statuses": list(Status)}  # fmt: skip
    return Config.model_validate(told | changes)


def bilingual(**changes: Any) -> Alert:
    whole = alert(status=Status.ACTUAL, series="Actual-river", web="https://bousai.example.jp/?a=1&b=2", **changes)
    return replace(whole, texts={**whole.texts, "en": ENGLISH})


def delivery(one: Alert, **changes: Any) -> Delivery:
    whole = Delivery(
        id=f"{one.identifier}:mail",
        key=f"key-of-{one.identifier}",
        series=one.series,
        revision=one.revision,
        channel="mail",
        payload=render(one),
        status=one.status,
        attempts=1,
        after_unknown=False,
        first_tried_at=NOW,
        expires=NOW + timedelta(hours=3),
        context={"identifier": one.identifier, "msg_type": one.msg_type},
    )
    return replace(whole, **changes)


async def sent(
    fake: FakeSmtp, one: Alert, people: list[Person], book: MemoryBook | None = None, **changes: Any
) -> tuple[Outcome, MemoryBook]:
    channel = Mail(config(fake, **changes))
    channel.book = book = book or MemoryBook(people)

    async def progress(remote_id: str) -> None:
        assert remote_id == delivery(one).key

    try:
        return await channel.send(delivery(one), NOW, progress), book
    finally:
        await channel.close()


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


async def test_a_mail_is_read_by_people_and_by_their_programs(smtp: FakeSmtp) -> None:
    taro = person(1, address="taro..yamada.@docomo.ne.jp")
    outcome, _ = await sent(smtp, bilingual(level=4), [taro])
    assert (outcome.verdict, outcome.detail) == (Verdict.ACCEPTED, "1人に送った")
    (mail,) = smtp.box(taro.address)
    assert mail["Subject"] == "レベル4 北上川の水位が避難判断水位を超えました"
    assert mail["From"] == "盛岡市危機管理防災課 <alerts@city.example>"
    assert mail["List-Unsubscribe"] == f"<{taro.leave}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "<alerts.city.example>" and mail["Auto-Submitted"] == "auto-generated"
    assert mail["Importance"] == "high" and mail["In-Reply-To"] is None
    assert mail["Message-ID"].endswith("@city.example>") and "taro" not in mail["Message-ID"]
    plain, page = text_of(mail), text_of(mail, "html")
    for words in ("館坂橋で2.60メートル。", "川に近づかないでください。", "11月20日18時00分発表 第1報"):
        assert words in plain and words in page
    assert taro.leave in plain and taro.mine in plain
    assert '<a href="https://bousai.example.jp/?a=1&amp;b=2">' in page and "color-scheme" in page
    assert not any(tag in page for tag in ("<img", "<script", "<link", "background", "color:"))
    assert max(map(len, smtp.raw[0].split(b"\r\n"))) <= 200


async def test_everybody_reads_their_language_and_japanese_where_there_is_none(smtp: FakeSmtp) -> None:
    people = [person(1), person(2, language="en"), person(3, language="vi")]
    await sent(smtp, bilingual(), people)
    languages = [smtp.box(one.address)[0]["Content-Language"] for one in people]
    assert languages == ["ja", "en", "ja"]
    english = text_of(smtp.box("p2@example.jp")[0])
    assert "Keep away from the river." in english and "Unsubscribe" in english and "川に近づかない" not in english


async def test_what_stands_in_a_text_is_text(smtp: FakeSmtp) -> None:
    whole = bilingual()
    evil = replace(whole.texts["ja"], headline="<b>川</b>\r\nBcc: x@y.example", description='"><script>1</script>')
    await sent(smtp, replace(whole, texts={"ja": evil}), [person()])
    (mail,) = smtp.mails
    assert mail["Bcc"] is None and mail["Subject"] == "レベル3 <b>川</b> Bcc: x@y.example"
    assert "<script>" not in text_of(mail, "html") and "&lt;script&gt;" in text_of(mail, "html")


async def test_later_revisions_answer_the_earlier_ones_and_a_retry_is_the_same_mail(smtp: FakeSmtp) -> None:
    first, third = bilingual(), bilingual(revision=3, msg_type="Update")
    smtp.lose_next()
    outcome, book = await sent(smtp, first, [person()])
    assert outcome.verdict is Verdict.UNKNOWN
    outcome, _ = await sent(smtp, first, [], book)
    assert outcome.verdict is Verdict.ACCEPTED
    assert len(smtp.taken) == 2 and len({name for _, name in smtp.taken}) == 1
    await sent(smtp, third, [replace(person(), first=1, last=2)])
    (_, last) = smtp.box("p1@example.jp")
    assert last["References"].split()[0] == smtp.taken[0][1] and last["In-Reply-To"] == last["References"].split()[1]
    assert last["Subject"].startswith("【更新】")


async def test_a_drill_says_so_first_and_last(smtp: FakeSmtp) -> None:
    one = replace(bilingual(), status=Status.EXERCISE)
    await sent(smtp, one, [person(1), person(2, language="en")])
    (japanese,), (english,) = smtp.box("p1@example.jp"), smtp.box("p2@example.jp")  # they go out side by side
    assert japanese["Subject"].startswith("【訓練】") and english["Subject"].startswith("【訓練】[EXERCISE]")
    for mail in (japanese, english):
        body = text_of(mail).split("\n\n--")[0]
        assert body.startswith("【訓練】") and body.rstrip().endswith("【訓練】")


async def test_a_drill_without_its_mark_never_leaves(smtp: FakeSmtp) -> None:
    channel = Mail(config(smtp))
    channel.book = MemoryBook([person()])
    unmarked = delivery(bilingual(), status=Status.EXERCISE)

    async def progress(remote_id: str) -> None:
        raise AssertionError(remote_id)

    outcome = await channel.send(unmarked, NOW, progress)
    assert outcome.verdict is Verdict.REJECTED and "mark" in outcome.detail and smtp.mails == []


@pytest.mark.parametrize(
    ("reply", "fate", "code"),
    [
        ("550 5.1.1 <p1@example.jp> no such user", Fate.BOUNCED, "550 5.1.1"),
        ("550 nobody here called p1@example.jp", Fate.BOUNCED, "550"),
        ("553 5.1.3 bad address", Fate.BOUNCED, "553 5.1.3"),
        ("550 5.7.1 you are on a list of spammers", Fate.REFUSED, "550 5.7.1"),
        ("554 not from you", Fate.REFUSED, "554"),
        ("552 5.2.2 mailbox full", Fate.LATER, "552 5.2.2"),
        ("450 4.2.0 greylisted, come back", Fate.LATER, "450 4.2.0"),
        ("451 4.7.1 too many from you", Fate.LATER, "451 4.7.1"),
    ],
)
@pytest.mark.parametrize("at", ["rcpt", "data"])
async def test_what_replies_mean_for_a_person(smtp: FakeSmtp, reply: str, fate: Fate, code: str, at: str) -> None:
    smtp.order(Order(at=at, reply=reply))
    outcome, book = await sent(smtp, bilingual(), [person(1), person(2)], connections=1)
    assert (book.said[1].fate, book.said[1].code, book.said[2].fate) == (fate, code, Fate.TOLD)
    assert smtp.connections == 1, "a refusal does not cost the line"
    assert "example.jp" not in f"{outcome}{book.said}"


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [("550 5.7.1 alerts@city.example may not", Verdict.REJECTED), ("451 4.3.0 busy", Verdict.LATER)],
)
async def test_a_refusal_of_the_sender_stops_everything(smtp: FakeSmtp, reply: str, verdict: Verdict) -> None:
    smtp.order(Order(at="mail", reply=reply))
    outcome, book = await sent(smtp, bilingual(), [person(n) for n in range(1, 9)], connections=1)
    assert outcome.verdict is verdict and reply[:3] in outcome.detail and "@" not in outcome.detail
    assert {said.fate for said in book.said.values()} == {Fate.LEFT} and smtp.mails == []


async def test_a_wrong_password_stops_everything_and_is_not_told() -> None:
    fake = FakeSmtp(login_needed=True)
    await fake.start()
    outcome, _ = await sent(fake, bilingual(), [person()], user=fake.user, password="hush-hush")
    await fake.stop()
    assert outcome.verdict is Verdict.REJECTED and "535" in outcome.detail and "hush" not in outcome.detail


async def test_one_address_that_no_header_takes_keeps_nobody_else_waiting(smtp: FakeSmtp) -> None:
    people = [person(1, address="=?utf-8?q?a=0D=0Ab?=@x.example"), person(2), person(3)]
    outcome, book = await sent(smtp, bilingual(), people)
    assert (outcome.verdict, len(smtp.mails), book.said[1].fate) == (Verdict.ACCEPTED, 2, Fate.REFUSED)


async def test_one_line_carries_many_mails_and_is_changed_in_time(smtp: FakeSmtp) -> None:
    people = [person(n) for n in range(1, 41)]
    outcome, _ = await sent(smtp, bilingual(), people, connections=1, per_connection=20)
    assert (outcome.verdict, len(smtp.mails), smtp.connections) == (Verdict.ACCEPTED, 40, 2)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mail"
    name = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*command.split(), *name], check=True, capture_output=True)
    return cert, key


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_the_line_is_encrypted_and_the_server_proven(certificate: tuple[Path, Path], security: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    fake = FakeSmtp(tls=context, implicit=security == "tls", login_needed=security == "starttls")
    await fake.start()
    login = {"user": fake.user, "password": fake.password} if fake.login_needed else {}
    good, _ = await sent(fake, bilingual(), [person()], security=security, ca_file=certificate[0], **login)
    stranger, _ = await sent(fake, bilingual(), [person()], security=security, **login)
    await fake.stop()
    assert (good.verdict, stranger.verdict, len(fake.taken)) == (Verdict.ACCEPTED, Verdict.LATER, 1)


async def test_a_server_without_starttls_is_not_spoken_to_in_clear(smtp: FakeSmtp) -> None:
    outcome, _ = await sent(smtp, bilingual(), [person()], security="starttls")
    assert outcome.verdict is Verdict.LATER and smtp.mails == []


async def test_an_authority_that_cannot_be_read_is_a_line_that_is_down(smtp: FakeSmtp, tmp_path: Path) -> None:
    outcome, _ = await sent(smtp, bilingual(), [person()], security="starttls", ca_file=tmp_path / "none.pem")
    assert outcome.verdict is Verdict.LATER and "ca_file" in outcome.detail
    assert trusting(None) is trusting(None), "made anew for each line it would take 60 ms of everybody's time"


def test_settings_that_would_tell_secrets_are_refused() -> None:
    base = {"host": "mail.example", "sender": "alerts@city.example"}
    with pytest.raises(ChannelError, match=r"only for this machine"):
        build("mail", {**base, "security": "none"})
    with pytest.raises(ChannelError, match="user and password go together"):
        build("mail", {**base, "user": "hub"})
    with pytest.raises(ChannelError, match=r"channels\.mail\.sender"):
        build("mail", {**base, "sender": "alerts@city.example>\r\nBcc: x"})
    assert "hush" not in repr(Config(**base, user="hub", password=SecretStr("hush")))  # type: ignore[arg-type]


def test_a_subject_leads_with_the_level_once_and_never_in_an_end() -> None:
    def subject(headline: str, **changes: Any) -> str:
        one = alert(status=Status.ACTUAL, **changes)
        return subject_of(render(replace(one, texts={"ja": replace(one.texts["ja"], headline=headline)})).parts[0])

    assert subject("川の水位", level=4) == "レベル4 川の水位"
    assert subject("レベル４氾濫危険警報", level=4) == "レベル４氾濫危険警報"
    assert subject("終わりました", level=0, ends=True, msg_type="Update") == "【解除】終わりました"
    assert subject("クマ", level=3, alert_level=False) == "クマ"
    assert judged(421, "closing") == Said(fate=Fate.LATER, code="421")


@pytest.mark.parametrize("shift", range(0, 24, 3))
def test_a_subject_keeps_its_blanks_wherever_it_is_folded(shift: int) -> None:
    """Programs that fold between two encoded words drop the blank there, unless it is encoded with them."""
    subject = f"{'訓' * shift}【警戒レベル２相当】北上川 館坂橋 避難判断水位に到達の見込み（22日15時22分現在） Level 2"
    written = Written(subject=subject, body="b", language="ja", name="n")
    raw = letter(From(address="alerts@city.example", name="", list_id="alerts.city.example"), person(), written, NOW)
    assert message_from_bytes(raw, policy=default)["Subject"] == subject
    assert max(map(len, raw.split(b"\r\n"))) <= 78
