"""``shirase rules check`` and ``shirase rules test`` as a person at a terminal meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.cli import run
from tests.rules.making import CASE, RULE


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def folder(tmp_path: Path, text: str) -> str:
    (tmp_path / "river.toml").write_text(text, encoding="utf-8")
    return str(tmp_path)


def test_check_lists_the_rules_in_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "check", "--rules", folder(tmp_path, RULE)]) == 0
    out, err = capsys.readouterr()
    found = {line["rule"]: line for line in lines(out)}
    assert {"river", "river-level", "evacuation-proposal"} <= set(found)
    assert found["evacuation-proposal"]["approval"]["5"] == "two"
    assert set(found["evacuation-proposal"]["at_night"].values()) == {"speak"}
    assert [found["crime-notice"]["at_night"][level] for level in "03"] == ["wait", "speak"]
    assert found["winter-digest"]["digest"] == ["06:30", "16:00"]
    assert "evacuation-over-repeats" in found["official-warning"]["inhibited_by"]
    assert err == ""


def test_check_tells_every_fault_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = RULE.replace('"one"', '"three"').replace('"Met"', '"Wet"')
    assert run(["rules", "check", "--rules", folder(tmp_path, wrong)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert [line["at"].rpartition("/")[2] for line in lines(err)] == ["river.toml:7", "river.toml:8"]
    assert "auto | one | two" in err


def test_the_rules_of_the_profile_pass_their_tests(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parents[2])
    monkeypatch.delenv("SHIRASE_PROFILE", raising=False)
    assert run(["rules", "test"]) == 0
    out, err = capsys.readouterr()
    assert len(lines(out)) >= 15
    assert all(line["ok"] for line in lines(out))
    assert err == ""


def test_a_failing_case_and_a_rule_without_cases_exit_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "test", "--rules", folder(tmp_path, RULE)]) == 1
    assert "has no tests" in capsys.readouterr().err
    failing = RULE + CASE.replace("[test.expect]\nlevel = 3", "[test.expect]\nlevel = 4")
    assert run(["rules", "test", "--rules", folder(tmp_path, failing)]) == 1
    (bad,) = [line for line in lines(capsys.readouterr().out) if not line["ok"]]
    assert bad["faults"] == ["level: 3 instead of 4"]


def test_wrong_usage_exits_2() -> None:
    with pytest.raises(SystemExit) as caught:
        run(["rules", "chekc"])
    assert caught.value.code == 2
