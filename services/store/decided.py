"""What was decided of each section: the last look, the record of every change, and the snow that staff expect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.orders.decision import Decision, Expected
from rules.orders.requested import Asked
from rules.requests.state import OPEN
from rules.requests.turn import Turn
from services.store.codec import from_json, to_json
from services.store.engine import insert as upsert
from services.store.tables_orders import decisions, expected_snow, looked, looks
from services.store.tables_requests import requests


async def look(
    connection: AsyncConnection, status: Status, found: Sequence[Decision], before: Mapping[str, Decision]
) -> None:
    """Let this be the last look at every section of the status.

    ``before`` is the look before it as it was read: what came to the same is not written again. Has somebody else
    looked since, all of it is.
    """
    at = await connection.scalar(select(looked.c.at).where(looked.c.status == status.value))
    known = before if all(one.picture.at == at for one in before.values()) else {}
    rows = [
        {"status": status.value, "section": one.picture.section, "body": to_json(one)}
        for one in found
        if not _same(known.get(one.picture.section), one)
    ]
    kept = {one.picture.section for one in found} - {row["section"] for row in rows}
    gone = looks.c.section.in_(sorted(known.keys() - kept)) if known else true()
    if known.keys() != kept or not known:
        await connection.execute(delete(looks).where(looks.c.status == status.value, gone))
    if rows:
        await connection.execute(insert(looks), rows)
    if found:
        now = upsert(connection, looked).values(status=status.value, at=found[0].picture.at)
        await connection.execute(now.on_conflict_do_update(index_elements=["status"], set_={"at": now.excluded.at}))


def _same(before: Decision | None, one: Decision) -> bool:
    """True where only the hour of the look differs."""
    return before is not None and replace(before, picture=replace(before.picture, at=one.picture.at)) == one


async def last_look(connection: AsyncConnection, status: Status) -> dict[str, Decision]:
    """Section → what was decided at the last look."""
    return {one.picture.section: one for one in await _looks(connection, looks.c.status == status.value)}


async def decided_by(connection: AsyncConnection, status: Status, then: datetime) -> dict[str, Decision]:
    """Section → what had been decided last at that instant: as the record has it, which is written when it changes."""
    mine = (decisions.c.status == status.value, decisions.c.at <= then)
    newest = select(func.max(decisions.c.id)).where(*mine).group_by(decisions.c.section)
    bodies = await connection.scalars(select(decisions.c.body).where(decisions.c.id.in_(newest)))
    found = (from_json(Decision, body) for body in bodies)
    return {one.picture.section: one for one in found}


async def last_look_at(connection: AsyncConnection, status: Status, section: str) -> Decision | None:
    """What was decided of one section at the last look; None where nothing was."""
    mine = (looks.c.status == status.value) & (looks.c.section == section)
    return next(iter(await _looks(connection, mine)), None)


async def _looks(connection: AsyncConnection, mine: ColumnElement[bool]) -> list[Decision]:
    """With the hour of the last look, whenever they were written."""
    statement = select(looks.c.body, looked.c.at).join(looked, looked.c.status == looks.c.status).where(mine)
    found = []
    for body, at in await connection.execute(statement):
        one = from_json(Decision, body)
        found.append(replace(one, picture=replace(one.picture, at=at)))
    return found


async def keep(connection: AsyncConnection, found: Sequence[Decision]) -> None:
    """Write these into the record."""
    rows = [
        {
            "status": one.picture.status.value,
            "section": one.picture.section,
            "at": one.picture.at,
            "outcome": one.main.outcome.value,
            "reason": one.main.reason.value,
            "body": to_json(one),
        }
        for one in found
    ]
    if rows:
        await connection.execute(insert(decisions), rows)


async def recorded(
    connection: AsyncConnection, status: Status, section: str, most: int, span: tuple[datetime, datetime] | None = None
) -> list[Decision]:
    """The record of a section, the newest first; of a span what was decided in it, and what held at its beginning."""
    mine = (decisions.c.status == status.value, decisions.c.section == section)
    statement = select(decisions.c.body).where(*mine).order_by(decisions.c.at.desc(), decisions.c.id.desc())
    if span is None:
        rows = list((await connection.execute(statement.limit(most))).scalars())
    else:
        since, until = span
        inside = statement.where(decisions.c.at >= since, decisions.c.at < until)
        rows = list((await connection.execute(inside.limit(most))).scalars())
        rows += (await connection.execute(statement.where(decisions.c.at < since).limit(1))).scalars()
    return [from_json(Decision, body) for body in rows]


async def asked_of_roads(
    connection: AsyncConnection, services: Iterable[str], status: Status, since: datetime
) -> list[Asked]:
    """Open requests of residents about roads of a section, asked since then; nothing of who asked."""
    columns = (requests.c.id, requests.c.service, requests.c.section, requests.c.attributes)
    statement = select(*columns).where(
        requests.c.status == status.value,
        requests.c.turn < Turn.OVER,  # what is closed is not read
        requests.c.service.in_(sorted(services)),
        requests.c.state.in_([one.value for one in OPEN]),
        requests.c.section != "",
        requests.c.asked_at >= since,
    )
    rows = await connection.execute(statement.order_by(requests.c.id))
    return [Asked(row.id, row.service, row.section, tuple(row.attributes.get("DEPTH", ()))) for row in rows]


async def expect(connection: AsyncConnection, status: Status, section: str, one: Expected, who: str) -> None:
    """Note a forecast; an empty section stands for every one."""
    row = {"status": status.value, "section": section, "cm": one.cm, "at": one.at, "until": one.until}
    await connection.execute(insert(expected_snow).values(row | {"source": one.source, "who": who}))


async def expected(connection: AsyncConnection, status: Status, now: datetime) -> dict[str, Expected]:
    """Section → the newest forecast that holds at ``now``."""
    holds = (expected_snow.c.status == status.value, expected_snow.c.until > now, expected_snow.c.at <= now)
    rows = await connection.execute(select(expected_snow).where(*holds).order_by(expected_snow.c.id))
    return {row.section: Expected(cm=row.cm, at=row.at, until=row.until, source=row.source) for row in rows}


async def notes(
    connection: AsyncConnection, status: Status, since: datetime, until: datetime
) -> list[tuple[str, Expected]]:
    """Every forecast that staff noted in the window with its section, in the order in which they did."""
    chosen = (expected_snow.c.status == status.value, expected_snow.c.at.between(since, until))
    rows = await connection.execute(select(expected_snow).where(*chosen).order_by(expected_snow.c.id))
    return [(row.section, Expected(cm=row.cm, at=row.at, until=row.until, source=row.source)) for row in rows]
