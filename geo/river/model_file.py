"""A river model as a text of JSON: tables of numbers and where they come from; nothing that could be executed.

``{"format", "signs", "quantiles", "provenance": {…}, "normals": {CODE: m}, "leads": {HOURS: {"widen", "warn",
"reach": TREES, "rise": {QUANTILE: TREES}}}}``, with trees as :meth:`geo.river.trees.Trees.table` tells them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, NoReturn

from feeds.instant import instant, iso_utc
from geo.river.forecast import LEADS, QUANTILES, Lead, Provenance, RiverModel
from geo.river.signs import NAMES
from geo.river.trees import Trees, from_table

_FORMAT = "shirase-river-1"
_CURE = "take another file, or learn anew: shirase train river"
_WIDEST = 1000
_LARGEST = 1e9  # of any number that stands alone
_OF_THE_GAP = 4  # signs that a chance is asked with beside those of the gauge


class ModelFileError(ValueError):
    """The text is no model that this version can use; it says where, and what to do."""


def told(model: RiverModel) -> str:
    """The text. :func:`read` makes the same model of it, to the last bit."""
    if model.provenance is None:
        raise ValueError("a model without provenance is not written down")
    return json.dumps(
        {
            "format": _FORMAT,
            "signs": list(NAMES),
            "quantiles": list(QUANTILES),
            "provenance": _told_provenance(model.provenance),
            "normals": dict(model.normals),
            "leads": {str(hours): _told_lead(lead) for hours, lead in sorted(model.leads.items())},
        },
        ensure_ascii=False,
        allow_nan=False,
    )


def read(text: str) -> RiverModel:
    """Raises ModelFileError with the place and the cure, whatever the text is."""
    try:
        whole = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"no JSON ({error}); {_CURE}") from None
    try:
        return _model(whole)
    except ValueError as error:
        raise ModelFileError(f"{error}; {_CURE}") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _model(whole: Any) -> RiverModel:
    _members(whole, "the file", {"format", "signs", "quantiles", "provenance", "normals", "leads"})
    if whole["format"] != _FORMAT:
        raise ValueError(f"format: {str(whole['format'])[:40]!r} is not {_FORMAT!r}")
    if whole["signs"] != list(NAMES) or whole["quantiles"] != list(QUANTILES):
        raise ValueError("signs: learned from other signs than this version knows")
    leads = whole["leads"]
    _members(leads, "leads", {str(hours) for hours in LEADS})
    return RiverModel(
        leads={hours: _lead(leads[str(hours)], f"leads.{hours}") for hours in LEADS},
        normals=_numbers(whole["normals"], "normals"),
        provenance=_provenance(whole["provenance"]),
    )


def _told_lead(lead: Lead) -> dict[str, Any]:
    rise = {str(quantile): trees.table() for quantile, trees in sorted(lead.rise.items())}
    return {"widen": lead.widen, "warn": lead.warn, "reach": lead.reach.table(), "rise": rise}


def _lead(whole: Any, where: str) -> Lead:
    _members(whole, where, {"widen", "warn", "reach", "rise"})
    rise = whole["rise"]
    _members(rise, f"{where}.rise", {str(quantile) for quantile in QUANTILES})
    warn, widen = (_number(whole[name], f"{where}.{name}") for name in ("warn", "widen"))
    if not (0 < warn < 1 and -1 < widen < _WIDEST):
        raise ValueError(f"{where}: warn must be a chance, and widen from -1 to {_WIDEST}")
    return Lead(
        reach=_trees(whole["reach"], f"{where}.reach", len(NAMES) + _OF_THE_GAP),
        rise={one: _trees(rise[str(one)], f"{where}.rise.{one}", len(NAMES)) for one in QUANTILES},
        widen=widen,
        warn=warn,
    )


def _trees(whole: Any, where: str, signs: int) -> Trees:
    try:
        return from_table(whole, signs)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _told_provenance(one: Provenance) -> dict[str, Any]:
    values = {field.name: getattr(one, field.name) for field in fields(one)}
    return {name: iso_utc(value) if isinstance(value, datetime) else value for name, value in values.items()}


def _provenance(whole: Any) -> Provenance:
    where = "provenance"
    _members(whole, where, {field.name for field in fields(Provenance)})
    stations, rows = whole["stations"], whole["rows"]
    if not isinstance(stations, list) or not all(isinstance(code, str) for code in stations):
        raise ValueError(f"{where}.stations: must be a list of codes")
    if not isinstance(rows, int) or isinstance(rows, bool) or rows < 0:
        raise ValueError(f"{where}.rows: must be how many")
    return Provenance(
        trained_at=_time(whole["trained_at"], f"{where}.trained_at"),
        version=_text(whole["version"], f"{where}.version"),
        stations=tuple(stations),
        since=_time(whole["since"], f"{where}.since"),
        until=_time(whole["until"], f"{where}.until"),
        rows=rows,
        digest=_text(whole["digest"], f"{where}.digest"),
        scores=_numbers(whole["scores"], f"{where}.scores"),
    )


def _members(whole: Any, where: str, wanted: set[str]) -> None:
    if not isinstance(whole, dict):
        raise ValueError(f"{where}: must be an object")
    if set(whole) != wanted:
        wrong = sorted(wanted.symmetric_difference(whole))
        raise ValueError(
            f"{where}: must hold {', '.join(sorted(wanted))}, and {str(wrong[0])[:40]!r} is not as it should"
        )


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
        raise ValueError(f"{where}: must be a finite number")
    return float(value)


def _numbers(whole: Any, where: str) -> Mapping[str, float]:
    if not isinstance(whole, dict):
        raise ValueError(f"{where}: must be an object of numbers")
    return {name: _number(value, f"{where}.{name[:40]}") for name, value in whole.items()}


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{where}: must be a text")
    return value


def _time(value: Any, where: str) -> datetime:
    try:
        return instant(_text(value, where))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
