"""``shirase rules``: are the rule files sound, and do they say what their own tests want?"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rules.rule import ALWAYS, CATALOG, Rule, load_rules
from rules.source import RuleError
from rules.trial import try_rule


def register(commands: Any) -> None:
    parser = commands.add_parser("rules", help="check and test rules")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check|test")
    for name, summary, run in (
        ("check", "list the rules in force, or everything wrong in their files", check),
        ("test", "run the [[test]] cases that stand in the rule files", test),
    ):
        verb = verbs.add_parser(name, help=summary)
        verb.add_argument(
            "--rules", type=Path, metavar="DIR", help="folder over the catalogue (default: rules of the profile)"
        )
        verb.set_defaults(run=run)


def check(args: argparse.Namespace) -> int:
    """A JSON line per rule; faults of all files on stderr and exit 1."""
    rules = _load(args)
    for rule in rules or ():
        print(json.dumps(_summary(rule), ensure_ascii=False))
    return 0 if rules is not None else 1


def test(args: argparse.Namespace) -> int:
    """A JSON line per case; exit 1 if a case failed or a rule has no tests."""
    rules = _load(args)
    failed = rules is None
    for rule in rules or ():
        if not rule.tests:
            _refuse("untested", f"{rule.id} has no tests; add [[test]] cases", rule.file)
            failed = True
        for result in try_rule(rule):
            line = {"rule": result.rule, "test": result.case, "ok": not result.faults, "faults": list(result.faults)}
            print(json.dumps(line, ensure_ascii=False))
            failed |= bool(result.faults)
    return int(failed)


def _load(args: argparse.Namespace) -> tuple[Rule, ...] | None:
    try:
        return load_rules(_folders(args.rules))
    except RuleError as error:
        for fault in error.faults:
            _refuse("rule", f"{fault.key}: found {fault.found}; allowed: {fault.allowed}", f"{fault.file}:{fault.line}")
        return None


def _folders(given: Path | None) -> Sequence[Path]:
    """The catalogue, then what is laid over it."""
    profile = Path(os.environ.get("SHIRASE_PROFILE", "config/morioka")) / "rules"
    return [CATALOG, given or profile]


def _summary(rule: Rule) -> dict[str, object]:
    return {
        "rule": rule.id,
        "title": rule.title["ja"],
        "title_en": rule.title["en"],
        "when": rule.when.ja,
        "approval": {level: rule.approval_at(level).value for level in range(6)},
        "channels": list(rule.channels),
        "at_night": {level: rule.night(level).value for level in range(6)},
        "digest": [clock.isoformat("minutes") for clock in rule.digest.times] if rule.digest else [],
        "inhibited_by": [row.id for row in rule.inhibited],
        "languages": list(rule.wording),
        "tests": len(rule.tests),
        "file": rule.file,
        **({"valid": str(rule.span)} if rule.span != ALWAYS else {}),
    }


def _refuse(code: str, message: str, at: str) -> None:
    print(json.dumps({"error": code, "message": message, "at": at}, ensure_ascii=False), file=sys.stderr)
