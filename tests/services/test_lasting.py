"""What was said long ago and still counts: live, after a restart, in drills, on either database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from feeds.records import Record, Telegram, TelegramArea
from feeds.status import Status
from geo.models.quake import Quake
from geo.models.volcano import Volcano
from services.bell import Bell
from services.lasting import Lasting
from services.predict import Predict
from services.store import hazards, records
from services.store.engine import Store
from services.store.records import lasting_telegrams
from tests.geo.official.telegrams import entry, telegram
from tests.services.making import NOW, SetClock, reading
from tests.services.test_official import asked
from tests.services.web_floor import ground

DAY = timedelta(days=1)


def warning(kind: str, days_ago: float, event: str = "207", **more: object) -> Telegram:
    areas: tuple[TelegramArea, ...] = ()
    if more.get("info_type") != "取消":
        named = {"code": event, "name": "岩手山", "code_type": "火山名"}
        areas = (entry("volcano", kind, f"レベル {kind}", **named), entry("volcano", "02", "火口周辺警報"))
    return telegram("VFVO50", *areas, at=NOW - days_ago * DAY, event_id=event, hazard="volcano", **more)


def shaken(felt: str | None, days_ago: float, event: str = "e1", kind: str = "VXSE53", **more: object) -> Telegram:
    return telegram(
        kind, at=NOW - days_ago * DAY, event_id=event, max_intensity=felt, headline=f"{kind} {felt}", **more
    )


async def came(store: Store, *telegrams: Record, at: datetime = NOW) -> None:
    async with store.write() as connection:
        await records.save(connection, telegrams, at)


async def remembered(store: Store, status: Status = Status.ACTUAL, now: datetime = NOW) -> list[Telegram]:
    async with store.read() as connection:
        return await lasting_telegrams(connection, status, now)


def predicting(store: Store, clock: SetClock | None = None) -> Predict:
    return Predict(store, Bell(), clock or SetClock(), ground(), [Volcano()])


async def levels(store: Store, predict: Predict, status: Status = Status.ACTUAL) -> list[int]:
    await predict.step()
    async with store.read() as connection:
        return [one.level for one in (await hazards.current(connection, status)).values()]


async def test_a_warning_of_two_years_ago_holds_and_holds_after_a_restart(store: Store) -> None:
    await came(store, warning("12", 700), reading())
    predict = predicting(store)
    assert await levels(store, predict) == await levels(store, predicting(store)) == [2]
    await came(store, warning("13", 0.5))
    assert await levels(store, predict) == await levels(store, predicting(store)) == [3]
    await came(store, warning("", 0.4, info_type="取消"))
    assert await levels(store, predict) == await levels(store, predicting(store)) == [2]
    await came(store, warning("11", 0.3))
    assert await levels(store, predict) == await levels(store, predicting(store)) == []


async def test_what_comes_late_counts_in_its_place(store: Store) -> None:
    predict = predicting(store)
    await came(store, warning("11", 30))
    assert await levels(store, predict) == []
    await came(store, warning("13", 60))
    assert await levels(store, predict) == [], "older than what stands"


async def test_one_of_a_moment_ahead_counts_when_its_moment_has_come(store: Store) -> None:
    clock = SetClock()
    predict = predicting(store, clock)
    await came(store, warning("12", -1 / 1440))
    assert await levels(store, predict) == []
    clock.at = NOW + timedelta(minutes=2)
    assert await levels(store, predict) == [2]


async def test_a_drill_closes_no_mountain(store: Store) -> None:
    await came(store, warning("15", 100, status=Status.EXERCISE), warning("12", 700))
    predict = predicting(store)
    assert await levels(store, predict) == [2] and await levels(store, predict, Status.EXERCISE) == [5]
    await came(store, warning("11", 1, status=Status.EXERCISE))
    assert await levels(store, predict) == [2] and await levels(store, predict, Status.EXERCISE) == []


async def test_nothing_is_read_again_while_nothing_comes(store: Store) -> None:
    lasting = Lasting()

    async def gathered(now: datetime) -> Sequence[Telegram]:
        async with store.read() as connection:
            upto = await records.latest_seq(connection)
            return await lasting.gather(connection, Status.ACTUAL, upto, now)

    await came(store, warning("12", 700))
    first = await gathered(NOW)
    await came(store, reading(), telegram("VPWW55", at=NOW))
    later = await gathered(NOW + timedelta(hours=23))
    assert later is first, "the same list: the store was not asked for it"
    await came(store, shaken("4", 0.1))
    assert await gathered(NOW + timedelta(hours=23)) is first, "nor for a weak earthquake"
    await came(store, warning("13", 1), shaken("5+", 0.2, "e5"))
    assert len(await gathered(NOW + timedelta(hours=23))) == 3
    await came(store, shaken(None, 0.1, "e5", info_type="取消"))
    assert len(await gathered(NOW + timedelta(hours=23))) == 4, "whatever is said of a strong one"
    assert await gathered(NOW + timedelta(hours=23)) is not await gathered(NOW + timedelta(days=2)), "a day has passed"


async def test_the_store_gives_the_last_of_each_volcano_and_all_of_a_strong_earthquake(store: Store) -> None:
    await came(store, *(warning("12", 900 - day) for day in range(12)), warning("13", 800, "208"))
    kept = await remembered(store)
    assert [one.event_id for one in kept].count("207") == 8 and kept[0].measured_at == NOW - 896 * DAY
    assert [one.event_id for one in kept].count("208") == 1
    await came(store, shaken("5+", 100, kind="VXSE51"), shaken("4", 100 - 0.01), shaken("3", 50, "e2"))
    await came(store, shaken("6-", 400, "e3"), shaken(None, 60, "e4", info_type="取消"), shaken("7", 60.1, "e4"))
    told = [one.headline for one in await remembered(store) if one.hazard != "volcano"]
    assert told == ["VXSE51 5+", "VXSE53 4", "VXSE53 None", "VXSE53 7"]
    assert [one.event_id for one in await remembered(store, now=NOW - 850 * DAY)] == ["207"] * 8, "as it was then"


async def test_ground_shaken_months_ago_is_still_known_as_such(store: Store) -> None:
    here = TelegramArea(code="0320100", name="盛岡市", hazard="earthquake", max_intensity="6-")
    quick = shaken("6-", 60, kind="VXSE51", areas=(replace(here, code="0320200", name="宮古市"),))
    await came(store, quick, shaken("6-", 59.99, areas=(here,)))
    predict = Predict(store, Bell(), SetClock(), ground(), [Quake()])
    assert await levels(store, predict) == [1]
    async with store.read() as connection:
        (told,) = (await hazards.current(connection, Status.ACTUAL)).values()
    assert told.facts == {"rain_factor": 0.7} and "雨の基準を70％" in told.headline


async def test_the_official_answer_knows_it_too(store: Store) -> None:
    await came(store, warning("12", 700), at=NOW - 700 * DAY)
    named = [("火口周辺警報", None), ("レベル 12", None)]
    assert await asked(store, "") == named
    assert await asked(store, "?area=city") == [("火口周辺警報", None)]
    assert await asked(store, "?at=2026-01-01T00:00:00Z") == named
    await came(store, warning("13", 10), warning("", 9, info_type="取消"))
    assert await asked(store, "") == named
