"""What officers enter of the headquarters: each act is one transaction of the act and its line in the chain.

Two officers at one matter: whoever saw an older version is told who did what meanwhile, and nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.contact import covered
from feeds.instant import iso_utc
from feeds.japan import dated, dated_en
from feeds.status import Status
from rules.chronology.matter import Act, Content, Event, Matter, MatterError, Priority, apply
from rules.chronology.wording import line_of
from services.chronology.attached import Attached
from services.store import chronology, chronology_read, matters
from services.store.chronology import Entry
from services.store.engine import Store

ACTS = Counter("shirase_matter_acts", "What officers entered of the headquarters", ["status", "act"])
KIND = "matter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What an officer does with a matter. ``seen``: its version as they looked at it."""

    matter: int
    seen: int
    act: Act
    who: str
    content: Content
    of: int | None = None
    files: Sequence[Attached] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A new matter. ``once``: a token of the form; entering it a second time gives what the first time made."""

    status: Status
    who: str
    content: Content
    once: str | None = None
    files: Sequence[Attached] = ()


async def enter(store: Store, fresh: Fresh, now: datetime) -> Matter:
    """A new matter. Raises MatterError as :func:`rules.chronology.matter.apply` does."""
    event = Event(seq=1, act=Act.ENTER, at=now, who=fresh.who, content=bare(fresh.content))
    apply(Matter(id=0, status=fresh.status), event)
    async with store.write() as connection:
        if fresh.once and (before := await matters.entered_by(connection, fresh.once)):
            return before
        begun = await matters.begin(connection, fresh.status, fresh.once)
        return await _keep(connection, begun, event, fresh.files)


async def do(store: Store, deed: Deed, now: datetime) -> Matter:
    """One act on a matter; the matter after it. Raises MatterError: not_found, changed, bad_act, …"""
    async with store.write() as connection:
        matter = await matters.find(connection, deed.matter)
        if matter is None:
            raise MatterError("not_found", f"案件 {deed.matter} はありません / there is no matter {deed.matter}")
        if deed.seen != matter.version:
            last = matter.events[-1]
            did = f"{last.who} が{dated(last.at)}に「{last.act.ja}」を入れました"
            english = f"changed since you looked, by {last.who}, {dated_en(last.at)}"
            raise MatterError("changed", f"その後に{did}。見比べてください / {english}")
        at = max(now, matter.changed)  # the clock of an exercise may be set back
        event = Event(seq=0, act=deed.act, at=at, who=deed.who, content=bare(deed.content), of=deed.of)
        return await _keep(connection, matter, event, deed.files)


def bare(content: Content) -> Content:
    """Without what tells how a private person can be reached; organisations and places stay."""
    return replace(
        content,
        words=covered(content.words).text.strip(),
        source=covered(content.source).text.strip(),
        to=covered(content.to).text.strip(),
    )


async def _keep(connection: AsyncConnection, matter: Matter, event: Event, files: Sequence[Attached]) -> Matter:
    after = apply(matter, event)
    await chronology.append(connection, [_entry(after, files)])
    line, _ = await chronology_read.last(connection)
    after = await matters.keep(connection, after, line)
    seq = after.events[-1].seq
    for number, one in enumerate(files, 1):
        kept = matters.File(
            matter=after.id,
            seq=seq,
            number=number,
            name=one.name,
            type=one.type,
            sha256=one.sha256,
            size=len(one.data),
        )
        await matters.add_file(connection, kept, one.data)
    ACTS.labels(after.status.value, event.act.value).inc()
    return after


def _entry(matter: Matter, files: Sequence[Attached]) -> Entry:
    """The line stands where it happened; when it was entered is said beside."""
    event = matter.events[-1]
    said = event.content
    refs = {
        "matter": str(matter.id),
        "act": str(event.seq),
        "entered": iso_utc(event.at),
        "state": matter.state.value,
    }
    if event.of is not None:
        refs |= {"of": str(event.of), "corrects": str(matter.events[event.of - 1].line)}
    if said.area:
        refs["area"] = said.area
    if said.priority is not Priority.NORMAL:
        refs["priority"] = said.priority.value
    refs |= {f"sha256_{number}": one.sha256 for number, one in enumerate(files, 1)}
    return Entry(
        at=said.happened, status=matter.status, kind=KIND, who=event.who, text=line_of(matter, event), refs=refs
    )
