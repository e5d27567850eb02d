"""Schemas of hazard layers: which column means what, by the columns present and never by the file's name alone.

The numbers of 国土数値情報 change their meaning from year to year (``A31_202`` is a date, ``A31a_202`` a river), so a
schema is one row of :data:`KNOWN`, and a file that fits none is refused together with its columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Facts: TypeAlias = dict[str, object]

# depth rank → lower and upper bound in metres; the upper bound of the deepest is not known
DEPTHS: Mapping[int, tuple[float, float | None]] = {
    1: (0.0, 0.5),
    2: (0.5, 3.0),
    3: (3.0, 5.0),
    4: (5.0, 10.0),
    5: (10.0, 20.0),
    6: (20.0, None),
}
# A31 of 2012: code → bounds. Those of 14, 15 and from 25 on rest on the pattern of the others.
_DEPTHS_2012: Mapping[int, tuple[float, float | None]] = {
    11: (0.0, 0.5),
    12: (0.5, 1.0),
    13: (1.0, 2.0),
    14: (2.0, 5.0),
    15: (5.0, None),
    21: (0.0, 0.5),
    22: (0.5, 1.0),
    23: (1.0, 2.0),
    24: (2.0, 3.0),
    25: (3.0, 4.0),
    26: (4.0, 5.0),
    27: (5.0, None),
}
_PHENOMENA = {1: "steep_slope", 2: "debris_flow", 3: "landslide"}
_ZONES = {1: "yellow", 2: "red", 3: "yellow_planned", 4: "red_planned"}


class SchemaError(ValueError):
    """No known schema fits; the text lists the columns found and how to map them."""


class UnreadableError(ValueError):
    """One feature's attributes cannot be used; the text is the reason in the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """How one generation of a data set spells a kind of layer."""

    name: str
    kind: str
    columns: Mapping[str, str]  # fact → column; all of ``required`` must be there
    required: tuple[str, ...]
    read: Callable[[Mapping[str, object]], Facts]  # values by fact name → facts; raises UnreadableError
    fixed: Mapping[str, object] = field(default_factory=dict)  # facts that every feature shares

    def facts(self, row: Mapping[str, object]) -> Facts:
        """The facts of one feature, given its attributes by column. Raises :class:`UnreadableError`."""
        values = {fact: row.get(column) for fact, column in self.columns.items()}
        return {**self.read(values), **self.fixed}


def recognise(kind: str, columns: Collection[str], mapping: Mapping[str, str] | None = None) -> Schema:
    """The one schema of ``kind`` that fits the columns, letter case aside.

    ``mapping`` (fact → column) names the columns where no schema is known or several fit. Raises
    :class:`SchemaError`.
    """
    if kind not in KINDS:
        raise SchemaError(f"layers of kind {kind!r} are not known; use one of {', '.join(KINDS)}")
    spelled = {column.lower(): column for column in columns}
    if mapping:
        return _mapped(kind, spelled, mapping)
    fitting = [schema for schema in KNOWN if _fits(schema, spelled)]
    of_kind = [schema for schema in fitting if schema.kind == kind]
    if len(of_kind) == 1:
        return _respelled(of_kind[0], spelled)
    found = f"columns found: {', '.join(sorted(columns)) or 'none'}"
    first = _first(kind)
    if of_kind:
        choices = " or ".join(f"--map {first}={spelled[s.columns[first].lower()]} ({s.name})" for s in of_kind)
        raise SchemaError(f"the file answers several questions at once; choose {choices}; {found}")
    if fitting:
        raise SchemaError(f"these columns are of kind {fitting[0].kind}, not {kind} ({fitting[0].name}); {found}")
    needs = " ".join(f"--map {fact}=COLUMN" for fact in _required(kind))
    raise SchemaError(f"no known schema of kind {kind}; {found}; say which column holds what: {needs}")


def _mapped(kind: str, spelled: Mapping[str, str], mapping: Mapping[str, str]) -> Schema:
    facts = {fact for schema in KNOWN if schema.kind == kind for fact in schema.columns}
    for fact, column in mapping.items():
        if fact not in facts:
            raise SchemaError(f"--map {fact}: a {kind} layer has no such fact; use {', '.join(sorted(facts))}")
        if column.lower() not in spelled:
            raise SchemaError(f"--map {fact}={column}: no such column; found: {', '.join(sorted(spelled.values()))}")
    missing = [fact for fact in _required(kind) if fact not in mapping]
    if missing:
        raise SchemaError(f"--map: a {kind} layer also needs {', '.join(missing)}")
    first = _first(kind)
    for schema in KNOWN:
        if schema.kind == kind and schema.columns[first].lower() == mapping[first].lower() and _fits(schema, spelled):
            return _respelled(schema, spelled)
    own = next(schema for schema in KNOWN if schema.kind == kind)
    columns = {fact: spelled[column.lower()] for fact, column in mapping.items()}
    return Schema(name="mapped", kind=kind, columns=columns, required=own.required, read=own.read)


def _fits(schema: Schema, spelled: Mapping[str, str]) -> bool:
    return all(schema.columns[fact].lower() in spelled for fact in schema.required)


def _respelled(schema: Schema, spelled: Mapping[str, str]) -> Schema:
    columns = {f: spelled[c.lower()] for f, c in schema.columns.items() if c.lower() in spelled}
    return Schema(
        name=schema.name,
        kind=schema.kind,
        columns=columns,
        required=schema.required,
        read=schema.read,
        fixed=schema.fixed,
    )


def _required(kind: str) -> tuple[str, ...]:
    return next(schema.required for schema in KNOWN if schema.kind == kind)


def _first(kind: str) -> str:
    return _required(kind)[0]


def _whole(value: object, what: str) -> int:
    """A code as a number, whether the file wrote 3, 3.0, "3" or "３"; anything else is unreadable."""
    try:
        number = float(str(value).strip())
    except ValueError:
        raise UnreadableError(f"{what} is not a number: {value!r}") from None
    if not number.is_integer():
        raise UnreadableError(f"{what} is not a whole number: {value!r}")
    return int(number)


def _text(value: object) -> str | None:
    text = "" if value is None else str(value).strip()
    return text if text and text.lower() not in {"nan", "none", "<na>"} else None


def _depth(values: Mapping[str, object]) -> Facts:
    rank = _whole(values["depth_rank"], "depth rank")
    if rank not in DEPTHS:
        raise UnreadableError(f"depth rank {rank} is not in 1–6")
    return {"depth_rank": rank, "depth_min_m": DEPTHS[rank][0], "depth_max_m": DEPTHS[rank][1], **_river(values)}


def _depth_2012(values: Mapping[str, object]) -> Facts:
    code = _whole(values["depth_rank"], "depth code")
    if code not in _DEPTHS_2012:
        raise UnreadableError(f"depth code {code} is not in 11–15 or 21–27")
    low, high = _DEPTHS_2012[code]
    # The class 2–5 m spans two ranks: take the deeper one.
    rank = max(r for r, (lower, _) in DEPTHS.items() if lower < (low + 0.01 if high is None else high))
    return {"depth_rank": rank, "depth_min_m": low, "depth_max_m": high}


def _river(values: Mapping[str, object]) -> Facts:
    river = _text(values.get("river"))
    return {"river": river} if river else {}


def _ranked(fact: str, highest: int) -> Callable[[Mapping[str, object]], Facts]:
    def read(values: Mapping[str, object]) -> Facts:
        rank = _whole(values[fact], fact)
        if not 1 <= rank <= highest:
            raise UnreadableError(f"{fact} {rank} is not in 1–{highest}")
        return {fact: rank, **_river(values)}

    return read


def _landslide(values: Mapping[str, object]) -> Facts:
    return {
        "phenomenon": _word(values["phenomenon"], _PHENOMENA, "phenomenon"),
        "zone": _word(values["zone"], _ZONES, "zone"),
        "name": _text(values.get("name")),
        "number": _text(values.get("number")),
        "address": _text(values.get("address")),
        "designated": _date(values.get("designated")),
    }


def _word(value: object, words: Mapping[int, str], what: str) -> str:
    if value in words.values():
        return str(value)
    code = _whole(value, what)
    if code not in words:
        raise UnreadableError(f"{what} {code} is not in {', '.join(map(str, words))}")
    return words[code]


def _date(value: object) -> str | None:
    """2018/3/30 and 2018-03-30 alike as ISO; 9999/1/1 means "not announced yet" and is no date."""
    found = re.match(r"(\d{4})\D(\d{1,2})\D(\d{1,2})", _text(value) or "")
    if not found or found[1] == "9999":
        return None
    return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}"


def _flood(name: str, column: str, scenario: str | None, river: str = "river") -> Schema:
    return Schema(
        name=name,
        kind="flood",
        columns={"depth_rank": column, "river": river},
        required=("depth_rank",),
        read=_depth,
        fixed={"scenario": scenario} if scenario else {},
    )


def _rank_layer(name: str, kind: str, fact: str, column: str, highest: int) -> Schema:
    return Schema(
        name=name,
        kind=kind,
        columns={fact: column, "river": "river"},
        required=(fact,),
        read=_ranked(fact, highest),
    )


_A33 = {"phenomenon": "A33_001", "zone": "A33_002", "number": "A33_004", "name": "A33_005", "address": "A33_006"}

# Planned (計画規模) and maximum (想定最大規模) answer different questions and are never merged into one layer.
KNOWN: tuple[Schema, ...] = (
    _flood("shirase", "depth_rank", None),
    _flood("A31b planned", "A31b_101", "planned"),
    _flood("A31b maximum", "A31b_201", "maximum"),
    _flood("A31a planned", "A31a_105", "planned", "A31a_102"),
    _flood("A31a maximum", "A31a_205", "maximum", "A31a_202"),
    _flood("A31 planned", "A31_101", "planned"),
    _flood("A31 maximum", "A31_201", "maximum"),
    Schema(
        name="A31 of 2012",
        kind="flood",
        columns={"depth_rank": "A31_001"},
        required=("depth_rank",),
        read=_depth_2012,
        fixed={"scenario": "planned"},
    ),
    _rank_layer("shirase", "flood_duration", "duration_rank", "duration_rank", 7),
    _rank_layer("A31b duration", "flood_duration", "duration_rank", "A31b_301", 7),
    _rank_layer("A31a duration", "flood_duration", "duration_rank", "A31a_305", 7),
    _rank_layer("A31 duration", "flood_duration", "duration_rank", "A31_301", 7),
    _rank_layer("shirase", "flood_collapse", "collapse_class", "collapse_class", 3),
    _rank_layer("A31b collapse", "flood_collapse", "collapse_class", "A31b_401", 3),
    _rank_layer("A31a collapse", "flood_collapse", "collapse_class", "A31a_405", 3),
    _rank_layer("A31 collapse", "flood_collapse", "collapse_class", "A31_401", 3),
    Schema(
        name="shirase",
        kind="landslide",
        columns={fact: fact for fact in (*_A33, "designated")},
        required=("phenomenon", "zone"),
        read=_landslide,
    ),
    Schema(
        name="A33",
        kind="landslide",
        columns={**_A33, "designated": "A33_007"},
        required=("phenomenon", "zone"),
        read=_landslide,
    ),
)
KINDS = tuple(dict.fromkeys(schema.kind for schema in KNOWN))
# what the source asks to be named, by kind
CREDITS = {
    "landslide": "「国土数値情報（土砂災害警戒区域データ）」（国土交通省）を加工して作成",
    **dict.fromkeys(
        ("flood", "flood_duration", "flood_collapse"),
        "「国土数値情報（洪水浸水想定区域データ）」（国土交通省）を加工して作成",
    ),
}
