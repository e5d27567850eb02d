"""What is declared beside the rules, in ``noise/inhibit.toml`` and ``noise/quiet.toml`` of a folder of rules.

A later folder's row of the same id replaces an earlier one (``off = true`` takes it away), and its quiet hours replace
the earlier ones whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from rules.noise.inhibition import Inhibition, Selector
from rules.noise.quiet import MAY_BE_QUIET, QuietHours
from rules.source import Fault, Source, Table, read_toml

Kinds = Mapping[str, frozenset[str]]  # rule → kinds of hazards that it names
Voice = tuple[str, str]  # rule, kind


@dataclass(frozen=True, slots=True)
class Noise:
    """What holds for all rules of a city."""

    inhibitions: tuple[Inhibition, ...] = ()
    quiet: QuietHours | None = None


def load_noise(folders: Sequence[Path], kinds: Kinds) -> tuple[Noise, list[Fault]]:
    """The tables of the folders, later ones over earlier ones, and everything wrong with them."""
    rows: dict[str, tuple[Inhibition, Table]] = {}
    quiet: QuietHours | None = None
    sources: list[Source] = []
    for folder in folders:
        if table := _read(folder / "noise" / "inhibit.toml", sources):
            for inner in table.tables("inhibit"):
                name = inner.text("id", pattern="[a-z][a-z0-9-]{0,39}")
                if inner.flag("off", default=False):
                    inner.finish()
                    rows.pop(name, None)
                else:
                    rows[name] = (_row(inner, name, kinds), inner)
            table.finish()
        if table := _read(folder / "noise" / "quiet.toml", sources):
            quiet = _quiet(table)
    _check_cycles(rows, kinds)
    faults = [fault for source in sources for fault in source.faults]
    found = tuple(rows[name][0] for name in sorted(rows))
    return Noise(found, quiet), sorted(faults, key=lambda fault: (fault.file, fault.line))


def _read(path: Path, sources: list[Source]) -> Table | None:
    if not path.is_file():
        return None
    table, source = read_toml(path)
    sources.append(source)
    return table


def _row(table: Table, name: str, kinds: Kinds) -> Inhibition:
    title = table.table("title", required=True)
    family = "family" in table
    if family and ("by" in table or "quiets" in table):
        table.fault("family", "family beside by or quiets", "either family, or by and quiets")
    by = _selector(table, "family" if family else "by", kinds)
    quiets = by if family else _selector(table, "quiets", kinds)
    row = Inhibition(
        id=name,
        title={"ja": title.text("ja"), "en": title.text("en")} if title else {"ja": name, "en": name},
        by=by,
        quiets=quiets,
        family=family,
        repeats_only=table.text("only", one_of=("repeat",), default="") == "repeat",
    )
    if title:
        title.finish()
    table.finish("family", "by", "quiets", "off")
    return row


def _selector(table: Table, key: str, kinds: Kinds) -> Selector:
    """Names are checked against the rules there are: a misspelt one would silence nothing, or everything."""
    inner = table.table(key, required=True)
    if inner is None:
        return Selector()
    rules, named = inner.texts("rule", required=False), inner.texts("kind", required=False)
    bounds = [int(inner.number(word, 0, 5, whole=True)) if word in inner else None for word in _BOUNDS]
    known = frozenset(kind for of_rule in kinds.values() for kind in of_rule)
    for word in sorted(set(rules) - set(kinds)):
        inner.fault("rule", word, f"the id of a rule: {', '.join(sorted(kinds))}")
    for word in sorted(set(named) - known):
        inner.fault("kind", word, f"a kind that a rule names: {', '.join(sorted(known))}")
    if not rules and not named:
        inner.fault("", "neither rule nor kind", "rule, kind, or both")
    inner.finish("rule", "kind", *_BOUNDS)
    low, high = (5 if bound is None and place else bound or 0 for place, bound in enumerate(bounds))
    return Selector(frozenset(rules), frozenset(named), low, high)


_BOUNDS = ("level_at_least", "level_at_most")


def _check_cycles(rows: Mapping[str, tuple[Inhibition, Table]], kinds: Kinds) -> None:
    """Two rows that could silence each other's silencer are a fault. Of a family the higher level speaks: no cycle."""
    plain = {name: row for name, (row, _) in rows.items() if not row.family}
    follows = {
        name: [other for other, later in plain.items() if _voices(row.quiets, kinds) & _voices(later.by, kinds)]
        for name, row in plain.items()
    }
    for name in plain:
        if way := _way_back(name, follows):
            told = " → ".join(way)
            rows[name][1].fault("quiets", told, "rows in one direction only; where the higher level speaks, a family")


def _way_back(name: str, follows: Mapping[str, Sequence[str]]) -> list[str]:
    """The shortest way from a row to itself; empty where there is none."""
    ways, seen = [[name]], set[str]()
    while ways:
        way = ways.pop(0)
        for after in follows[way[-1]]:
            if after == name:
                return [*way, name]
            if after not in seen:
                seen.add(after)
                ways.append([*way, after])
    return []


def _voices(selector: Selector, kinds: Kinds) -> set[Voice]:
    return set(_each_voice(selector, kinds))


def _each_voice(selector: Selector, kinds: Kinds) -> Iterator[Voice]:
    for rule, of_rule in kinds.items():
        for kind in of_rule:
            if selector.fits(rule, kind, selector.lowest):
                yield rule, kind


def _quiet(table: Table) -> QuietHours | None:
    start, end = _clock(table, "from"), _clock(table, "until")
    manners: dict[str, frozenset[str]] = {}
    for word in ("wait", "soundless"):
        manners[word] = frozenset(table.texts(word, required=False)) if table.data.get(word) else frozenset()
        table.value(word, "a list of severities")
        for severity in sorted(manners[word] - set(MAY_BE_QUIET)):
            table.fault(word, severity, f"{', '.join(MAY_BE_QUIET)}; what is graver is never kept quiet")
    table.finish()
    if start is None or end is None:
        return None
    return QuietHours(start=start, end=end, wait=manners["wait"], soundless=manners["soundless"])


def _clock(table: Table, name: str) -> time | None:
    text = table.text(name)
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        table.fault(name, text, "a time of day such as 22:00, Japanese time")
        return None
