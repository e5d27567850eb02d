"""From the register to what the city tells: a draft of 被害情報, made of confirmed totals alone, which people approve.

Of districts only property and works are told, never persons; one or two homes in a district are told as few, so that
nobody finds the family.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.damage.items import BY_KEY, Group, Item
from rules.damage.record import Damage, DamageError
from rules.damage.sums import by_district, figures
from rules.declared import Damaged, Stricken
from services.city import City
from services.damage.board import Board, look
from services.desks.declaring import Entered, enter
from services.store.alerts import Revision
from services.store.engine import Store

_FEW = 3  # from how many buildings on the number itself is told, as with street crime (docs/privacy.md)
_HOMES = frozenset({Group.HOUSES, Group.BUILDINGS})
_BY_DISTRICT = frozenset({Group.OTHERS, Group.FIRES}) | _HOMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an officer wants told. ``seen``: series and revision that they had before them; None: nobody looked."""

    disaster: int
    person: str
    now: datetime
    final: bool = False
    corrects: bool = False
    seen: tuple[str, int] | None = None


async def announce(store: Store, city: City, wish: Wish) -> Revision:
    """The next draft of the disaster's damage. Raises DamageError not_found; ReviewError as the declaring desk."""
    async with store.read() as connection:
        found = await look(connection, wish.disaster, wish.now)
    if found is None:
        raise DamageError("not_found", f"災害 {wish.disaster} はありません / there is no disaster {wish.disaster}")
    entered = Entered(
        person=wish.person,
        now=wish.now,
        status=found.disaster.status,
        declared=damaged(found, wish.now, final=wish.final),
        corrects=wish.corrects,
        seen=wish.seen,
    )
    return await enter(store, city, entered)


def damaged(of: Board, now: datetime, *, final: bool = False) -> Damaged:
    """What the register comes to now, as it may be told."""
    return Damaged(
        disaster=of.disaster.name,
        as_of=now,
        figures=figures(of.totals),
        counting=tuple(key for key, one in of.totals.items() if one.counting or one.unconfirmed is not None),
        districts=stricken(of.records),
        final=final,
    )


def stricken(records: Sequence[Damage]) -> tuple[Stricken, ...]:
    """Districts with confirmed damage to what may be told by district."""
    found = []
    for (code, name), totals in by_district(records).items():
        told = {key: steps for key, steps in figures(totals).items() if steps and _tellable(BY_KEY[key])}
        few = tuple(key for key, steps in told.items() if BY_KEY[key].group in _HOMES and steps < _FEW)
        if told:
            exact = {key: steps for key, steps in told.items() if key not in few}
            found.append(Stricken(code=code, name=name, figures=exact, few=few))
    return tuple(found)


def _tellable(item: Item) -> bool:
    return item.group in _BY_DISTRICT and item.unit not in ("人", "世帯")
