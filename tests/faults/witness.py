"""The witness: what the house promised, looked at from outside: the store past every line, and the world's own books.

The numbers are those of the promises in the plan of the house. It trusts no word of the hub's but what it has written.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

import pytest
from sqlalchemy import RowMapping, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store import chronology, cursors
from services.store.engine import Store, StoreError
from services.store.records import latest_seq
from services.store.tables import alerts, approvals, outbox, quarantine, records
from services.story.gather import gather
from services.story.steps import Kind
from tests.faults.night import Ledger
from tests.faults.plant import Plant

_OPEN = ("waiting", "sending", "unknown")
_OUT = ("accepted", "duplicate")
_STAGES = ("predict", "evaluate")
_LOOKS, _PAUSE = 8, 0.5  # it is quiet when so many looks, so far apart, find nothing open
_MARK = "訓練"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the books say; the figures of a row of the table."""

    acknowledged: int  # readings and telegrams with a PUBACK, and telegrams the forecaster published
    stored: int
    quarantined: int
    lost: int  # acknowledged, and neither
    posts: int  # at X, and alerts at the linkage system
    doubled: int
    deliveries: Counter[str]


async def until_quiet(plant: Plant, ledger: Ledger, patience: float, *, all_stored: bool = True) -> float:
    """Wait until everything acknowledged is kept and looked at, no delivery is open, and it stays so; seconds until it
    first was."""
    began, quiet, since = monotonic(), 0, 0.0
    found = "the store does not answer"
    while monotonic() < began + patience:
        try:
            kept, pending, behind = await _counts(plant.store_url)
        except (StoreError, SQLAlchemyError, OSError) as error:
            found = f"the store does not answer: {error}"
            await asyncio.sleep(_PAUSE)
            continue
        wanted = len(ledger.acknowledged) + len(ledger.telegrams) + len(ledger.published)
        still = (kept >= wanted or not all_stored) and not (pending or behind)
        since = since if still and quiet else monotonic() - began
        quiet = quiet + 1 if still else 0
        if quiet == _LOOKS:
            return since
        found = f"{kept} of {wanted} stored, {pending} deliveries open, predict {behind} records behind"
        await asyncio.sleep(_PAUSE)
    pytest.fail(f"not quiet after {patience:.0f} s: {found}")


async def judge(plant: Plant, ledger: Ledger) -> Verdict:
    """Every promise but the last, of everything since the plant began."""
    store = await Store.look(plant.store_url)
    try:
        async with store.read() as connection:
            return await _judged(connection, plant, ledger)
    finally:
        await store.close()


async def _judged(connection: AsyncConnection, plant: Plant, ledger: Ledger) -> Verdict:
    kept, headlines = await _kept(connection)
    lost = [*(ledger.acknowledged.keys() - kept.keys()), *({*ledger.telegrams, *ledger.published} - headlines.keys())]
    assert not lost, f"1: acknowledged and gone: {lost[:5]}"
    assert {*kept.values(), *headlines.values()} <= {1}, "1: a repeat changes nothing"
    unread = await _unread(connection, ledger)
    assert not unread, f"2: what cannot be read is neither kept nor told: {unread[:3]!r}"
    await _cursors_agree(connection)
    deliveries = (await connection.execute(select(outbox))).mappings().all()
    assert deliveries, "the load must have made alerts, or the test shows nothing"
    doubled = _sent_once_and_known(plant, deliveries)
    await _issued_by_people_where_it_must(connection)
    _no_drill_leaked(plant)
    await _never_stale(connection, plant)
    await _explains_itself(connection)
    assert await chronology.first_broken(connection) is None, "8: the chronology's chain is broken"
    quarantined = int(await connection.scalar(select(func.coalesce(func.sum(quarantine.c.times), 0))) or 0)
    return Verdict(
        acknowledged=len(ledger.acknowledged) + len(ledger.telegrams) + len(ledger.published) + len(ledger.bad),
        stored=len(kept) + len(headlines),
        quarantined=quarantined,
        lost=len(lost),
        posts=len(plant.x.posts) + len(plant.linkage.received),
        doubled=doubled,
        deliveries=Counter(one["state"] for one in deliveries),
    )


async def _kept(connection: AsyncConnection) -> tuple[Counter[str], Counter[str]]:
    """How often the store has each reading, by its key, and each telegram, by its headline."""
    readings = await connection.scalars(select(records.c.key).where(records.c.type == "reading"))
    bodies = await connection.scalars(select(records.c.body).where(records.c.type == "telegram"))
    return Counter(readings.all()), Counter(_headline(body["headline"]) for body in bodies.all())


def _headline(text: str) -> str:
    return text.rpartition("＊＊＊")[2]


async def _unread(connection: AsyncConnection, ledger: Ledger) -> list[bytes]:
    """Bad messages with a PUBACK that quarantine does not hold, byte by byte, with a reason and the gateway told."""
    rows = (await connection.execute(select(quarantine.c.payload, quarantine.c.message))).all()
    held = {bytes(row.payload) for row in rows if row.message}
    return [one[:80] for one in ledger.bad if one not in held]


async def _cursors_agree(connection: AsyncConnection) -> None:
    """3: nobody is ahead of what there is to read, and at rest nobody is behind."""
    newest = int(await connection.scalar(select(func.max(records.c.seq))) or 0)
    for name in _STAGES:
        at = await cursors.position(connection, name)
        assert at <= newest, f"3: {name} has read {at} of {newest} records"
    behind = newest - await cursors.position(connection, "predict")
    assert not behind, f"3: predict is at rest, and behind by {behind} of {newest} records"
    issued = select(alerts.c.series, alerts.c.revision).where(alerts.c.state.in_(("issued", "superseded", "ended")))
    queued = {
        (row.series, row.revision) for row in await connection.execute(select(outbox.c.series, outbox.c.revision))
    }
    orphans = {tuple(row) for row in await connection.execute(issued)} - queued
    assert not orphans, f"3: issued, and in no queue: {orphans}"


def _sent_once_and_known(plant: Plant, deliveries: Sequence[RowMapping]) -> int:
    """4: nothing is open or guessed at; what is called sent is there, what is there was queued, and all of it once."""
    posts = Counter(post.text for post in plant.x.posts)
    taken = Counter(one.alert.identifier for one in plant.linkage.received)
    doubled = sum(posts.values()) - len(posts) + sum(taken.values()) - len(taken)
    assert not doubled, f"4: {[text for text, times in (posts + taken).items() if times > 1]}"
    told = {(one["series"], one["channel"]) for one in deliveries if one["state"] in _OUT}
    texts: set[str] = set()
    for one in deliveries:
        assert one["state"] not in _OPEN, f"4: still {one['state']}: {one['id']}"
        if one["state"] not in _OUT:
            assert one["reason"], f"4: {one['id']} is {one['state']} and nobody knows why"
        if one["channel"] == "x":
            texts.update(one["payload"].get("parts", ()))
        if one["channel"] == "x" and one["state"] in _OUT:
            assert all(posts[text] == 1 for text in one["payload"]["parts"]), f"4: {one['id']} is not out"
        if one["channel"] == "linkage" and one["state"] in _OUT:
            assert taken[one["id"].rpartition(":")[0]] == 1, f"4: {one['id']} is not out"
        unheard = one["state"] == "refused" and (one["series"], one["channel"]) not in told
        assert one["state"] in {*_OUT, "superseded", "expired"} or unheard, f"4: {one['id']}: {one['reason']}"
    assert posts.keys() <= texts, "4: at X stands what nobody queued"
    assert taken.keys() <= {one["id"].rpartition(":")[0] for one in deliveries}
    return doubled


async def _issued_by_people_where_it_must(connection: AsyncConnection) -> None:
    """5: each evacuation that left the house has a person's approval; and there was one that waits for it."""
    orders = (await connection.execute(select(alerts).where(alerts.c.rule.like("evacuation%")))).mappings().all()
    assert orders, "5: nothing asked for an evacuation, so this shows nothing"
    agreed = {(row.series, row.revision) for row in await connection.execute(select(approvals))}
    alone = [one for one in orders if one["state"] not in ("draft", "withdrawn", "rejected")]
    alone = [one for one in alone if (one["series"], one["revision"]) not in agreed]
    assert not alone, f"5: {alone[0]['identifier']} left the house without a person"


def _no_drill_leaked(plant: Plant) -> None:
    """6: all of it was a drill, says so at both ends, and the account for what is real has nothing."""
    assert all(_MARK in post.text for post in plant.x.posts)
    assert all(one.alert.status == "Exercise" for one in plant.linkage.received)
    assert not plant.partner.received, "6: a drill at an account that is for what is real"


async def _never_stale(connection: AsyncConnection, plant: Plant) -> None:
    """7: nothing was posted after its time had run out."""
    rows = await connection.execute(select(outbox.c.payload, outbox.c.expires).where(outbox.c.channel == "x"))
    expires = {text: row.expires for row in rows for text in row.payload.get("parts", ())}
    stale = [post.text for post in plant.x.posts if post.created_at > expires[post.text]]
    assert not stale, f"7: {stale[:3]}"


async def _explains_itself(connection: AsyncConnection) -> None:
    """8: each alert can be told from the telegram and the hazard behind it to what became of it."""
    newest = select(alerts.c.series, func.max(alerts.c.revision)).group_by(alerts.c.series)
    for series, revision in (await connection.execute(newest)).all():
        story = await gather(connection, series, revision)
        assert story is not None
        steps = {step.kind for step in story.steps}
        assert {Kind.READING, Kind.HAZARD} <= steps and steps & {Kind.DRAFT, Kind.ISSUED}, (
            f"8: {series} {revision} has only {steps}"
        )


async def _counts(url: str) -> tuple[int, int, int]:
    """Readings and telegrams kept, deliveries open, records that predict has not looked at."""
    store = await Store.look(url)  # it waits for nobody's turn to write
    try:
        async with store.read() as connection:
            kept = select(func.count()).select_from(records).where(records.c.type.in_(("reading", "telegram")))
            waiting = select(func.count()).select_from(outbox).where(outbox.c.state.in_(_OPEN))
            behind = await latest_seq(connection) - await cursors.position(connection, "predict")
            return int(await connection.scalar(kept) or 0), int(await connection.scalar(waiting) or 0), behind
    finally:
        await store.close()
