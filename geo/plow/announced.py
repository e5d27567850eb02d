"""What people decided about snow that residents should know of: sections ordered and done, dumps that take no snow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A section that a person ordered to be plowed. A proposal is none: nobody has decided."""

    number: int  # of the order
    section: str  # code of the plow section
    name: str
    given_at: datetime
    finish_by: datetime | None = None
    finished_at: datetime | None = None  # None: a contractor is bound by it still


@dataclass(frozen=True, slots=True, kw_only=True)
class Dumped:
    """A public snow dump as a person told it to be."""

    code: str
    name: str
    name_en: str
    state: str  # open, full, closed
    since: datetime
    confirmed_at: datetime
    reopened: bool = False  # it is open, and was full or closed before
    until: datetime | None = None  # when it should open again
    instead: str = ""  # name of the nearest that takes snow
    instead_en: str = ""
