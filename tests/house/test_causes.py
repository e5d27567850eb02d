"""Every failure of a channel says why in a word that can be counted, so that no figure is told as "other"."""

from __future__ import annotations

import ast

import pytest

from services.board_words import actor, actor_named, said, table, trouble
from services.channels.channel import Cause
from services.store.delivery_state import DeliveryState
from tests.house.test_floors import ROOT

GOOD = {"ACCEPTED", "DUPLICATE", "PARTLY"}


def outcomes(text: str) -> list[ast.Call]:
    calls = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Call)]
    return [one for one in calls if isinstance(one.func, ast.Name) and one.func.id == "Outcome"]


def may_fail(call: ast.Call) -> bool:
    (verdict,) = [one.value for one in call.keywords if one.arg == "verdict"]
    named = {one.attr for one in ast.walk(verdict) if isinstance(one, ast.Attribute)}
    return not named or bool(named - GOOD)


def test_every_failure_names_its_cause() -> None:
    files = sorted((ROOT / "services" / "channels").rglob("*.py"))
    found = [(file.name, one) for file in files for one in outcomes(file.read_text(encoding="utf-8"))]
    failures = [(name, one) for name, one in found if may_fail(one)]
    assert len(failures) > 40
    bare = [f"{name}:{one.lineno}" for name, one in failures if "cause" not in {word.arg for word in one.keywords}]
    assert not bare, "say cause=Cause.…"


def test_every_cause_has_words_and_what_to_do_first_in_both_languages() -> None:
    for group in ("causes", "remedies"):
        assert set(table()[group]) == {one.value for one in Cause}
        assert all(words["ja"].endswith("。") and words["en"].endswith(".") for words in table()[group].values())
    assert set(table()["onward"]) <= {one.value for one in DeliveryState}


def test_the_provider_stands_behind_our_own_words() -> None:
    told = trouble(Cause.LOGIN.value, "rejected", "X: 401 Unauthorized")
    assert told.startswith(said("causes", "login") + said("onward", "rejected"))
    assert told.endswith("詳細：X: 401 Unauthorized")
    assert trouble("", "expired", "送る前に期限が切れた") == "送る前に期限が切れた"


@pytest.mark.parametrize(
    ("name", "ja", "en"),
    [
        ("deliver:x", "配信（X）", "Sending (X)"),
        ("deliver:a-city-s-own", "配信（a-city-s-own）", "Sending (a-city-s-own)"),
        ("evaluate", "規則", "Rules"),
        ("sato", "sato", "sato"),
        ("規則 flood", "規則 flood", "規則 flood"),
    ],
)
def test_who_did_it_is_a_word_and_the_word_finds_it(name: str, ja: str, en: str) -> None:
    assert (actor(name), actor(name, "en")) == (ja, en)
    assert actor_named(ja) == actor_named(en) == actor_named(name) == name
