"""What a back-test tells of a flood, and that it leaves the store as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.store.engine import Store, StoreError
from services.store.tables import metadata
from tests.services.backtest.making import asked, gauge, keep, lines, of, only, wave
from tests.services.making import NOW

HOUR = timedelta(hours=1)


async def content(store: Store) -> dict[str, list[str]]:
    """Every row of every table."""
    async with store.read() as connection:
        return {
            table.name: sorted(
                repr(tuple(row)) for row in await connection.execute(text(f'SELECT * FROM "{table.name}"'))
            )
            for table in metadata.sorted_tables
        }


@pytest.mark.one_engine
async def test_a_flood_is_told_from_its_first_word_to_its_all_clear(store: Store) -> None:
    await keep(store, wave())
    found = await lines(store)
    assert found[0]["line"] == "period" and found[0]["time_zone"] == "Asia/Tokyo"
    steps = [(one["rule"], one["stage"], one["level"]) for one in of(found, "alert") if one["act"] == "issued"]
    river = [step[1:] for step in steps if step[0] == "river-level"]
    assert river[0][0] == "begin" and river[-1][0] == "all_clear"
    assert max(level for _, level in river) == 4
    assert ("evacuation-proposal", "begin", 4) in steps
    first = of(found, "alert")[0]
    assert first["areas"] == ["内丸"] and "館坂橋" in first["headline"] and first["at"].endswith(":02+09:00")
    assert ("river-level", "outranked") in {(one["rule"], one["reason"]) for one in of(found, "held_back")}


async def test_nothing_is_written_and_the_database_itself_forbids_it(store: Store) -> None:
    await keep(store, wave())
    before = await content(store)
    looking = await Store.look(store._reader.url.render_as_string(hide_password=False))
    try:
        assert await lines(looking)
        with pytest.raises(DBAPIError):
            async with looking.write() as connection:
                await connection.execute(text("DELETE FROM records"))
    finally:
        await looking.close()
    assert await content(store) == before


@pytest.mark.one_engine
async def test_a_period_without_records_says_nothing(store: Store) -> None:
    first, *sums = await lines(store)
    assert first["line"] == "period" and {line["line"] for line in sums} == {"summary"}
    assert {line["alerts"] + line["events"] for line in sums} == {0} and {line["pod"] for line in sums} == {None}


@pytest.mark.one_engine
async def test_what_came_late_is_known_late(store: Store) -> None:
    """The gateway is cut off for three hours: nothing of what it measured meanwhile is known before it is back."""
    back = NOW + 3 * HOUR
    await keep(store, [(max(at, back) if at > NOW + HOUR else at, one) for at, one in wave()])
    first = of(await lines(store), "alert")[0]
    assert first["at"] >= "2026-11-20T21:00:00+09:00"


@pytest.mark.one_engine
async def test_the_future_changes_nothing_that_was_said_before(store: Store) -> None:
    """Whatever comes after an instant, poison too, the lines up to it are the same."""
    cut = NOW + 2 * HOUR
    await keep(store, [one for one in wave() if one[0] <= cut])
    before = [line for line in of(await lines(store), "alert") if line["at"] <= "2026-11-20T20:00:00+09:00"]
    poison = [
        (cut + timedelta(seconds=n), gauge(NOW + timedelta(minutes=7 * n), 9.9 - n % 2 * 9)) for n in range(1, 30)
    ]
    await keep(store, poison)
    after = [line for line in of(await lines(store), "alert") if line["at"] <= "2026-11-20T20:00:00+09:00"]
    assert before and after == before


@pytest.mark.one_engine
async def test_the_warm_up_is_not_told_but_what_began_in_it_goes_on(store: Store) -> None:
    await keep(store, wave())
    late = NOW + 3 * HOUR
    found = of(await lines(store, asked(start=late, warm_up=3 * HOUR)), "alert")
    assert {one["stage"] for one in found} == {"update", "all_clear"} and found[0]["at"] >= "2026-11-20T21:00:00+09:00"
    cold = of(await lines(store, asked(start=late, warm_up=timedelta(0))), "alert")
    assert cold[0]["stage"] == "begin"


async def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such file"):
        await Store.look(f"sqlite:///{tmp_path / 'none.db'}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.one_engine
async def test_what_happened_is_held_beside_what_was_said(store: Store) -> None:
    await keep(store, wave())
    found = await lines(store, asked(end=NOW + 20 * HOUR))
    judged = {one["rule"]: (one["outcome"], one["lead_minutes"], one["began"][11:16]) for one in of(found, "judged")}
    assert judged == {"river-level": ("hit", 30.0, "19:40"), "evacuation-proposal": ("hit", 0.0, "20:30")}
    river = next(one for one in of(found, "summary") if one.get("rule") == "river-level")
    assert (river["alerts"], river["updates"], river["all_clears"], river["most_in_a_day"]) == (1, 2, 1, 4)
    assert (river["pod"], river["far"], river["csi"], river["in_time"]) == (1.0, 0.0, 1.0, 1)


@pytest.mark.one_engine
async def test_two_sets_of_rules_are_held_side_by_side(store: Store) -> None:
    """Without its settle the same rule says the fall at once; without the rule the flood is missed."""
    await keep(store, wave())
    hasty = tuple(replace(one, settle=timedelta(0)) for one in only("river-level"))
    found = await lines(store, asked(end=NOW + 20 * HOUR, rules=[hasty, only("snow-plowing")]))
    assert {line.get("set") for line in found if line["line"] == "alert"} == {"rules"}
    sums = {(one["set"], one["rule"]): one for one in of(found, "summary") if "rule" in one}
    assert sums["rules", "river-level"]["hits"] == 1
    assert ("against", "river-level") not in sums and sums["against", "snow-plowing"]["alerts"] == 0


@pytest.mark.one_engine
async def test_only_what_was_asked_for_is_told(store: Store) -> None:
    await keep(store, wave())
    sums = await lines(store, asked(summary=True, kinds=frozenset({"flood"})))
    assert {line["line"] for line in sums} == {"period", "summary"}
    assert {line["kind"] for line in sums if "kind" in line} == {"flood"}
    assert not of(await lines(store, asked(kinds=frozenset({"bear"}))), "alert")


@pytest.mark.one_engine
async def test_of_silent_and_late_gauges_hindsight_knows_what_happened(store: Store) -> None:
    """What came hours late was seen by nobody in time: a miss, or a word after the event."""
    back = NOW + 4 * HOUR
    await keep(store, [(max(at, back), one) for at, one in wave()])
    (one,) = [
        line for line in of(await lines(store, asked(end=NOW + 20 * HOUR)), "judged") if line["rule"] == "river-level"
    ]
    assert one["outcome"] == "miss" and one["began"][11:16] == "19:40"
