"""When it happened, out of the words of the police."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feeds.japan import JAPAN
from feeds.japanese_time import TimeError, when

SENT = datetime(2024, 10, 6, 9, 0, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("words", "expected", "precision"),
    [
        ("１０月５日（土）午後６時３０分ころ", "2024-10-05T18:30", "minute"),
        ("令和６年１０月５日（土曜日）午前０時５分頃", "2024-10-05T00:05", "minute"),
        ("令和元年5月1日 正午ころ", "2019-05-01T12:00", "minute"),
        ("2024年10月5日 18:30頃", "2024-10-05T18:30", "minute"),
        ("2024/10/5 18時30分", "2024-10-05T18:30", "minute"),
        ("10月5日（土・祝）、午後３時ごろ", "2024-10-05T15:00", "hour"),
        ("10月5日の午後0時半ころ", "2024-10-05T12:30", "minute"),
        ("12月31日午後11時50分ころ", "2023-12-31T23:50", "minute"),
        ("本日午前７時２０分ころ", "2024-10-06T07:20", "minute"),
        ("昨日の午後８時ころ", "2024-10-05T20:00", "hour"),
        ("１０月６日から７日", "2024-10-06T00:00", "day"),
        ("10月5日 夕方", "2024-10-05T00:00", "day"),
        ("10月5日 6時30分", "2024-10-05T00:00", "day"),  # in the morning or in the evening?
        ("10月5日 午後12時30分", "2024-10-05T00:00", "day"),  # by law midnight, by habit noon
        ("10月5日 午後13時", "2024-10-05T00:00", "day"),
        ("10月5日 25時61分", "2024-10-05T00:00", "day"),
        ("2月29日午後1時ころ", "2024-02-29T13:00", "hour"),
    ],
)
def test_a_time_is_read_as_exactly_as_it_is_told(words: str, expected: str, precision: str) -> None:
    found = when(words, SENT)
    assert found.start == datetime.fromisoformat(expected).replace(tzinfo=JAPAN)
    assert found.start.tzinfo is UTC
    assert found.precision == precision


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ("１０月５日午後６時ころから午後７時３０分ころまでの間", "2024-10-05T19:30"),
        ("10月4日午後10時～10月5日午前6時", "2024-10-05T06:00"),
        ("10月5日午後6時30分頃から同日午後7時頃までの間", "2024-10-05T19:00"),
        ("10月5日午後6時から午前7時", None),
        ("10月5日午後6時ころ", None),
        ("10月5日午後6時から翌朝まで", None),
    ],
)
def test_the_end_of_a_span_is_told_or_left_away(words: str, until: str | None) -> None:
    expected = None if until is None else datetime.fromisoformat(until).replace(tzinfo=JAPAN)
    assert when(words, SENT).until == expected


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "no date"),
        ("午後6時ころ", "no date"),
        ("13月5日", "calendar"),
        ("2月30日", "calendar"),
        ("2023年2月29日", "calendar"),
        ("平成0年1月1日", "calendar"),
        ("0001-01-01 0時", "calendar"),
        ("10月5日（月）", "曜日"),
        ("2024年10月20日", "behind"),
        ("10月", "no date"),
    ],
)
def test_what_is_no_day_is_refused(words: str, why: str) -> None:
    with pytest.raises(TimeError, match=why):
        when(words, SENT)
