"""Rule files: what loads, and what is said about those that do not. One tiny mistake per row."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from rules.alert import Approval
from rules.rule import CATALOG, load_rules
from rules.source import RuleError, locate
from tests.rules.making import CASE, RULE, rule, toml


def faults(tmp_path: Path, text: str) -> list[str]:
    """Every fault as text, without the folder."""
    with pytest.raises(RuleError) as caught:
        rule(tmp_path, text)
    return [str(fault).replace(f"{tmp_path}/", "") for fault in caught.value.faults]


def test_the_plain_rule_loads(tmp_path: Path) -> None:
    made = rule(tmp_path)
    assert (made.id, made.group_by, made.expires, made.repeat) == ("river", "kind", timedelta(hours=3), None)
    assert [made.approval_at(level) for level in range(6)] == [Approval.ONE] * 6


@pytest.mark.parametrize(
    ("drop", "top", "fault"),
    [
        ("expires", 'expires = "3h"', "rule.toml:1: expires: found '3h'; allowed: an ISO 8601 duration"),
        ("expires", "expires = 0", "rule.toml:1: expires: found 0; allowed: longer than zero"),
        ("expires", "", "rule.toml:1: expires: found nothing; allowed: an ISO 8601 duration"),
        ("approval", 'approval = "three"', "rule.toml:1: approval: found 'three'; allowed: auto | one | two, or by"),
        ("approval", 'approval = { 4 = "one" }', "rule.toml:1: approval: found {'4': 'one'}; allowed: auto | one"),
        ("approval", 'approval = { 0 = "auto", 7 = "one" }', "rule.toml:1: approval: found"),
        ("channels", "channels = []", "rule.toml:1: channels: found []; allowed: a text or a list of texts"),
        ("channels", 'channels = ["X!"]', "rule.toml:1: channels: found ['X!']; allowed:"),
        ("group_by", 'group_by = "street"', "rule.toml:1: group_by: found 'street'; allowed: area | source | kind"),
        ("category", 'category = "Weather"', "rule.toml:1: category: found 'Weather'; allowed: Geo | Met"),
        ("response", 'response = "AllClear"', "rule.toml:1: response: found 'AllClear'; allowed: Shelter | Evacuate"),
        ("id", 'id = "River Level"', "rule.toml:1: id: found 'River Level'; allowed: a text matching"),
        ("", 'repeat = "PT4H"', "rule.toml:1: repeat: found 'PT4H'; allowed: not longer than expires (PT3H)"),
        ("", 'chanels = ["x"]', "rule.toml:1: chanels: found an unknown key; allowed: all_clear, approval"),
        ("when", "when = {}", "rule.toml:1: when: found nothing; allowed: at least one of kind, area"),
        ("when", 'when = { knid = "flood" }', "rule.toml:1: when.knid: found an unknown key; allowed: age_at_least"),
        (
            "when",
            'when = { level_at_least = "three" }',
            "rule.toml:1: when.level_at_least: found 'three'; allowed: a whole number 0 to 5",
        ),
        ("when", "when = { level_at_least = 6 }", "rule.toml:1: when.level_at_least: found 6; allowed: a whole number"),
        ("when", "when = { observed = 1 }", "rule.toml:1: when.observed: found 1; allowed: true | false"),
        (
            "when",
            'when = { fact = "depth_cm" }',
            "rule.toml:1: when.fact: found 'depth_cm'; allowed: fact = \"depth_cm\"",
        ),
        ("when", "when = { any = [] }", "rule.toml:1: when.any: found []; allowed: a list of one or more tables"),
        ("when", 'when = { time_of_day = "night" }', "rule.toml:1: when.time_of_day: found 'night'; allowed: { from ="),
        ("when", 'when = { age_at_least = "soon" }', "rule.toml:1: when.age_at_least: found 'soon'; allowed: an ISO"),
    ],
)
def test_one_mistake(tmp_path: Path, drop: str, top: str, fault: str) -> None:
    found = faults(tmp_path, toml(drop=[drop] if drop else [], top=top))
    assert len(found) == 1, found
    assert found[0].startswith(fault)


@pytest.mark.parametrize(
    ("old", "new", "key", "found"),
    [
        ('"水位"', '"{{ palces }}"', "wording.ja.event", "palces"),
        ('"水位"', '"{{ level"', "wording.ja.event", "template line 1"),
        ('"水位"', '"{{ level | zenkaku }}"', "wording.ja.event", "zenkaku"),
        ('event = "水位"', "", "wording.ja.event", "nothing"),
        ("[wording.ja]", "[wording.fr]", "wording.ja", "fr"),
        ("[all_clear.en]", "[all_clear.fr]", "all_clear", "ja, fr"),
        ('short = "', 'shrot = ""\nshort = "', "wording.ja.shrot", "an unknown key"),
    ],
)
def test_wording_is_checked_before_it_is_ever_needed(tmp_path: Path, old: str, new: str, key: str, found: str) -> None:
    first = faults(tmp_path, RULE.replace(old, new, 1))[0]
    assert f": {key}: found " in first
    assert found in first


def test_the_line_is_the_line_of_the_key(tmp_path: Path) -> None:
    text = RULE.replace('headline = "', 'headline = "{{ oops }}', 1)
    line = 1 + text.splitlines().index(next(row for row in text.splitlines() if "oops" in row))
    assert faults(tmp_path, text)[0].startswith(f"rule.toml:{line}: wording.ja.headline: found 'oops'")


class TestEvacuation:
    @pytest.mark.parametrize(
        "approval",
        ['approval = "auto"', 'approval = { 0 = "auto", 4 = "two" }', 'approval = { 0 = "two", 5 = "auto" }'],
    )
    @pytest.mark.parametrize("word", ["避難指示", "高齢者等避難", "緊急安全確保", "Evacuation order"])
    def test_words_with_auto_do_not_load(self, tmp_path: Path, approval: str, word: str) -> None:
        text = toml(drop=["approval"], top=approval).replace("水位", word)
        assert "approval: found" in faults(tmp_path, text)[0]
        assert "evacuation information is never automatic" in faults(tmp_path, text)[0]

    def test_the_response_with_auto_does_not_load(self, tmp_path: Path) -> None:
        text = toml(
            drop=["approval", "response"], top='approval = "auto"\nresponse = { 0 = "Monitor", 4 = "Evacuate" }'
        )
        assert "never automatic" in faults(tmp_path, text)[0]

    def test_auto_below_the_level_at_which_people_leave_is_allowed(self, tmp_path: Path) -> None:
        by_level = 'approval = { 0 = "auto", 4 = "two" }\nresponse = { 0 = "Monitor", 4 = "Evacuate" }'
        assert rule(tmp_path, toml(drop=["approval", "response"], top=by_level)).approval_at(3) is Approval.AUTO

    def test_telling_people_to_watch_for_it_is_no_evacuation_information(self, tmp_path: Path) -> None:
        text = toml(drop=["approval"], top='approval = "auto"').replace("離れる", "市の避難指示に注意")
        assert rule(tmp_path, text).approval_at(5) is Approval.AUTO


class TestFolders:
    def test_a_later_folder_replaces_by_id(self, tmp_path: Path) -> None:
        for name, title in (("catalog", "川"), ("city", "市の川")):
            (tmp_path / name).mkdir()
            (tmp_path / name / f"{name}.toml").write_text(RULE.replace('ja = "川"', f'ja = "{title}"'))
        (only,) = load_rules([tmp_path / "catalog", tmp_path / "city"])
        assert only.title["ja"] == "市の川"

    def test_all_faults_of_all_files_come_together(self, tmp_path: Path) -> None:
        (tmp_path / "a.toml").write_text(toml(drop=["id", "expires"]))
        (tmp_path / "b.toml").write_text("id = \n")
        (tmp_path / "c.toml").write_bytes(b'id = "\xff"\n')
        with pytest.raises(RuleError) as caught:
            load_rules([tmp_path, tmp_path / "nowhere"])
        said = [(Path(fault.file).name, fault.line, fault.key) for fault in caught.value.faults]
        assert said == [
            ("a.toml", 1, "id"),
            ("a.toml", 1, "expires"),
            ("b.toml", 1, "file"),
            ("c.toml", 1, "file"),
            ("nowhere", 0, "folder"),
        ]

    def test_one_folder_has_no_two_rules_of_one_id(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            (tmp_path / f"{name}.toml").write_text(RULE)
        with pytest.raises(RuleError, match=r"b\.toml:1: id: .*a\.toml has it already"):
            load_rules([tmp_path])

    def test_the_catalogue_loads(self) -> None:
        assert len(load_rules([CATALOG])) >= 6


def test_locate_finds_tables_arrays_and_keys_and_skips_strings() -> None:
    text = '''a = 1
b = """
c = 2
[not.a.table]
"""
d = [
  "e = 3",  # [
  { f = 1 },
]
"g h".i = 1
[t.u]  # a comment
v = 'x = "'
[[w]]
x = 1
[w.y]
z = 1
[[w]]
x = 2
'''
    assert locate(text) == {
        ("a",): 1,
        ("b",): 2,
        ("d",): 6,
        ("g h", "i"): 10,
        ("t", "u"): 11,
        ("t", "u", "v"): 12,
        ("w", 0): 13,
        ("w", 0, "x"): 14,
        ("w", 0, "y"): 15,
        ("w", 0, "y", "z"): 16,
        ("w", 1): 17,
        ("w", 1, "x"): 18,
    }


def test_a_key_inside_an_inline_table_over_several_lines_is_found(tmp_path: Path) -> None:
    text = toml(drop=["when"], top='when = { any = [\n  { kind = "flood" },\n  { level_at_least = 9 },\n] }')
    assert faults(tmp_path, text)[0].startswith("rule.toml:3: when.any[1].level_at_least: found 9")


class TestCases:
    def test_a_case_loads(self, tmp_path: Path) -> None:
        (case,) = rule(tmp_path, RULE + CASE).tests
        assert (case.name, case.level, len(case.hazards)) == ("一つ", 3, 1)

    @pytest.mark.parametrize(
        ("old", "new", "key"),
        [
            ("+09:00", "", "test[0].now"),
            ("level = 3\n[", "level = 3\nlevle = 1\n[", "test[0].hazard[0].levle"),
            ('kind = "flood"', "", "test[0].hazard[0].kind"),
            ("[test.expect]\nlevel = 3", "", "test[0].expect"),
            ("[test.expect]\n", "[test.expect]\nshrot = 1\n", "test[0].expect.shrot"),
        ],
    )
    def test_a_case_with_a_mistake(self, tmp_path: Path, old: str, new: str, key: str) -> None:
        assert f": {key}: found " in faults(tmp_path, RULE + CASE.replace(old, new))[0]
