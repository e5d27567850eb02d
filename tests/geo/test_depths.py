"""Depths in words, as prefectures and cities really spell them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.depths import DEPTHS, depth_range, rank_of


@pytest.mark.parametrize(
    ("text", "low", "high", "rank"),
    [
        ("0.3m未満", 0.0, 0.3, 1),
        ("～ 0.3m未満", 0.0, 0.3, 1),
        ("0.01m以上 ～ 0.3m未満", 0.01, 0.3, 1),
        ("0.01m以上 0.3m未満", 0.01, 0.3, 1),
        ("0.01m以上～0.3m未満\n", 0.01, 0.3, 1),
        ("0.3m以上0.5m未満", 0.3, 0.5, 1),
        ("1.0m以上 〜 2.0m未満", 1.0, 2.0, 2),
        ("１ｍ以上　３ｍ未満", 1.0, 3.0, 2),
        ("3ｍ以上５ｍ未満", 3.0, 5.0, 3),
        ("2～5m", 2.0, 5.0, 3),
        ("0.5-3.0m", 0.5, 3.0, 2),
        ("10m以上 ～ 20m未満", 10.0, 20.0, 5),
        ("20m以上", 20.0, None, 6),
        ("20m～", 20.0, None, 6),
        ("5メートル以上", 5.0, None, 4),
        ("20cm以上50cm未満", 0.2, 0.5, 1),
        ("20～50cm", 0.2, 0.5, 1),
        ("50cm以上～1m未満", 0.5, 1.0, 2),
        ("2mを超え5m以下", 2.0, 5.0, 3),
    ],
)
def test_ranges(text: str, low: float, high: float | None, rank: int) -> None:
    assert depth_range(text) == (low, high)
    assert rank_of(low, high) == rank


@pytest.mark.parametrize("text", ["", "深い", "3m", "3", "m未満", "5m未満3m以上2m", "3m以上1m未満", "1m以上2m以上"])
def test_what_is_no_range(text: str) -> None:
    with pytest.raises(ValueError, match="depth"):
        depth_range(text)


@given(st.decimals(0, 50, places=2), st.decimals(0, 50, places=2))
def test_any_two_numbers_in_order_come_back(one: object, other: object) -> None:
    low, high = sorted((float(str(one)), float(str(other))))
    if low < high:
        assert depth_range(f"{low}m以上～{high}m未満") == (low, high)
        assert rank_of(low, high) == rank_of(high - 0.005, high)


@given(st.sampled_from(sorted(DEPTHS)))
def test_a_rank_is_the_rank_of_its_own_range(rank: int) -> None:
    assert rank_of(*DEPTHS[rank]) == rank
