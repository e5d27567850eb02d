"""Numbers, dates, times and units as they are said."""

from __future__ import annotations

import pytest

from rules.voice.japanese import Readings, plain


def said(text: str) -> str:
    return "".join(piece.kana for piece in Readings().spoken(plain(text))).rstrip("。")


@pytest.mark.parametrize(
    ("written", "kana"),
    [
        ("0", "れい"),
        ("10", "じゅう"),
        ("300", "さんびゃく"),
        ("668", "ろっぴゃくろくじゅうはち"),
        ("3800", "さんぜんはっぴゃく"),
        ("10000", "いちまん"),
        ("280000", "にじゅうはちまん"),
        ("10000000", "いっせんまん"),
        ("2.85", "にてんはちご"),
        ("0.05", "れいてんれいご"),
        ("99999999999999999", "きゅう" * 17),
    ],
)
def test_numbers(written: str, kana: str) -> None:
    assert said(written) == kana


@pytest.mark.parametrize(
    ("written", "kana"),
    [
        ("1分", "いっぷん"), ("3分", "さんぷん"), ("4分", "よんぷん"),
        ("5分", "ごふん"), ("8分", "はっぷん"), ("40分", "よんじゅっぷん"),
        ("10cm", "じゅっセンチ"), ("35㎝", "さんじゅうごセンチ"), ("2.85 m", "にてんはちごメートル"),
        ("8km", "はっキロ"), ("80%", "はちじゅっパーセント"), ("−3℃", "マイナスさんど"),
        ("1か所", "いっかしょ"), ("１２か所", "じゅうにかしょ"), ("1人", "ひとり"),
        ("2人", "ふたり"), ("14人", "じゅうよにん"), ("3回", "さんかい"),
        ("6階", "ろっかい"), ("第1報", "第いっぽう"), ("第2報", "第にほう"),
        ("第3報", "第さんぽう"), ("12時間", "じゅうにじかん"), ("10分間", "じゅっぷんかん"),
        ("110番", "ひゃくとおばん"), ("119番", "ひゃくじゅうきゅうばん"), ("#9110", "シャープきゅういちいちれい"),
        ("#7119", "シャープなないちいちきゅう"),
        ("一丁目", "いっちょうめ"), ("八丁目", "はっちょうめ"), ("十二丁目", "じゅうにちょうめ"),
        ("二十丁目", "にじゅっちょうめ"), ("100km2", "ひゃくへいほうキロメートル"), ("5m/s", "ごメートル毎秒"),
    ],
)  # fmt: skip
def test_counters_change_with_their_number(written: str, kana: str) -> None:
    assert said(written) == kana


@pytest.mark.parametrize(
    ("written", "kana"),
    [
        ("20日18時40分", "はつかごごろくじよんじゅっぷん"),
        ("7月14日0時05分", "しちがつじゅうよっかごぜんれいじごふん"),
        ("9月17日9時00分", "くがつじゅうしちにちごぜんくじ"),
        ("4月1日12:30", "しがつついたちごごれいじさんじゅっぷん"),
        ("12月31日23時", "じゅうにがつさんじゅういちにちごごじゅういちじ"),
        ("19日4時", "じゅうくにちごぜんよじ"),
        ("40日", "よんじゅう日"),
    ],
)
def test_dates_and_times_are_said_as_broadcasters_say_them(written: str, kana: str) -> None:
    assert said(written) == kana


def test_a_telephone_number_is_said_digit_by_digit() -> None:
    assert said("019-651-4111") == "れいいちきゅう、ろくごいち、よんいちいちいち"
