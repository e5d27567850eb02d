"""The kinds of archives, in the order in which they are shown. An addition is one file and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from services.archive.kind import Kind
from services.archive.kinds.alerts import ALERTS
from services.archive.kinds.animals import ANIMALS
from services.archive.kinds.damage import DAMAGE
from services.archive.kinds.hazards import HAZARDS
from services.archive.kinds.plowing import PLOWING
from services.archive.kinds.readings import READINGS, SNOW_DEPTH
from services.archive.kinds.shelters import SHELTERS

_ALL = (READINGS, SNOW_DEPTH, HAZARDS, ALERTS, SHELTERS, DAMAGE, PLOWING, ANIMALS)
KINDS: Mapping[str, Kind] = {one.id: one for one in _ALL}
