"""Times, lists and level words as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rules.wording.languages import wide
from rules.wording.levels import of_catalog
from rules.wording.templates import environment, flaw, listed
from rules.wording.times import clock


@pytest.mark.parametrize(
    ("moment", "ja", "en"),
    [
        (datetime(2026, 7, 20, 9, 40, tzinfo=UTC), "20日18時40分", "18:40, 20 July"),
        (datetime(2026, 12, 31, 15, 5, tzinfo=UTC), "1日0時05分", "00:05, 1 January"),  # the Japanese day
        ("2026-07-20T18:40+09:00", "20日18時40分", "18:40, 20 July"),
    ],
)
def test_clock(moment: datetime | str, ja: str, en: str) -> None:
    assert clock(moment) == ja
    assert clock(moment, "en") == en


@pytest.mark.parametrize("moment", ["yesterday", "2026-07-20T18:40:00"])
def test_a_time_that_is_none_is_refused(moment: str) -> None:
    with pytest.raises(ValueError, match=r"yesterday|no time zone"):
        clock(moment)


@pytest.mark.parametrize(
    ("names", "limit", "language", "text"),
    [
        (["甲", "乙", "丙"], 0, "ja", "甲、乙、丙"),
        (["甲", "乙", "丙"], 2, "ja", "甲、乙ほか１か所"),
        (["甲", "乙"], 2, "ja", "甲、乙"),
        (["A", "B", "C"], 1, "en", "A and 2 more"),
        ([], 3, "ja", ""),
    ],
)
def test_listed(names: list[str], limit: int, language: str, text: str) -> None:
    assert listed(names, limit, language=language) == text


def test_wide() -> None:
    assert wide(4) == "４"
    assert wide(-12.5) == "－１２．５"


@pytest.mark.parametrize(
    ("level", "has_level", "ja", "en"),
    [
        (4, True, "警戒レベル４相当", "Warning Level 4 equivalent"),
        (0, True, "", ""),
        (4, False, "", ""),  # 大雪, 暴風: no 警戒レベル
    ],
)
def test_level_label(level: int, has_level: bool, ja: str, en: str) -> None:
    names = of_catalog()[-1]
    assert (names.label(level, has_level, "ja"), names.label(level, has_level, "en")) == (ja, en)


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        ("{{ now | clock }}", None),
        ("{% for one in hazards %}{{ one.area_name }}{% endfor %}", None),  # its own names are known
        ("{{ range(10) }}", "range"),
        ("{{ self }}", None),
        ("{% if level %}", "end of template"),
        ("{{ now | shouted }}", "shouted"),
        ("{{ facts.get(default=1, default=2) }}", "repeated"),  # what Jinja leaves to Python
        ("{% set mine = level %}{% for one in hazards %}{{ mine }}{{ another }}{% endfor %}", "another"),
    ],
)
def test_flaw(template: str, wrong: str | None) -> None:
    found = flaw("ja", template)
    assert found is None if wrong is None else found is not None and wrong in found[0]


def test_a_template_cannot_grow_without_end() -> None:
    assert "range" not in environment("ja").globals
