"""How the sources are doing, for people: whether they listen, what they cost, and what is the matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from services.configuration.listening import Listening
from services.listening.danger import highest
from services.listening.rations import hour_of, month_of
from services.store import listened

_SILENT = timedelta(minutes=5)
STATES_JA = {
    "listening": ("聞いています", "listening"),
    "waiting": ("回数の上限で待っています", "waiting for the provider"),
    "refused": ("断られています", "refused"),
    "failing": ("つながりません", "failing"),
    "spent": ("読み取りの枠を使い切りました", "ration used up"),
    "silent": ("動いていません", "not running"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """What X was paid for, and what it may be paid for."""

    hour: int
    of_hour: int
    month: int
    of_month: int
    cost: Decimal  # of the month, in ``currency``
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One source."""

    source: str
    state: str
    trouble: str
    heard_at: datetime | None
    resumes: datetime | None
    urgent: bool  # it listens more closely, because of danger
    reads: Reads | None


async def standings(connection: AsyncConnection, listening: Listening, now: datetime) -> list[Standing]:
    """Every source of the settings, in their order; empty where nothing is listened to."""
    if not listening.sources:
        return []
    known = await listened.every(connection, listening.sources)
    urgent = await highest(connection, listening.status, now) >= listening.urgent_level
    reads = await _reads(connection, listening, now, urgent)
    found = []
    for name in listening.sources:
        one, asked = known.get(name), name == "x" and listening.x
        patience = timedelta(seconds=2 * listening.x.every_s) + _SILENT if asked and listening.x else _SILENT
        silent = one is None or (one.state == "listening" and now - one.at > patience)
        found.append(
            Standing(
                source=name,
                state="silent" if silent or one is None else one.state,
                trouble=one.trouble if one else "",
                heard_at=one.at if one and (one.cursor or one.state == "listening") else None,
                resumes=one.resumes if one else None,
                urgent=bool(asked) and urgent,
                reads=reads if asked else None,
            )
        )
    return found


async def _reads(connection: AsyncConnection, listening: Listening, now: datetime, urgent: bool) -> Reads | None:
    x = listening.x
    if x is None:
        return None
    month = await listened.charged(connection, "x", month_of(now))
    return Reads(
        hour=await listened.charged(connection, "x", hour_of(now)),
        of_hour=x.urgent_reads_an_hour if urgent else x.reads_an_hour,
        month=month,
        of_month=x.reads_a_month,
        cost=month * x.price,
        currency=x.currency,
    )
