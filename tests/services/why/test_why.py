"""Why was this not sent? Every answer there is, out of what the loops wrote down themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from feeds.status import Status
from geo.hazard import Hazard
from rules.floor import Floor
from rules.rule import CATALOG, load_rules
from rules.silence import Silence
from rules.span import Span
from services.desks import review
from services.desks import silence as silences
from services.evaluate import Evaluate
from services.store.engine import Store
from services.store.tables import outbox
from services.store.tables import suppressions as rows
from services.store.users import Role
from services.why.ask import Law, ask
from services.why.evidence import UnknownHazardError
from tests.services.making import NOW, SetClock, employ, hazard
from tests.services.test_evaluate import evaluating, flood, seen, warning, written
from tests.services.web_floor import floor

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
LAW = Law(load_rules([CATALOG]), Floor())
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
REAL = {"status": Status.ACTUAL, "valid_until": NOW + 6 * HOUR}


async def why(store: Store, one: Hazard, at: datetime = NOW) -> dict[str, Any]:
    async with store.read() as connection:
        return await ask(connection, one.key, at, LAW)


async def judged(store: Store, *there: Hazard, clock: SetClock | None = None) -> Evaluate:
    await seen(store, *there)
    evaluate = evaluating(store, clock)
    await evaluate.step([Status.ACTUAL])
    return evaluate


async def became(store: Store, state: str, reason: str = "", at: datetime = NOW) -> None:
    """Every delivery comes to this."""
    async with store.write() as connection:
        values = {"state": state, "reason": reason, "finished_at": at}
        await connection.execute(update(outbox).where(outbox.c.state == "waiting").values(values))


async def test_it_was_sent_and_by_what(store: Store) -> None:
    one = warning(**REAL)
    await judged(store, one)
    told = await why(store, one)
    assert (told["code"], told["told"], told["waits"]) == ("sending", False, "cap_feed・logへの送信")
    await became(store, "accepted")
    told = await why(store, one)
    assert (told["code"], told["told"], told["rule"]) == ("told", True, "official-warning")
    assert "11月20日18:00に発表しました（規則「気象警報」）" in told["ja"] and "届いた経路：cap_feed・log" in told["ja"]
    assert "social：この経路では送らない（この経路は設定されていない）" in told["ja"]
    assert told["en"].startswith("Issued at 20 Nov 18:00 JST; out on cap_feed, log; failed on social")


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        ("rejected", "403 duplicate", "相手先が受け付けなかった（403 duplicate）"),
        ("expired", "送る前に期限が切れた", "期限切れで送らなかった"),
    ],
)
async def test_no_channel_took_it(store: Store, state: str, reason: str, words: str) -> None:
    one = warning(**REAL)
    await judged(store, one)
    await became(store, state, reason)
    told = await why(store, one)
    assert (told["code"], told["told"]) == ("undelivered", False) and words in told["ja"]


async def test_it_waits_for_people_then_one_says_no(store: Store) -> None:
    one = flood(**REAL, level=4)
    await judged(store, one)
    told = await why(store, one)
    await employ(store, "佐藤")
    both = {found["rule"]: (found["code"], found["waits"]) for found in told["findings"][:2]}
    assert both == {
        "evacuation-proposal": ("waiting", "あと2人の承認"),
        "river-level": ("waiting", "あと1人の承認"),
    }
    for draft in await written(store):
        wanted = {"series": draft.series, "revision": 1, "digest": draft.digest, "person": "佐藤"}
        await review.reject(store, **wanted, reason="現地は無事", now=NOW + 5 * MINUTE)
    later = await why(store, one, NOW + 6 * MINUTE)
    assert later["code"] == "refused" and "佐藤が11月20日18:05に差し戻しました" in later["ja"]
    assert (await why(store, one, NOW + 4 * MINUTE))["code"] == "waiting", "and what was so then stays so"


async def test_what_waits_for_the_clock_says_so_and_asks_for_nobody(store: Store) -> None:
    one = warning(**REAL)
    await seen(store, one)
    evaluate = evaluating(store)
    waits = tuple(replace(rule, hold_off=((0, 5 * MINUTE),)) for rule in evaluate._city.rules)
    evaluate._city = replace(evaluate._city, rules=waits)
    await evaluate.step([Status.ACTUAL])
    told = await why(store, one)
    assert (told["code"], told["waits"]) == ("waiting", "送信の時刻")
    assert "11月20日 18:05:00に送る（それまでに止められる）" in told["ja"] and "承認" not in told["ja"]


async def test_nobody_approved_it_in_time(store: Store) -> None:
    one = flood(**REAL)
    await judged(store, one)
    assert (await why(store, one, NOW + 4 * HOUR))["code"] == "lapsed"


async def test_what_held_it_back_is_known_long_after(store: Store) -> None:
    clock, one = SetClock(), warning(**REAL)
    wanted = {"status": Status.ACTUAL, "kind": "heavy_rain", "owner": "鈴木", "reason": "点検"}
    await silences.begin(store, Silence(**wanted, begins=NOW, ends=NOW + HOUR))
    evaluate = await judged(store, one, clock=clock)
    held = await why(store, one)
    assert (held["code"], held["reason"], held["waits"]) == ("held", "muted", "担当者の停止が終わること")
    assert "鈴木" in held["ja"] and held["en"].startswith("Rule official-warning: An officer")
    clock.at = NOW + HOUR
    await evaluate.step([Status.ACTUAL])
    await became(store, "accepted", at=clock.at)
    assert (await why(store, one, NOW + 2 * HOUR))["code"] == "told"
    then = await why(store, one, NOW + 30 * MINUTE)
    assert (then["code"], then["reason"]) == ("held", "muted")
    assert (then["since"], then["until"]) == ("2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z")


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"kind": "meteor"}, "no_rule", "meteor"),
        ({"level": 1}, "unmatched", "「河川水位情報」はレベルが2以上（今は1）"),
        ({"relayed": True}, "for_staff", "ほかの機関"),
        ({"equipment": True}, "for_staff", "市の機器"),
    ],
)
async def test_no_rule_would_say_it(store: Store, changes: dict[str, Any], code: str, words: str) -> None:
    one = flood(**{**REAL, **changes})
    await judged(store, one)
    told = await why(store, one)
    assert (told["code"], told["told"]) == (code, False) and words in told["ja"]


async def test_the_rule_was_not_valid_then(store: Store) -> None:
    one = warning(**REAL)
    await seen(store, one)
    (rule,) = [rule for rule in LAW.rules if rule.id == "official-warning"]
    async with store.read() as connection:
        told = await ask(connection, one.key, NOW, Law([replace(rule, span=Span(begins=NOW + HOUR))], Floor()))
    assert (told["code"], told["rule"]) == ("not_valid", "official-warning")
    assert "有効期間：11月20日19:00から" in told["ja"]


async def test_before_it_was_known_and_after_it_ended(store: Store) -> None:
    one = flood(**REAL, level=1)
    await judged(store, one)
    assert (await why(store, one, NOW - MINUTE))["code"] == "not_yet"
    await seen(store)
    assert (await why(store, one, NOW + MINUTE))["code"] == "over"
    told = warning(**REAL)
    clock = SetClock(NOW + 2 * MINUTE)
    await judged(store, told, clock=clock)
    await judged(store, clock=clock)
    assert (await why(store, told, NOW + 3 * MINUTE))["code"] == "lifted"
    with pytest.raises(UnknownHazardError, match="nobody"):
        await why(store, hazard(area="nobody"))


async def test_a_time_when_nothing_was_judged(store: Store) -> None:
    one = warning(**REAL)
    await seen(store, one)
    told = await why(store, one)
    assert (told["code"], told["rule"]) == ("no_record", "official-warning")


async def test_a_rise_that_waits_counts_for_more_than_what_was_told_lower(store: Store) -> None:
    low, high = warning(**REAL, level=3), warning(**REAL, level=4)
    await judged(store, low)
    await became(store, "accepted")
    await judged(store, high)
    told = await why(store, high)
    assert [one["code"] for one in told["findings"][:2]] == ["waiting", "told_lower"]
    assert "レベル3として" in told["findings"][1]["ja"]


async def test_only_changes_are_written(store: Store) -> None:
    clock = SetClock()
    evaluate = await judged(store, flood(**REAL), warning(**REAL), clock=clock)

    async def stored() -> Sequence[int]:
        async with store.read() as connection:
            counted = select(func.count(), func.sum(rows.c.times), func.count(rows.c.until)).select_from(rows)
            return (await connection.execute(counted)).one()

    clock.at = NOW + timedelta(seconds=1)
    await evaluate.step([Status.ACTUAL])
    first = await stored()
    for second in range(2, 30):
        clock.at = NOW + timedelta(seconds=second)
        await evaluate.step([Status.ACTUAL])
    assert await stored() == first


async def test_the_desk_asks_over_http_and_nobody_else(store: Store) -> None:
    one = warning(**REAL)
    await judged(store, one)
    async with floor(store, rules=LAW.rules) as running:
        desk, stranger = await running.person(Role.VIEWER), await running.visitor()
        assert (await stranger.get(f"/api/v1/why?hazard={one.key}"))[0] == 401
        status, told = await desk.get(f"/api/v1/why?hazard={one.key}&at=2026-11-20T18:00:00%2B09:00")
        assert (status, [item["code"] for item in told["items"]]) == (200, ["sending"])
        assert (await desk.get("/api/v1/why"))[1]["items"] == told["items"], "all that hold"
        assert (await desk.get("/api/v1/why?hazard=Actual/none"))[0] == 404
        for bad in ("hazard=", f"hazard={'x' * 501}", "hazard=%00", f"hazard={one.key}&at=yesterday"):
            assert (await desk.get(f"/api/v1/why?{bad}"))[0] == 400, bad
