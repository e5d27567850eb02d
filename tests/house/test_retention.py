"""No table grows for ever without somebody having said so."""

from __future__ import annotations

from pathlib import Path

from services.configuration.retention import Retention
from services.retention.elsewhere import ELSEWHERE
from services.retention.rules import RULES
from services.store.tables import metadata

STORE = (Path(__file__).parents[2] / "docs" / "store.md").read_text(encoding="utf-8")


def test_every_table_has_a_rule_or_a_reason() -> None:
    ruled = {table for rule in RULES for table in rule.tables}
    assert ruled | ELSEWHERE.keys() == metadata.tables.keys(), "write it into services/retention/rules.py"
    assert not ruled & ELSEWHERE.keys()


def test_every_rule_has_its_setting_and_stands_in_the_docs() -> None:
    named = {f"{rule.name}_days" for rule in RULES if rule.name != "reasons"}
    assert named == Retention.model_fields.keys()
    missing = [rule.name for rule in RULES if f"| `{rule.name}` |" not in STORE]
    assert missing == [], "docs/store.md, under Retention"
