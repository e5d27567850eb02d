"""What X is asked: short enough, and wide enough that nothing is missed that would be taken."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.heard.queries import LENGTHS, QueryTooLongError, queries
from geo.heard.spelling import plain
from tests.geo.heard.making import NOW, book, matcher

_ALL = [word for one in book().hazards for word in one.words]
_NAMES = [word for spot in (*book().spots, book().whole) for word in spot.words] + list(book().around)


def asks_for(query: str, text: str) -> bool:
    """As X does: each bracket has a word in the text."""
    groups = re.findall(r"\(([^()]*)\)", query)
    words = [[word.strip('"') for word in group.split(" OR ")] for group in groups]
    return all(any(word in plain(text) for word in group) for group in words)


@pytest.mark.parametrize("longest", LENGTHS)
def test_every_word_is_asked_for_within_the_length(longest: int) -> None:
    found = queries(book(), longest, ["@city_morioka", "1403201"])
    assert all(len(one) <= longest for one in found) and len(found) <= 6
    assert all(one.endswith("-is:nullcast -from:city_morioka -to:city_morioka") for one in found)
    asked = {word.strip('"') for one in found for word in re.findall(r"\(([^()]*)\)", one)[1].split(" OR ")}
    assert asked == {plain(word) for word in _ALL}
    assert found == queries(book(), longest, ["1403201", "city_morioka"])


@given(st.sampled_from(_NAMES), st.sampled_from(_NAMES), st.sampled_from(_ALL))
def test_whatever_would_be_taken_is_asked_for(name: str, other: str, word: str) -> None:
    text = f"{name}と{other}で {word} "
    if matcher().match(text, NOW) is not None:
        assert any(asks_for(query, text) for query in queries(book(), 512)), text


def test_a_city_with_too_many_names_is_told_so() -> None:
    with pytest.raises(QueryTooLongError, match="fill X's 512 characters"):
        queries(replace(book(), city=tuple(f"とても長い名前の町その{n:03}" for n in range(60))), 512)
