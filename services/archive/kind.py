"""A kind of archive: what its rows are, how they are written, when a day of it is finished, and what may change it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from services.archive.known import Known
from services.archive.period import Period
from services.store.by_day import Reader
from services.web.open import spreadsheet

Rows: TypeAlias = Sequence[Any]  # cells of a table, or features
Read: TypeAlias = Callable[[Reader, Known, Period], AsyncIterator[Rows]]
HOURS = timedelta(hours=3)  # what was measured before midnight may still come


class Form(StrEnum):
    """How rows are written. The value is the end of the file's name, before ``.gz``."""

    TABLE = "csv"
    FEATURES = "geojsonl"  # a GeoJSON feature on each line


def finished(_known: Known) -> timedelta:
    """A few hours after midnight."""
    return HOURS


def nothing(_known: Known) -> Sequence[str]:
    """Nothing of it is kept out by a setting."""
    return ()


def always(_known: Known) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. Its columns never change, for files of years lie behind: another layout is another kind.

    ``read`` gives the rows of a day in an order that rests on them alone. ``outlasts`` names the rule of retention
    after which the store cannot give a day any more; empty: it always can. ``withheld`` is what settings keep out.
    """

    id: str
    title: str
    title_en: str
    description: str
    description_en: str
    columns: Mapping[str, str]  # column or property → what it is, in English
    read: Read
    form: Form = Form.TABLE
    outlasts: str = ""
    late: Callable[[Known], timedelta] = finished  # so long after its end a day is made
    withheld: Callable[[Known], Sequence[str]] = nothing
    offered: Callable[[Known], bool] = always
    moved: Callable[[Reader, Known, datetime], Awaitable[Mapping[str, bytes]]] | None = None  # rows of every day anew

    @property
    def suffix(self) -> str:
        return f"{self.form}.gz"

    def head(self) -> bytes:
        """What stands before the first row."""
        return spreadsheet.head(list(self.columns)) if self.form is Form.TABLE else b""

    def lines(self, rows: Rows) -> bytes:
        """Rows as they stand in the file."""
        if self.form is Form.TABLE:
            return spreadsheet.lines(rows)
        return b"".join(json.dumps(one, **_PLAIN).encode() + b"\n" for one in rows)


_PLAIN: Mapping[str, Any] = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False, "sort_keys": True}
