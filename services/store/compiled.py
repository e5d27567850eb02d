"""Statements compiled once for all engines of a process.

SQLAlchemy keeps what it has compiled apart for every engine, and a store has two of them: what the writer has asked the
readers would compile anew. What is compiled depends on the kind and the version of the server alone.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.util import LRUCache

_MOST = 2000  # statements; the oldest go first

Key = tuple[Any, ...]  # SQLAlchemy's own, its first word the dialect of one engine


class Compiled(LRUCache[Key, Any]):
    """Handed to engines as ``execution_options={"compiled_cache": …}``."""

    __slots__ = ()

    def get(self, key: Key, default: Any = None) -> Any:
        return super().get(_alike(key), default)

    def __getitem__(self, key: Key) -> Any:
        return super().__getitem__(_alike(key))

    def __setitem__(self, key: Key, value: Any) -> None:
        super().__setitem__(_alike(key), value)


def _alike(key: Key) -> Key:
    """The key with the kind and version of the server in the place of one engine's dialect."""
    dialect, *statement = key
    assert isinstance(dialect, Dialect)
    return (type(dialect), dialect.server_version_info, *statement)


COMPILED = Compiled(_MOST)
