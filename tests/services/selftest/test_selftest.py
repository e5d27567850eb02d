"""Every channel tries itself against its stand-in: what that proves is true, nobody is told, and a fault is found."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feeds.status import Status
from rules.alert import Alert
from services.bell import Bell
from services.channels.proof import Proof, Proving
from services.channels.registry import CHANNELS, Trial, build
from services.clock import wall
from services.selftest.message import test_alert as message_of
from services.selftest.monthly import Monthly, run, troubles
from services.selftest.run import Result, prove_all
from services.selftest.schedule import scheduled
from services.settings import City
from services.store import selftests
from services.store.engine import Store
from services.store.selftests import Kept
from tests.services.making import NOW, SetClock
from tests.services.test_channel_contract import FAKES

CITY = City(
    code="03201",
    name="盛岡市",
    name_en="Morioka",
    sender="hub.morioka.example.jp",
    sender_name="盛岡市",
    sender_name_en="Morioka City",
    web="https://bousai.example.jp/",
)
# Phones would ring; the board is laid beside the store each minute anyway; a browser without a person shows nothing.
UNTRIED = {"urgent_mail", "mqtt", "push"}
MACHINES = {"linkage": "received", "webhook": "received", "lalert": "kept"}  # take tests and acknowledge them
on_sqlite = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def message(now: datetime) -> Alert:
    return message_of(CITY, now)


async def tried(name: str, fake: Any, **changes: Any) -> Result:
    _, rigged = FAKES[name]
    options = {key: value for key, value in rigged(fake).options.items() if key != "statuses"}
    channel = build(name, options | changes)
    (result,) = await prove_all([channel], message(wall()), wall())
    await channel.close()
    return result


def test_the_message_is_a_test_and_says_so() -> None:
    assert message(wall()).status is Status.TEST
    assert "災害は起きていません" in message(wall()).texts["ja"].short


def test_every_channel_can_be_tried_or_is_known_not_to_be(tmp_path: Path) -> None:
    made = {name: kind.make(kind.config.model_validate({**kind.render_only, **_folder(name, tmp_path)}))
            for name, kind in CHANNELS.items()}  # fmt: skip
    assert {name for name, channel in made.items() if not isinstance(channel, Proving)} == UNTRIED
    assert {name for name, kind in CHANNELS.items() if kind.trial is Trial.NONE} == UNTRIED
    assert {name for name, kind in CHANNELS.items() if kind.trial is Trial.SENDS} == MACHINES.keys()


@pytest.mark.parametrize("name", sorted(FAKES.keys() - UNTRIED))
async def test_on_a_real_account_it_is_proven_and_the_public_sees_nothing(name: str) -> None:
    make, rigged = FAKES[name]
    fake = make()
    await fake.start()
    result = await tried(name, fake)
    assert (result.ok, result.tried) == (True, True), result.proof.fault
    assert result.proof.proven
    if name in MACHINES:
        assert len(getattr(fake, MACHINES[name])) == 1
        assert "Test" in f"{getattr(fake, MACHINES[name])}"
    else:
        assert rigged(fake).published() == 0
        assert result.proof.unproven, "what was not tried is said"
    await fake.stop()


@pytest.mark.parametrize("name", sorted(FAKES.keys() - UNTRIED))
async def test_a_service_that_is_down_is_a_fault_in_words(name: str) -> None:
    make, rigged = FAKES[name]
    fake = make()
    await fake.start()
    secrets = rigged(fake).secrets
    options = dict(rigged(fake).options)
    await fake.stop()
    channel = build(name, options)
    (result,) = await prove_all([channel], message(wall()), wall())
    await channel.close()
    assert not result.ok and not result.proof.proven
    assert not [secret for secret in secrets if secret in result.proof.fault]


@pytest.mark.parametrize("name", ["line", "mastodon", "webhook", "linkage"])
async def test_a_wrong_secret_is_found_before_the_night_it_matters(name: str) -> None:
    fake = FAKES[name][0]()
    await fake.start()
    wrong = {"secret": "whsec_" + "A" * 44} if name == "webhook" else {"token": "of-last-year"}
    result = await tried(name, fake, **wrong)
    assert not result.ok
    await fake.stop()


async def test_what_needs_nobody_is_proven_alone(tmp_path: Path) -> None:
    channels = [build("log", {}), build("cap_feed", {}), build("voice", {"folder": str(tmp_path)})]
    results = await prove_all(channels, message(wall()), wall())
    assert [one.proof.fault for one in results] == ["", "", ""]
    assert not list(tmp_path.iterdir()), "a studio finds nothing to play"


class Broken:
    """One that hangs would do as well."""

    name, statuses = "x", frozenset({Status.ACTUAL})

    async def prove(self, alert: Alert, now: datetime) -> Proof:
        raise KeyError(alert.identifier)


async def test_one_that_breaks_does_not_keep_the_others_from_being_tried() -> None:
    broken: Any = Broken()
    one, other = await prove_all([broken, build("log", {})], message(wall()), wall())
    assert one.proof.fault == "内部の誤り：KeyError" and other.ok


@on_sqlite
async def test_it_comes_when_it_is_time_survives_restarts_and_says_what_is_missed(store: Store) -> None:
    month = timedelta(days=30)

    def monthly() -> Monthly:
        return Monthly(store, Bell(), SetClock(), {"log": build("log", {})}, message, month)

    assert await monthly().step(), "never tried is due"
    assert not await monthly().step(), "another process, the same store"
    async with store.read() as connection:
        (kept,) = await selftests.newest(connection)
    assert kept.result.ok and kept.result.proof.proven == ("ログに書けた",)
    assert troubles([kept], month, kept.at + month) == []
    assert "33 日間行われていません" in troubles([kept], month, kept.at + timedelta(days=33, hours=1))[0]
    failed = Result(channel="x", tried=True, proof=Proof(fault="401"), seconds=1.0)
    assert "x が失敗しました：401" in troubles([Kept(kept.at, failed)], month, kept.at)[0]


@on_sqlite
async def test_one_channel_tried_by_hand_does_not_put_off_the_others(store: Store) -> None:
    log, feed = {"log": build("log", {})}, {"cap_feed": build("cap_feed", {})}
    await run(store, NOW, log, message)
    assert await Monthly(store, Bell(), SetClock(), log | feed, message, timedelta(days=30)).step()
    assert not await Monthly(store, Bell(), SetClock(), log | feed, message, timedelta(days=30)).step()
    assert not await Monthly(store, Bell(), SetClock(), {}, message, timedelta(days=30)).step(), "nothing to try"


@on_sqlite
async def test_a_test_under_way_may_be_cut(store: Store) -> None:
    """Nothing is written of a run that did not end, so the next look runs it again."""
    loop = Monthly(store, Bell(), SetClock(), {"log": build("log", {})}, message, timedelta(days=30))
    task = asyncio.create_task(loop.step())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with store.read() as connection:
        assert await selftests.newest(connection) == []
    assert await loop.step()


@on_sqlite
async def test_what_cannot_be_written_down_is_told_and_nobody_is_tried_again_for_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    class Counting:
        name, statuses = "log", frozenset(Status)

        async def prove(self, alert: Alert, now: datetime) -> Proof:
            tries.append(alert.identifier)
            return Proof(proven=("ログに書けた",))

    counting: Any = Counting()
    loop = Monthly(store, Bell(), SetClock(), {"log": counting}, message, timedelta(days=30))
    with monkeypatch.context() as broken:
        broken.setattr(selftests, "keep", _full)
        for _ in range(3):
            with pytest.raises(OSError, match="No space"):
                await loop.step()
    assert len(tries) == 1 and "記録できません" in loop.troubles[0]
    other = Monthly(store, Bell(), SetClock(), {"log": counting}, message, timedelta(days=30))
    assert not await other.step(), "a hub that died with the results in hand waits before it tries anew"
    assert await loop.step() and not await loop.step()
    assert len(tries) == 1 and loop.troubles == []


async def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_each_month_what_only_asks_is_tried_and_a_partners_machine_by_the_citys_word_alone(tmp_path: Path) -> None:
    all_of_them: dict[str, Any] = dict.fromkeys(CHANNELS)
    every, channels = scheduled(None, all_of_them)
    assert every == timedelta(days=30) and not channels.keys() & {*MACHINES, *UNTRIED} and "x" in channels
    assert scheduled(7, all_of_them) == (timedelta(days=7), all_of_them)
    for days, names in ((0, CHANNELS), (None, ("log", "cap_feed", "voice", "webhook"))):
        assert not scheduled(days, dict.fromkeys(names))[0]  # type: ignore[arg-type]


def _folder(name: str, folder: Path) -> dict[str, str]:
    return {"folder": str(folder)} if name == "voice" else {}
