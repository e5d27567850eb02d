"""Lines and matters as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.chronology.groups import group_of
from rules.chronology.line import Line
from rules.chronology.matter import Act, Event, Matter, Priority
from rules.chronology.wording import parties
from rules.marks import MARKS
from services.store import matters
from services.store.matters import File
from services.web.chronology.links import links_of
from services.web.moments import moment, recorded, with_age

_APART = 60  # seconds between what happened and its entry, from which on both are shown


async def rows_of(connection: AsyncConnection, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Each line with its links, what put it right, and its files."""
    numbers = [int(one.refs["matter"]) for one in lines if one.refs.get("matter", "").isdecimal()]
    known = await matters.many(connection, numbers) if numbers else {}
    files = await matters.files_of(connection, numbers) if numbers else {}
    return [_row(one, known, files) for one in lines]


def _row(line: Line, known: Mapping[int, Matter], files: Mapping[tuple[int, int], list[File]]) -> dict[str, Any]:
    number, act = _place(line)
    matter = known.get(number) if number else None
    late = abs((line.entered - line.at).total_seconds()) >= _APART
    return {
        "seq": line.seq,
        "at": line.at,
        "time": recorded(line.at),
        "entered": line.entered if late else None,
        "entered_time": recorded(line.entered) if late else "",
        "status": line.status.value,
        "kind": line.kind,
        "group": group_of(line.kind).value,
        "who": line.by,
        "text": MARKS[line.status][0] + line.text.removeprefix(MARKS[line.status][0]),
        "level": line.level,
        "important": line.important,
        "links": links_of(line.refs, line.status.value),
        "matter": number,
        "put_right": put_right(matter, act) if matter else None,
        "files": files.get((number, act), []) if number else [],
        "hash": line.hash,
    }


def _place(line: Line) -> tuple[int, int]:
    """Of what matter and which act the line is; (0, 0) of none."""
    number, act = line.refs.get("matter", ""), line.refs.get("act", "")
    return (int(number), int(act)) if number.isdecimal() and act.isdecimal() else (0, 0)


def put_right(matter: Matter, seq: int) -> dict[str, Any] | None:
    """By which later act a line holds no more."""
    for event in matter.events:
        if event.of == seq:
            return {"corrected": event.act is Act.CORRECT, "seq": event.seq, "line": event.line}
    return None


def matter_told(matter: Matter, now: datetime) -> dict[str, Any]:
    """A matter for the list of what waits, and for its own page."""
    said = matter.content
    return {
        "id": matter.id,
        "status": matter.status.value,
        "version": matter.version,
        "state": matter.state,
        "priority": said.priority,
        "sort": said.sort,
        "parties": parties(said),
        "area_name": said.area_name,
        "words": said.words,
        "happened": said.happened,
        "since": with_age(now)(said.happened),
        "last": matter.events[-1],
        "changed": f"{moment(matter.changed, now)} {matter.events[-1].who}",
        "withdrawn": matter.withdrawn,
    }


def in_turn(found: Iterable[Matter]) -> list[Matter]:
    """What waits, in the order in which somebody has to turn to it: urgent, then not begun, then old."""
    weight = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2}
    return sorted(
        found, key=lambda one: (weight[one.content.priority], one.state.value != "open", one.content.happened, one.id)
    )


def act_told(event: Event) -> dict[str, Any]:
    """One act on the page of its matter."""
    said = event.content
    return {
        "seq": event.seq,
        "act": event.act,
        "of": event.of,
        "time": recorded(said.happened),
        "entered": recorded(event.at),
        "who": event.who,
        "words": said.words,
        "parties": parties(said),
        "state": said.state,
        "line": event.line,
    }


def drill_of(statuses: Iterable[Status]) -> bool:
    """True where nothing real can be on the page."""
    found = set(statuses)
    return bool(found) and Status.ACTUAL not in found
