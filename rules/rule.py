"""A rule: one TOML file that says when, unless what, in which words, by whose approval and through which channels."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rules.alert import Approval
from rules.case import Case, parse_cases
from rules.conditions import Condition
from rules.conditions import parse as parse_condition
from rules.source import Fault, RuleError, Source, Steps, Table, at_level, duration
from rules.wording.templates import PARTS, Words, flaw

CATALOG = Path(__file__).parent / "catalog"

CATEGORIES = (
    *("Geo", "Met", "Safety", "Security", "Rescue", "Fire"),
    *("Health", "Env", "Transport", "Infra", "CBRNE", "Other"),
)
RESPONSES = ("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "None")
URGENCIES = ("Immediate", "Expected", "Future", "Unknown")
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTIES = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")
GROUPS = ("area", "source", "kind", "city")
EVACUATION = re.compile(
    r"避難指示|高齢者等避難|緊急安全確保|evacuation (order|instruction|of the elderly)|evacuate now", re.I
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When to say what. Durations are positive; words are there for ``ja`` first, then any other language."""

    id: str
    title: Mapping[str, str]
    when: Condition
    unless: tuple[Condition, ...] = ()  # any one of them silences the hazard
    hold: timedelta = timedelta()  # the level must have stood this long
    settle: timedelta = timedelta()  # a lower level, or the end, waits this long; unless given the same as hold
    repeat: timedelta | None = None  # say it again after this, as long as it lasts
    expires: timedelta
    while_valid: bool = False  # a revision never outlives what it rests on, however long expires is
    group_by: str  # one alert series per area, source (gauge, report), kind, or for the whole city
    channels: tuple[str, ...]
    category: str
    approval: Steps
    response: Steps
    urgency: Steps
    severity: Steps
    certainty: Steps = ()  # empty: from the hazard itself
    wording: Mapping[str, Words]
    all_clear: Mapping[str, Words]  # empty: the alert runs out by itself
    file: str = ""
    tests: tuple[Case, ...] = ()

    def approval_at(self, level: int) -> Approval:
        """Who must agree at this level."""
        return Approval(at_level(self.approval, level))


def orders_evacuation(response: str, event: str, headline: str) -> bool:
    """True for evacuation information, which never leaves the house without an authorised person."""
    return response == "Evacuate" or bool(EVACUATION.search(event) or EVACUATION.search(headline))


def load_rules(folders: Sequence[Path]) -> tuple[Rule, ...]:
    """All rules of the folders, by id; a later folder replaces a rule of the same id.

    Raises :class:`RuleError` with every fault of every file.
    """
    rules: dict[str, Rule] = {}
    faults: list[Fault] = []
    for folder in folders:
        if not folder.is_dir():
            faults.append(Fault(str(folder), 0, "folder", "no such folder", "a folder of .toml rule files"))
        here: dict[str, str] = {}
        for path in sorted(folder.glob("*.toml")):
            rule, wrong = read_rule(path)
            faults.extend(wrong)
            if rule is None:
                continue
            if rule.id in here:
                faults.append(Fault(str(path), 1, "id", rule.id, f"an id of its own; {here[rule.id]} has it already"))
            here[rule.id] = str(path)
            rules[rule.id] = rule
    if faults:
        raise RuleError(faults)
    return tuple(rules[name] for name in sorted(rules))


def read_rule(path: Path) -> tuple[Rule | None, list[Fault]]:
    """One file: the rule, or None and what is wrong with it."""
    source = Source(path, "")
    try:
        source.text = path.read_text(encoding="utf-8")
        data = tomllib.loads(source.text)
    except UnicodeDecodeError as error:
        return None, [Fault(str(path), 1, "file", f"a byte that is not UTF-8 at {error.start}", "UTF-8 text")]
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        line = int(where[1]) if where else source.text.count("\n") + 1
        return None, [Fault(str(path), line, "file", str(error), "valid TOML")]
    rule = _rule(Table(data, source))
    return (None if source.faults else rule), sorted(source.faults, key=lambda fault: fault.line)


def _rule(table: Table) -> Rule:
    title = table.table("title", required=True)
    when = table.table("when", required=True)
    rule = Rule(
        id=table.text("id", pattern="[a-z][a-z0-9-]{0,39}"),
        title=_title(title) if title else {},
        when=parse_condition(when) if when else Condition("", "", lambda *_: False, lambda *_: ""),
        unless=tuple(parse_condition(member) for member in table.tables("unless")),
        hold=table.duration("hold", timedelta()),
        settle=table.duration("settle", table.duration("hold", timedelta())),
        repeat=table.duration("repeat") if "repeat" in table else None,
        expires=table.duration("expires"),
        while_valid=table.flag("while_valid", default=False),
        group_by=table.text("group_by", one_of=GROUPS),
        channels=table.texts("channels", pattern="[a-z][a-z0-9_]*"),
        category=table.text("category", one_of=CATEGORIES),
        approval=table.by_level("approval", [approval.value for approval in Approval]),
        response=table.by_level("response", RESPONSES),
        urgency=table.by_level("urgency", URGENCIES),
        severity=table.by_level("severity", SEVERITIES),
        certainty=table.by_level("certainty", CERTAINTIES, required=False),
        **_wording(table),
        file=str(table.source.path),
        tests=parse_cases(table),
    )
    table.finish("repeat")
    _check_durations(table, rule)
    _check_evacuation(table, rule)
    return rule


def _title(table: Table) -> dict[str, str]:
    title = {"ja": table.text("ja"), "en": table.text("en")}
    table.finish()
    return title


def _wording(table: Table) -> dict[str, dict[str, Words]]:
    """``wording`` and ``all_clear``, each by language, Japanese first."""
    wording, all_clear = table.table("wording", required=True), table.table("all_clear")
    said = _languages(wording) if wording else {}
    ended = _languages(all_clear) if all_clear else {}
    if all_clear and said and set(ended) != set(said):
        all_clear.fault("", ", ".join(ended), f"the languages of wording: {', '.join(said)}")
    return {"wording": said, "all_clear": ended}


def _languages(table: Table) -> dict[str, Words]:
    spoken: dict[str, Words] = {}
    for language in sorted(table.data, key=lambda name: (name != "ja", name)):
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", language):
            table.fault(language, language, "a language tag such as ja, en, zh-Hans")
        elif inner := table.table(language):
            spoken[language] = Words(**{part: _template(inner, part, language) for part in PARTS})
            inner.finish()
    if "ja" not in spoken:
        table.fault("ja", ", ".join(table.data) or "nothing", "Japanese is always there: " + ", ".join(PARTS))
    return spoken


def _template(table: Table, part: str, language: str) -> str:
    text = table.text(part)
    if text and (wrong := flaw(language, text)):
        table.fault(part, *wrong)
    return text


def _check_durations(table: Table, rule: Rule) -> None:
    for name in ("expires", "repeat"):
        if name in table and duration(table.data[name]) == timedelta():
            table.fault(name, table.data[name], "longer than zero")
    if rule.repeat and rule.expires and rule.repeat > rule.expires:
        table.fault("repeat", table.data["repeat"], f"not longer than expires ({table.data['expires']})")


def _check_evacuation(table: Table, rule: Rule) -> None:
    """Evacuation information with approval auto does not load, whatever the level and whoever wishes it."""
    auto = [level for level in range(6) if at_level(rule.approval, level) == Approval.AUTO]
    worded = any(orders_evacuation("", words.event, words.headline) for words in rule.wording.values())
    if any(worded or at_level(rule.response, level) == "Evacuate" for level in auto):
        table.fault("approval", table.data.get("approval"), "one | two; evacuation information is never automatic")
