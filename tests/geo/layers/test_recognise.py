"""Which column means what, by generation of the data set."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.depths import DEPTHS
from geo.layers.attributes import UnreadableError
from geo.layers.recognise import SchemaError, recognise


@pytest.mark.parametrize(
    ("columns", "name", "column"),
    [
        (["A31b_201"], "A31b maximum", "A31b_201"),
        (["A31b_101"], "A31b planned", "A31b_101"),
        (["A31a_201", "A31a_202", "A31a_203", "A31a_204", "A31a_205"], "A31a maximum", "A31a_205"),
        (["A31_201", "A31_202", "A31_203"], "A31 maximum", "A31_201"),
        (["A31_001", "A31_002"], "A31 of 2012", "A31_001"),
        (["a31B_201"], "A31b maximum", "a31B_201"),
        (["depth_rank", "note"], "shirase", "depth_rank"),
    ],
)
def test_flood_generations(columns: list[str], name: str, column: str) -> None:
    schema = recognise("flood", columns)
    assert (schema.name, schema.columns["depth_rank"]) == (name, column)


def test_the_second_column_is_a_river_in_one_generation_and_a_date_in_another() -> None:
    row = {"A31a_205": 3, "A31a_202": "北上川"}
    assert recognise("flood", row).facts(row)["river"] == "北上川"
    row = {"A31_201": 3, "A31_202": "2019/3/30"}
    assert "river" not in recognise("flood", row).facts(row)


@pytest.mark.parametrize("value", [3, 3.0, "3", " 3 ", "３"])
def test_a_rank_may_be_spelled_in_many_ways(value: object) -> None:
    facts = recognise("flood", ["A31b_201"]).facts({"A31b_201": value})
    assert facts == {"depth_rank": 3, "depth_min_m": 3.0, "depth_max_m": 5.0, "scenario": "maximum"}


@pytest.mark.parametrize("value", [0, 7, None, "", "深い", 2.5, float("nan")])
def test_a_rank_that_is_none_is_a_reason(value: object) -> None:
    with pytest.raises(UnreadableError, match="depth rank"):
        recognise("flood", ["A31b_201"]).facts({"A31b_201": value})


def test_the_deepest_rank_has_no_upper_bound() -> None:
    assert recognise("flood", ["A31b_201"]).facts({"A31b_201": 6})["depth_max_m"] is None


@pytest.mark.parametrize(
    ("code", "rank", "low"),
    [(11, 1, 0.0), (12, 2, 0.5), (14, 3, 2.0), (15, 4, 5.0), (24, 2, 2.0), (26, 3, 4.0), (27, 4, 5.0)],
)
def test_codes_of_2012(code: int, rank: int, low: float) -> None:
    facts = recognise("flood", ["A31_001"]).facts({"A31_001": str(code)})
    assert (facts["depth_rank"], facts["depth_min_m"]) == (rank, low)


def test_codes_of_2012_that_the_importer_knows_better() -> None:
    fitted = recognise("flood", ["A31_001"], given={"depth_codes": "25=3-5, 27=10-"})
    assert "25, 26 and 27" in fitted.caution and not recognise("flood", ["A31b_201"]).caution
    depths = [fitted.facts({"A31_001": code}) for code in (25, 27, 24)]
    assert [(one["depth_min_m"], one["depth_max_m"]) for one in depths] == [(3.0, 5.0), (10.0, None), (2.0, 3.0)]
    with pytest.raises(UnreadableError, match=r"depth code 28 is not in 11, .* tell it: depth_codes"):
        fitted.facts({"A31_001": 28})
    for told in ("25=4-3", "25:3-4", "deep", "25=3"):
        with pytest.raises(UnreadableError, match="write code=from-below"):
            recognise("flood", ["A31_001"], given={"depth_codes": told}).facts({"A31_001": 25})


def test_two_questions_in_one_file_must_be_chosen_between() -> None:
    with pytest.raises(SchemaError, match=r"--map depth_rank=A31_101.*--map depth_rank=A31_201"):
        recognise("flood", ["A31_101", "A31_201"])
    assert recognise("flood", ["A31_101", "A31_201"], {"depth_rank": "A31_101"}).name == "A31 planned"


def test_unknown_columns_are_listed_with_the_way_out() -> None:
    with pytest.raises(SchemaError, match=r"columns found: 深さ.*--map depth_rank=COLUMN"):
        recognise("flood", ["深さ"])
    schema = recognise("flood", ["深さ", "川"], {"depth_rank": "深さ", "river": "川"})
    assert schema.facts({"深さ": 2, "川": "簗川"})["river"] == "簗川"


def test_a_wrong_kind_is_named() -> None:
    with pytest.raises(SchemaError, match=r"of kind flood_duration \(A31b duration\), not flood"):
        recognise("flood", ["A31b_301"])
    with pytest.raises(SchemaError, match="use one of flood"):
        recognise("lava", ["x"])


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"depth": "x"}, "no such fact"),
        ({"depth_rank": "y"}, "no such column"),
        ({"river": "x"}, "needs --map depth_rank=COLUMN"),
    ],
)
def test_a_mapping_is_checked(mapping: dict[str, str], says: str) -> None:
    with pytest.raises(SchemaError, match=says):
        recognise("flood", ["x"], mapping)


@pytest.mark.parametrize(
    ("phenomenon", "zone", "words"),
    [
        (1, 1, ("steep_slope", "yellow")),
        ("2", "2", ("debris_flow", "red")),
        (3, 3, ("landslide", "yellow_planned")),
        (1, 4, ("steep_slope", "red_planned")),
    ],
)
def test_landslide_codes(phenomenon: object, zone: object, words: tuple[str, str]) -> None:
    row = {"A33_001": phenomenon, "A33_002": zone, "A33_005": "山岸の沢", "A33_007": "9999/1/1"}
    facts = recognise("landslide", row).facts(row)
    assert (facts["phenomenon"], facts["zone"]) == words
    assert (facts["name"], facts["designated"]) == ("山岸の沢", None)


@pytest.mark.parametrize("written", ["2018/03/30", "2018-03-30", "2018/3/30", "2018-03-30T00:00:00"])
def test_dates_come_in_several_forms(written: str) -> None:
    row = {"A33_001": 1, "A33_002": 1, "A33_007": written}
    assert recognise("landslide", row).facts(row)["designated"] == "2018-03-30"


@given(st.sampled_from(sorted(DEPTHS)))
def test_our_own_layers_come_back_unchanged(rank: int) -> None:
    facts = recognise("flood", ["depth_rank"]).facts({"depth_rank": rank})
    assert (facts["depth_rank"], facts["depth_min_m"], facts["depth_max_m"]) == (rank, *DEPTHS[rank])
