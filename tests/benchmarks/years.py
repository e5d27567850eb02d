"""A store of five years: does what people and models ask of it cost more than in its first month?

Readings are put in month by month, past the hub's own way in but as it writes them (the same columns, body and order);
after a year and after all of them the same questions are asked, each beside the same of a store of one month.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

import asyncpg
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from feeds.status import Status
from services.retention.walk import Walk
from services.store import cursors, readings, records
from services.store.append import Row
from services.store.by_day import trusted
from services.store.columns import stamp
from services.store.engine import Store, parse
from services.store.latest import newest_by_subject
from services.store.tables import records as table
from tests.benchmarks.figure import Figure, beside
from tests.benchmarks.scale import Scale
from tests.postgresql import binaries, cluster
from tests.services.making import NOW, reading

NAME = "years"
_EVERY, _MONTH, _SLICE = timedelta(minutes=10), timedelta(days=30), 200
Ask = Callable[[Store, random.Random], Awaitable[object]]


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """On SQLite, and on PostgreSQL where there is one and the form is the whole one."""
    figures = await _engine(scale, f"sqlite:///{folder / 'month.db'}", f"sqlite:///{folder / 'years.db'}", "SQLite")
    programs = binaries() if scale.both_engines else None
    if programs:
        with cluster(programs) as server:
            figures += await _engine(scale, server.database("month"), server.database("years"), "PostgreSQL")
    return figures


async def _engine(scale: Scale, young_url: str, old_url: str, title: str) -> list[Figure]:
    """Each question of the old store right beside the same of one that has its first month alone."""
    first, figures = scale.months[0], list[Figure]()
    young, old = await Store.open(young_url), await Store.open(old_url)
    begin, done = NOW - max(scale.months) * _MONTH, 0
    await _fill(young, young_url, scale.sensors, begin, begin + first * _MONTH)
    known = _questions(begin, begin + first * _MONTH)
    for months in scale.months[1:]:
        await _fill(old, old_url, scale.sensors, begin + done * _MONTH, begin + months * _MONTH)
        done = months
        for name, ask in _questions(begin, begin + months * _MONTH).items():
            pairs = [(await _took(old, ask), await _took(young, known[name])) for _ in range(scale.repeats * 4 + 1)]
            words = f"{title}, {months} months: {name}"
            warm = pairs[1:]  # the first opens what stays open
            figures.append(beside(NAME, words, "ms", "the first month alone", warm))
    await young.close()
    await old.close()
    return figures


async def _took(store: Store, ask: Ask) -> float:
    began = perf_counter()
    await ask(store, random.Random(began))
    return (perf_counter() - began) * 1000


def _questions(begin: datetime, now: datetime) -> dict[str, Ask]:
    async def newest(store: Store, _: random.Random) -> object:
        async with store.read() as connection:
            return await newest_by_subject(connection, "reading", table.c.status == Status.ACTUAL.value)

    async def two_days_ago(store: Store, _: random.Random) -> object:
        known = table.c.received_at <= now - timedelta(days=2)
        async with store.read() as connection:
            return await newest_by_subject(connection, "reading", table.c.status == Status.ACTUAL.value, known)

    def span(since: datetime, length: timedelta) -> Ask:
        async def ask(store: Store, chance: random.Random) -> object:
            async with store.read() as connection:
                subject = _subject(chance.randrange(2))
                return await readings.series(connection, [subject], Status.ACTUAL, since, since + length)

        return ask

    async def month(store: Store, chance: random.Random) -> object:
        found = trusted(store, [_subject(chance.randrange(2))], (_kept_from(begin), begin + _MONTH), ())
        return [some async for some in found]

    async def save(store: Store, chance: random.Random) -> object:
        one = reading(message_id=f"new-{chance.random()}", measured_at=now, status=Status.ACTUAL)
        async with store.write() as connection:
            return await records.save(connection, [one], now)

    async def retain(store: Store, _: random.Random) -> object:
        walk = Walk("reading")
        async with store.read() as connection:
            picked = await walk.pick(connection, now, _SLICE)
        assert picked
        async with store.write() as connection:
            dropped = await walk.drop(connection, picked, now, now)
            assert dropped
        return dropped

    return {
        "newest of each sensor": newest,
        "the same as known two days ago": two_days_ago,
        "chart of the last 48 h": span(now - timedelta(days=2), timedelta(days=2)),
        "a day of the first month": span(_kept_from(begin), timedelta(days=1)),
        "archive of its last days, a sensor": month,
        "a reading saved": save,
        f"a slice of {_SLICE} deleted": retain,
    }


def _kept_from(begin: datetime) -> datetime:
    """Slices that are deleted do not come as far as this day of the first month."""
    return begin + timedelta(days=20)


def _subject(number: int) -> str:
    return f"st{number:04d}/water_level"


async def _fill(store: Store, url: str, sensors: int, since: datetime, until: datetime) -> None:
    """Readings of every sensor each ten minutes, in the order in which they would have come."""
    made = _rows(await _body(store), sensors, since, until)
    address = parse(url)
    if address.get_backend_name() == "sqlite":
        places = ", ".join("?" * len(Row._fields))
        with closing(sqlite3.connect(str(address.database), isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(f"INSERT INTO records ({', '.join(Row._fields)}) VALUES ({places})", made)
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    told = make_url(url)
    line = await asyncpg.connect(host=told.query["host"], user=told.username, database=told.database)
    await line.copy_records_to_table("records", records=made, columns=list(Row._fields))
    await line.execute("VACUUM ANALYZE records")  # as autovacuum would have by then
    await line.close()


async def _body(store: Store) -> str:
    """The body of a reading as the hub writes it."""
    one = reading(message_id="pattern", measured_at=NOW - timedelta(days=4000), status=Status.ACTUAL)
    async with store.write() as connection:
        await records.save(connection, [one], one.measured_at)
        await cursors.put(connection, "retention:reading", 0)
    async with store.read() as connection:
        return str(await connection.scalar(select(text("CAST(body AS TEXT)")).select_from(table).limit(1)))


def _rows(body: str, sensors: int, since: datetime, until: datetime) -> Iterator[tuple[object, ...]]:
    chance, at, number = random.Random(since.timestamp()), since, int(since.timestamp())
    while at < until:
        measured, came = stamp(at), stamp(at + timedelta(seconds=3))
        for sensor in range(sensors):
            number += 1
            gateway, digest = f"gw{sensor % 7}", f"{chance.getrandbits(256):064x}"
            key, value = f"{gateway}#{number:012d}", chance.random() * 3
            told = ("reading", key, digest, _subject(sensor), Status.ACTUAL.value, gateway, measured, came, value)
            yield (*told, True, False, False, body)  # in the order of Row
        at += _EVERY
