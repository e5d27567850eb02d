"""Places of refuge that are open, as the city has declared them; nearest first where a district is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feeds.status import Status
from geo.shelter import Shelter
from geo.sighted.gathering import great_circle_m
from rules.alert import Alert
from rules.declared import Crowding, Shelters, ShelterState
from services.web.context import WebContext
from services.web.public.district import Mine

_STEP = 10  # people: how many are in a place is told no finer
_ORDER = {Crowding.ROOM: 0, Crowding.UNKNOWN: 0, Crowding.CROWDED: 1, Crowding.FULL: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """One of them. ``km`` None: nobody knows how far it is."""

    state: ShelterState
    status: Status
    km: float | None
    note: str  # which floors, wheelchairs, pets, as the register and whoever is there say it
    sender: str

    @property
    def name(self) -> str:
        """Without what the register adds in brackets: that is a note."""
        return self.state.name.partition("（")[0]

    @property
    def left(self) -> int | None:
        """For about how many more there is room, in tens; None where nobody counted, or it is too little to be told."""
        one = self.state
        if one.capacity is None or one.people is None or one.crowding is Crowding.FULL:
            return None
        return max(0, one.capacity - one.people) // _STEP * _STEP or None


def open_now(alerts: Sequence[Alert], context: WebContext, mine: Mine | None) -> list[Open]:
    """Of all that is declared in force: the full ones last, the nearest first."""
    known = {one.code: one for one in context.ground.shelters}
    found = [
        _open(place, alert, known.get(place.code), mine)
        for alert in alerts
        if isinstance(alert.declared, Shelters)
        for place in alert.declared.open
    ]
    return sorted(found, key=lambda one: (_ORDER[one.state.crowding] == 2, _far(one), one.state.name))


def _open(place: ShelterState, alert: Alert, listed: Shelter | None, mine: Mine | None) -> Open:
    km = great_circle_m(mine.middle, (listed.lon, listed.lat)) / 1000 if mine and listed else None
    notes = [place.note, _floors(place.name) or (_floors(listed.name) if listed else "")]
    return Open(
        state=place,
        status=alert.status,
        km=km,
        note="、".join(dict.fromkeys(one for one in notes if one)),
        sender=alert.sender_name,
    )


def _floors(name: str) -> str:
    """What the register says in brackets behind the name: which floors in a flood, which yard in a fire."""
    return name.partition("（")[2].rstrip("）")


def _far(one: Open) -> float:
    return one.km if one.km is not None else 1e6
