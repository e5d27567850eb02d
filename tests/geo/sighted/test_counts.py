"""Counts that may be told: no small cell, no case in two cells, nothing to be had by subtracting."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from geo.sighted.counts import LEAST, Cell, added, published

MONTHS, ACTS = st.sampled_from(["2025-04", "2025-05"]), st.sampled_from(["自転車盗", "車上ねらい"])
CASES = st.lists(st.tuples(MONTHS, ACTS, st.sampled_from(["a", "b", "c", ""])), max_size=40)


def stand_in(cell: Cell, cases: list[tuple[str, str, str]], cells: list[Cell]) -> list[tuple[str, str, str]]:
    """The cases a reader would look for in a cell: of no other cell that names them more closely."""
    named = {(one.period, one.act, one.town) for one in cells}

    def home(case: tuple[str, str, str]) -> tuple[str, str, str] | None:
        month, act, _ = case
        ways = (case, (month, act, ""), (month[:4], "", ""))
        return next((way for way in ways if way in named), None)

    return [case for case in cases if home(case) == (cell.period, cell.act, cell.town)]


@settings(max_examples=80)
@given(CASES)
def test_every_cell_holds_three_cases_and_no_case_stands_in_two(cases: list[tuple[str, str, str]]) -> None:
    cells = published(added(cases))
    assert len({(one.period, one.act, one.town) for one in cells}) == len(cells)
    whole = 0
    for cell in cells:
        inside = stand_in(cell, cases, cells)
        assert LEAST <= cell.at_least <= len(inside) <= cell.at_most
        assert cell.at_least % LEAST == 0
        if not cell.town:
            assert max(Counter(inside).values()) < LEAST or ("" in {town for _, _, town in inside}), (
                "no block behind it"
            )
        whole += len(inside)
    assert len(cases) - whole < LEAST * 2 + 1


@settings(max_examples=40)
@given(CASES, st.integers(0, 39))
def test_one_case_more_is_hardly_ever_seen_and_never_counted(cases: list[tuple[str, str, str]], place: int) -> None:
    if not cases:
        return
    before, after = published(added(cases)), published(added([*cases, cases[place % len(cases)]]))
    for cell in set(after) - set(before):
        assert cell.at_least >= LEAST, "what changes is a class of three or more"


def test_rare_things_are_told_together_or_not_at_all() -> None:
    cases = [("2025-04", "自転車盗", "大通一丁目")] * 7 + [("2025-04", "自転車盗", "内丸"), ("2025-04", "自転車盗", "")]
    assert published(added(cases)) == [Cell("2025-04", "自転車盗", "大通一丁目", 6)]
    more = [*cases, ("2025-05", "ひったくり", "内丸")]
    assert published(added(more)) == [Cell("2025", "", "", 3), Cell("2025-04", "自転車盗", "大通一丁目", 6)]
    assert published({}) == []
