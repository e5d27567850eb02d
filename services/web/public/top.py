"""What stands at the top: the highest level where somebody is, what to do, and what threatens beside it.

An order is told where it holds and nowhere else; what only corresponds to a level is never called by an order's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rules.wording.languages import spoken
from rules.wording.templates import place_name
from services.web.context import WebContext
from services.web.public.district import Mine
from services.web.public.official import Warned
from services.web.public.told import Item, joined, level_names, order_label

_ACT = 3  # 警戒レベル: from here on somebody has to act; below it the list at the end of the page is enough


@dataclass(frozen=True, slots=True)
class Beside:
    """A level that holds elsewhere: in words, and where."""

    level: int
    label: str
    places: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """``level``: of the orders that hold here (of the whole city where no district is chosen), 0 for none."""

    level: int
    name: str  # 避難指示
    name_en: str
    places: str
    warned: int  # of what only corresponds to a level here, where there is no order
    warned_label: str
    office: Warned | None  # a warning that is higher than all of this, of which the city has told nothing yet
    office_label: str
    neighbour: Beside | None  # higher than here, in a district that borders on this one
    elsewhere: Beside | None  # orders in other districts


def top(
    items: Sequence[Item], official: Sequence[Warned], mine: Mine | None, context: WebContext, language: str
) -> Top:
    """The top for somebody in the district ``mine``, or for the whole city."""
    ours = [one for one in items if one.counts]
    here = [one for one in ours if mine is None or one.here(mine.area.code)]
    orders = [one for one in here if one.order]
    level = max((one.level for one in orders), default=0)
    equal = [one for one in here if not one.order]
    warned = max((one.level for one in equal), default=0)
    law = level_names(context.now())
    office = _office(official, max(level, warned))
    return Top(
        level=level,
        name=law.of(language).orders.get(level, ""),
        name_en=law.of("en").orders.get(level, ""),
        places=_places([one for one in orders if one.level == level], language),
        warned=warned if warned > level else 0,
        warned_label=law.label(warned, True, language) if warned > level else "",
        office=office,
        office_label=law.label(office.level, True, language) if office else "",
        neighbour=_neighbour(ours, mine, max(level, warned), context, language) if mine else None,
        elsewhere=_elsewhere(ours, mine, context, language) if mine else None,
    )


def _office(official: Sequence[Warned], here: int) -> Warned | None:
    """The gravest warning above what the city tells: its own alert may still wait for a person."""
    gravest = max(official, key=lambda one: one.level, default=None)
    return gravest if gravest and gravest.level >= _ACT and gravest.level > here else None


def _neighbour(ours: Sequence[Item], mine: Mine, here: int, context: WebContext, language: str) -> Beside | None:
    """The gravest that holds next door and not here, an order before what only corresponds to one."""
    there = [one for one in ours if one.level > here and not one.here(mine.area.code)]
    there = [one for one in there if one.districts and one.districts & mine.neighbours]
    if not there:
        return None
    gravest = max(there, key=lambda one: (one.level, one.order))
    same = [one for one in there if (one.level, one.order) == (gravest.level, gravest.order)]
    codes = {code for one in same for code in one.districts or () if code in mine.neighbours}
    names = [_district(code, context, language) for code in sorted(codes)]
    return Beside(gravest.level, _label(gravest, context, language), joined(names, language))


def _elsewhere(ours: Sequence[Item], mine: Mine, context: WebContext, language: str) -> Beside | None:
    """The highest order of the city that does not hold here, unless it is told as the neighbour's anyway."""
    there = [one for one in ours if one.order and not one.here(mine.area.code)]
    level = max((one.level for one in there), default=0)
    highest = [one for one in there if one.level == level]
    if not highest:
        return None
    return Beside(level, order_label(level, context, language), _places(highest, language))


def _label(one: Item, context: WebContext, language: str) -> str:
    return order_label(one.level, context, language) if one.order else one.label


def _district(code: str, context: WebContext, language: str) -> str:
    area = context.ground.areas.get(code)
    if area is None:
        return code
    return area.name if spoken(language).kanji else area.name_en or area.name


def _places(found: Sequence[Item], language: str) -> str:
    return joined([place_name(place, language) for one in found for place in one.alert.places], language)
