"""Order rules are read strictly: every fault with its place and its cure."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from rules.orders.decision import Kind
from rules.orders.reading import in_force, load_order_rules
from rules.source import RuleError
from tests.rules.orders.nights import CONFIG, PRESETS

GOOD = (CONFIG / "morioka" / "orders" / "morioka.toml").read_text(encoding="utf-8")


def faults(folder: Path, text: str) -> list[str]:
    path = folder / "city.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_order_rules(path)
    return [str(fault).removeprefix(f"{path}:") for fault in caught.value.faults]


def test_every_preset_has_a_source_and_morioka_says_ten() -> None:
    assert len(PRESETS) == 9 and all(one.source and (one.plow or one.postures) for one in PRESETS.values())
    aomori = PRESETS["aomori"]
    told = [one.name if (one := aomori.posture(cm)) else None for cm in (None, 95.9, 96, 112)]
    assert told == [None, None, "豪雪対策本部", "豪雪災害対策本部"]
    morioka = PRESETS["morioka"]
    assert [(rule.new_snow_cm, rule.forecast_cm, rule.classes) for rule in morioka.plow] == [(10, 10, ())]
    assert {one.kind for one in morioka.extras} == set(Kind) - {Kind.PLOW}
    assert PRESETS["hirosaki"].timing.decide_at == (time(0),)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("new_snow_cm = 10", "new_snow_cm = 0", "rule[0].new_snow_cm: found 0; allowed: a number 1 to 200"),
        ('finish = "07:00"', 'finish = "7:00"', "timing.finish: found '7:00'"),
        ('season = ["12-01", "03-31"]', 'season = ["12-01", "02-30"]', "season: found ['12-01', '02-30']"),
        ('season = ["12-01", "03-31"]', 'season = "12-01"', "season: found ['12-01']"),
        ('kind = "ruts"', 'kind = "salt"', "extra[0].kind: found 'salt'; allowed: ruts | hauling"),
        ("thaw_c = 3.0", "thaw = 3.0", "veto.thaw: found an unknown key"),
        ("forecast_cm = 10", 'classes = [1, "2"]', "rule[0].classes: found [1, '2']"),
        ("forecast_cm = 10", 'after = "first"', "rule[0].after: found 'first'; allowed: the id of a [[rule]] above it"),
        (
            'kind = "hauling"',
            'kind = "hauling"\npacked_cm = 20',
            "found '20'; allowed: only for kind = \"levelling\"",
        ),
        ('id = "narrow"', 'id = "ruts"', "rule: found 'ruts'; allowed: an id of its own"),
        ('over = "PT24H"', 'over = "P9D"', "counting.over: found '9 days, 0:00:00'; allowed: PT1H to PT72H"),
    ],
)
def test_a_fault_names_its_place_and_the_cure(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    found = faults(tmp_path, GOOD.replace(old, new, 1))
    assert any(told in one for one in found), found
    assert all(one.split(":")[0].isdigit() for one in found)


def test_a_change_of_the_rules_is_a_second_file_with_its_date(tmp_path: Path) -> None:
    now, then = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    until = GOOD.replace('city_en = "Morioka"', 'city_en = "Morioka"\nvalid_until = 2027-07-01T00:00:00+09:00')
    since = until.replace("valid_until", "valid_from").replace("new_snow_cm = 10", "new_snow_cm = 15")
    (tmp_path / "a.toml").write_text(until, encoding="utf-8")
    (tmp_path / "b.toml").write_text(since, encoding="utf-8")
    versions = load_order_rules(tmp_path)
    held = [in_force(versions, when) for when in (now, then)]
    assert [one.plow[0].new_snow_cm for one in held if one] == [10, 15]
    (tmp_path / "b.toml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(RuleError, match="has it already"):
        load_order_rules(tmp_path)
