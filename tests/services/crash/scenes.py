"""What goes on while the hub dies, and what has to be true when it has come to rest again."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.exc import SQLAlchemyError

from rules.alert import Alert
from services.channels.channel import Channel
from services.store.tables import chronology, outbox
from tests.fakes.served import Order, Served
from tests.services.crash.books import BOOKS
from tests.services.crash.hub import Disk, Hub
from tests.services.crash.trap import Trap, Way
from tests.services.making import NOW, SetClock
from tests.services.sender import ENGLISH, JAPANESE_LONG
from tests.services.test_channel_contract import FAKES, Rig

_OUT = ("accepted", "duplicate")
_HONEST = ("届いたか不明", "途中で")  # what a reason begins with where something is, or may be, out
_SAYS_SENT = ("送信した", "送信済み")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Scene:
    """``trouble`` is ordered before the first life; ``down``: nobody answers in it; ``late``: minutes to the next."""

    name: str
    revisions: int = 1
    trouble: Callable[[Rig, Any], None] = lambda rig, fake: None
    down: bool = False
    late: float = 0
    alone: bool = True  # the next life need not wait for the leases of the dead


def _busy(rig: Rig, fake: Any) -> None:
    assert rig.fail
    rig.fail(429)


def _lost(rig: Rig, fake: Any) -> None:
    assert rig.lose
    rig.lose()


def _busy_within(rig: Rig, fake: Any) -> None:
    """One post of a thread is out, and the next is refused."""
    if isinstance(fake, Served):
        fake.order(Order(good=True), Order(status=429))
    else:
        _busy(rig, fake)


SCENES = (
    Scene("new"),
    Scene("update, then cancelled", revisions=3),
    Scene("lease has to run out", alone=False),
    Scene("provider busy", trouble=_busy, revisions=2),
    Scene("busy within a thread", trouble=_busy_within, revisions=2),
    Scene("taken, and the answer lost", trouble=_lost),
    Scene("provider down", down=True),
    Scene("provider down until it is over", down=True, late=200),
)


async def play(disk: Disk, name: str, scene: Scene, at: int, way: Way) -> bool:
    """One scene with one death, and every check. False where the work was done before its await number ``at``."""
    make, rigged = FAKES[name]
    fake = make()
    await fake.start()
    rig, clock = rigged(fake), SetClock()
    revisions = _series(rig, scene)
    try:
        scene.trouble(rig, fake)
        if name == "x":
            fake.refuses_twins = False  # the look-back has to do it alone
        if scene.down:
            await fake.stop()
        first = Hub(disk, clock, rig.build())
        trap = Trap(first.work(revisions), at, way, first.die)
        hub = await _next_life(disk, first, trap, way, rig.build)
        await _nobody_says_sent_of_what_is_not_known(hub, revisions)
        if scene.down:
            await fake.start(_port(fake))
        clock.at += timedelta(minutes=scene.late)
        if scene.alone:
            await hub.wake()
        await hub.work(revisions if clock.at < revisions[0].expires else [])
        await hub.rest()
        await _checked(hub, name, fake, revisions, scene)
        await hub.die()
    finally:
        await fake.stop()
    return trap.sprung


async def _next_life(disk: Disk, first: Hub, trap: Trap, way: Way, channel: Callable[[], Channel]) -> Hub:
    clock = first.clock
    try:
        await trap.run()
    except (OSError, SQLAlchemyError):  # a loop tries again, in the same life
        return first
    if not trap.sprung or way is Way.FAILED:
        return first
    await first.die()
    if way is Way.CANCELLED:
        gc.collect()
    return Hub(disk, clock, channel())


async def _checked(hub: Hub, name: str, fake: Any, revisions: Sequence[Alert], scene: Scene) -> None:
    book = BOOKS[name]
    told = book.told(fake)
    for all_of in (told, book.besides(fake)):
        assert len(all_of) == len(set(all_of)), "somebody was told twice"
    rows = await _rows(hub, revisions)
    last_place = -1
    for row in rows:
        if row["state"] == "refused":
            continue
        parts = [book.form(part) for part in row["payload"]["parts"]][: book.parts]
        places = [told.index(part) for part in parts if part in told]
        assert places == sorted(places) and min(places, default=last_place + 1) > last_place, "out of order"
        last_place = max(places, default=last_place)
        if row["state"] in _OUT:
            assert len(places) == len(parts), "called sent, and is not out"
        else:
            assert row["state"] in ("superseded", "expired"), f"{row['state']}: {row['reason']}"
            assert not places or "送らな" not in row["reason"] or row["reason"].startswith(_HONEST), (
                "called unsent, and is out"
            )
    if scene.late:
        return
    assert [row["revision"] for row in rows] == [one.revision for one in revisions], "lost before it was queued"
    assert rows[-1]["state"] in (*_OUT, "refused"), "lost"


async def _nobody_says_sent_of_what_is_not_known(hub: Hub, revisions: Sequence[Alert]) -> None:
    """Right after the death: a state and a log that claim no more than is known."""
    for row in await _rows(hub, revisions):
        if row["state"] in _OUT:
            continue
        async with hub.store.read() as connection:
            entries = select(chronology.c.text, chronology.c.refs).where(chronology.c.kind == "delivery")
            texts = [text for text, refs in await connection.execute(entries) if refs.get("delivery") == row["id"]]
        assert not [text for text in texts if any(claim in text for claim in _SAYS_SENT)]


async def _rows(hub: Hub, revisions: Sequence[Alert]) -> list[RowMapping]:
    async with hub.store.read() as connection:
        mine = select(outbox).where(outbox.c.series == revisions[0].series).order_by(outbox.c.revision)
        return list((await connection.execute(mine)).mappings())


def _series(rig: Rig, scene: Scene) -> list[Alert]:
    """Revisions of a series that was never told before; every text differs, as times of issue make them differ."""
    series = f"Exercise-crash-{next(_numbers)}"
    made: list[Alert] = []
    for number in range(1, scene.revisions + 1):
        one = rig.says(series=series, revision=number, issue=number, sent=NOW + timedelta(minutes=number))
        texts = {"ja": replace(one.texts["ja"], description=JAPANESE_LONG), "en": ENGLISH}
        one = replace(one, texts=texts, web="https://bousai.example.jp/alerts/1", channels=(rig.name,))
        if made:
            ends = number == 3
            turn = {"msg_type": "Cancel" if ends else "Update", "references": (made[-1].reference,), "ends": ends}
            one = replace(one, **turn, response="AllClear" if ends else one.response)
        made.append(one)
    return made


def _port(fake: Any) -> int:
    return int(fake.url.split(":")[2].split("/")[0])
