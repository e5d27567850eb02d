"""The desk for silences: an officer sets one with a reason and an end, and any officer may end it earlier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import dated
from geo.station import Station
from rules.silence import Silence, SilenceError
from services import board_words
from services.store import chronology, hazards, silences
from services.store.chronology import Entry
from services.store.engine import Store

_NONE: Mapping[str, Station] = MappingProxyType({})


async def begin(store: Store, wanted: Silence, stations: Mapping[str, Station] = _NONE) -> Silence:
    """Set it. Raises SilenceError with the cure."""
    wanted.check()
    async with store.write() as connection:
        made = replace(wanted, id=await silences.add(connection, wanted))
        what = await told(connection, made, stations)
        text = f"通知を止めた：{what}（{dated(made.ends)}まで、理由：{made.reason}）"
        await chronology.append(connection, [_entry(made, made.owner, text, made.begins)])
    return made


async def end(store: Store, one: int, person: str, now: datetime, stations: Mapping[str, Station] = _NONE) -> None:
    """End it now. Raises SilenceError where none of that number holds."""
    async with store.write() as connection:
        ended = await silences.end(connection, one, now)
        if ended is None:
            raise SilenceError(f"{one} 番の停止は、もう終わっています")
        text = f"通知の停止を終えた：{await told(connection, ended, stations)}"
        await chronology.append(connection, [_entry(ended, person, text, now)])


async def told(connection: AsyncConnection, one: Silence, stations: Mapping[str, Station]) -> str:
    """What it covers, for people: by names, where the hub knows any."""
    kind = board_words.said("kinds", one.kind) if one.kind else ""
    place = await hazards.name_of_area(connection, one.status, one.area) if one.area else ""
    alone = stations[one.sensor].name if one.sensor in stations else one.sensor
    rule = f"規則 {one.rule}" if one.rule else ""
    sensor = f"{alone}だけに基づくもの" if alone else ""
    return "・".join(word for word in (rule, kind, sensor, place) if word)


def _entry(one: Silence, person: str, text: str, now: datetime) -> Entry:
    return Entry(at=now, status=one.status, kind="silence", who=person, text=text, refs={"silence": str(one.id)})
