"""Rules with dates: which version holds, what is wrong between versions, and what becomes of an alert at the change."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds.japan import JAPAN
from rules.proposal import Reason
from rules.rule import Rule, load_rules
from rules.source import RuleError
from rules.span import Span
from rules.timers import due
from rules.trial import try_rule
from tests.rules.making import CASE, NOW, World, hazard, rule, situation, toml

CHANGE = datetime(2026, 7, 20, 19, 0, tzinfo=JAPAN)  # twenty minutes after NOW
UNTIL, FROM = f"valid_until = {CHANGE.isoformat()}", f"valid_from = {CHANGE.isoformat()}"
OLD, NEW = toml(top=UNTIL), toml(top=FROM).replace('event = "水位"', 'event = "川の水位"')
NIGHT = timedelta(minutes=30)


def folder(path: Path, **texts: str) -> Path:
    """Rule files by their names."""
    path.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (path / f"{name}.toml").write_text(text, encoding="utf-8")
    return path


def spans(rules: tuple[Rule, ...]) -> list[tuple[str, Span]]:
    return [(Path(one.file).stem, one.span) for one in rules]


def test_the_version_of_the_time_speaks_and_what_is_in_force_keeps_its_words(tmp_path: Path) -> None:
    world = World(load_rules([folder(tmp_path, old=OLD, new=NEW)]))
    high = hazard(level=3, since=NOW, valid_until=NOW + timedelta(hours=6))
    assert world.step(NOW, high).alerts[0].texts["ja"].event == "水位"
    world.issue(world.only())
    after = world.step(CHANGE, high)
    assert after.alerts == (), "a change of the rule alone is no news"
    (why,) = after.drops
    assert why.reason is Reason.NOTHING_NEW and "2026年7月20日19:00に改まりました" in why.detail
    (risen,) = world.step(CHANGE + NIGHT, hazard(level=4, since=CHANGE, valid_until=NOW + timedelta(hours=6))).alerts
    assert risen.texts["ja"].event == "川の水位"
    assert any("次の報から新しくなります" in sentence for sentence in risen.evidence)
    world.issue(world.only())
    again = world.step(CHANGE + NIGHT, hazard(level=5, since=CHANGE, valid_until=NOW + timedelta(hours=6))).alerts
    assert not any("改まりました" in sentence for sentence in again[0].evidence), "it is explained once"


def test_outside_its_time_a_rule_is_silent_and_says_so(tmp_path: Path) -> None:
    world = World(load_rules([folder(tmp_path, old=OLD)]))
    world.step(NOW, hazard(level=3))
    decision = world.step(CHANGE, hazard(level=3))
    assert (decision.alerts, decision.withdrawn[0].reason) == ((), Reason.RULE_GONE)
    assert decision.drops[0].detail == "規則の有効期間の外です"


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ({"a": toml(), "b": toml()}, "b.toml:1: id: found … – …; allowed: an id of its own"),
        ({"a": OLD, "b": toml()}, "b.toml:1: id: found … – …; allowed: a span beside … – 2026-07-20T19:00:00+09:00"),
        ({"a": OLD, "b": toml(top="valid_from = 2026-07-21T00:00:00+09:00")}, "nothing holds in between"),
        (
            {"a": toml(top="valid_from = 2026-07-21")},
            "valid_from: found datetime.date(2026, 7, 21); allowed: a date-time",
        ),
        ({"a": toml(top=f"{FROM}\nvalid_until = 2026-07-20T18:00:00+09:00")}, "valid_until: found '2026-07-20T18:00"),
        ({"a": toml(top=FROM, end=CASE)}, "test: found '2026-07-20T18:40:00+09:00'; allowed: a time"),
    ],
)
def test_what_does_not_fit_together_is_reported(tmp_path: Path, texts: dict[str, str], fault: str) -> None:
    with pytest.raises(RuleError) as caught:
        load_rules([folder(tmp_path, **texts)])
    assert fault in str(caught.value)


def test_a_city_s_dated_rule_leaves_the_catalogue_s_in_force_outside_its_time(tmp_path: Path) -> None:
    """A rule for next year must not make tonight silent."""
    catalog = folder(tmp_path / "catalog", river=toml())
    city = folder(tmp_path / "city", mine=toml(top=FROM))
    assert spans(load_rules([catalog, city])) == [("river", Span(None, CHANGE)), ("mine", Span(CHANGE, None))]
    folder(tmp_path / "city", mine=toml(top=f"{FROM}\nvalid_until = 2026-07-21T00:00:00+09:00"))
    assert [name for name, _ in spans(load_rules([catalog, city]))] == ["river", "mine", "river"]
    folder(tmp_path / "city", mine=toml())
    assert spans(load_rules([catalog, city])) == [("mine", Span())], "without dates it replaces the other whole"


def test_a_translation_speaks_for_the_version_whose_file_has_its_name(tmp_path: Path) -> None:
    words = "".join(f'{part} = "old"\n' for part in ("event", "headline", "description", "instruction", "short"))
    folder(tmp_path / "words/ko", old=f"[wording]\n{words}[all_clear]\n{words}")
    old, new = load_rules([folder(tmp_path, old=OLD, new=NEW)])
    assert ("ko" in old.wording, "ko" in new.wording) == (True, False)


def test_a_rule_s_own_tests_run_by_the_version_that_holds_at_their_time(tmp_path: Path) -> None:
    made = rule(tmp_path, toml(top=UNTIL, end=CASE))
    assert [result.faults for result in try_rule(made)] == [()]


def test_a_back_test_looks_again_at_the_moment_of_the_change(tmp_path: Path) -> None:
    rules = load_rules([folder(tmp_path, old=OLD, new=NEW)])
    assert due(situation(now=NOW), rules) == CHANGE
