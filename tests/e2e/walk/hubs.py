"""The hubs that are walked over: the night with everything that people did in it, a storm, bears, and an empty start.

Each tells the addresses that cannot be written down beforehand: links in messages, numbers, keys.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import cast

from sqlalchemy import select

from feeds.records import Report
from feeds.status import Status
from services.accounts import second, totp
from services.clock import wall
from services.desks.subscriptions import Subscriptions
from services.photos import clean
from services.residents.seal import Purpose
from services.residents.wish import Wish
from services.store import call_sends, displays, muster_sends, photos, records, subscribers
from services.store.tables import alerts
from services.store.tables_subscribers import subscribers as residents
from services.store.tables_watch import wards
from services.store.users import Role
from services.watch.permission import give
from services.web.auth import token_hash
from tests.e2e.afloat import afloat
from tests.e2e.bears import MORNING, eight_calls
from tests.e2e.filled import fill
from tests.e2e.minded import mind
from tests.e2e.scene import ACCOUNTS, SUBSCRIBING, Scene, scene
from tests.e2e.storm import EVENING, Storm
from tests.e2e.unplaced import arrive_unplaced
from tests.services import pictures

ADMIN = "kanri"
_SCREEN = "a-screen-of-the-walk"


@dataclass
class Hub:
    """A hub and the addresses that it has made: name → what stands in a stop's path for it."""

    made: Scene
    links: dict[str, str] = field(default_factory=dict)


@asynccontextmanager
async def night_hub(made: Scene) -> AsyncIterator[Hub]:
    """Three in the morning: ``made`` is the night as it was played, and everybody has been at work since."""
    await fill(made)
    helped = await mind(made)
    await made.person(ADMIN, Role.ADMIN)
    for viewer in ("miru", "kaku"):
        await made.person(viewer, Role.VIEWER)
    ring = ACCOUNTS.keyring()
    assert ring is not None
    async with made.store.write() as connection:
        await second.enrol(connection, "kaku", totp.new_secret(), 0, ring, wall())
    yield Hub(made, {"helper": helped["minsei1"], **await _arrived(made), **await _linked(made)})


async def _arrived(made: Scene) -> dict[str, str]:
    """What has no place yet; a bear with its picture, a resident's wish."""
    await arrive_unplaced(made)
    now = made.clock.now()
    shots = [clean(pictures.jpeg(pictures.scene(number))) for number in (1, 2)]
    bear = Report(
        gateway="@public",
        report_id="walked-over",
        kind="bear",
        measured_at=now - timedelta(minutes=3),
        text="橋の下にクマが一頭",
        place="中津川",
        lon=141.1565,
        lat=39.704,
        status=Status.EXERCISE,
        photos=tuple(one.sha256 for one in shots),
    )
    desk = Subscriptions(made.store, SUBSCRIBING, [])
    await desk.ask("taro@example.jp", Wish(topics=("water",), least=3))
    async with made.store.write() as connection:
        for one in shots:
            await photos.keep(connection, one, wall(), wall() + timedelta(days=30))
        await records.save(connection, [bear], now)
        await give(connection, ADMIN, ADMIN, wall() + timedelta(days=1), wall())
        await displays.add(connection, "本部室", token_hash(_SCREEN), ADMIN, wall())
        row = (await connection.execute(select(residents))).mappings().one()
    one = subscribers.subscriber_of(row)
    asked = desk.confirmation(one)
    confirmed = await desk.confirm(asked)
    assert confirmed is not None
    await desk.ask("hanako@example.jp", Wish())
    async with made.store.read() as connection:
        rows = (await connection.execute(select(residents))).mappings().all()
    waiting = next(other for row in rows if (other := subscribers.subscriber_of(row)).uid != one.uid)
    return {
        "confirm": desk.confirmation(waiting),
        "mine": SUBSCRIBING.mine(one.uid, wall()),
        "leave": SUBSCRIBING.token(Purpose.LEAVE, one.uid),
    }


async def _linked(made: Scene) -> dict[str, str]:
    """Links that staff got on their phones, and names of what was made on the way."""
    now, until = made.clock.now(), made.clock.now() + timedelta(hours=1)
    async with made.store.write() as connection:
        sends = await call_sends.of_calls(connection, range(1, 20))
        called = next(one for number in sorted(sends, reverse=True) for one in sends[number])
        await call_sends.link(connection, called, "walked-call", until)
        asked = muster_sends.Line(1, 0, "1004", "to-nobody", muster_sends.Kind.ASK)
        await muster_sends.add(connection, [asked], now)
        send, *_ = await muster_sends.of_person(connection, "1004")
        await muster_sends.link(connection, [(send, "walked-muster")], until)
        series = await connection.scalar(
            select(alerts.c.series).where(alerts.c.state == "issued", alerts.c.expires > now).limit(1)
        )
        draft = await connection.scalar(select(alerts.c.series).where(alerts.c.state == "draft").limit(1))
        ward = await connection.scalar(select(wards.c.uid).limit(1))
    assert series and draft and ward
    return {"call": "walked-call", "muster": "walked-muster", "series": series, "draft": draft, "ward": ward}


@asynccontextmanager
async def storm_hub(folder: Path) -> AsyncIterator[Hub]:
    """A storm night from its first order to dawn."""
    async with scene(folder, at=EVENING, start=EVENING) as made:
        await made.person(ADMIN, Role.ADMIN)
        await made.person("sato")
        storm = Storm(made)
        await storm.until_four()
        await storm.until_dawn()
        yield Hub(made, {"order": storm.token, "day": f"{EVENING:%Y-%m-%d}"})


@asynccontextmanager
async def bear_hub(folder: Path) -> AsyncIterator[Hub]:
    """Eight calls within half an hour."""
    async with scene(folder, at=MORNING, start=MORNING) as made:
        await made.person(ADMIN, Role.ADMIN)
        await made.person("sato")
        await eight_calls(made)
        yield Hub(made)


@asynccontextmanager
async def hub_afloat(folder: Path) -> AsyncIterator[Hub]:
    """Its store is lost."""
    async with afloat(folder) as made:
        yield Hub(cast(Scene, made))  # who walks asks it for nothing but its address


@asynccontextmanager
async def empty_hub(folder: Path) -> AsyncIterator[Hub]:
    """Nothing has happened."""
    async with scene(folder) as made:
        await made.person(ADMIN, Role.ADMIN)
        yield Hub(made)
