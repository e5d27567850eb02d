"""Subscriptions: asked, confirmed, changed, left; nobody learns who is there, and nothing readable is kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from geo.area import Area, Areas
from rules.alert import Place
from rules.wording.languages import LANGUAGES
from services.cli import run
from services.desks.subscriptions import CONFIRM_WITHIN, SUSPENDED_KEPT, Subscriptions, forget
from services.residents.address import AddressError, PushAddress, mail_address, push_address
from services.residents.digest import latest
from services.residents.reach import districts_of
from services.residents.seal import Purpose, Seal, SealError
from services.residents.wish import TOPICS, Wish, WishError
from services.residents.words import LANGUAGE_NAMES, table
from services.store import subscribers
from services.store.engine import Store
from services.store.subscribers import Membership, Subscriber
from services.store.tables_subscribers import letters
from services.store.tables_subscribers import subscribers as rows
from tests.services.making import NOW, alert
from tests.services.web_floor import DISTRICT, ground

SEAL = Seal(SecretStr("a secret of more than thirty-two letters"))
DISTRICTS = ("032010001", "032010002")
TARO = "taro.yamada@docomo.example"
KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


@dataclass
class Watch:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def desk(store: Store, watch: Watch) -> Subscriptions:
    return Subscriptions(store, SEAL, DISTRICTS, watch)


async def known(store: Store) -> list[Subscriber]:
    async with store.read() as connection:
        return [subscribers.subscriber_of(row) for row in (await connection.execute(select(rows))).mappings()]


async def waiting(store: Store) -> list[str]:
    async with store.read() as connection:
        return [row.purpose for row in await connection.execute(select(letters.c.purpose))]


async def test_asked_confirmed_and_left_for_good(store: Store, desk: Subscriptions) -> None:
    wish = Wish(districts=("032010001",), topics=("water",), language="vi", digest=True)
    await desk.ask(TARO, wish)
    (asked,) = await known(store)
    assert (asked.state, asked.asked, await waiting(store)) == (Membership.ASKED, wish, ["confirm"])
    token = desk.confirmation(asked)
    assert await desk.asked_for(token) == wish
    confirmed = await desk.confirm(token)
    assert confirmed and (confirmed.state, confirmed.wish) == (Membership.CONFIRMED, wish)
    assert await desk.confirm(token) is None, "a link works once"
    leaving = SEAL.token(Purpose.LEAVE, asked.uid)
    assert await desk.leave(leaving) and await desk.leave(leaving)
    assert (await known(store), await waiting(store)) == ([], [])


async def test_what_is_kept_cannot_be_read_without_the_key(store: Store, desk: Subscriptions, tmp_path: Path) -> None:
    await desk.ask(TARO, Wish())
    (one,) = await known(store)
    assert SEAL.open(one.uid, one.sealed) == TARO
    assert "taro" not in repr(one) and b"taro" not in one.sealed
    with pytest.raises(SealError, match="another key"):
        Seal(SecretStr("another secret of more than thirty letters")).open(one.uid, one.sealed)
    with pytest.raises(SealError):
        SEAL.open("somebody-elses-1", one.sealed)
    with pytest.raises(SealError, match="fewer than 32"):
        Seal(SecretStr("short"))


async def test_an_old_link_a_changed_one_and_one_for_another_purpose_do_nothing(
    store: Store, desk: Subscriptions, watch: Watch
) -> None:
    await desk.ask(TARO, Wish())
    (one,) = await known(store)
    token = desk.confirmation(one)
    uid, ends, mac = token.split(".")
    for forged in ("", "x", f"{uid}.{ends}.{mac[::-1]}", f"{uid}.zzzzzz.{mac}", f"{uid}.0.{mac}", "a" * 5000):
        assert await desk.confirm(forged) is None
        assert not await desk.leave(forged)
    assert not await desk.leave(token)
    assert await desk.confirm(SEAL.token(Purpose.LEAVE, one.uid)) is None
    watch.at += CONFIRM_WITHIN
    assert await desk.confirm(token) is None


async def test_a_link_agrees_to_what_its_letter_said_and_not_to_what_a_stranger_asked_for_later(
    store: Store, desk: Subscriptions, watch: Watch
) -> None:
    await desk.ask(TARO, Wish(language="en"))
    first = desk.confirmation((await known(store))[0])
    watch.at += timedelta(minutes=11)
    await desk.ask(TARO, Wish(least=4))
    assert await desk.confirm(first) is None
    assert await desk.confirm(desk.confirmation((await known(store))[0]))


async def test_who_is_known_already_keeps_what_holds_until_the_link_is_followed(
    store: Store, desk: Subscriptions, watch: Watch
) -> None:
    await desk.ask(TARO, Wish())
    await desk.confirm(desk.confirmation((await known(store))[0]))
    watch.at += timedelta(hours=1)
    await desk.ask(TARO.upper().replace("DOCOMO.EXAMPLE", "docomo.example"), Wish())
    assert await waiting(store) == ["known"]
    watch.at += timedelta(hours=1)
    await desk.ask(TARO, Wish(least=4))
    (one,) = await known(store)
    assert (one.wish, one.asked, await waiting(store)) == (Wish(), Wish(least=4), ["confirm"])


async def test_nobody_is_buried_in_letters(store: Store, desk: Subscriptions, watch: Watch) -> None:
    for _ in range(60):
        await desk.ask(TARO, Wish())
        watch.at += timedelta(minutes=5)
    (one,) = await known(store)
    assert len(one.letters) == 5 and len(await waiting(store)) == 1


async def test_who_never_confirms_or_is_out_of_reach_is_forgotten(
    store: Store, desk: Subscriptions, watch: Watch
) -> None:
    await desk.ask(TARO, Wish())
    await desk.ask("hanako@example.jp", Wish())
    taro, _ = await known(store)
    await desk.confirm(desk.confirmation(taro))
    assert await forget(store, NOW + CONFIRM_WITHIN + timedelta(seconds=1))
    assert [one.uid for one in await known(store)] == [taro.uid]
    async with store.write() as connection:
        await subscribers.suspend(connection, [taro.id], "550 5.1.1", NOW)
        assert await subscribers.counts(connection) == {("mail", "suspended"): 1}
    assert not await forget(store, NOW + SUSPENDED_KEPT)
    assert await forget(store, NOW + SUSPENDED_KEPT + timedelta(seconds=1))
    assert await known(store) == []


async def test_a_change_needs_the_link_of_a_mail_and_a_wish_that_can_be_kept(store: Store, desk: Subscriptions) -> None:
    await desk.ask(TARO, Wish())
    (one,) = await known(store)
    await desk.confirm(desk.confirmation(one))
    token = SEAL.mine(one.uid, NOW)
    assert await desk.change(token, Wish(least=3))
    assert not await desk.change(SEAL.token(Purpose.LEAVE, one.uid), Wish())
    assert (await known(store))[0].wish == Wish(least=3)
    assert await desk.holder(token, Purpose.MINE) is not None
    for bad in (Wish(districts=("x",)), Wish(topics=("y",)), Wish(least=2), Wish(language="xx")):
        with pytest.raises(WishError):
            await desk.change(token, bad)


async def test_a_link_to_ones_wishes_holds_three_months_and_each_mail_brings_a_new_one(
    store: Store, desk: Subscriptions, watch: Watch
) -> None:
    await desk.ask(TARO, Wish())
    (one,) = await known(store)
    await desk.confirm(desk.confirmation(one))
    link, leave = SEAL.mine(one.uid, watch()), SEAL.token(Purpose.LEAVE, one.uid)
    watch.at += timedelta(days=90)
    assert await desk.holder(link, Purpose.MINE)
    watch.at += timedelta(days=2)
    assert await desk.holder(link, Purpose.MINE) is None and not await desk.change(link, Wish(least=3))
    assert not await desk.change(SEAL.token(Purpose.MINE, one.uid), Wish()), "one without an end is none of ours"
    assert await desk.change(SEAL.mine(one.uid, watch()), Wish(least=3))
    watch.at += timedelta(days=4000)
    assert await desk.leave(leave)


async def test_a_browser_is_told_without_a_name_and_forgotten_by_its_own_word(
    store: Store, desk: Subscriptions
) -> None:
    address = PushAddress("https://push.example/abc", **KEYS)
    await desk.register(address, Wish(language="ko", digest=True))
    await desk.register(address, Wish(language="en"))
    (one,) = await known(store)
    assert (one.state, one.wish.digest) == (Membership.CONFIRMED, False)
    assert PushAddress.of(SEAL.open(one.uid, one.sealed)) == address
    assert await desk.registered(address.endpoint) == Wish(language="en")
    await desk.unregister(address.endpoint)
    assert await known(store) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" Taro@EXAMPLE.jp ", "Taro@example.jp"),
        ("taro..yamada.@docomo.ne.jp", "taro..yamada.@docomo.ne.jp"),
        ("ｔａｒｏ@example.jp", "taro@example.jp"),
        ("taro@盛岡.jp", "taro@xn--4it332d.jp"),
    ],
)
def test_addresses_that_exist_are_taken(given: str, kept: str) -> None:
    assert mail_address(given) == kept


@pytest.mark.parametrize(
    "given",
    ["", "taro", "@example.jp", "taro@", "taro@localhost", "a@b.c\r\nBcc: x@y.z", "a b@c.jp", "a@[127.0.0.1]",
     "a@127.0.0.1", "<a@b.jp>", "a@b.jp,c@d.jp", "a" * 250 + "@b.jp", "a@-b.jp", "a\x00@b.jp",
     "=?utf-8?q?a=0D=0ABcc=3A_v=40x?=@b.jp", "a@" + "あ" * 499],
)  # fmt: skip
def test_addresses_that_are_none_are_refused_and_never_repeated(given: str) -> None:
    with pytest.raises(AddressError) as refused:
        mail_address(given)
    assert not given or given not in str(refused.value)


@pytest.mark.parametrize(
    "endpoint",
    ["http://push.example/a", "https://evil.example/a", "https://push.example.evil/a", "https://user@push.example/a",
     "https://push.example:8443/a", "https://169.254.169.254/", "https://push.example@evil/", "ftp://push.example/",
     "https://evil.example\\.push.example/", "https://xpush.example/", "https://push.example/ a", "https://[::1]/",
     "https://push.example:99999/", "https://push.example/" + "a" * 1000],
)  # fmt: skip
def test_an_endpoint_that_is_none_of_a_known_push_service_is_never_called(endpoint: str) -> None:
    with pytest.raises(AddressError):
        push_address(endpoint, **KEYS, services=["push.example", ".push.example"])


def test_endpoints_of_known_services_with_a_browsers_keys_are_taken() -> None:
    for endpoint in ("https://push.example/a", "https://eu.push.example/a?b=c"):
        assert push_address(endpoint, **KEYS, services=["push.example", ".push.example"]).endpoint == endpoint
    for keys in ({**KEYS, "auth": "AA"}, {**KEYS, "p256dh": KEYS["auth"]}, {**KEYS, "auth": "é" * 22}):
        with pytest.raises(AddressError, match="keys"):
            push_address("https://push.example/a", **keys, services=["push.example"])


def test_a_wish_takes_what_concerns_it() -> None:
    here = frozenset({"032010001"})
    flood = alert(kind="flood", level=3)
    assert Wish().wants(flood, here) and Wish(districts=("032010001", "x")).wants(flood, here)
    assert not Wish(districts=("032010002",)).wants(flood, here)
    assert Wish(districts=("032010002",)).wants(flood, None), "all of the city"
    assert Wish(topics=("water",)).wants(flood, here) and not Wish(topics=("snow",)).wants(flood, here)
    assert Wish(topics=("snow",)).wants(alert(kind="evacuation"), here), "it concerns everybody"
    for kind in ("plow_ordered", "plow_done", "snow_dump_closed", "snow_dump_reopened"):
        news = alert(kind=kind, level=1)
        assert Wish(topics=("snow",)).wants(news, here) and not Wish(topics=("animals",)).wants(news, here), kind
    assert Wish(least=3).wants(flood, here) and not Wish(least=4).wants(flood, here)
    assert not Wish(digest=True).gathers(flood) and Wish(digest=True).gathers(alert(level=2, levels=(2,)))
    assert not Wish(digest=True).gathers(alert(level=0, levels=(4,))), "what ended was no minor thing"


def test_which_districts_an_alert_concerns() -> None:
    areas = ground().areas
    assert districts_of(alert(), areas) == {"032010001"}
    assert districts_of(alert(places=(Place(code="03201", name="盛岡市"),)), areas) is None
    assert districts_of(alert(places=(Place(code="unknown", name="?"),)), areas) is None
    ring = tuple(DISTRICT.buffer(-0.001).exterior.coords)
    drawn = Place(code="elsewhere", name="中", polygons=(ring,))
    assert districts_of(alert(places=(drawn,)), areas) == {"032010001"}
    section = Area(code="plow", name="工区", kind="plow_section", geometry=DISTRICT.buffer(-0.001))
    assert districts_of(alert(places=(Place(code="plow", name="工区"),)), Areas([*areas, section])) == {"032010001"}
    lifted = replace(alert(), lifted=(Place(code="032010002", name="本町通"),))
    assert districts_of(lifted, areas) == {"032010001", "032010002"}


def test_words_stand_in_every_language_with_the_same_gaps() -> None:
    assert LANGUAGE_NAMES.keys() == LANGUAGES.keys()
    for name, texts in table().items():
        assert texts.keys() == LANGUAGES.keys(), name
        assert len({text.count("{") for text in texts.values()}) == 1 and all(texts.values()), name
    assert {f"topic_{topic}" for topic in TOPICS} <= table().keys()


def test_the_hours_are_those_of_japan() -> None:
    hours = (time(7, 30), time(17, 30))
    assert latest(hours, datetime(2026, 11, 20, 8, 30, tzinfo=UTC)) == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert latest(hours, datetime(2026, 11, 20, 8, 29, tzinfo=UTC)) == datetime(2026, 11, 19, 22, 30, tzinfo=UTC)
    assert latest(hours, datetime(2026, 11, 19, 22, 0, tzinfo=UTC)) == datetime(2026, 11, 19, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_staff_see_numbers_and_nobody(
    store: Store,
    desk: Subscriptions,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await desk.ask(TARO, Wish())
    await desk.ask("hanako@example.jp", Wish())
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    assert await asyncio.to_thread(run, ["subscribers"]) == 0
    assert capsys.readouterr().out == '{"channel": "mail", "state": "asked", "number": 2}\n'
