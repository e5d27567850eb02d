"""The catalogue: every rule keeps its own tests, reads well, and is told in the docs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from rules.alert import Alert
from rules.case import Case
from rules.conditions import VOCABULARY
from rules.proposal import Reason
from rules.rule import CATALOG, Rule, load_rules
from rules.stages import CHAIN
from rules.trial import outcome, try_rule
from rules.wording.templates import FILTERS, VARIABLES

RULES = load_rules([CATALOG])
CASES = [(rule, case) for rule in RULES for case in rule.tests]
DOC = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def alerts(rule: Rule, case: Case) -> tuple[Alert, ...]:
    return outcome(rule, case).alerts


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_its_own_tests(rule: Rule) -> None:
    results = try_rule(rule)
    assert len(results) >= 2, "a rule shows at least when it speaks and when it does not"
    assert [(result.case, result.faults) for result in results if result.faults] == []
    assert {case.alerts for case in rule.tests} >= {0, 1}


@pytest.mark.parametrize(("rule", "case"), CASES, ids=lambda value: getattr(value, "id", getattr(value, "name", "")))
def test_texts_fit_and_stand_alone(rule: Rule, case: Case) -> None:
    for alert in alerts(rule, case):
        japanese = alert.texts["ja"]
        assert len(japanese.short) <= 110
        assert re.search(r"\d+日\d+時\d\d分", japanese.short), "an absolute time with its date"
        assert all(len(text.headline) < 140 for text in alert.texts.values())
        assert len(alert.texts["en"].short) <= 180
        for text in alert.texts.values():
            whole = " ".join((text.event, text.headline, text.description, text.instruction, text.short))
            assert not re.search(r"None|\{\{|明日|今日|昨日|避難勧告|避難準備", whole)
            assert text.description != text.instruction
            assert "  " not in whole.replace("\n", "")
        assert not any("ひな形" in line for line in alert.evidence), "no text was a makeshift"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_it_speaks_without_any_facts(rule: Rule) -> None:
    """A model that gives fewer facts than hoped must not cost us the wording."""
    for case in rule.tests:
        bare = replace(case, hazards=tuple(replace(one, facts={}) for one in case.hazards))
        for alert in alerts(rule, bare):
            assert not any("ひな形" in line for line in alert.evidence), alert.evidence


def test_unconfirmed_is_said_everywhere() -> None:
    bear = next(rule for rule in RULES if rule.id == "bear-sighting")
    case = bear.tests[0]
    (alert,) = alerts(bear, case)
    text = alert.texts["ja"]
    assert all("未確認" in part for part in (text.event, text.headline, text.description, text.short))
    assert "unconfirmed" in alert.texts["en"].short


def test_a_trial_finds_what_is_wrong() -> None:
    bear = next(rule for rule in RULES if rule.id == "bear-sighting")
    wrong = replace(bear.tests[0], short="ちがう文", level=5, alerts=2, drop="stale", all_clear="終わり")
    (result,) = try_rule(replace(bear, tests=(wrong,)))
    assert [fault.partition(":")[0] for fault in result.faults] == ["alerts", "drop", "level", "short", "all_clear"]


@pytest.mark.parametrize(
    "word",
    [
        *VOCABULARY,
        *VARIABLES,
        *FILTERS,
        *(rule.id for rule in RULES),
        *(reason.value for reason in Reason),
        *(stage.__name__ for stage in CHAIN),  # type: ignore[attr-defined]
    ],
)
def test_the_docs_name_it(word: str) -> None:
    assert f"`{word}`" in DOC
