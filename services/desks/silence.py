"""The desk for silences: an officer sets one with a reason and an end, and any officer may end it earlier."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from feeds.japan import dated
from rules.silence import Silence, SilenceError
from services.store import chronology, silences
from services.store.chronology import Entry
from services.store.engine import Store


async def begin(store: Store, wanted: Silence) -> Silence:
    """Set it. Raises SilenceError with the cure."""
    wanted.check()
    async with store.write() as connection:
        made = replace(wanted, id=await silences.add(connection, wanted))
        text = f"通知を止めた：{what(made)}（{dated(made.ends)}まで、理由：{made.reason}）"
        await chronology.append(connection, [_entry(made, made.owner, text, made.begins)])
    return made


async def end(store: Store, one: int, person: str, now: datetime) -> None:
    """End it now. Raises SilenceError where none of that number holds."""
    async with store.write() as connection:
        ended = await silences.end(connection, one, now)
        if ended is None:
            raise SilenceError(f"{one} 番の停止は、もう終わっています")
        await chronology.append(connection, [_entry(ended, person, f"通知の停止を終えた：{what(ended)}", now)])


def what(one: Silence) -> str:
    """What it covers, in words."""
    named = (("規則", one.rule), ("種別", one.kind), ("区域", one.area), ("センサー", one.sensor))
    return "、".join(f"{title} {value}" for title, value in named if value)


def _entry(one: Silence, person: str, text: str, now: datetime) -> Entry:
    return Entry(at=now, status=one.status, kind="silence", who=person, text=text, refs={"silence": str(one.id)})
