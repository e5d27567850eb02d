"""The ledger: exact at midnight, month end, New Year and band borders; what is paid; declared beside approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.japan import JAPAN
from geo.geojson import ProfileError
from geo.plow.ledger.beside import Entry, Item, beside, gps_items
from geo.plow.ledger.book import Book, Machine
from geo.plow.ledger.contract import Band, Contract
from geo.plow.ledger.pay import totals
from geo.plow.ledger.reading import read_book
from geo.plow.ledger.spent import spent, united, unseen_s
from geo.plow.spells import Doing, Spell

PROFILE = Path(__file__).resolve().parents[3] / "config/morioka/ledger"
BOOK = read_book(PROFILE)
GRADER = BOOK.machines[0]
NOW = datetime(2027, 1, 4, tzinfo=UTC)


def second(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=JAPAN).timestamp())


def worked(since: str, until: str, **facts: object) -> Spell:
    whole = Spell(began=second(since), ended=second(until), doing=Doing.WORK, administrator="city", section="s1")
    return replace(whole, **facts)  # type: ignore[arg-type]


def by_band(spells: Sequence[Spell], machine: Machine = GRADER) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for key, one in spent(spells, machine, BOOK).items():
        found[key.day.isoformat(), key.band] = found.get((key.day.isoformat(), key.band), 0) + one.seconds
    return found


def test_an_order_at_2350_worked_over_midnight_month_end_and_new_year() -> None:
    night = worked("2026-12-31T23:50:00", "2027-01-01T06:00:01", metres=60_000.0)
    assert by_band([night]) == {
        ("2026-12-31", "night"): 600,
        ("2027-01-01", "night"): 5 * 3600,
        ("2027-01-01", "holiday"): 3601,
    }, "New Year's Day is a holiday, and its early hours have no early rate"
    assert by_band([worked("2026-11-30T23:50:00", "2026-12-01T05:10:00")]) == {
        ("2026-11-30", "night"): 600,
        ("2026-12-01", "night"): 5 * 3600,
        ("2026-12-01", "early"): 600,
    }


seconds = st.integers(0, 70 * 86400).map(lambda gone: second("2026-12-01T00:00:00") + gone)


@given(st.lists(st.tuples(seconds, st.integers(1, 20 * 3600), st.sampled_from(Doing)), max_size=8))
def test_the_parts_are_the_whole_to_the_second(some: list[tuple[int, int, Doing]]) -> None:
    spells = [Spell(began=began, ended=began + lasted, doing=doing, metres=7.0) for began, lasted, doing in some]
    for machine in (*BOOK.machines, Machine(id="gw/unknown")):
        parts = spent(spells, machine, BOOK)
        for doing in Doing:
            whole = sum(one.seconds for one in spells if one.doing is doing)
            assert sum(one.seconds for key, one in parts.items() if key.doing is doing) == whole
        assert sum(one.metres for one in parts.values()) == pytest.approx(7.0 * len(spells))


@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(1, 60)), max_size=6),
    st.lists(st.tuples(st.integers(0, 500), st.integers(1, 60)), max_size=6),
)
def test_two_trackers_on_one_machine_are_paid_once(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    def device(some: list[tuple[int, int]]) -> list[Spell]:
        taken: set[int] = set()
        for began, lasted in some:
            taken |= set(range(began, began + lasted))
        return [Spell(began=at, ended=at + 1, doing=Doing.WORK) for at in sorted(taken)]

    both = united([device(one), device(other)])
    covered = [at for spell in both for at in range(spell.began, spell.ended)]
    assert len(covered) == len(set(covered))
    assert set(covered) == {spell.began for spell in device(one) + device(other)}


def test_the_prefectures_road_is_counted_and_not_paid() -> None:
    spells = [
        worked("2026-12-08T03:00:00", "2026-12-08T04:00:00"),
        worked("2026-12-08T04:00:00", "2026-12-08T04:30:00", administrator="prefecture"),
        worked("2026-12-08T04:30:00", "2026-12-08T04:40:00", doing=Doing.STANDBY, administrator=""),
        worked("2026-12-08T05:30:00", "2026-12-08T05:50:00", doing=Doing.TRANSFER, administrator=""),
    ]
    contracts = {date(2026, 12, 8): BOOK.contract("demo-east", date(2026, 12, 8))}
    found = gps_items(GRADER, spent(spells, GRADER, BOOK), contracts)
    assert {(item.doing, item.band): seconds for item, seconds in found.items()} == {
        (Doing.WORK, "night"): 3600,
        (Doing.STANDBY, "night"): 600,
    }
    assert unseen_s(spells) == 50 * 60


ITEM = Item(machine="plow-01", day=date(2026, 12, 8), doing=Doing.WORK, band="night")


def entry(kind: str, hours: float, at: int = 0, **facts: object) -> Entry:
    whole = Entry(item=ITEM, kind=kind, seconds=int(hours * 3600), author="a", at=NOW + timedelta(hours=at))  # type: ignore[arg-type]
    return replace(whole, **facts)  # type: ignore[arg-type]


def test_late_fixes_show_a_difference_and_what_was_approved_stands() -> None:
    entries = [entry("approved", 3, 1, gps_seconds=3 * 3600), entry("declared", 3.5), entry("declared", 3.25, 0.5)]
    (before,) = beside({ITEM: 3 * 3600}, entries)
    assert (before.difference, before.counts, before.since_approval) == (900, 3 * 3600, 0)
    (after,) = beside({ITEM: 5 * 3600}, entries)
    assert (after.gps, after.counts, after.since_approval) == (5 * 3600, 3 * 3600, 2 * 3600)
    (unseen,) = beside({}, entries[1:])
    assert (unseen.gps, unseen.difference, unseen.counts) == (None, 11_700, None), "declared alone is not paid"


def test_only_the_total_is_rounded() -> None:
    days = [replace(ITEM, day=ITEM.day + timedelta(days=count)) for count in range(10)]
    approved = [entry("approved", 0, item=day, seconds=359) for day in days]
    (total,) = totals(beside({}, [replace(one, item=day) for one, day in zip(approved, days, strict=True)]), BOOK)
    assert (total.seconds, total.paid_seconds, total.yen) == (3590, 3240, 3240 * 22_500 // 3600)
    (nobodys,) = totals(beside({}, [entry("approved", 1, item=replace(ITEM, machine="gw/x"))]), BOOK)
    assert nobodys.yen is None


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("contracts.toml", "begins = 22:00:00", "begins = 23:00:00", "no band holds workday 22:00:00"),
        ("contracts.toml", "grader = { day = 18000, ", "grader = { ", "rates.grader: day is missing"),
        ("contracts.toml", "truck = 4000", "bike = 4000", "standby.bike: there is no such class"),
        ("contracts.toml", "demo-west", "demo-east", "overlaps 実演 東部"),
        ("contracts.toml", "since = 2026-11-01\n", "since = 2028-11-01\n", "is before since"),
        ("contracts.toml", "round_s = 360", "round = 360", "round: Extra inputs"),
        ("vehicles.toml", "plow-02", "plow-01", "vehicle.1 (plow-01): the id is taken"),
        ("vehicles.toml", '"demo-west"', '"nobody"', "'nobody' has no contract"),
        ("vehicles.toml", 'rate = "grader"', 'rate = "bus"', "rate: 'bus' is no class"),
        ("vehicles.toml", 'kind = "grader"', 'kind = "bus"', "kind: 'bus' is not known"),
    ],
)
def test_what_is_wrong_with_the_files_is_told_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, told: str
) -> None:
    for path in PROFILE.iterdir():
        text = path.read_text(encoding="utf-8")
        assert path.name != file or old in text
        (tmp_path / path.name).write_text(text.replace(old, new, 1) if path.name == file else text, encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        read_book(tmp_path)
    assert told in str(caught.value) and file in str(caught.value)


def test_a_city_without_the_folder_has_an_empty_book(tmp_path: Path) -> None:
    assert read_book(tmp_path / "ledger").machines == ()


@given(st.integers(0, 86_399), st.booleans())
def test_a_band_over_midnight_and_its_opposite_are_the_day(second: int, holiday: bool) -> None:
    night = Band(name="n", title="夜", begins=time(22), ends=time(5))
    day = Band(name="d", title="昼", begins=time(5), ends=time(22))
    assert night.holds(second, holiday) != day.holds(second, holiday)
    whole = Contract(contractor="c", name="c", since=date.min, until=date.max, bands=(night, day))
    assert whole.holes() == [] and Book().contract("c", ITEM.day).band(ITEM.day, second) == "all"
