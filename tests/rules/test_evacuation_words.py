"""The words of an evacuation are found as a reader sees them."""

from __future__ import annotations

import pytest

from rules.evacuation import said_in


@pytest.mark.parametrize(
    "text",
    ["避難指示", "避 難\n指示", "避\u200b難\u2060指\u00ad示", "ﾋﾅﾝは避難指示", "Evacuation\u200d order", "大피난지시"],
)
def test_what_a_reader_takes_for_an_order_is_found(text: str) -> None:
    assert said_in("", text)


@pytest.mark.parametrize("text", ["避難所を開設しました", "指示があれば避難", "Shelters are open"])
def test_what_only_sounds_like_it_is_not(text: str) -> None:
    assert not said_in(text)
