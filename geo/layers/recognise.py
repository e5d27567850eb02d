"""Which schema a file is in, told by its columns alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from geo.layers.kinds.registry import KINDS
from geo.layers.schema import Fitted, Kind, Schema


class SchemaError(ValueError):
    """No known schema fits; the text lists the columns found and how to map them."""


def recognise(
    kind: str,
    columns: Collection[str],
    mapping: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
) -> Fitted:
    """The one schema of ``kind`` that fits the columns, letter case, width and spaces aside.

    ``mapping`` (fact → column) names the columns where no schema is known or several fit. ``given`` (fact → value) is
    what the file does not tell, alike for all of it. Raises :class:`SchemaError`.
    """
    if kind not in KINDS:
        raise SchemaError(f"layers of kind {kind!r} are not known; use one of {', '.join(KINDS)}")
    fitted = _recognised(KINDS[kind], columns, mapping)
    return _with(fitted, given) if given else fitted


def _with(fitted: Fitted, given: Mapping[str, str]) -> Fitted:
    """The schema with facts that the file itself does not tell."""
    facts = {fact for schema in fitted.kind.schemas for fact in schema.columns} - set(fitted.kind.schemas[0].required)
    for fact, value in given.items():
        if fact not in facts:
            known = ", ".join(sorted(facts)) or "none"
            raise SchemaError(f"--fact {fact}: cannot be told of a whole {fitted.kind.name} layer; use {known}")
        if fact in fitted.columns or str(fitted.fixed.get(fact, value)) != value:
            told = fitted.columns.get(fact) or fitted.fixed[fact]
            raise SchemaError(f"--fact {fact}={value}: the file tells it itself ({told}); leave --fact out")
    return replace(fitted, given=dict(given))


def _recognised(asked: Kind, columns: Collection[str], mapping: Mapping[str, str] | None) -> Fitted:
    spelled = {_plain(column): column for column in columns}
    if mapping:
        return _mapped(asked, spelled, mapping)
    fitting = [schema for schema in asked.schemas if _fits(schema, spelled)]
    if len(fitting) == 1:
        return _fitted(asked, fitting[0], spelled)
    found = f"columns found: {', '.join(sorted(columns)) or 'none'}"
    if fitting:
        choices = " or ".join(f"{_choice(schema, spelled)} ({schema.name})" for schema in fitting)
        raise SchemaError(f"the file answers several questions at once; choose {choices}; {found}")
    others = [f"{other.name} ({schema.name})" for other, schema in _telling() if _fits(schema, spelled)]
    if others:
        raise SchemaError(f"these columns are of kind {' or '.join(others)}, not {asked.name}; {found}")
    raise SchemaError(f"no known schema of kind {asked.name}; {found}; say which column holds what: {_needs(asked)}")


def _mapped(kind: Kind, spelled: Mapping[str, str], mapping: Mapping[str, str]) -> Fitted:
    facts = {fact for schema in kind.schemas for fact in schema.columns}
    for fact, column in mapping.items():
        if fact not in facts:
            raise SchemaError(f"--map {fact}: a {kind.name} layer has no such fact; use {', '.join(sorted(facts))}")
        if _plain(column) not in spelled:
            raise SchemaError(f"--map {fact}={column}: no such column; found: {', '.join(sorted(spelled.values()))}")
    told = {fact: spelled[_plain(column)] for fact, column in mapping.items()}
    for schema in kind.schemas:
        if _fits(schema, spelled) and told.items() <= _columns(schema, spelled).items():
            return _fitted(kind, schema, spelled)  # a known one, chosen by naming its column
    for schema in kind.schemas:
        if set(schema.required) <= told.keys():
            return Fitted(kind=kind, name="mapped", columns=told, read=schema.read, credit="")
    raise SchemaError(f"--map: a {kind.name} layer needs {_needs(kind)}")


def _plain(column: str) -> str:
    """A column's name without what spreadsheets do to it: spaces, line breaks, full width, letter case."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", column)).lower()


def _telling() -> Iterator[tuple[Kind, Schema]]:
    return ((kind, schema) for kind in KINDS.values() for schema in kind.schemas if schema.telling)


def _fits(schema: Schema, spelled: Mapping[str, str]) -> bool:
    return set(schema.required) <= _columns(schema, spelled).keys()


def _columns(schema: Schema, spelled: Mapping[str, str]) -> dict[str, str]:
    """Fact → the file's own column, of those that are there."""
    there = {fact: [s for s in schema.spellings(fact) if _plain(s) in spelled] for fact in schema.columns}
    return {fact: spelled[_plain(found[0])] for fact, found in there.items() if found}


def _fitted(kind: Kind, schema: Schema, spelled: Mapping[str, str]) -> Fitted:
    return Fitted(
        kind=kind,
        name=schema.name,
        columns=_columns(schema, spelled),
        read=schema.read,
        credit=kind.credit if schema.credit is None else schema.credit,
        fixed=schema.fixed,
        caution=schema.caution,
    )


def _choice(schema: Schema, spelled: Mapping[str, str]) -> str:
    fact = schema.required[0]
    return f"--map {fact}={_columns(schema, spelled)[fact]}"


def _needs(kind: Kind) -> str:
    """The facts that must be mapped, as the command takes them; each other set of them once."""
    ways = dict.fromkeys(" ".join(f"--map {fact}=COLUMN" for fact in schema.required) for schema in kind.schemas)
    return " or ".join(ways)
