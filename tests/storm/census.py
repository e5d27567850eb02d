"""What a process holds: its memory by who asked the system for it, its objects by type, and who holds those of a type.

Looked at from within, for nothing of it can be seen from outside.
"""

from __future__ import annotations

import ctypes
import gc
import types
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

_COMMON = 400  # types of objects in a census
_LOOKED_AT, _STEPS = 60, 7  # objects of a type, and from each so many holders up
_COUNTED = (
    *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
    *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
)


class _Mallinfo2(ctypes.Structure):
    """The C library's own count, over all of its arenas (glibc 2.33 and later)."""

    _fields_ = tuple((name, ctypes.c_size_t) for name in _COUNTED)


def memory() -> dict[str, float]:
    """In MB: ``resident`` of the process, and what it is made of: ``files`` (programs and maps), ``free`` (given back
    to the C library, which keeps it for the next who asks), ``sqlite`` (its pages), and ``held``: all the rest."""
    library = ctypes.CDLL(None)
    library.mallinfo2.restype = _Mallinfo2
    told = library.mallinfo2()
    database = ctypes.CDLL("libsqlite3.so.0")
    database.sqlite3_memory_used.restype = ctypes.c_longlong
    found = {**_resident(), "free": told.fordblks, "sqlite": database.sqlite3_memory_used()}
    found["held"] = found["resident"] - found["files"] - found["free"] - found["sqlite"]
    return {name: round(value / 1e6, 2) for name, value in found.items()}


def _resident() -> dict[str, int]:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    kilobytes = {name: int(rest.split()[0]) for name, _, rest in (one.partition(":") for one in lines) if "kB" in rest}
    return {"resident": 1024 * kilobytes["VmRSS"], "files": 1024 * (kilobytes["RssFile"] + kilobytes["RssShmem"])}


def objects() -> tuple[int, dict[str, int]]:
    """How many there are that the collector knows of, after it has run, with those it was told to leave alone; and the
    most common by type of those that came later.
    """
    gc.collect()
    every = gc.get_objects()
    return gc.get_freeze_count() + len(every), dict(
        Counter(type(one).__qualname__ for one in every).most_common(_COMMON)
    )


def holders(names: Iterable[str]) -> dict[str, list[tuple[str, int]]]:
    """By type, the ways by which its newest are held, the commonest first: from the object up to a module or to the
    cache of a function. One walk over everything for each step, so some seconds in all."""
    gc.collect()
    every = gc.get_objects()
    ways = {name: [[one] for one in every if type(one).__qualname__ == name][-_LOOKED_AT:] for name in names}
    for _ in range(_STEPS):
        open_ = [way for some in ways.values() for way in some if not _at_its_end(way[-1])]
        found = _held_by(every, {id(way[-1]) for way in open_})
        for way in open_:
            if id(way[-1]) in found and not any(found[id(way[-1])] is one for one in way):
                way.append(found[id(way[-1])])
    return {name: Counter(_told(way) for way in some).most_common(6) for name, some in ways.items()}


def _held_by(every: list[Any], wanted: set[int]) -> dict[int, Any]:
    """Of each of these one that holds it, not one of the walk's own."""
    found: dict[int, Any] = {}
    for by in every:
        if by is every or isinstance(by, types.FrameType) or (isinstance(by, list) and by and by[0] is every[0]):
            continue
        for one in gc.get_referents(by):
            if id(one) in wanted:
                found.setdefault(id(one), by)
    return found


def _at_its_end(one: Any) -> bool:
    return type(one).__name__ == "_lru_cache_wrapper" or (isinstance(one, dict) and "__builtins__" in one)


def _told(way: list[Any]) -> str:
    return " < ".join([type(way[0]).__qualname__, *(_named(by, one) for one, by in pairwise(way))])


def _named(by: Any, one: Any) -> str:
    if isinstance(by, dict):
        if "__name__" in by and "__builtins__" in by:
            return f"module {by['__name__']}.{next((k for k, v in by.items() if v is one), '?')}"
        key = next((key for key, value in by.items() if value is one), "?")
        return f"dict[{len(by)}].{str(key)[:40]}" if isinstance(key, str) else f"dict[{len(by)}]"
    if isinstance(by, (list, tuple, set, frozenset)):
        return f"{type(by).__name__}[{len(by)}]"
    if type(by).__name__ == "_lru_cache_wrapper":
        return f"cache {by.__module__}.{by.__qualname__}{tuple(by.cache_info())}"
    if isinstance(by, types.FunctionType):
        return f"function {by.__module__}.{by.__qualname__}"
    return type(by).__qualname__
