"""A rule: one TOML file that says when, unless what, in which words, by whose approval and through which channels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from rules.alert import Approval
from rules.case import Case, parse_cases
from rules.conditions import Condition
from rules.conditions import parse as parse_condition
from rules.evacuation import said_in
from rules.hold_off import HoldOff, parse_hold_off
from rules.noise.digest import Digest, parse_digest
from rules.noise.inhibition import Inhibition
from rules.noise.quiet import NEVER_FROM as LOUD
from rules.noise.quiet import Manner, QuietHours
from rules.noise.table import Noise, load_noise
from rules.source import Fault, RuleError, Steps, Table, at_level, duration, read_toml
from rules.span import Span, gaps, laid_over, overlaps, parse_span
from rules.translation import Translation, read_glossaries, read_translations, wording_of
from rules.wording.languages import in_order
from rules.wording.levels import LevelNames, of_catalog, with_those_of
from rules.wording.templates import Words

ALWAYS = Span()
CATALOG = Path(__file__).parent / "catalog"

CATEGORIES = (
    *("Geo", "Met", "Safety", "Security", "Rescue", "Fire"),
    *("Health", "Env", "Transport", "Infra", "CBRNE", "Other"),
)
RESPONSES = ("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "None")
URGENCIES = ("Immediate", "Expected", "Future", "Unknown")
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTIES = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")
IN_DANGER = frozenset({"Evacuate", "Shelter"})  # responses of those who must act for their lives
GROUPS = ("area", "source", "kind", "city")
ORDERS = re.compile(r"\{[{%][^}]*\borders\b")  # a template that says what the city issues


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
    approval_of_end: Approval | None = None  # of an all-clear; None: as the level that was announced
    response: Steps
    urgency: Steps
    severity: Steps
    hold_off: HoldOff = ()  # how long what is free to leave waits; empty: not at all
    certainty: Steps = ()  # empty: from the hazard itself
    wording: Mapping[str, Words]
    all_clear: Mapping[str, Words]  # empty: the alert runs out by itself
    at_night: str = ""  # wait, soundless or speak; empty: by its severity, as the quiet hours say
    quiet: QuietHours | None = None
    digest: Digest | None = None
    inhibited: tuple[Inhibition, ...] = ()  # rows by which something graver may keep it silent
    levels: tuple[LevelNames, ...] = field(default_factory=of_catalog)  # what the law calls them, by date
    span: Span = ALWAYS  # of this version of the rule
    file: str = ""
    tests: tuple[Case, ...] = ()

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of hazards that the rule is known to speak of: by its conditions, else by its tests."""
        return self.when.kinds or frozenset(hazard.kind for case in self.tests for hazard in case.hazards)

    def night(self, level: int) -> Manner:
        """What becomes of it in the quiet hours at a level that is no 警戒レベル."""
        urgent = at_level(self.urgency, level) == "Immediate" or at_level(self.response, level) in IN_DANGER
        if self.quiet is None or level >= LOUD or urgent:
            return Manner.SPEAK
        return self.quiet.manner(at_level(self.severity, level))

    def approval_at(self, level: int, ends: bool = False) -> Approval:
        """Who must agree at this level, or to the end of what was announced at it."""
        if ends and self.approval_of_end is not None:
            return self.approval_of_end
        return Approval(at_level(self.approval, level))


def load_rules(folders: Sequence[Path]) -> tuple[Rule, ...]:
    """All versions of all rules of the folders, by id and date; a later folder replaces a rule of the same id.

    A version with dates replaces it for that time only. Translations stand beside the rules, in
    ``words/LANGUAGE/RULE.toml``. A folder's translations speak for its own rules and for those of the folders
    before it; a rule that is replaced takes its earlier translations with it.
    Raises :class:`RuleError` with every fault of every file.
    """
    rules: dict[str, tuple[Rule, ...]] = {}
    faults: list[Fault] = []
    glossaries: dict[str, dict[str, str]] = {}
    for folder in folders:
        if not folder.is_dir():
            faults.append(Fault(str(folder), 0, "folder", "no such folder", "a folder of .toml rule files"))
        here: dict[str, list[Rule]] = {}
        for path in sorted(folder.glob("*.toml")):
            rule, wrong = read_rule(path)
            faults.extend(wrong)
            if rule is not None:
                here.setdefault(rule.id, []).append(rule)
        for name, versions in here.items():
            faults.extend(overlaps(versions))
            rules[name] = laid_over(rules.get(name, ()), versions)
        for language, terms, wrong in read_glossaries(folder):
            glossaries.setdefault(language, {}).update(terms)
            faults.extend(wrong)
        faults.extend(_translate(folder, rules))
    kinds = {name: frozenset[str]().union(*(one.kinds for one in versions)) for name, versions in rules.items()}
    noise, wrong = load_noise(folders, kinds)
    every = [one for name in sorted(rules) for one in rules[name]]
    faults.extend([*wrong, *_untimely(every, noise)])
    levels, wrong = with_those_of(folder for folder in folders if folder != CATALOG)
    faults.extend(wrong)
    faults.extend(fault for versions in rules.values() for fault in gaps(versions))
    if faults:
        raise RuleError(faults)
    return tuple(replace(_heeding(_informed(one, glossaries), noise), levels=levels) for one in every)


def _heeding(rule: Rule, noise: Noise) -> Rule:
    """The rule with what the city's tables against noise say of it."""
    quiet = noise.quiet.always(Manner(rule.at_night)) if noise.quiet and rule.at_night else noise.quiet
    rows = (row for row in noise.inhibitions if row.quiets.may_fit(rule.id, rule.when.kinds))
    return replace(rule, quiet=quiet, inhibited=tuple(rows))


def _untimely(rules: Iterable[Rule], noise: Noise) -> Iterator[Fault]:
    """A digest at a time at which the rule keeps silent would never be said."""
    for rule in (_heeding(one, noise) for one in rules if one.digest):
        if rule.digest is None or rule.quiet is None or Manner.WAIT not in map(rule.night, range(LOUD)):
            continue
        start, end = (one.isoformat("minutes") for one in (rule.quiet.start, rule.quiet.end))
        allowed = f"times outside the quiet hours ({start} to {end})"
        for clock in filter(rule.quiet.includes, rule.digest.times):
            yield Fault(rule.file, 1, "digest", clock.isoformat("minutes"), allowed)


def _translate(folder: Path, rules: dict[str, tuple[Rule, ...]]) -> Iterator[Fault]:
    """Give the rules the translations of a folder; faults are told, and what is at fault changes nothing.

    A translation speaks for the version whose file has its name; where there is none, for all versions of that id.
    """
    for one in read_translations(folder):
        of_file = {rule.id for versions in rules.values() for rule in versions if Path(rule.file).stem == one.rule}
        name = next(iter(sorted(of_file)), one.rule)
        faults = list(one.faults)
        if name not in rules:
            faults.append(one.fault(one.rule, f"the id of a rule: {', '.join(sorted(rules))}"))
        meant = [rule for rule in rules.get(name, ()) if not of_file or Path(rule.file).stem == one.rule]
        faults.extend([] if faults else (fault for rule in meant for fault in _unfit(rule, one)))
        yield from faults
        if not faults:
            rules[name] = tuple(_also_in(rule, one) if rule in meant else rule for rule in rules[name])


def _unfit(rule: Rule, one: Translation) -> Iterator[Fault]:
    """What is wrong between a translation and the rule."""
    if bool(rule.all_clear) != bool(one.all_clear):
        allowed = "all_clear, as the rule has one" if rule.all_clear else "no all_clear, for the rule has none"
        yield one.fault("all_clear" if one.all_clear else "nothing", allowed)
    elif one.wording and _says_itself(rule, one.wording):
        yield one.fault("evacuation information", "one | two in approval; it is never automatic")


def _also_in(rule: Rule, one: Translation) -> Rule:
    """The rule with one more language."""
    if one.wording is None:
        return rule
    said = {**rule.wording, one.language: one.wording}
    ended = {**rule.all_clear, one.language: one.all_clear} if one.all_clear else rule.all_clear
    return replace(rule, wording=said, all_clear=ended)


def _informed(rule: Rule, glossaries: Mapping[str, Mapping[str, str]]) -> Rule:
    """The rule with the glossary of each of its languages."""

    def informed(spoken: Mapping[str, Words]) -> dict[str, Words]:
        return {tag: replace(spoken[tag], glossary=glossaries.get(tag, {})) for tag in in_order(spoken)}

    return replace(rule, wording=informed(rule.wording), all_clear=informed(rule.all_clear))


def read_rule(path: Path) -> tuple[Rule | None, list[Fault]]:
    """One file: the rule, or None and what is wrong with it."""
    table, source = read_toml(path)
    rule = _rule(table) if table else None
    return (None if source.faults else rule), sorted(source.faults, key=lambda fault: fault.line)


def _rule(table: Table) -> Rule:
    title = table.table("title", required=True)
    when = table.table("when", required=True)
    words = wording_of(table)
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
        approval_of_end=_approval_of_end(table),
        hold_off=parse_hold_off(table),
        response=table.by_level("response", RESPONSES),
        urgency=table.by_level("urgency", URGENCIES),
        severity=table.by_level("severity", SEVERITIES),
        certainty=table.by_level("certainty", CERTAINTIES, required=False),
        at_night=table.text("quiet", one_of=[manner.value for manner in Manner], default=""),
        digest=parse_digest(table),
        wording=words["wording"],
        all_clear=words["all_clear"],
        span=parse_span(table),
        file=str(table.source.path),
        tests=parse_cases(table),
    )
    table.finish("repeat")
    _check_durations(table, rule)
    _check_tests(table, rule)
    _check_evacuation(table, rule)
    return rule


def _approval_of_end(table: Table) -> Approval | None:
    told = table.text("approval_of_end", one_of=[approval.value for approval in Approval], default="")
    return Approval(told) if told else None


def _title(table: Table) -> dict[str, str]:
    title = {"ja": table.text("ja"), "en": table.text("en")}
    table.finish()
    return title


def _check_durations(table: Table, rule: Rule) -> None:
    for name in ("expires", "repeat"):
        if name in table and duration(table.data[name]) == timedelta():
            table.fault(name, table.data[name], "longer than zero")
    if rule.repeat and rule.expires and rule.repeat > rule.expires:
        table.fault("repeat", table.data["repeat"], f"not longer than expires ({table.data['expires']})")


def _check_tests(table: Table, rule: Rule) -> None:
    """A test outside the rule's time would try another version, or none."""
    for case in rule.tests:
        if not rule.span.holds(case.now):
            table.fault("test", case.now.isoformat(), f"a time at which the rule holds ({rule.span})")


def _check_evacuation(table: Table, rule: Rule) -> None:
    """Evacuation information with approval auto does not load, whatever the level and whoever wishes it."""
    worded = any(_says_itself(rule, words) for words in rule.wording.values())
    if worded or any(at_level(rule.response, level) == "Evacuate" for level in _automatic(rule)):
        table.fault("approval", table.data.get("approval"), "one | two; evacuation information is never automatic")


def _says_itself(rule: Rule, words: Words) -> bool:
    """True where words that order evacuation could go out without anybody's approval."""
    orders = said_in(words.event, words.headline) or ORDERS.search(f"{words.event} {words.headline}")
    return bool(_automatic(rule)) and bool(orders)


def _automatic(rule: Rule) -> list[int]:
    return [level for level in range(6) if at_level(rule.approval, level) == Approval.AUTO]
