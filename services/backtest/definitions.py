"""What counts as having happened: data in a TOML file, in the words of the rules."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from geo.hazard import Hazard
from rules.conditions import Condition
from rules.conditions import parse as parse_condition
from rules.rule import Rule
from rules.situation import Situation
from rules.source import Fault, RuleError, Source, Table

CATALOG = Path(__file__).with_name("events.toml")
_WITHIN = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """An event, and the rules that should have told of it."""

    id: str
    rules: tuple[str, ...]
    when: Condition
    within: timedelta  # an alert is borne out by an event that begins so long after it at most
    absence: bool = True  # where nothing was seen, nothing happened

    def holds(self, hazard: Hazard, situation: Situation) -> bool:
        """True where this hazard, seen at hindsight, is such an event. What is foreseen never is."""
        return hazard.observed and not hazard.for_staff and self.when.holds(hazard, situation)


def load(path: Path, rules: Sequence[Rule]) -> tuple[Definition, ...]:
    """The definitions of a file, and one of its own for each rule that stands in none.

    Raises RuleError with every fault, OSError where the file cannot be read.
    """
    source = Source(path, path.read_text(encoding="utf-8"))
    try:
        table = Table(tomllib.loads(source.text), source)
    except tomllib.TOMLDecodeError as error:
        raise RuleError([Fault(str(path), 1, "file", str(error), "valid TOML")]) from error
    found = [_definition(one) for one in table.tables("event")]
    table.finish()
    if source.faults:
        raise RuleError(sorted(source.faults, key=lambda fault: fault.line))
    named = {rule for one in found for rule in one.rules}
    return (*found, *(_own(rule) for rule in rules if rule.id not in named))


def _definition(table: Table) -> Definition:
    when = table.table("when", required=True)
    one = Definition(
        id=table.text("id", pattern="[a-z][a-z0-9-]{0,39}"),
        rules=table.texts("rules"),
        when=parse_condition(when) if when else Condition("", "", lambda *_: False, lambda *_: ""),
        within=table.duration("within", _WITHIN),
        absence=table.flag("absence", default=True),
    )
    table.finish()
    return one


def _own(rule: Rule) -> Definition:
    return Definition(id=f"{rule.id}-observed", rules=(rule.id,), when=rule.when, within=_WITHIN)
