"""What the law calls the levels, by date and language: data, so that a change of law is a new file and no new code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from feeds.japan import JAPAN
from rules.source import Fault, Table, read_toml
from rules.wording.languages import LANGUAGES, wide

CATALOG = Path(__file__).parents[1] / "catalog"

_LEVELS = ("3", "4", "5")  # at which a municipality issues evacuation information
_ALLOWED = "a date-time with offset: 2027-04-01T00:00:00+09:00"


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one language."""

    equivalent: str  # pattern over n and wide: what corresponds to a level
    orders: Mapping[int, str] = field(hash=False)  # level → what the municipality then issues


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelNames:
    """One table: what the levels are called from ``begins`` on."""

    begins: datetime
    law: str
    languages: Mapping[str, Names] = field(hash=False)  # by BCP 47 tag; ja and en are always there
    file: str = ""

    def of(self, language: str) -> Names:
        """Those of the language, else of its main language, else English."""
        main = language.partition("-")[0]
        return self.languages.get(language) or self.languages.get(main) or self.languages["en"]

    def label(self, level: int, alert_level: bool, language: str) -> str:
        """Information that only corresponds to a level, as the law words it; empty where there is no 警戒レベル."""
        if not alert_level or level < 1:
            return ""
        return self.of(language).equivalent.format(n=level, wide=wide(level))


def names_at(tables: Sequence[LevelNames], at: datetime) -> LevelNames:
    """The table that holds at this moment; the earliest holds before it, too. ``tables`` are in order of dates."""
    begun = [one for one in tables if one.begins <= at]
    return begun[-1] if begun else tables[0]


@lru_cache(maxsize=1)
def of_catalog() -> tuple[LevelNames, ...]:
    """The tables that come with the hub."""
    found = [table for table, _ in _read(CATALOG)]
    return in_order(table for table in found if table)


def with_those_of(folders: Iterable[Path]) -> tuple[tuple[LevelNames, ...], list[Fault]]:
    """The catalogue's tables and those under ``levels/`` of the folders; of one date the later folder's counts."""
    tables, faults = list(of_catalog()), list[Fault]()
    for folder in folders:
        for table, wrong in _read(folder):
            faults.extend(wrong)
            tables.extend([table] if table and not wrong else [])
    return in_order(tables), faults


def in_order(tables: Iterable[LevelNames]) -> tuple[LevelNames, ...]:
    """By date, one table for each."""
    of_date = {one.begins: one for one in tables}
    return tuple(of_date[begins] for begins in sorted(of_date))


def _read(folder: Path) -> Iterator[tuple[LevelNames | None, list[Fault]]]:
    for path in sorted(folder.glob("levels/*.toml")):
        table, source = read_toml(path)
        names = _table(table) if table else None
        yield names, sorted(source.faults, key=lambda fault: fault.line)


def _table(table: Table) -> LevelNames:
    found = table.value("valid_from", _ALLOWED, required=True)
    if found is not None and not (isinstance(found, datetime) and found.tzinfo):
        table.fault("valid_from", found, _ALLOWED)
    begins = found if isinstance(found, datetime) and found.tzinfo else datetime(2000, 1, 1, tzinfo=JAPAN)
    spoken = {tag: _names(inner) for tag in LANGUAGES if (inner := table.table(tag, required=tag in {"ja", "en"}))}
    names = LevelNames(begins=begins, law=table.text("law"), languages=spoken, file=str(table.source.path))
    table.finish()
    return names


def _names(table: Table) -> Names:
    equivalent = table.text("equivalent")
    try:
        equivalent.format(n=4, wide="４")
    except (KeyError, IndexError, ValueError):
        table.fault("equivalent", equivalent, "a text with {n} or {wide} and no other braces")
    orders = table.table("orders", required=True)
    named = {int(level): orders.text(level) for level in _LEVELS} if orders else {}
    if orders:
        orders.finish()
    table.finish()
    return Names(equivalent, named)
