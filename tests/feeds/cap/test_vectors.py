"""The conformance vectors: each says exactly what the linter finds, and every rule has its two."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from feeds.cap.lint import lint
from feeds.cap.lint.rules import GROUPS, RULES
from feeds.cap.verify import certificates
from tests.feeds.cap.test_codec import REAL, real

VECTORS = Path(__file__).parents[2] / "data" / "cap" / "vectors"
DOCS = Path(__file__).parents[3] / "docs" / "cap.md"
TOLD: dict[str, dict[str, Any]] = {file.stem: json.loads(file.read_text()) for file in sorted(VECTORS.glob("*.json"))}
WITHOUT_FILE = {"too_big"}


def found(name: str) -> list[dict[str, Any]]:
    now = datetime.fromisoformat(TOLD[name]["as_of"])
    trusted = [one for file in TOLD[name].get("trust", ()) for one in certificates((VECTORS / file).read_bytes())]
    findings = lint((VECTORS / f"{name}.xml").read_bytes(), now, trusted=trusted)
    return [{"level": one.level, "rule": one.rule, "line": one.line, "path": one.path} for one in findings]


@pytest.mark.parametrize("name", TOLD)
def test_the_findings_are_exactly_those_told(name: str) -> None:
    assert found(name) == TOLD[name]["findings"]


@pytest.mark.parametrize("name", TOLD)
def test_a_vector_is_about_its_rule(name: str) -> None:
    told = TOLD[name]
    rules = [one["rule"] for one in told["findings"]]
    assert name == f"{told['rule']}.{'fires' if told['fires'] else 'passes'}"
    assert (told["rule"] in rules) == told["fires"]
    assert all(one["level"] == RULES[one["rule"]].level for one in told["findings"])
    assert told["fires"] or "error" not in {one["level"] for one in told["findings"]} or told["rule"] == "empty"


def test_every_rule_has_a_document_that_breaks_it_and_one_that_just_does_not() -> None:
    assert set(TOLD) == {f"{rule}.{end}" for rule in set(RULES) - WITHOUT_FILE for end in ("fires", "passes")}
    assert {file.stem for file in VECTORS.glob("*.xml")} == set(TOLD)


def test_a_document_of_the_most_bytes_is_read_and_one_byte_more_is_not() -> None:
    document = (VECTORS / "advised.passes.xml").read_bytes()
    now = datetime.fromisoformat(TOLD["advised.passes"]["as_of"])
    assert lint(document, now, limit=len(document)) == []
    assert [one.rule for one in lint(document + b" ", now, limit=len(document))] == ["too_big"]


@real
@pytest.mark.real
def test_the_official_schema_agrees() -> None:
    schema = etree.XMLSchema(etree.parse(REAL / "cap12.xsd"))
    outside = {rule.name for group in ("Before reading", "Signatures") for rule in GROUPS[group]}
    broken = {rule.name for rule in GROUPS["Schema"]}
    for name, told in TOLD.items():
        rules = {one["rule"] for one in told["findings"]}
        if not rules & outside:
            valid = schema.validate(etree.parse(VECTORS / f"{name}.xml"))
            assert valid == (not rules & broken), name


def test_the_docs_tell_every_rule_with_its_level() -> None:
    docs = DOCS.read_text()
    for rule in RULES.values():
        assert f"| `{rule.name}` | {rule.level} | {rule.asks} |" in docs, rule.name
