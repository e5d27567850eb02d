"""What every registered channel must do, tried on each against a real server where it speaks to one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feeds.status import Status
from rules.alert import Alert
from services.broker.embedded import EmbeddedBroker
from services.channels.channel import Channel, Delivery, Outcome, Payload, Verdict
from services.channels.registry import CHANNELS, GROUPS, ChannelError, build, outlets, renderer
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.facebook import FakeFacebook
from tests.fakes.lalert import FakeNode
from tests.fakes.line import FakeLine
from tests.fakes.linkage import FakeLinkage
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.push import FakePush
from tests.fakes.served import Served
from tests.fakes.smtp import FakeSmtp
from tests.fakes.webhook import FakePartner
from tests.fakes.x import FakeX
from tests.services.making import NOW, alert
from tests.services.people import MemoryBook, person

BEGAN = datetime.now(UTC)  # the outbox keeps the time of the first attempt


@dataclass(frozen=True)
class Rig:
    """One channel, set up for drills, and what stands at its other end. A channel without one has no ``fail``."""

    name: str
    options: dict[str, Any]
    published: Callable[[], int] = lambda: 0
    fail: Callable[[int], None] | None = None  # answer the next attempt with this status, publishing nothing
    lose: Callable[[], None] | None = None  # publish the next attempt, but let no answer through
    stop: Callable[[], Any] | None = None
    secrets: tuple[str, ...] = ()
    tells_doubles: bool = True  # the other side says when it had a message already
    says: Callable[..., Alert] = alert  # something that the channel is for
    marks: tuple[str, str] = ("【訓練】", "【試験】")  # what a drill and a test bear at both ends
    book: MemoryBook | None = None  # whom it tells, where it tells people one by one

    def build(self, **changes: Any) -> Channel:
        channel = build(self.name, self.options | changes)
        if self.book is not None:
            channel.book = self.book  # type: ignore[attr-defined]
        return channel


def _x(fake: FakeX) -> Rig:
    return Rig(
        name="x",
        options={**fake.credentials, "base_url": fake.url, "statuses": ["Exercise"]},
        published=lambda: len(fake.posts),
        fail=fake.fail_posts,
        lose=lambda: fake.fail_posts(502, page=True, store=True),
        stop=fake.stop,
        secrets=tuple(fake.credentials.values()),
    )


def _linkage(fake: FakeLinkage) -> Rig:
    return Rig(
        name="linkage",
        options={"url": fake.url, "token": fake.token, "statuses": ["Exercise"]},
        published=lambda: len(fake.received),
        fail=lambda status: fake.fail_next(1, status),
        lose=fake.drop_next,
        stop=fake.stop,
        secrets=(fake.token,),
    )


def _served(name: str, fake: Served, hidden: str, published: Callable[[], int], **options: Any) -> Rig:
    return Rig(
        name=name,
        options=options | {"statuses": ["Exercise"]},
        published=published,
        fail=fake.fail_next,
        lose=fake.lose_next,
        stop=fake.stop,
        secrets=(hidden,),
    )


def _line(fake: FakeLine) -> Rig:
    return _served("line", fake, fake.token, lambda: len(fake.broadcasts), url=fake.url, token=fake.token)


def _mastodon(fake: FakeMastodon) -> Rig:
    return _served("mastodon", fake, fake.token, lambda: len(fake.posts), url=fake.url, token=fake.token)


def _bluesky(fake: FakeBluesky) -> Rig:
    account = {"identifier": fake.identifier, "app_password": fake.password}
    return _served("bluesky", fake, fake.password, lambda: len(fake.records), url=fake.url, **account)


def _facebook(fake: FakeFacebook) -> Rig:
    options = {"url": fake.url, "page": fake.page, "token": fake.token}
    return _served("facebook", fake, fake.token, lambda: len(fake.posts), **options)


def _webhook(fake: FakePartner) -> Rig:
    address = f"{fake.url}/hook"
    return _served("webhook", fake, fake.secret, lambda: len(fake.received), url=address, secret=fake.secret)


def _lalert(fake: FakeNode) -> Rig:
    account = {"url": f"{fake.url}/commons/MQService", "user": fake.user, "password": fake.password}
    options = {**CHANNELS["lalert"].render_only, **account}
    rig = _served("lalert", fake, fake.password, lambda: len(fake.kept), **options)
    return replace(rig, tells_doubles=False)


def _urgent_mail(fake: FakeNode) -> Rig:
    """Counted by the first of its carriers."""

    def published() -> int:
        return sum(b">UMC1<" in kept.document for kept in fake.kept)

    return replace(_lalert(fake), name="urgent_mail", published=published, says=_evacuation)


def _evacuation(**changes: Any) -> Alert:
    text = replace(alert().texts["ja"], event="避難指示")
    return alert(**{"level": 4, "response": "Evacuate", "texts": {"ja": text}} | changes)


def _mail(fake: FakeSmtp) -> Rig:
    options = {"host": fake.host, "port": fake.port, "security": "none", "sender": "alerts@city.example"}
    return Rig(
        name="mail",
        options=options | {"user": fake.user, "password": fake.password, "statuses": ["Exercise"]},
        published=lambda: len(fake.mails),
        lose=fake.lose_next,
        stop=fake.stop,
        secrets=(fake.password,),
        tells_doubles=False,
        book=MemoryBook([person()]),
    )


def _push(fake: FakePush) -> Rig:
    options = {**CHANNELS["push"].render_only, "services": ["127.0.0.1"]}
    rig = _served("push", fake, options["private_key"], lambda: len(fake.shown), **options)
    return replace(rig, tells_doubles=False, book=MemoryBook([person(address=fake.browser().text)]))


FAKES: dict[str, tuple[Callable[[], Any], Callable[[Any], Rig]]] = {
    "x": (FakeX, _x),
    "linkage": (FakeLinkage, _linkage),
    "line": (FakeLine, _line),
    "mastodon": (FakeMastodon, _mastodon),
    "bluesky": (FakeBluesky, _bluesky),
    "facebook": (FakeFacebook, _facebook),
    "webhook": (FakePartner, _webhook),
    "lalert": (FakeNode, _lalert),
    "urgent_mail": (FakeNode, _urgent_mail),
    "push": (FakePush, _push),
    "mail": (lambda: FakeSmtp(login_needed=True), _mail),
}
OVER_HTTP = sorted(FAKES.keys() - {"mail"})  # what replies of a mail server mean, test_channel_mail.py tells


@asynccontextmanager
async def rig_of(name: str, folder: Path | None = None) -> AsyncIterator[Rig]:
    """The channel with its other end started; ``folder`` for those that need one."""
    if name == "mqtt":
        assert folder
        broker = EmbeddedBroker(folder)
        at = await broker.start()
        access = {"host": at.host, "port": at.port, "username": at.user, "password": at.password}
        yield Rig(name, {"statuses": ["Exercise"], **access}, secrets=(at.password,))
        await broker.stop()
        return
    if name == "voice":
        said = ("これは訓練です。", "これは試験放送です。")
        yield Rig(name, {"statuses": ["Exercise"], "folder": folder}, marks=said)
        return
    if name not in FAKES:
        yield Rig(name, {"statuses": ["Exercise"]})
        return
    make, rigged = FAKES[name]
    fake = make()
    await fake.start()
    yield rigged(fake)
    await fake.stop()


@pytest.fixture(params=sorted(CHANNELS))
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    async with rig_of(request.param, tmp_path) as one:
        yield one


@pytest.fixture(params=sorted(FAKES))
async def networked(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with rig_of(request.param) as one:
        yield one


@pytest.fixture(params=OVER_HTTP)
async def over_http(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with rig_of(request.param) as one:
        yield one


async def sent(channel: Channel, payload: Payload, **changes: Any) -> Outcome:
    delivery = Delivery(
        id="Exercise-river-level-kitakami-1:channel",
        key="3b241101-e2bb-4255-8caf-4136c566a962",
        series="Exercise-river-level-kitakami",
        revision=1,
        channel=channel.name,
        payload=payload,
        status=Status.EXERCISE,
        attempts=1,
        after_unknown=False,
        first_tried_at=BEGAN,
        expires=NOW + timedelta(hours=3),
        context={"identifier": "Exercise-river-level-kitakami-1", "msg_type": "Alert"},
    )

    async def progress(remote_id: str) -> None:
        assert remote_id

    try:
        return await channel.send(replace(delivery, **changes), NOW, progress)
    finally:
        await channel.close()


def test_every_channel_has_a_rig_and_knows_its_name(rig: Rig) -> None:
    assert rig.build().name == rig.name


def test_rendering_is_pure_and_needs_no_account(rig: Rig) -> None:
    payload = rig.build().render(rig.says())
    assert payload == rig.build().render(rig.says()) == renderer(rig.name).render(rig.says())
    assert payload.digest == renderer(rig.name).render(rig.says()).digest
    assert len(payload.digest) == 64
    assert payload.parts and len(payload.counts) == len(payload.parts)


def test_each_revision_has_a_payload_of_its_own(rig: Rig) -> None:
    channel = renderer(rig.name)
    first = rig.says()
    later = [rig.says(revision=n, msg_type="Update", references=(first.reference,)) for n in (2, 3)]
    digests = {channel.render(each).digest for each in (first, *later)}
    assert len(digests) == 3


@pytest.mark.parametrize(("status", "which"), [(Status.EXERCISE, 0), (Status.TEST, 1)])
def test_drills_and_tests_are_marked_and_the_real_thing_is_not(rig: Rig, status: Status, which: int) -> None:
    channel, mark = renderer(rig.name), rig.marks[which]
    assert all(part.count(mark) >= 2 for part in channel.render(rig.says(status=status)).parts)
    assert not any(mark in part for part in channel.render(rig.says(status=Status.ACTUAL)).parts)


def test_real_accounts_take_no_drill_unless_told_to(networked: Rig) -> None:
    options = {key: value for key, value in networked.options.items() if key != "statuses"}
    assert build(networked.name, options).statuses == {Status.ACTUAL}


async def test_what_the_account_is_not_for_is_refused_unsent(rig: Rig) -> None:
    channel = rig.build(statuses=["Actual"])
    outcome = await sent(channel, channel.render(rig.says()))
    assert outcome.verdict is Verdict.REJECTED
    assert "Exercise" in outcome.detail
    assert rig.published() == 0


async def test_what_has_expired_is_refused_unsent(rig: Rig) -> None:
    channel = rig.build()
    outcome = await sent(channel, channel.render(rig.says()), expires=NOW)
    assert outcome.verdict is Verdict.REJECTED
    assert "expired" in outcome.detail
    assert rig.published() == 0


async def test_sent_once_it_is_accepted_and_sent_twice_it_is_there_once(rig: Rig) -> None:
    payload = renderer(rig.name).render(rig.says())
    first = await sent(rig.build(), payload)
    again = await sent(rig.build(), payload, attempts=2, after_unknown=True)
    assert first.verdict is Verdict.ACCEPTED and first.remote_id
    assert again.verdict in {Verdict.ACCEPTED, Verdict.DUPLICATE}
    assert again.remote_id == first.remote_id
    assert rig.published() == (1 if rig.stop else 0)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (400, Verdict.REJECTED),
        (401, Verdict.REJECTED),
        (403, Verdict.REJECTED),
        (404, Verdict.REJECTED),
        (429, Verdict.LATER),
        (500, Verdict.UNKNOWN),
        (502, Verdict.UNKNOWN),
        (504, Verdict.UNKNOWN),
    ],
)
async def test_a_status_means_the_same_on_every_channel(over_http: Rig, status: int, verdict: Verdict) -> None:
    assert over_http.fail
    over_http.fail(status)
    outcome = await sent(over_http.build(), renderer(over_http.name).render(over_http.says()))
    assert outcome.verdict is verdict
    assert str(status) in outcome.detail
    assert not [secret for secret in over_http.secrets if secret in f"{outcome}"]
    assert over_http.published() == 0


async def test_a_lost_answer_is_unknown_and_the_next_attempt_makes_no_double(networked: Rig) -> None:
    assert networked.lose
    payload = renderer(networked.name).render(networked.says())
    networked.lose()
    lost = await sent(networked.build(), payload)
    assert (lost.verdict, networked.published()) == (Verdict.UNKNOWN, 1)
    found = await sent(networked.build(), payload, attempts=2, after_unknown=True)
    again = Verdict.DUPLICATE if networked.tells_doubles else Verdict.ACCEPTED
    assert (found.verdict, networked.published()) == (again, 1)
    assert found.remote_id


async def test_nobody_there_means_later(networked: Rig) -> None:
    assert networked.stop
    await networked.stop()
    outcome = await sent(networked.build(), renderer(networked.name).render(networked.says()))
    assert outcome.verdict is Verdict.LATER


def test_settings_faults_name_the_key_and_the_cure_and_no_secret(rig: Rig) -> None:
    with pytest.raises(ChannelError, match=rf"channels\.{rig.name}\.colour is not a setting of this channel; it has"):
        rig.build(colour="hush-hush")
    with pytest.raises(ChannelError, match=rf"channels\.{rig.name}\.statuses") as refused:
        rig.build(statuses=["Actually"], colour="hush-hush")
    assert "hush" not in str(refused.value)
    assert "colour" in str(refused.value)


def test_a_missing_secret_and_an_unknown_channel_are_told_with_the_cure() -> None:
    with pytest.raises(ChannelError, match=r"channels\.x\.consumer_key is missing; write it, or \{ file = "):
        build("x", {})
    with pytest.raises(ChannelError, match=f"there is no such channel; use one of {', '.join(sorted(CHANNELS))}"):
        build("twitter", {})
    with pytest.raises(ChannelError, match="there is no such channel"):
        renderer("twitter")


def test_a_group_means_those_of_it_that_are_set_up_and_an_empty_one_stays_for_staff_to_see() -> None:
    assert outlets(["cap_feed", "social", "log"], {"cap_feed", "x", "line"}) == ("cap_feed", "x", "line", "log")
    assert outlets(["x", "social"], {"x", "mastodon"}) == ("x", "mastodon")
    assert outlets(["open"], {"cap_feed", "mqtt", "voice", "x"}) == ("cap_feed", "mqtt", "voice")
    assert outlets(["social"], {"log"}) == ("social",)
    assert outlets(["social", "residents"], {"x", "push"}) == ("x", "push")
    assert outlets(["residents", "log"], {"log"}) == ("log",), "nobody misses what a city need not have"


def test_every_channel_and_group_has_its_word_on_the_pages() -> None:
    words = json.loads((Path(__file__).parents[2] / "services/web/static/words.json").read_text(encoding="utf-8"))
    assert {*CHANNELS, *GROUPS} <= words["channels"].keys()
    assert {member for group in GROUPS.values() for member in group} <= CHANNELS.keys()
