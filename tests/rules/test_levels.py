"""A change of law is data: one file, and from its day on every text says the new name."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds.japan import JAPAN
from geo.hazard import Hazard
from rules.alert import Alert, Approval
from rules.evacuation import evacuates
from rules.floor import Floor
from rules.rule import CATALOG, load_rules
from rules.source import RuleError
from rules.wording.levels import names_at, of_catalog, with_those_of
from tests.rules.making import RULE, World, hazard, toml

CHANGE = datetime(2028, 6, 1, tzinfo=JAPAN)
LAW = f"""
valid_from = {CHANGE.isoformat()}
law = "みほん法（令和10年改正）"
[ja]
equivalent = "危険度{{wide}}相当"
orders = {{ 3 = "早期退避", 4 = "退避命令", 5 = "最終退避" }}
[en]
equivalent = "Danger {{n}} equivalent"
orders = {{ 3 = "Early retreat", 4 = "Retreat order", 5 = "Last retreat" }}
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """The city's rules folder, with the new law in it."""
    (tmp_path / "levels").mkdir()
    (tmp_path / "levels/2028.toml").write_text(LAW, encoding="utf-8")
    return tmp_path


def flood(at: datetime, level: int) -> Hazard:
    return hazard(level=level, model="flood", alert_level=True, since=at, valid_until=at + timedelta(days=2))


def proposed(world: World, at: datetime, level: int) -> Alert:
    return next(one for one in world.step(at, flood(at, level)).alerts if one.rule == "evacuation-proposal")


def test_the_texts_change_on_the_day_of_the_law(city: Path) -> None:
    world = World(load_rules([CATALOG, city]))
    before = proposed(world, CHANGE - timedelta(hours=1), 4)
    assert "【警戒レベル４ 避難指示】" in before.texts["ja"].short
    world.issue(before.series)
    quiet = world.step(CHANGE, flood(CHANGE - timedelta(hours=1), 4))
    assert not [one for one in quiet.alerts if one.rule == "evacuation-proposal"], "what is in force keeps its words"
    after = proposed(world, CHANGE + timedelta(hours=1), 5)
    assert "【警戒レベル５ 最終退避】" in after.texts["ja"].short
    assert after.texts["en"].short.startswith("LEVEL 5 LAST RETREAT")
    assert any(
        "レベルの名称（みほん法（令和10年改正））は2028年6月1日00:00に改まりました" in one for one in after.evidence
    )


def test_evacuation_information_is_known_by_whatever_name_the_law_gives_it(city: Path) -> None:
    world = World(load_rules([CATALOG, city]))
    order = proposed(world, CHANGE, 5)
    assert (order.order, order.response, evacuates(order)) == ("最終退避", "Shelter", True)
    assert Floor(evacuation=Approval.TWO).needed(order) == 2
    world.issue(order.series)
    (over,) = [one for one in world.step(CHANGE + timedelta(hours=2)).alerts if one.series == order.series]
    assert over.ends and evacuates(over), "its end is evacuation information too"


def test_a_rule_that_names_what_the_city_issues_is_never_automatic(tmp_path: Path) -> None:
    text = toml(drop=["approval"], top='approval = "auto"').replace('event = "水位"', 'event = "{{ orders[level] }}"')
    (tmp_path / "sly.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match="evacuation information is never automatic"):
        load_rules([tmp_path])


def test_what_corresponds_to_a_level_is_worded_by_the_law_of_the_day(city: Path, tmp_path: Path) -> None:
    (tmp_path / "river.toml").write_text(RULE, encoding="utf-8")
    world = World(load_rules([city]))
    (one,) = world.step(CHANGE, flood(CHANGE, 3)).alerts
    assert one.texts["ja"].short.startswith("危険度３相当")
    assert one.texts["en"].short.startswith("Danger 3 equivalent")
    assert (one.order, evacuates(one)) == ("", False)


def test_the_last_table_that_has_begun_holds_and_the_first_before_it(city: Path) -> None:
    tables, faults = with_those_of([city])
    assert faults == [] and len(tables) == len(of_catalog()) + 1
    assert names_at(tables, CHANGE).law == "みほん法（令和10年改正）"
    assert names_at(tables, datetime(2010, 1, 1, tzinfo=JAPAN)) is tables[0]
    assert names_at(tables, CHANGE).of("ko").orders[4] == "Retreat order", "no name of its own: English"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("valid_from = 2028-06-01T00:00:00+09:00", "valid_from = 2028-06-01", "valid_from: found"),
        ('4 = "退避命令", ', "", "ja.orders.4: found nothing"),
        ("危険度{wide}相当", "危険度{level}相当", "ja.equivalent: found"),
        ("[en]", "[fr]", "en: found nothing"),
    ],
)
def test_a_table_with_a_fault_does_not_load(city: Path, old: str, new: str, fault: str) -> None:
    assert old in LAW
    (city / "levels/2028.toml").write_text(LAW.replace(old, new), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_rules([CATALOG, city])
    assert fault in str(caught.value)
