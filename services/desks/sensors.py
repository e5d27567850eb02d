"""The sensor desk: what publishes without being known, and giving it place, quantity, unit, thresholds and district."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.names import WORDS, Named
from feeds.quantities import QUANTITIES
from feeds.status import Status
from feeds.units import conversion
from geo.geojson import ProfileError
from geo.model import Ground
from geo.station import Station
from geo.stations import station_of
from services.adoption import Stations
from services.store import chronology, stations
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.latest import came_by, newest_by_subject
from services.store.stations import Adopted
from services.store.tables import quarantine, records

LOOK_BACK = timedelta(days=7)
_WORDS_AT_MOST = 50
_STRANGE_AT_MOST = 200


class SensorError(Exception):
    """It cannot be done; the text names the place and the cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """A series of readings of a station that nobody knows, or a word of its device that means nothing yet."""

    station: str
    quantity: str
    gateway: str
    value: float | None
    unit: str
    measured_at: datetime
    status: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Strange:
    """A refusal because of an unknown quantity: a word that waits for a name."""

    gateway: str
    topic: str
    message: str
    times: int
    received_at: datetime


async def unassigned(
    connection: AsyncConnection, known: Mapping[str, Station], now: datetime, then: datetime | None = None
) -> list[Unassigned]:
    """The newest value of each series of the last week whose station, or quantity there, is not known.

    ``then``: of what had come by that instant.
    """
    newest: dict[str, RowMapping] = {}
    for status in Status:  # one at a time: the index begins with it
        lately = (records.c.status == status.value, records.c.measured_at >= now - LOOK_BACK, *came_by(then))
        for row in await newest_by_subject(connection, "reading", *lately):
            there = newest.get(row["subject"])
            if there is None or (row["measured_at"], row["seq"]) > (there["measured_at"], there["seq"]):
                newest[row["subject"]] = row
    found = []
    for _, row in sorted(newest.items()):
        station, _, quantity = row["subject"].rpartition("/")
        if station in known and quantity in known[station].quantities:
            continue
        found.append(
            Unassigned(
                station=station,
                quantity=quantity,
                gateway=row["gateway"],
                value=row["value"],
                unit=row["body"]["unit"],
                measured_at=row["measured_at"],
                status=row["status"],
                flags=tuple(row["body"]["flags"]),
            )
        )
    return found


async def strange(connection: AsyncConnection) -> list[Strange]:
    """What waits in quarantine for a word to be named, newest first."""
    waiting = (quarantine.c.code == "unknown_quantity", quarantine.c.replayed_at.is_(None))
    columns = (quarantine.c.gateway, quarantine.c.topic, quarantine.c.message, quarantine.c.times)
    statement = select(*columns, quarantine.c.received_at).where(*waiting).order_by(quarantine.c.id.desc())
    rows = await connection.execute(statement.limit(_STRANGE_AT_MOST))
    return [Strange(**row) for row in rows.mappings()]


async def adopt(store: Store, ground: Ground, wanted: Mapping[str, Any], person: str, now: datetime) -> Station:
    """Give a sensor its place. ``wanted``: the members of a ``[[station]]`` table, and ``words`` of its device.

    Adopting one again changes it. Raises SensorError.
    """
    members = {name: value for name, value in wanted.items() if name != "words"}
    named = _words(wanted.get("words", []))
    try:
        station = station_of(members, ground.areas)
    except ProfileError as error:
        raise SensorError(str(error)) from error
    _not_of_the_profile(ground.stations, station.code)
    one = Adopted(code=station.code, members=members, words=named, by=person, changed_at=now)
    async with store.write() as connection:
        before = await stations.find(connection, station.code)
        await stations.put(connection, one)
        deed = "登録を変えた" if before and before.members is not None else "登録した"
        await chronology.append(connection, [_entry(f"センサー {station.name}（{station.code}）を{deed}", one)])
    return station


async def let_go(store: Store, ground: Ground, code: str, person: str, now: datetime) -> None:
    """Forget an adopted sensor: its readings stay, and count as unassigned again. Raises SensorError."""
    _not_of_the_profile(ground.stations, code)
    async with store.write() as connection:
        before = await stations.find(connection, code)
        if before is None or before.members is None:
            raise SensorError(f"{code} は登録されていません。 / There is no adopted sensor {code}.")
        one = Adopted(code=code, members=None, words={}, by=person, changed_at=now)
        await stations.put(connection, one)
        await chronology.append(connection, [_entry(f"センサー {code} の登録を取り消した", one)])


def _not_of_the_profile(known: Mapping[str, Station], code: str) -> None:
    if code in (known.of_profile if isinstance(known, Stations) else known):
        raise SensorError(
            f"{code} は stations.toml で変えてください。 / {code} stands in stations.toml: change it there."
        )


def _words(wanted: Any) -> dict[str, Named | None]:
    if not isinstance(wanted, list) or len(wanted) > _WORDS_AT_MOST:
        raise SensorError(f"words: a list of at most {_WORDS_AT_MOST}")
    return {word: meant for place, one in enumerate(wanted) for word, meant in _word(one, f"words.{place}")}


def _word(one: Any, where: str) -> list[tuple[str, Named | None]]:
    """What one word means; without ``word`` all that the table knows for the quantity, where only the unit is told."""
    if not isinstance(one, dict):
        raise SensorError(f"{where}: an object with word, quantity and unit")
    word = one.get("word")
    if "word" in one and (not isinstance(word, str) or not 0 < len(word) <= 128):
        raise SensorError(f"{where}.word: the device's own word, 1 to 128 characters")
    if word and one.get("ignore") is True:
        return [(word, None)]
    quantity, unit = one.get("quantity"), one.get("unit")
    if not isinstance(quantity, str) or quantity not in QUANTITIES:
        raise SensorError(f"{where}.quantity: use one of {', '.join(QUANTITIES)}, or ignore = true")
    if not isinstance(unit, str) or conversion(unit, QUANTITIES[quantity].unit) is None:
        kept = QUANTITIES[quantity].unit or "no unit"
        raise SensorError(f"{where}.unit: no unit of {quantity}; it is kept in {kept}")
    words = [word] if word else [known for known, meant in WORDS.items() if meant == quantity]
    return [(each, Named(quantity, unit)) for each in words]


def _entry(text: str, one: Adopted) -> Entry:
    return Entry(
        at=one.changed_at, status=Status.ACTUAL, kind="sensor", who=one.by, text=text, refs={"station": one.code}
    )
