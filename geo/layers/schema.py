"""What a kind of layer is, and how one generation of a data set spells it.

The numbers of 国土数値情報 change their meaning from year to year (``A31_202`` is a date, ``A31a_202`` a river). So the
columns that are there decide, never the file's name, and a generation is a :class:`Schema` of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

Facts: TypeAlias = dict[str, object]
Reader: TypeAlias = Callable[[Mapping[str, object]], Facts]  # values by fact name → facts; raises UnreadableError


class Shape(Enum):
    """What a zone of a layer is on the ground."""

    AREA = "area"
    LINE = "line"
    POINT = "point"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """How one generation of a data set spells a kind of layer."""

    name: str
    columns: Mapping[str, str | tuple[str, ...]]  # fact → its column, or the spellings of it
    required: tuple[str, ...]  # facts whose columns must be there
    read: Reader
    fixed: Mapping[str, object] = field(default_factory=dict)  # facts that every feature shares
    telling: bool = True  # no other data have these columns, so they say what a file is
    caution: str = ""  # what is not certain of it, for the report
    credit: str | None = None  # whom this source asks to be named; None: as the kind has it

    def spellings(self, fact: str) -> tuple[str, ...]:
        """The columns that may hold the fact, the usual one first."""
        column = self.columns[fact]
        return (column,) if isinstance(column, str) else column


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of layer: what its zones are, whom to credit, and the schemas that are known. The first is our own."""

    name: str
    shape: Shape
    credit: str  # what the usual source asks to be named
    schemas: tuple[Schema, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A schema that fits a file, with the file's own columns."""

    kind: Kind
    name: str
    columns: Mapping[str, str]  # fact → column
    read: Reader
    credit: str  # empty where the file does not tell its source
    fixed: Mapping[str, object] = field(default_factory=dict)
    caution: str = ""
    given: Mapping[str, str] = field(default_factory=dict)  # facts of all features, told by the one who imports

    def facts(self, row: Mapping[str, object]) -> Facts:
        """The facts of one feature, given its attributes by column. Raises UnreadableError."""
        values = {**{fact: row.get(column) for fact, column in self.columns.items()}, **self.given}
        return {**self.read(values), **self.fixed}
