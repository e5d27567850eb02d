"""The house of the languages: forms, order, and translations that are checked like a rule's own wording."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from feeds.japan import JAPAN
from feeds.status import Status
from rules.marks import beside
from rules.rule import Rule, load_rules
from rules.source import RuleError
from rules.trial import outcome
from rules.wording.languages import LANGUAGES, in_order, spoken
from rules.wording.levels import of_catalog
from rules.wording.templates import listed
from rules.wording.times import clock, stamp
from tests.rules.making import CASE, RULE, WORDS

NOW = datetime(2026, 7, 20, 18, 40, tzinfo=JAPAN)
TRANSLATED = f"[wording]\n{WORDS}\n[all_clear]\n{WORDS}"


def folder(root: Path, words: dict[str, str], rule: str = RULE + CASE) -> Path:
    """A folder of one rule and its translations by path under ``words/``."""
    root.mkdir(exist_ok=True)
    if rule:
        (root / "river.toml").write_text(rule, encoding="utf-8")
    for path, text in words.items():
        (root / "words" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "words" / path).write_text(text, encoding="utf-8")
    return root


def faults(root: Path) -> list[str]:
    with pytest.raises(RuleError) as told:
        load_rules([root])
    return [str(fault) for fault in told.value.faults]


@pytest.mark.parametrize(
    ("language", "when", "more", "label"),
    [
        ("ja-x-easy", "7月20日18時40分", "甲、ほか２か所（かしょ）", "警戒（けいかい）レベル４と 同じくらい あぶない"),
        ("zh-Hans", "7月20日18:40", "甲等，另有2处", "相当于警戒级别4"),
        ("ko", "7월 20일 18:40", "甲 외 2곳", "경계레벨4 상당"),
        ("vi", "18:40 ngày 20/7", "甲 và 2 nơi khác", "Tương đương Cảnh báo cấp 4"),
    ],
)
def test_forms(language: str, when: str, more: str, label: str) -> None:
    assert clock(NOW, language) == when
    assert listed(["甲", "乙", "丙"], 1, language=language) == more
    assert of_catalog()[-1].label(4, True, language) == label
    assert when in stamp(NOW, 3, language) and "3" in stamp(NOW, 3, language)


def test_every_language_marks_a_drill_and_every_turn_in_its_own_words() -> None:
    for tag, forms in LANGUAGES.items():
        assert set(forms.turns) == set(LANGUAGES["ja"].turns)
        for status in (Status.EXERCISE, Status.TEST):
            assert bool(beside(status, tag)) == (tag != "ja")
        assert beside(Status.ACTUAL, tag) == ""


def test_a_tag_of_a_region_speaks_as_its_language_and_an_unknown_one_english() -> None:
    assert spoken("ja-JP") is LANGUAGES["ja"]
    assert spoken("zh") is LANGUAGES["zh-Hans"]
    assert spoken("pt") is LANGUAGES["en"]
    assert in_order(["pt", "vi", "en", "ja-x-easy", "ja"]) == ["ja", "ja-x-easy", "en", "vi", "pt"]


class TestTranslations:
    def test_they_stand_apart_and_speak_in_the_order_of_the_table(self, tmp_path: Path) -> None:
        words = {"vi/river.toml": TRANSLATED, "ja-x-easy/river.toml": TRANSLATED}
        (rule,) = load_rules([folder(tmp_path, words)])
        assert list(rule.wording) == list(rule.all_clear) == ["ja", "ja-x-easy", "en", "vi"]
        (alert,) = outcome(rule, rule.tests[0]).alerts
        assert alert.texts["vi"].short == "一 18:40 ngày 20/7現在"

    @pytest.mark.parametrize(
        ("path", "text", "line", "wrong"),
        [
            ("ko/river.toml", TRANSLATED.replace("{{ level }}", "{{ lvel }}", 1), 4, "wording.headline: found 'lvel'"),
            ("ko/river.toml", TRANSLATED.replace('"離れる"', '""', 1), 6, "wording.instruction: found ''"),
            ("ko/river.toml", f"[wording]\n{WORDS}", 1, "found nothing; allowed: all_clear"),
            ("ko/river.toml", TRANSLATED + "\n[loud]\n", 17, "loud: found an unknown key"),
            ("ko/rivr.toml", TRANSLATED, 1, "found rivr; allowed: the id of a rule: river"),
            ("klingon/river.toml", TRANSLATED, 1, "found 'klingon'"),
            ("ja/river.toml", TRANSLATED, 1, "found 'ja'"),
            ("ko/river.toml", "[wording", 1, "valid TOML"),
            ("ko/glossary.toml", '"水位" = 3', 1, "水位: found 3; allowed: a text"),
        ],
    )
    def test_a_fault_names_file_line_and_cure(
        self, tmp_path: Path, path: str, text: str, line: int, wrong: str
    ) -> None:
        (fault,) = faults(folder(tmp_path, {path: text}))
        assert fault.startswith(f"{tmp_path / 'words' / path}:{line}: ")
        assert wrong in fault

    @pytest.mark.parametrize("word", ["避难指示", "피난지시", "Chỉ thị sơ tán", "避難指示（ひなんしじ）"])
    def test_evacuation_is_never_automatic_in_any_language(self, tmp_path: Path, word: str) -> None:
        rule = RULE.replace('approval = "one"', 'approval = "auto"')
        text = TRANSLATED.replace('event = "水位"', f'event = "{word}"')
        (fault,) = faults(folder(tmp_path, {"zh-Hans/river.toml": text}, rule + CASE))
        assert "never automatic" in fault

    def test_a_city_brings_its_own_and_a_rule_of_its_own_is_not_spoken_for(self, tmp_path: Path) -> None:
        catalog = folder(tmp_path / "catalog", {"ko/river.toml": TRANSLATED, "vi/river.toml": TRANSLATED})
        own = TRANSLATED.replace('"離れる"', '"떠나세요"')
        city = folder(tmp_path / "city", {"ko/river.toml": own}, rule="")
        (both,) = load_rules([catalog, city])
        assert both.wording["ko"].instruction == "떠나세요" and "vi" in both.wording
        (replaced,) = load_rules([catalog, folder(tmp_path / "city", {})])
        assert "ko" in replaced.wording and "vi" not in replaced.wording, "other rule, other words"

    def test_a_glossary_says_words_of_facts_and_keeps_what_it_does_not_know(self, tmp_path: Path) -> None:
        text = TRANSLATED.replace('"離れる"', "\"{{ '氾濫危険水位' | said }} {{ '謎' | said }}\"")
        glossary = '"氾濫危険水位" = "범람위험수위"\n'
        catalog = folder(tmp_path / "catalog", {"ko/river.toml": text, "ko/glossary.toml": glossary})
        (rule,) = load_rules([catalog])
        assert said(rule, "ko") == "범람위험수위 謎"
        city = folder(tmp_path / "city", {"ko/glossary.toml": '"謎" = "수수께끼"\n'}, rule="")
        (rule,) = load_rules([catalog, city])
        assert said(rule, "ko") == "범람위험수위 수수께끼"

    def test_a_translation_that_fails_is_left_out_and_a_person_looks(self, tmp_path: Path) -> None:
        text = TRANSLATED.replace('"離れる"', '"{{ 1 / 0 }}"')
        rule = RULE.replace('approval = "one"', 'approval = "auto"')
        (made,) = load_rules([folder(tmp_path, {"vi/river.toml": text}, rule + CASE)])
        (alert,) = outcome(made, made.tests[0]).alerts
        assert "vi" not in alert.texts and alert.approval == "one"
        assert any("vi" in line and "この言語では出しません" in line for line in alert.evidence)


def said(rule: Rule, language: str) -> str:
    (alert,) = outcome(rule, rule.tests[0]).alerts
    return alert.texts[language].instruction
