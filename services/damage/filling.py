"""What the hub knows for 第４号様式: the register's sums, and what was issued of shelters, headquarters, evacuations.

A series that was cancelled (it should never have been sent) is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from rules.alert import Alert
from rules.damage.report import Before, Evacuation, Filled, Office, Refuge, Report
from rules.damage.sums import figures
from rules.declared import Headquarters, Opening, Shelters, ShelterState
from rules.evacuation import is_order
from rules.lalert_message import SORTS
from services.damage.board import Board
from services.store import issued

_AHEAD = timedelta(days=1)  # so long before it began a city may have set up its headquarters


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A form as the hub fills it. ``others``: names of disasters whose shelters or headquarters are not in it."""

    filled: Filled
    others: tuple[str, ...] = ()


async def fill(
    connection: AsyncConnection, of: Board, form: int, city: str, boxes: Mapping[str, str], now: datetime
) -> Found:
    """The next report of this form. ``boxes``: what people wrote; what they left stays as the last report has it."""
    disaster = of.disaster
    last = next((one for one in of.reports if one.filled.form == form), None)
    told = [one for one in await issued.since(connection, disaster.status, disaster.began - _AHEAD) if _stands(one)]
    offices, of_offices = _offices(told, disaster.name)
    refuges, of_refuges = _refuges(told, disaster.name)
    filled = Filled(
        status=disaster.status,
        form=form,
        number=last.filled.number + 1 if last else 1,
        disaster=disaster.name,
        began=disaster.began,
        place=disaster.place,
        outline=disaster.outline,
        city=city,
        as_of=now,
        figures=figures(of.totals),
        unconfirmed={key: one.unconfirmed for key, one in of.totals.items() if one.unconfirmed is not None},
        counting={key: one.counting for key, one in of.totals.items() if one.counting},
        before=_before(last),
        offices=offices,
        refuges=refuges,
        evacuations=_evacuations([one for one in told if one[-1].sent >= disaster.began]),
        boxes={**(last.filled.boxes if last else {}), **boxes},
    )
    return Found(filled=filled, others=tuple(sorted(of_offices | of_refuges)))


def _stands(family: Sequence[Alert]) -> bool:
    newest = family[-1]
    return newest.msg_type != "Cancel" or newest.response == "AllClear"


def _before(last: Report | None) -> Before | None:
    if last is None:
        return None
    return Before(number=last.filled.number, as_of=last.filled.as_of, figures=last.filled.figures)


def _offices(families: Sequence[Sequence[Alert]], name: str) -> tuple[tuple[Office, ...], set[str]]:
    """Each headquarters with when it was set up and dissolved, in order."""
    found: dict[str, Office] = {}
    others: set[str] = set()
    every = [alert.declared for family in families for alert in family]
    for one in (declared for declared in every if isinstance(declared, Headquarters)):
        if one.disaster != name:
            others.add(one.disaster)
            continue
        before = found.get(one.type)
        if one.stands and (before is None or before.until is not None):
            found[one.type] = Office(type=one.type, since=one.since)
        elif not one.stands:
            found[one.type] = Office(type=one.type, since=before.since if before else None, until=one.since)
    return tuple(found.values()), others


def _refuges(families: Sequence[Sequence[Alert]], name: str) -> tuple[tuple[Refuge, ...], set[str]]:
    """Every shelter of the newest state that was issued of the disaster."""
    states = [(family[-1].sent, family[-1].declared) for family in families]
    shelters = [(sent, one) for sent, one in states if isinstance(one, Shelters)]
    mine = max((pair for pair in shelters if pair[1].disaster == name), key=lambda pair: pair[0], default=None)
    others = {one.disaster for _, one in shelters if one.disaster != name}
    places = mine[1].places if mine else ()
    return tuple(_refuge(one) for one in places if one.opening is not Opening.NOT_OPEN), others


def _refuge(one: ShelterState) -> Refuge:
    return Refuge(
        name=one.name,
        open=one.opening is Opening.OPEN,
        since=one.since,
        people=one.people,
        households=one.households,
        voluntary=one.voluntary_people,
    )


def _evacuations(families: Sequence[Sequence[Alert]]) -> tuple[Evacuation, ...]:
    """By what was ordered: the districts in force, then those lifted since; the strongest first."""
    found: dict[tuple[int, bool, str], Evacuation] = {}
    for family in families:
        newest = family[-1]
        if newest.declared is not None or not is_order(newest):
            continue
        levels = newest.announced if newest.ends else newest.place_levels
        gone = newest.places if newest.ends else newest.lifted
        for lifted, places in ((False, () if newest.ends else newest.places), (True, gone)):
            for place in places:
                level = levels.get(place.code) or newest.announced.get(place.code) or newest.level
                sort = SORTS.get(level) or newest.texts["ja"].event
                key = (level, lifted, sort)
                known = found.get(key)
                areas = known.areas if known else ()
                since = min(known.since if known else family[0].sent, family[0].sent)
                names = (*areas, place.name) if place.name not in areas else areas
                found[key] = Evacuation(sort=sort, level=level, areas=names, since=since, lifted=lifted)
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[1], -key[0], key[2])))
