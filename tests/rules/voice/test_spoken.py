"""Written texts made speakable, in both languages."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.voice import english, japanese
from rules.voice.japanese import Readings, plain
from rules.voice.names import ReadingsError, read_names

SPEAKABLE = re.compile(r"[ぁ-んァ-ヶー一-鿿々〆〇、。]*")
SPEAKABLE_ENGLISH = re.compile(r"[A-Za-zÀ-ÿ0-9ぁ-んァ-ヶー一-鿿々〆〇、,.' -]*")


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("【警戒レベル４ 避難指示】盛岡市（20日19時現在）。", "警戒レベル4、避難指示。盛岡市、20日19時現在。"),
        ("対象: 仙北・本宮\n解除: 内丸", "対象、仙北、本宮。解除、内丸。"),
        ("「館坂橋」の水位は2.85ｍです", "館坂橋の水位は2.85mです。"),
        ("※詳しくは https://example.jp/a?b=c を見て！", "詳しくは、を見て。"),
        ("開いている場所: https://example.jp/ 川には近づかないで", "川には近づかないで。"),
        ("水位情報（レベル４相当）は終わりました", "水位情報、レベル4相当は終わりました。"),
        ("A→B、1～2m…", "AからB、1から2m。"),
        ("☃❄️🐻", ""),
        ("", ""),
    ],
)
def test_signs_become_pauses_or_words(written: str, spoken: str) -> None:
    assert plain(written) == spoken


def test_names_get_their_readings_the_longer_first_and_letters_are_spelt() -> None:
    readings = Readings(
        {"盛岡": "もりおか", "盛岡駅前通": "もりおかえきまえどおり", "青山・厨川工区": "あおやまくりやがわこうく"}
    )
    said = "".join(one.kana for one in readings.spoken(plain("盛岡駅前通と盛岡、青山・厨川工区（JMA）")))
    assert said == "もりおかえきまえどおりともりおか、あおやまくりやがわこうく、ジェイエムエー。"


def test_what_no_reading_covers_is_named() -> None:
    readings = Readings({"仙北": "せんぼく", "北上川": "きたかみがわ"})
    assert [readings.unread(name) for name in ("仙北一丁目", "北上川上流 右岸138.0km", "カワ橋", "簗川橋")] == [
        "",
        "",
        "橋",
        "簗川橋",
    ]


def test_the_citys_table_holds_kana_and_says_where_it_does_not() -> None:
    assert read_names('"簗川" = "やながわ"'.encode(), "r.toml") == {"簗川": "やながわ"}
    for wrong in ('"簗川" = "Yanagawa"', '"簗川" = 3', '"簗川" = ""', "簗川"):
        with pytest.raises(ReadingsError, match=r"r\.toml"):
            read_names(wrong.encode(), "r.toml")


@example("#0")
@example("#7119へ")
@given(st.text(max_size=60))
def test_whatever_is_written_only_words_and_pauses_are_spoken(text: str) -> None:
    said = "".join(one.kana for one in Readings({"館坂橋": "たてさかばし"}).spoken(plain(text)))
    assert SPEAKABLE.fullmatch(said), said
    assert SPEAKABLE_ENGLISH.fullmatch(english.plain(text)), english.plain(text)
    assert "".join(one.written for one in Readings().spoken(plain(text))).count("。") == plain(text).count("。")
    assert all(one.endswith("。") for one in japanese.sentences(text))


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Level 4: River (at 18:40, 20 July).", "Level 4, River, at 6 40 pm, 20 July."),
        ("2.85 m, 10cm, 80%", "2.85 meters, 10 centimeters, 80 percent."),
        ("[EXERCISE] Stay away! 07:05 / 12:00", "Stay away. 7 oh 5 am, 12 pm."),
        ("Leave now. Open shelters: https://example.jp/", "Leave now."),
        ("Areas: 中ノ橋通一丁目 & Odori", "Areas, 中ノ橋通一丁目 and Odori."),
    ],
)
def test_english_has_words_for_times_and_units(written: str, spoken: str) -> None:
    assert english.plain(written) == spoken


def test_english_sentences_and_the_japanese_in_them() -> None:
    assert english.sentences("It is 2.85 m. Stay away.") == ("It is 2.85 meters.", "Stay away.")
    assert english.runs("in 内丸, now") == [("in ", False), ("内丸", True), (", now", False)]
