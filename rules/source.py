"""One rule file: typed values out of it, and every fault with its file, line, key and cure.

``tomllib`` tells no line numbers, so a small scanner finds where each key stands. It only has to be right for files
that ``tomllib`` has accepted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

Key = tuple[str | int, ...]
Steps = tuple[tuple[int, str], ...]  # from this level on: this value; ascending, begins at level 0

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(r"\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*[A-Za-z0-9_\"'-]+)*)\s*=\s*(.*)$")
_TOKEN = re.compile(r"\"\"\"|'''|\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*|[\[\]{}]")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a rule file."""

    file: str
    line: int  # from 1; 0: the file as a whole
    key: str
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: found {self.found}; allowed: {self.allowed}"


class RuleError(ValueError):
    """Rule files cannot be used; ``faults`` holds everything wrong in all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def dotted(key: Key) -> str:
    """``("test", 0, "name")`` → ``test[0].name``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).lstrip(".")


def locate(text: str) -> dict[Key, int]:
    """Line numbers (from 1) of the tables and keys of a valid TOML text."""
    lines: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    table: Key = ()
    delimiter, depth = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        value = line
        if not delimiter and depth == 0:
            if header := _HEADER.match(line):
                table = _open(header[2], header[1] == "[[", counts)
                lines.setdefault(table, number)
                continue
            if not (assignment := _ASSIGNMENT.match(line)):
                continue
            lines.setdefault(table + _split(assignment[1]), number)
            value = assignment[2]
        delimiter, depth = _after(value, delimiter, depth)
    return lines


def _split(name: str) -> Key:
    return tuple(part.strip().strip("\"'") for part in name.split("."))


def _open(name: str, array: bool, counts: dict[Key, int]) -> Key:
    """The path of a table header; the members of an array of tables are counted."""
    key: Key = ()
    parts = _split(name)
    for position, part in enumerate(parts):
        key += (part,)
        if array and position == len(parts) - 1:
            counts[key] = counts.get(key, -1) + 1
        if key in counts:
            key += (counts[key],)
    return key


def _after(value: str, delimiter: str, depth: int) -> tuple[str, int]:
    """Which multi-line string is open, and how many brackets, after this piece of a line."""
    for token in _TOKEN.findall(value):
        if delimiter:
            delimiter = "" if token == delimiter else delimiter
        elif token in ('"""', "'''"):
            delimiter = token
        elif token in {"[", "{"}:
            depth += 1
        elif token in {"]", "}"}:
            depth -= 1
    return delimiter, depth


def duration(value: object) -> timedelta | None:
    """``"PT1H30M"``, ``"P1D"`` or whole minutes; None where it is neither."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return timedelta(minutes=value)
    if isinstance(value, str) and (match := _DURATION.fullmatch(value)) and any(match.groups()):
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return None


@dataclass
class Source:
    """One file being read and the faults found in it so far."""

    path: Path
    text: str
    faults: list[Fault] = field(default_factory=list)
    _lines: dict[Key, int] | None = None

    def line(self, key: Key) -> int:
        """Line of a key, of a key inside an inline table, or of the nearest table that holds it."""
        if self._lines is None:
            self._lines = locate(self.text)
        for length in range(len(key), 0, -1):
            start = self._lines.get(key[:length])
            if start is not None:
                return start if length == len(key) else self._inside(start, key[length:])
        return 1

    def _inside(self, start: int, rest: Key) -> int:
        later = [line for line in (self._lines or {}).values() if line > start]
        names = [part for part in rest if isinstance(part, str)]
        rows = self.text.splitlines()
        for number in range(start, min(later, default=len(rows) + 1)):
            if names and re.search(rf"(?<![\w-]){re.escape(names[-1])}\s*=", rows[number - 1]):
                return number
        return start

    def fault(self, key: Key, found: object, allowed: str) -> None:
        shown = found if isinstance(found, _Plain) else repr(found)
        self.faults.append(Fault(str(self.path), self.line(key), dotted(key) or "file", str(shown), allowed))


class _Plain(str):
    """Words about what was found, shown without quotes."""

    __slots__ = ()


NOTHING = _Plain("nothing")


class Table:
    """One table of a rule file. Each getter checks, notes a fault, and returns something harmless in its place."""

    def __init__(self, data: Mapping[str, object], source: Source, key: Key = ()) -> None:
        self.data, self.source, self.key = data, source, key
        self._known: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self.data

    def fault(self, name: str, found: object, allowed: str) -> None:
        self.source.fault((*self.key, name) if name else self.key, found, allowed)

    def value(self, name: str, allowed: str, required: bool = False) -> object | None:
        """The raw value; None where it is absent (a fault if it is required)."""
        self._known.add(name)
        if name not in self.data and required:
            self.fault(name, NOTHING, allowed)
        return self.data.get(name)

    def text(self, name: str, *, one_of: Sequence[str] = (), pattern: str = "", default: str | None = None) -> str:
        """A non-empty text; required unless there is a default."""
        allowed = " | ".join(one_of) or (f"a text matching {pattern}" if pattern else "a text")
        found = self.value(name, allowed, required=default is None)
        if found is None:
            return default or ""
        good = isinstance(found, str) and found.strip() and (not one_of or found in one_of)
        if not good or (pattern and not re.fullmatch(pattern, str(found))):
            self.fault(name, found, allowed)
            return default or ""
        return str(found)

    def texts(self, name: str, *, pattern: str = "", required: bool = True) -> tuple[str, ...]:
        """A text or a list of texts."""
        allowed = "a text or a list of texts" + (f" matching {pattern}" if pattern else "")
        found = self.value(name, allowed, required)
        members = found if isinstance(found, list) else [found] if found is not None else []
        good = all(isinstance(m, str) and m and (not pattern or re.fullmatch(pattern, m)) for m in members)
        if not good or (found is not None and not members):
            self.fault(name, found, allowed)
            return ()
        return tuple(str(member) for member in members)

    def number(self, name: str, low: float | None = None, high: float | None = None, whole: bool = False) -> float:
        """A number within bounds, both included."""
        kind = "a whole number" if whole else "a number"
        allowed = kind if low is None or high is None else f"{kind} {low:g} to {high:g}"
        found = self.value(name, allowed, required=True)
        if found is None:
            return 0
        fits = isinstance(found, int if whole else (int, float)) and not isinstance(found, bool)
        if not isinstance(found, (int, float)) or not fits:
            self.fault(name, found, allowed)
            return 0
        if (low is not None and found < low) or (high is not None and found > high):
            self.fault(name, found, allowed)
        return found

    def flag(self, name: str, default: bool | None = None) -> bool:
        found = self.value(name, "true | false", required=default is None)
        if found is not None and not isinstance(found, bool):
            self.fault(name, found, "true | false")
        return found if isinstance(found, bool) else bool(default)

    def duration(self, name: str, default: timedelta | None = None) -> timedelta:
        allowed = 'an ISO 8601 duration such as "PT10M", "PT6H", "P1D", or whole minutes'
        found = self.value(name, allowed, required=default is None)
        if found is None:
            return default or timedelta()
        length = duration(found)
        if length is None:
            self.fault(name, found, allowed)
        return length or timedelta()

    def by_level(self, name: str, one_of: Sequence[str], required: bool = True) -> Steps:
        """``"one"`` for every level, or ``{ 0 = "auto", 4 = "one" }``: from level 0 on …, from level 4 on …"""
        allowed = f'{" | ".join(one_of)}, or by level: {{ 0 = "{one_of[0]}", 4 = "{one_of[-1]}" }}'
        found = self.value(name, allowed, required)
        if found is None:
            return ()
        steps = found if isinstance(found, dict) else {"0": found}
        good = all(level in {"0", "1", "2", "3", "4", "5"} and value in one_of for level, value in steps.items())
        if not good or "0" not in steps:
            self.fault(name, found, allowed)
            return ((0, one_of[0]),)
        return tuple(sorted((int(level), str(value)) for level, value in steps.items()))

    def table(self, name: str, required: bool = False) -> Table | None:
        found = self.value(name, "a table", required)
        if found is not None and not isinstance(found, dict):
            self.fault(name, found, "a table")
        return Table(found, self.source, (*self.key, name)) if isinstance(found, dict) else None

    def tables(self, name: str) -> list[Table]:
        """A table or a list of tables; empty where there is none."""
        found = self.value(name, "a list of tables")
        members = found if isinstance(found, list) else [found] if found is not None else []
        if not all(isinstance(member, dict) for member in members):
            self.fault(name, found, "a list of tables")
            return []
        single = isinstance(found, dict)
        base = (*self.key, name)
        return [Table(member, self.source, base if single else (*base, i)) for i, member in enumerate(members)]

    def finish(self, *more: str) -> None:
        """Every key that nobody asked for is a fault."""
        known = sorted(self._known | set(more))
        for name in self.data:
            if name not in known:
                self.fault(name, _Plain("an unknown key"), ", ".join(known))


def at_level(steps: Steps, level: int) -> str:
    """The value that holds at a level; empty where the rule says nothing."""
    return next((value for start, value in reversed(steps) if start <= level), "")


def read_toml(path: Path) -> tuple[Table | None, Source]:
    """A file as a table, or None where it is not TOML; the source holds the faults, then and later."""
    source = Source(path, "")
    try:
        source.text = path.read_text(encoding="utf-8")
        return Table(tomllib.loads(source.text), source), source
    except UnicodeDecodeError as error:
        fault = Fault(str(path), 1, "file", f"a byte that is not UTF-8 at {error.start}", "UTF-8 text")
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        line = int(where[1]) if where else source.text.count("\n") + 1
        fault = Fault(str(path), line, "file", str(error), "valid TOML")
    source.faults.append(fault)
    return None, source
