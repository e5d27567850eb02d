"""What residents type about themselves is covered, and what they tell of the road is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.masking import COVER, masked


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("電話は090-1234-5678です", f"電話は{COVER}です"),
        ("０１９－６５１－４１１１まで", f"{COVER}まで"),
        ("+81 90 1234 5678", COVER),
        ("09012345678", COVER),
        ("mail hana.yuki@example.co.jp ください", f"mail {COVER} ください"),
        ("https://example.jp/me を見て", f"{COVER} を見て"),
        ("山田さん宅の前", f"{COVER}宅の前"),
        ("内丸3丁目12-5の角", f"内丸{COVER}の角"),
        ("積雪は30cm、朝6時から車2台が動けない", "積雪は30cm、朝6時から車2台が動けない"),
        ("国道4号の交差点", "国道4号の交差点"),
        ("2026年1月15日 06:30 から", "2026年1月15日 06:30 から"),
    ],
)
def test_what_names_a_person_is_covered(text: str, covered: str) -> None:
    assert masked(text) == covered


@given(st.text(max_size=200))
def test_any_text_is_covered_once_and_for_all(text: str) -> None:
    assert masked(masked(text)) == masked(text)
