"""The city's rules of muster: which trigger asks which 参集区分 for what, and whether that waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from geo.seismic import CLASSES
from rules.muster.trigger import Kind, Trigger
from rules.muster.want import Asks, Want
from rules.source import RuleError, Table, read_toml

_ID = r"[a-z][a-z0-9-]{0,40}"
_CODE = r"[0-9a-z]{1,8}"


@dataclass(frozen=True, slots=True)
class Category:
    """A 参集区分 as the staff directory names it by ``code``, the first to come first."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MusterRule:
    """From this strength of such a trigger on, these people are asked."""

    id: str
    kind: Kind
    strength: int
    asks: Asks
    automatic: bool
    within: timedelta  # how old a trigger may be for a muster to begin by itself; older ones are proposed

    def fits(self, trigger: Trigger) -> bool:
        return trigger.kind is self.kind and trigger.strength >= self.strength


@dataclass(frozen=True, slots=True, kw_only=True)
class MusterRules:
    """Everything of ``muster.toml``. Without the file nothing is proposed, and people begin musters by hand."""

    categories: tuple[Category, ...] = ()
    rules: tuple[MusterRule, ...] = ()
    together: timedelta = timedelta(hours=6)  # another event later than that is asked about anew
    remind_after: timedelta = timedelta(minutes=15)
    reminders: int = 3
    closes_after: timedelta = timedelta(hours=72)  # one that nobody closed
    source: str = ""

    def name_of(self, category: str) -> str:
        return next((one.name for one in self.categories if one.code == category), category)


def load_muster_rules(path: Path) -> MusterRules:
    """Raises RuleError with everything that is wrong in the file."""
    table, source = read_toml(path)
    if table is None:
        raise RuleError(source.faults)
    categories = tuple(_category(one) for one in table.tables("category"))
    codes = [one.code for one in categories]
    for twice in sorted({code for code in codes if codes.count(code) > 1}):
        table.fault("category", twice, "a code of its own for each [[category]]")
    if not categories:
        table.fault("category", "none", "at least one [[category]]")
    found = MusterRules(
        categories=categories,
        rules=tuple(_rule(one, codes) for one in table.tables("rule")),
        together=table.duration("together", timedelta(hours=6)),
        remind_after=_at_least(table, "remind_after", timedelta(minutes=5), timedelta(minutes=15)),
        reminders=int(table.number("reminders", 0, 10, whole=True)) if "reminders" in table else 3,
        closes_after=_at_least(table, "closes_after", timedelta(hours=1), timedelta(hours=72)),
        source=table.text("source"),
    )
    ids = [one.id for one in found.rules]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        table.fault("rule", twice, "an id of its own for each [[rule]]")
    table.finish("reminders")
    if source.faults:
        raise RuleError(source.faults)
    return found


def _category(table: Table) -> Category:
    found = Category(table.text("code", pattern=_CODE), table.text("name"))
    table.finish()
    return found


def _rule(table: Table, codes: list[str]) -> MusterRule:
    named = [kind for kind in Kind if kind.value in table]
    if len(named) != 1:
        table.fault("", ", ".join(named) or "no trigger", f"exactly one of {', '.join(Kind)}")
    kind = named[0] if named else Kind.QUAKE
    found = MusterRule(
        id=table.text("id", pattern=_ID),
        kind=kind,
        strength=_strength(table, kind) if named else 0,
        asks=_asks(table, codes),
        automatic=table.flag("automatic", default=kind is Kind.QUAKE),
        within=table.duration("within", timedelta(hours=2)),
    )
    table.finish(*Kind)
    return found


def _strength(table: Table, kind: Kind) -> int:
    if kind is Kind.QUAKE:
        word = table.text(kind.value, one_of=CLASSES[3:])
        return CLASSES.index(word) if word in CLASSES else len(CLASSES)
    return int(table.number(kind.value, 3, 5, whole=True))


def _asks(table: Table, codes: list[str]) -> Asks:
    told = table.table("ask", required=True)
    if told is None:
        return {}
    found = {code: Want(told.text(code, one_of=[*Want], default=Want.INFORM)) for code in told.data if code in codes}
    if not told.data:
        table.fault("ask", "nobody", f"at least one of {', '.join(codes)}")
    told.finish(*codes)
    return found


def _at_least(table: Table, name: str, least: timedelta, default: timedelta) -> timedelta:
    found = table.duration(name, default)
    if found < least:
        table.fault(name, str(found), f"at least {least}")
    return found
