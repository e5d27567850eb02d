"""The desk for sensors that lie: an officer says that one is not to be believed, why and for how long.

One word at a time for each series. Whoever changes it names the one that they saw, so that of two officers the second
is told of the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from feeds.distrust import Distrust, DistrustError
from feeds.japan import dated, dated_en
from geo.station import Station
from services.store import chronology, distrusts
from services.store.chronology import Entry
from services.store.engine import Store


class ChangedError(Exception):
    """Somebody else was first; the text says what stands now."""


async def begin(store: Store, stations: Mapping[str, Station], wanted: Distrust, seen: int | None = None) -> Distrust:
    """Set it, in place of the one ``seen``. Raises DistrustError with the cure, ChangedError."""
    wanted.check()
    if wanted.station not in stations:
        raise DistrustError(f"{wanted.station} は登録されていません。 / There is no sensor {wanted.station}.")
    async with store.write() as connection:
        before = await distrusts.of(connection, wanted.status, wanted.station, wanted.quantity, wanted.begins)
        if (before.id if before else None) != seen:
            raise ChangedError(_stands(before))
        if before:
            await distrusts.end(connection, before.id, wanted.begins)
        made = replace(wanted, id=await distrusts.add(connection, wanted))
        verb = "信用しない期限を改めた" if before else "信用しないことにした"
        text = f"センサーを{verb}：{what(made, stations)}（{dated(made.ends)}まで、理由：{made.reason}）"
        await chronology.append(connection, [_entry(made, made.owner, text, made.begins)])
    return made


async def end(store: Store, stations: Mapping[str, Station], number: int, person: str, now: datetime) -> None:
    """From now on the sensor is believed again. Raises ChangedError where none of that number holds."""
    async with store.write() as connection:
        one = await distrusts.find(connection, number, now)
        if one is None:
            raise ChangedError(_stands(None))
        await distrusts.end(connection, number, now)
        text = f"センサーをふたたび信用することにした：{what(one, stations)}"
        await chronology.append(connection, [_entry(one, person, text, now)])


def _stands(one: Distrust | None) -> str:
    if one is None:
        return "もう終わっています。画面を確かめてください。 / It is over already: look again."
    return (
        f"{one.owner} が {dated(one.ends)} まで信用しないとしています。画面を確かめてください。 / "
        f"{one.owner} does not trust it until {dated_en(one.ends)}: look again."
    )


def what(one: Distrust, stations: Mapping[str, Station]) -> str:
    """Which series, for people: 館坂橋（tatesakabashi/water_level）."""
    name = stations[one.station].name if one.station in stations else one.station
    return f"{name}（{one.subject}）"


def _entry(one: Distrust, person: str, text: str, now: datetime) -> Entry:
    refs = {"station": one.station, "distrust": str(one.id)}
    return Entry(at=now, status=one.status, kind="sensor", who=person, text=text, refs=refs)
